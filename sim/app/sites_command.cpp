// `faultwave sites`: the fault universe of a multiplier.

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "app/commands.hpp"
#include "app/netlist_options.hpp"
#include "app/options.hpp"
#include "app/sites_views.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "netlist/collapse.hpp"
#include "netlist/evaluate.hpp"

namespace faultwave::app {
namespace {

namespace po = boost::program_options;
using netlist::FaultClass;
using netlist::FaultEffect;
using netlist::FaultUniverse;
using netlist::Netlist;

std::string universe_csv(const Netlist& netlist, const FaultUniverse& universe) {
  std::string csv =
      "fault,site,kind,branch,class,representative,mae,wce,ep_percent,mean_error,outputs\n";
  for (std::size_t i = 0; i < universe.faults.size(); ++i) {
    const auto& fault = universe.faults[i];
    const int32_t id = universe.class_of[i];
    FaultEffect effect;
    std::string class_text = "undetectable";
    std::string representative;
    if (id != FaultUniverse::kUndetectable) {
      const FaultClass& fault_class = universe.classes[static_cast<std::size_t>(id)];
      effect = fault_class.effect;
      class_text = fmt::format("{}", id);
      representative = fault_name(netlist, universe.faults[fault_class.members.front()]);
    }
    csv += fmt::format("{},{},{},{},{},{},{},{},{},{},\"{}\"\n", fault_name(netlist, fault),
                       site_name(netlist, fault.site), to_string(fault.kind),
                       fault.site.is_stem() ? 0 : 1, class_text, representative, effect.mae,
                       effect.wce, effect.ep_percent, effect.mean_error,
                       bit_ranges(effect.changed_outputs));
  }
  return csv;
}

std::string universe_json(const LoadedNetlist& loaded, const FaultUniverse& universe) {
  const Netlist& netlist = loaded.netlist;
  nlohmann::ordered_json root;
  root["netlist"] = netlist.name;
  root["file"] = loaded.path.string();
  root["table_sha256"] = product_table(netlist).sha256();
  root["sites"] = enumerate_sites(netlist).size();
  root["faults"] = universe.faults.size();
  root["undetectable"] = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < universe.faults.size(); ++i) {
    if (universe.class_of[i] != FaultUniverse::kUndetectable) continue;
    root["undetectable"].push_back(fault_name(netlist, universe.faults[i]));
  }
  root["classes"] = nlohmann::ordered_json::array();
  for (const FaultClass& fault_class : universe.classes) {
    nlohmann::ordered_json entry;
    entry["representative"] = fault_name(netlist, universe.faults[fault_class.members.front()]);
    entry["mae"] = fault_class.effect.mae;
    entry["wce"] = fault_class.effect.wce;
    entry["ep_percent"] = fault_class.effect.ep_percent;
    entry["mean_error"] = fault_class.effect.mean_error;
    entry["outputs"] = nlohmann::ordered_json::array();
    for (int bit = 0; bit < 16; ++bit) {
      if (((fault_class.effect.changed_outputs >> bit) & 1) != 0) entry["outputs"].push_back(bit);
    }
    entry["faults"] = nlohmann::ordered_json::array();
    for (const uint32_t member : fault_class.members) {
      entry["faults"].push_back(fault_name(netlist, universe.faults[member]));
    }
    root["classes"].push_back(std::move(entry));
  }
  return root.dump(1) + "\n";
}

void print_summary(const Netlist& netlist, const FaultUniverse& universe) {
  const auto sites = enumerate_sites(netlist);
  const auto num_stems = netlist.nets.size();
  std::size_t largest = 0;
  for (const FaultClass& fault_class : universe.classes) {
    largest = std::max(largest, fault_class.members.size());
  }
  std::cout << fmt::format(
      "{}: {} nets, {} gates, {}\n"
      "  sites         {:>6}  ({} stems, {} fan-out branches)\n"
      "  faults        {:>6}\n"
      "  undetectable  {:>6}  (product table equals the golden one)\n"
      "  classes       {:>6}  (faults with equal product tables; largest: {} faults)\n",
      netlist.name, netlist.nets.size(), netlist.num_gates(),
      netlist.is_signed ? "signed" : "unsigned", sites.size(), num_stems, sites.size() - num_stems,
      universe.faults.size(), universe.num_undetectable(), universe.classes.size(), largest);
}

void print_classes(const Netlist& netlist, const FaultUniverse& universe, std::size_t limit) {
  std::vector<std::size_t> order(universe.classes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) {
    return universe.classes[x].effect.mae > universe.classes[y].effect.mae;
  });
  const std::size_t shown = std::min(limit, order.size());
  if (shown == 0) return;
  std::cout << fmt::format(
      "\nclasses by mean absolute error against the fault-free product\n"
      "  {:<28} {:>6} {:>10} {:>7} {:>9} {:>11}  {}\n",
      "representative", "faults", "mae", "wce", "ep %", "mean error", "outputs");
  for (std::size_t i = 0; i < shown; ++i) {
    const FaultClass& fault_class = universe.classes[order[i]];
    const FaultEffect& effect = fault_class.effect;
    std::cout << fmt::format("  {:<28} {:>6} {:>10.3f} {:>7} {:>9.4f} {:>11.3f}  {}\n",
                             fault_name(netlist, universe.faults[fault_class.members.front()]),
                             fault_class.members.size(), effect.mae, effect.wce, effect.ep_percent,
                             effect.mean_error, bit_ranges(effect.changed_outputs));
  }
  if (shown < order.size()) {
    std::cout << fmt::format("  ... {} more (--limit 0 for all, --csv or --json for every fault)\n",
                             order.size() - shown);
  }
}

/// Options that one view of the sites knows; the others refuse them.
struct ViewOption {
  const char* name;
  const char* view;  ///< "" for the table of classes
};
constexpr ViewOption kViewOptions[] = {{"limit", ""},           {"csv", ""},
                                       {"vectors", "validate"}, {"icarus-vectors", "validate"},
                                       {"seed", "validate"},    {"site", "validate"},
                                       {"svg", "explain"},      {"dot", "explain"}};

/// "validate", "explain" or "" for the table of classes. UsageError for options of another view.
std::string chosen_view(const po::variables_map& values) {
  const bool is_validation = values.count("validate") != 0;
  const bool is_explanation = values.count("explain") != 0;
  if (is_validation && is_explanation) {
    throw UsageError("--validate and --explain exclude each other");
  }
  const std::string view = is_validation ? "validate" : is_explanation ? "explain" : "";
  for (const ViewOption& option : kViewOptions) {
    if (option.view == view || values.count(option.name) == 0) continue;
    if (values[option.name].defaulted()) continue;
    throw UsageError(*option.view == '\0'
                         ? fmt::format("--{} does not go with --{}", option.name, view)
                         : fmt::format("--{} needs --{}", option.name, option.view));
  }
  if (is_explanation && !values["kinds"].defaulted()) {
    throw UsageError(
        "--kinds does not go with --explain\n  fix: --explain SITE.sa1 shows one kind");
  }
  return view;
}

int run_classes(const LoadedNetlist& loaded, const po::variables_map& values) {
  std::vector<netlist::NetFault> faults;
  const auto kinds = parse_kinds(values["kinds"].as<std::string>());
  for (const auto& site : enumerate_sites(loaded.netlist)) {
    for (const auto kind : kinds) faults.push_back({site, kind});
  }
  const Activity activity("simulating every fault");
  const auto universe = collapse_faults(loaded.netlist, std::move(faults));
  bool is_stdout_taken = false;
  const auto write = [&](const char* option, const std::string& content) {
    const auto path = values[option].as<std::string>();
    is_stdout_taken = is_stdout_taken || path == "-";
    write_output(path, content);
  };
  if (values.count("csv") != 0) write("csv", universe_csv(loaded.netlist, universe));
  if (values.count("json") != 0) write("json", universe_json(loaded, universe));
  if (is_stdout_taken) return 0;
  print_summary(loaded.netlist, universe);
  const auto limit = values["limit"].as<std::size_t>();
  print_classes(loaded.netlist, universe, limit == 0 ? universe.classes.size() : limit);
  return 0;
}

}  // namespace

CommandLine describe_sites() {
  po::options_description options;
  add_netlist_options(options);
  // clang-format off
  options.add_options()
      ("kinds", po::value<std::string>()->value_name("KINDS")->default_value("sa0,sa1"), "kinds of fault, of sa0,sa1,inv")
      ("limit", po::value<std::size_t>()->value_name("N")->default_value(20), "classes in the table, 0 for all")
      ("csv", po::value<std::string>()->value_name("FILE"), "write one line per fault ('-': stdout, no table)")
      ("json", po::value<std::string>()->value_name("FILE"), "write the result as JSON ('-': stdout, no table)");
  po::options_description validate;
  validate.add_options()
      ("validate", "simulate every fault with Faultwave, Verilator and Icarus Verilog and compare the "
                   "products; exit status 1 when they differ")
      ("vectors", po::value<std::string>()->value_name("COUNT")->default_value("1000"),
       "operand pairs per fault: a number (a sample with the corner operands) or 'all', which is a "
       "sample of --icarus-vectors for Icarus Verilog")
      ("icarus-vectors", po::value<std::size_t>()->value_name("N")->default_value(256),
       "operand pairs per fault for Icarus Verilog with '--vectors all'")
      ("seed", po::value<uint64_t>()->value_name("SEED")->default_value(1), "seed of the sample")
      ("site", po::value<std::vector<std::string>>()->value_name("SITE"),
       "only this site, or with .sa0, .sa1 or .inv this fault; may be repeated");
  po::options_description explain;
  explain.add_options()
      ("explain", po::value<std::string>()->value_name("SITE"),
       "what the site is connected to and what its faults do (SITE.sa0: one fault only)")
      ("svg", po::value<std::string>()->value_name("FILE"), "draw the gates around the site ('-': stdout, no text)")
      ("dot", po::value<std::string>()->value_name("FILE"), "the same for Graphviz ('-': stdout, no text)");
  // clang-format on
  return {
      "sites MULTIPLIER [options]",
      "Fault sites of a multiplier, its faults in classes of equal product tables, undetectable "
      "faults and "
      "errors.",
      {{"options", options}, {"compare three simulators", validate}, {"explain one site", explain}},
      {"netlist"}};
}

int run_sites_command(const Arguments& arguments) {
  po::variables_map values;
  if (!parse_options(describe_sites(), arguments, values)) return 0;

  const std::string view = chosen_view(values);
  parse_kinds(values["kinds"].as<std::string>());
  const auto loaded = load_named_netlist(values);
  if (view == "validate") return run_sites_validate(loaded, values);
  if (view == "explain") return run_sites_explain(loaded, values);
  return run_classes(loaded, values);
}

}  // namespace faultwave::app
