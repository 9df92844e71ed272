#include <charconv>
#include <filesystem>
#include <iostream>

#include "app/commands.hpp"
#include "app/options.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "netlist/generator.hpp"

namespace faultwave::app {
namespace {

namespace po = boost::program_options;

/// "h=2" into the values.
void add_value(const std::string& text, netlist::GeneratorValues& values) {
  const auto equals = text.find('=');
  int value = 0;
  const char* end = text.data() + text.size();
  const char* begin = equals == std::string::npos ? end : text.data() + equals + 1;
  const auto parsed = std::from_chars(begin, end, value);
  if (equals == 0 || begin == end || parsed.ec != std::errc{} || parsed.ptr != end) {
    throw UsageError(fmt::format("--param {}: write NAME=INTEGER", text));
  }
  if (!values.emplace(text.substr(0, equals), value).second) {
    throw UsageError(fmt::format("--param {} is given twice", text.substr(0, equals)));
  }
}

void print_families() {
  for (const auto& family : netlist::generator_families()) {
    std::cout << fmt::format("{}: {}\n", family.name, family.summary);
    for (const auto& parameter : family.parameters) {
      std::cout << fmt::format("    {}={}  {} ({} to {})\n", parameter.name,
                               parameter.default_value, parameter.meaning, parameter.min,
                               parameter.max);
    }
    std::cout << fmt::format("    paper: {}\n", family.paper);
  }
}

void write_all(const std::filesystem::path& folder) {
  std::vector<netlist::GeneratedMultiplier> multipliers;
  for (const auto& request : netlist::shipped_multipliers()) {
    multipliers.push_back(netlist::generate_multiplier(request));
    const auto& multiplier = multipliers.back();
    write_file_atomically(folder / (multiplier.netlist.name + ".v"), multiplier.verilog);
  }
  write_file_atomically(folder / "catalog.csv", netlist::generator_catalog(multipliers));
  std::cout << fmt::format("{} multipliers and catalog.csv in {}\n", multipliers.size(),
                           folder.string());
}

void check_exclusive(const po::variables_map& values, const char* mode,
                     std::initializer_list<const char*> others) {
  for (const char* other : others) {
    const auto value = values.find(other);
    if (value != values.end() && !value->second.defaulted()) {
      throw UsageError(fmt::format("--{} does not go with --{}", mode, other));
    }
  }
}

}  // namespace

CommandLine describe_netlist_generate() {
  po::options_description options;
  // clang-format off
  options.add_options()
      ("family", po::value<std::string>()->value_name("FAMILY"), "family of multipliers, see --list")
      ("param", po::value<std::vector<std::string>>()->value_name("NAME=INTEGER")->composing(),
       "NAME=INTEGER, a parameter of the family; repeatable")
      ("name", po::value<std::string>()->value_name("NAME")->default_value(""),
       "name of the module (default: from family and parameters)")
      ("out", po::value<std::string>()->value_name("FILE")->default_value("-"), "file to write")
      ("list", "show the families with their parameters and papers")
      ("all", "write every multiplier of rtl/multipliers and its catalog.csv")
      ("out-dir", po::value<std::string>()->value_name("FOLDER"), "folder for --all");
  // clang-format on
  return {
      "netlist generate {--family F [--param NAME=INTEGER]... | --list | --all --out-dir FOLDER} "
      "[options]",
      "Multipliers of families from the literature as Verilog.",
      {{"options", options}}};
}

int run_netlist_generate(const Arguments& arguments) {
  po::variables_map values;
  if (!parse_options(describe_netlist_generate(), arguments, values)) return 0;
  if (values.count("list") != 0) {
    check_exclusive(values, "list", {"family", "param", "name", "out", "all", "out-dir"});
    print_families();
    return 0;
  }
  if (values.count("all") != 0) {
    check_exclusive(values, "all", {"family", "param", "name", "out"});
    if (values.count("out-dir") == 0) throw UsageError("--all needs --out-dir FOLDER");
    write_all(values["out-dir"].as<std::string>());
    return 0;
  }
  check_exclusive(values, "family", {"out-dir"});
  if (values.count("family") == 0) {
    throw UsageError("netlist generate needs --family F, --list, or --all --out-dir FOLDER");
  }
  netlist::GeneratorRequest request;
  request.family = values["family"].as<std::string>();
  request.name = values["name"].as<std::string>();
  if (values.count("param") != 0) {
    for (const auto& text : values["param"].as<std::vector<std::string>>()) {
      add_value(text, request.values);
    }
  }
  write_output(values["out"].as<std::string>(), netlist::generate_multiplier(request).verilog);
  return 0;
}

}  // namespace faultwave::app
