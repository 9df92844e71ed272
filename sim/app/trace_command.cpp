// `faultwave trace`: a window of a run as waveforms, faulty beside golden.

#include <iostream>

#include "app/commands.hpp"
#include "app/options.hpp"
#include "base/file.hpp"
#include "base/progress.hpp"
#include "base/subprocess.hpp"
#include "base/suggest.hpp"
#include "driver/find_config.hpp"
#include "driver/follow.hpp"
#include "driver/trace.hpp"

namespace faultwave::app {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

constexpr int64_t kDefaultCycles = 1000;

driver::RunConfig pick_variant(std::vector<driver::RunConfig> configs, const std::string& name) {
  if (name.empty()) return std::move(configs.front());
  std::vector<std::string> names;
  for (auto& config : configs) {
    if (config.variant == name) return std::move(config);
    names.push_back(config.variant);
  }
  throw UsageError(
      fmt::format("there is no variant '{}'\n  fix: {}", name, suggestion(name, names)));
}

driver::TraceRequest read_request(const po::variables_map& values,
                                  const driver::RunConfig& config) {
  driver::TraceRequest request;
  const auto space = driver::pe_space(config.accelerator);
  for (const char* option : {"pe", "lane"}) {
    if (values.count(option) == 0) continue;
    for (const auto& text : values[option].as<std::vector<std::string>>()) {
      request.pes.push_back(driver::parse_pe(space, std::string("--") + option, text));
    }
  }
  request.window.layer = values["layer"].as<std::string>();
  request.image = values["image"].as<int64_t>();
  const auto from = values["from"].as<int64_t>();
  const auto to = values.count("to") != 0 ? values["to"].as<int64_t>() : from + kDefaultCycles;
  if (from < 0 || to <= from) {
    throw UsageError(fmt::format(
        "the window {} to {} holds no cycle\n  fix: 0 or more, --to after --from", from, to));
  }
  request.window.from = static_cast<uint64_t>(from);
  request.window.to = static_cast<uint64_t>(to);
  return request;
}

/// GTKWave's converter; the file appears under its name when it is complete.
void write_fst(const std::string& vcd, const fs::path& path) {
  TemporaryDirectory folder("faultwave-trace");
  const fs::path source = folder.path() / "trace.vcd";
  const fs::path converted = folder.path() / "trace.fst";
  write_file_atomically(source, vcd);
  const auto result = run_process({"vcd2fst", source.string(), converted.string()}, "gtkwave");
  if (result.exit_code != 0) {
    throw EnvironmentError(fmt::format("vcd2fst failed:\n{}", result.output));
  }
  write_file_atomically(path, read_file(converted));
}

driver::RunConfig read_config(const po::variables_map& values) {
  std::vector<std::string> overrides;
  if (values.count("set") != 0) overrides = values["set"].as<std::vector<std::string>>();
  return pick_variant(
      driver::load_run_configs(driver::find_config(values["config"].as<std::string>()), overrides),
      values["variant"].as<std::string>());
}

void follow(const po::variables_map& values, const driver::RunConfig& config) {
  const std::string json_path =
      values.count("json") != 0 ? values["json"].as<std::string>() : std::string();
  if (!json_path.empty()) check_output(json_path);
  const Activity activity("following the fault");
  const auto propagation = driver::follow_fault(config, values["image"].as<int64_t>());
  if (json_path != "-") std::cout << driver::propagation_text(propagation);
  if (!json_path.empty()) write_output(json_path, driver::propagation_json(config, propagation));
}

void check_waveform(const fs::path& out) {
  if (out.extension() != ".vcd" && out.extension() != ".fst") {
    throw UsageError(fmt::format("--out {}: unknown kind of waveform\n  fix: name it .vcd or .fst",
                                 out.string()));
  }
  check_output(out.string());
}

void draw(const po::variables_map& values, const driver::RunConfig& config) {
  const fs::path out = values["out"].as<std::string>();
  const Activity activity("trace");
  const auto trace =
      driver::run_trace(config, read_request(values, config), out.filename().string());
  if (out.extension() == ".fst") {
    write_fst(trace.vcd, out);
  } else {
    write_file_atomically(out, trace.vcd);
  }
  fs::path save_file = out;
  save_file.replace_extension(".gtkw");
  write_file_atomically(save_file, trace.gtkw);
  const auto space = driver::pe_space(config.accelerator);
  std::vector<std::string> names;
  for (const int pe : trace.pes) names.push_back(space.pe_name(pe));
  std::cout << fmt::format(
      "{}: cycles {} to {}, {}\n{} products of the lane model equal those of the scalar model with "
      "forced nets\nlabel {} without the fault, {} with it\nopen it: gtkwave {}\n",
      out.string(), trace.first_cycle, trace.first_cycle + trace.num_cycles - 1,
      fmt::join(names, ", "), trace.num_products_compared, trace.golden_label, trace.faulty_label,
      save_file.string());
}

}  // namespace

CommandLine describe_trace() {
  po::options_description options;
  // clang-format off
  options.add_options()
      ("config", po::value<std::string>()->value_name("CONFIG")->required(), "configuration file, or the name of one that ships (docs/configuration.md)")
      ("out", po::value<std::string>()->value_name("FILE"),
       "waveform file, .vcd or .fst; a GTKWave save file .gtkw is written beside it")
      ("pe", po::value<std::vector<std::string>>()->value_name("ROW,COLUMN")->composing(),
       "PE of a systolic array: ROW,COLUMN (repeatable; default: PEs with a fault, at most four)")
      ("lane", po::value<std::vector<std::string>>()->value_name("SM,SUB,LANE")->composing(),
       "lane of a GPU: SM,SUB,LANE (repeatable)")
      ("layer", po::value<std::string>()->value_name("LAYER")->default_value(""),
       "count --from and --to from the start of this layer")
      ("image", po::value<int64_t>()->value_name("N")->default_value(0), "image of the configuration's slice")
      ("from", po::value<int64_t>()->value_name("CYCLE")->default_value(0), "first cycle")
      ("to", po::value<int64_t>()->value_name("CYCLE"), "end of the window (default: 1000 cycles)")
      ("follow", "print where the fault is alive, from the net to the logits of the image")
      ("json", po::value<std::string>()->value_name("FILE"), "with --follow: write the table as JSON ('-': stdout)")
      ("variant", po::value<std::string>()->value_name("NAME")->default_value(""), "of a configuration with variants")
      ("set", po::value<std::vector<std::string>>()->value_name("KEY=VALUE")->composing(),
       "override a key: --set accelerator.rows=32 (repeatable)");
  // clang-format on
  return {"trace CONFIG {--out FILE.{vcd,fst} | --follow} [options]",
          "Waveforms of a window of a run, every net of the chosen PEs included, faulty beside "
          "golden; or where a "
          "fault is alive on its way to the logits.",
          {{"options", options}},
          {"config"}};
}

int run_trace_command(const Arguments& arguments) {
  po::variables_map values;
  if (!parse_options(describe_trace(), arguments, values)) return 0;
  const bool follows = values.count("follow") != 0;
  if (!follows && values.count("out") == 0) {
    throw UsageError("nothing to do\n  fix: --out FILE.vcd, or --follow");
  }
  if (values.count("out") != 0) check_waveform(values["out"].as<std::string>());
  const auto config = read_config(values);
  if (follows) follow(values, config);
  if (values.count("out") != 0) draw(values, config);
  return 0;
}

}  // namespace faultwave::app
