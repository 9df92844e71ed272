// `faultwave sites NETLIST --validate`: three simulators of every fault, product by product.

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/options.hpp"
#include "app/sites_views.hpp"
#include "base/error.hpp"
#include "base/version.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/icarus_oracle.hpp"
#include "netlist/validate.hpp"
#include "verilated/scalar_model.hpp"

namespace faultwave::app {
namespace {

namespace po = boost::program_options;
using netlist::Disagreement;
using netlist::NetFault;
using netlist::Netlist;
using netlist::OracleReport;
using netlist::ValidationReport;

/// The named faults, or the whole universe; each fault once.
std::vector<NetFault> chosen_faults(const Netlist& netlist, const po::variables_map& values) {
  const auto kinds = parse_kinds(values["kinds"].as<std::string>());
  std::vector<NetFault> faults;
  const auto add = [&](const NetFault& fault) {
    if (std::find(faults.begin(), faults.end(), fault) == faults.end()) faults.push_back(fault);
  };
  if (values.count("site") != 0) {
    for (const auto& name : values["site"].as<std::vector<std::string>>()) {
      const SiteOrFault chosen = parse_site_or_fault(netlist, name);
      for (const auto kind : chosen.kind ? std::vector{*chosen.kind} : kinds) {
        add({chosen.site, kind});
      }
    }
    return faults;
  }
  for (const auto& site : enumerate_sites(netlist)) {
    for (const auto kind : kinds) faults.push_back({site, kind});
  }
  return faults;
}

/// Number of operand pairs of --vectors; nothing for 'all'.
std::optional<std::size_t> parse_vectors(const std::string& text) {
  if (text == "all") return std::nullopt;
  std::size_t count = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), count);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size()) {
    throw UsageError(fmt::format(
        "--vectors '{}' is no number\n  fix: give a number of operand pairs, or 'all'", text));
  }
  return count;
}

std::string report_text(const Netlist& netlist, const ValidationReport& report) {
  std::string text = fmt::format("  {:<15} {:>7} {:>8} {:>11} {:>13} {:>8}\n", "simulator",
                                 "faults", "vectors", "products", "disagreements", "seconds");
  const auto row = [&](const OracleReport& oracle, const std::string& disagreements) {
    text += fmt::format("  {:<15} {:>7} {:>8} {:>11} {:>13} {:>8.2f}\n", oracle.name,
                        oracle.num_faults, oracle.num_vectors,
                        oracle.num_faults * oracle.num_vectors, disagreements, oracle.seconds);
  };
  row(report.bit_parallel, "reference");
  for (const OracleReport& oracle : report.oracles) {
    row(oracle, fmt::format("{}", oracle.num_disagreements));
  }
  if (report.listed.empty()) return text;
  text +=
      fmt::format("\nfirst {} of {} differences\n  {:<28} {:>4} {:>4} {:>13}", report.listed.size(),
                  report.num_disagreements(), "fault", "A", "B", report.bit_parallel.name);
  for (const OracleReport& oracle : report.oracles) text += fmt::format(" {:>15}", oracle.name);
  text += "\n";
  const auto product = [&](uint16_t raw) {
    return netlist.is_signed ? static_cast<int>(static_cast<int16_t>(raw)) : static_cast<int>(raw);
  };
  for (const Disagreement& difference : report.listed) {
    text +=
        fmt::format("  {:<28} {:>4} {:>4} {:>13}", fault_name(netlist, difference.fault),
                    difference.pair % 256, difference.pair / 256, product(difference.bit_parallel));
    for (const uint16_t raw : difference.products) text += fmt::format(" {:>15}", product(raw));
    text += "\n";
  }
  return text;
}

/// "880 sites, 1760 faults, 1000 vectors: no disagreement".
std::string summary_line(const ValidationReport& report) {
  std::vector<std::string> vectors;
  for (const OracleReport& oracle : report.oracles) {
    vectors.push_back(fmt::format("{}", oracle.num_vectors));
    if (oracle.num_vectors != report.oracles.front().num_vectors) {
      vectors.back() += fmt::format(" ({})", oracle.name);
    }
  }
  const bool is_same =
      std::adjacent_find(vectors.begin(), vectors.end(), std::not_equal_to<>()) == vectors.end();
  if (is_same) vectors.resize(1);
  const uint64_t differences = report.num_disagreements();
  return fmt::format("{} sites, {} faults, {} vectors: {}", report.num_sites,
                     report.bit_parallel.num_faults, fmt::join(vectors, " and "),
                     differences == 0 ? "no disagreement"
                                      : fmt::format("{} disagreement{}", differences,
                                                    differences == 1 ? "" : "s"));
}

nlohmann::ordered_json report_json(const LoadedNetlist& loaded, const ValidationReport& report,
                                   const po::variables_map& values) {
  nlohmann::ordered_json root;
  root["netlist"] = loaded.netlist.name;
  root["file"] = loaded.path.string();
  root["table_sha256"] = product_table(loaded.netlist).sha256();
  root["provenance"] = {{"version", version()}, {"git", git_revision()}};
  root["seed"] = values["seed"].as<uint64_t>();
  root["vectors"] = values["vectors"].as<std::string>();
  root["sites"] = report.num_sites;
  root["faults"] = report.bit_parallel.num_faults;
  root["disagreements"] = report.num_disagreements();
  root["simulators"] = nlohmann::ordered_json::array();
  const auto add = [&](const OracleReport& oracle) {
    root["simulators"].push_back({{"name", oracle.name},
                                  {"faults", oracle.num_faults},
                                  {"vectors", oracle.num_vectors},
                                  {"disagreements", oracle.num_disagreements},
                                  {"seconds", oracle.seconds},
                                  {"prepare_seconds", oracle.prepare_seconds}});
  };
  add(report.bit_parallel);
  for (const OracleReport& oracle : report.oracles) add(oracle);
  root["differences"] = nlohmann::ordered_json::array();
  for (const Disagreement& difference : report.listed) {
    nlohmann::ordered_json entry;
    entry["fault"] = fault_name(loaded.netlist, difference.fault);
    entry["a"] = difference.pair % 256;
    entry["b"] = difference.pair / 256;
    entry["output_bits"][report.bit_parallel.name] = difference.bit_parallel;
    for (std::size_t i = 0; i < difference.products.size(); ++i) {
      entry["output_bits"][report.oracles[i].name] = difference.products[i];
    }
    root["differences"].push_back(std::move(entry));
  }
  return root;
}

}  // namespace

int run_sites_validate(const LoadedNetlist& loaded, const po::variables_map& values) {
  const Netlist& netlist = loaded.netlist;
  const std::string json_path = values.count("json") != 0 ? values["json"].as<std::string>() : "";
  if (!json_path.empty()) check_output(json_path);
  const auto faults = chosen_faults(netlist, values);
  const auto seed = values["seed"].as<uint64_t>();
  const auto count = parse_vectors(values["vectors"].as<std::string>());
  if (count && !values["icarus-vectors"].defaulted()) {
    throw UsageError("--icarus-vectors needs '--vectors all'");
  }
  const auto icarus_pairs = netlist::sample_operand_pairs(
      seed, count.value_or(values["icarus-vectors"].as<std::size_t>()));
  verilated::VerilatorOracle verilator(netlist);
  netlist::IcarusOracle icarus(netlist);
  const std::vector<netlist::OracleRun> runs = {
      {&verilator, count ? icarus_pairs : netlist::all_operand_pairs()}, {&icarus, icarus_pairs}};
  const auto report = netlist::validate_faults(netlist, faults, runs);

  if (!json_path.empty()) {
    write_output(json_path, report_json(loaded, report, values).dump(1) + "\n");
  }
  if (json_path != "-") {
    std::cout << fmt::format("{}: {} sites, {} faults, seed {}\n{}\n", netlist.name,
                             report.num_sites, faults.size(), seed, report_text(netlist, report));
  }
  if (report.num_disagreements() != 0) throw CheckError(summary_line(report));
  if (json_path != "-") std::cout << summary_line(report) << "\n";
  return 0;
}

}  // namespace faultwave::app
