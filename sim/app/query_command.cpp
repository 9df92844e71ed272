#include <fmt/format.h>

#include <iostream>

#include "app/commands.hpp"
#include "app/options.hpp"
#include "base/csv.hpp"
#include "campaign/query_results.hpp"

namespace faultwave::app {

namespace po = boost::program_options;

CommandLine describe_query() {
  const std::string keys =
      fmt::format("group by these, comma-separated: {}", fmt::join(campaign::query_keys(), ", "));
  const std::string sort = fmt::format("order of groups, NAME, NAME:asc or NAME:desc: a key or {}",
                                       fmt::join(campaign::query_figures(), ", "));
  po::options_description options;
  // clang-format off
  options.add_options()
      ("file", po::value<std::string>()->value_name("RESULTS")->required(), "results of a campaign, running ones included")
      ("by", po::value<std::vector<std::string>>()->value_name("KEYS"), keys.c_str())
      ("mitigation", po::value<std::string>()->value_name("MITIGATION"), "only results of this mitigation")
      ("sort", po::value<std::string>()->value_name("NAME"), sort.c_str())
      ("limit", po::value<std::size_t>()->value_name("N")->default_value(0), "groups shown, 0 for all")
      ("critical-points", po::value<double>()->value_name("POINTS")->default_value(1),
       "a trial is critical when it loses more accuracy than that, in percentage points")
      ("confidence", po::value<double>()->value_name("SHARE")->default_value(0.95, "0.95"),
       "of the interval of the share of critical trials")
      ("members", "with --by fault: one group per fault of every class, not only representatives")
      ("format", po::value<std::string>()->value_name("table|csv|json")->default_value("table"), "of the output")
      ("out", po::value<std::string>()->value_name("FILE")->default_value("-"), "file to write instead of stdout");
  // clang-format on
  return {"query RESULTS [options]",
          "Accuracy, outcomes and the share of critical faults in a results file, with confidence "
          "intervals, in "
          "groups.",
          {{"options", options}},
          {"file"}};
}

int run_query_command(const Arguments& arguments) {
  po::variables_map values;
  if (!parse_options(describe_query(), arguments, values)) return 0;

  campaign::QueryOptions query;
  if (values.count("sort") != 0) query.sort = values["sort"].as<std::string>();
  query.limit = values["limit"].as<std::size_t>();
  query.critical_points = values["critical-points"].as<double>();
  query.confidence = values["confidence"].as<double>();
  if (values.count("by") != 0) {
    query.by.clear();
    for (const auto& list : values["by"].as<std::vector<std::string>>()) {
      for (auto& key : split_at_commas(list)) query.by.push_back(std::move(key));
    }
  }
  if (values.count("mitigation") != 0) query.mitigation = values["mitigation"].as<std::string>();
  query.members = values.count("members") != 0;
  const auto format = values["format"].as<std::string>();
  const auto out = values["out"].as<std::string>();
  check_output(out);
  const auto store = campaign::ResultsStore::open_read_only(values["file"].as<std::string>());
  const auto result = campaign::query_results(store, query);
  write_output(out, format == "csv"    ? campaign::query_csv(result)
                    : format == "json" ? campaign::query_json(result)
                                       : campaign::query_text(result));
  return 0;
}

}  // namespace faultwave::app
