#include "evolve/checkpoint.hpp"

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sha256.hpp"

namespace faultwave::evolve {
namespace {

using nlohmann::json;

json to_json(const Genome& genome) {
  json nodes = json::array();
  for (const Node& node : genome.nodes) {
    nodes.push_back({static_cast<int>(node.kind), node.a, node.b});
  }
  return {{"nodes", nodes}, {"outputs", genome.outputs}};
}

Genome from_json(const json& value) {
  Genome genome;
  for (const auto& node : value.at("nodes")) {
    const auto kind = static_cast<netlist::GateKind>(node.at(0).get<uint8_t>());
    genome.nodes.push_back({kind, node.at(1).get<Value>(), node.at(2).get<Value>()});
  }
  genome.outputs = value.at("outputs").get<decltype(genome.outputs)>();
  validate(genome);
  return genome;
}

}  // namespace

void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  json islands = json::array();
  for (const Genome& genome : checkpoint.islands) islands.push_back(to_json(genome));
  const json body = {{"settings", checkpoint.settings},
                     {"generation", checkpoint.generation},
                     {"seconds", checkpoint.seconds},
                     {"islands", islands}};
  const json file = {{"search", body}, {"sha256", sha256_hex(body.dump())}};
  write_file_atomically(path, file.dump() + "\n");
}

std::optional<Checkpoint> read_checkpoint(const std::filesystem::path& path,
                                          const std::string& settings, std::size_t num_islands) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  Checkpoint checkpoint;
  const std::string fix = fmt::format("delete '{}' to start anew", path.string());
  try {
    const json file = json::parse(read_file(path));
    const json& body = file.at("search");
    if (sha256_hex(body.dump()) != file.at("sha256").get<std::string>()) {
      throw InputError({path.string()}, "this checkpoint does not match its own sha256", fix);
    }
    checkpoint.settings = body.at("settings").get<std::string>();
    checkpoint.generation = body.at("generation").get<uint64_t>();
    checkpoint.seconds = body.at("seconds").get<double>();
    for (const auto& island : body.at("islands")) checkpoint.islands.push_back(from_json(island));
  } catch (const json::exception& error) {
    throw InputError({path.string()}, fmt::format("damaged checkpoint: {}", error.what()), fix);
  } catch (const InternalError& error) {
    throw InputError({path.string()}, fmt::format("damaged checkpoint: {}", error.what()), fix);
  }
  if (checkpoint.settings != settings || checkpoint.islands.size() != num_islands) {
    throw InputError(
        {path.string()},
        fmt::format("this checkpoint belongs to another search:\n    {}\n  this is:\n    {}",
                    checkpoint.settings, settings),
        fix);
  }
  return checkpoint;
}

}  // namespace faultwave::evolve
