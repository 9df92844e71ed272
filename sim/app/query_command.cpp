#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <sstream>

#include "app/commands.hpp"
#include "app/options.hpp"
#include "base/error.hpp"
#include "base/suggest.hpp"
#include "campaign/query_results.hpp"

namespace faultwave::app {

namespace po = boost::program_options;

namespace {

std::vector<std::string> split_at_commas(const std::vector<std::string>& lists) {
  std::vector<std::string> parts;
  for (const std::string& list : lists) {
    std::istringstream stream(list);
    for (std::string part; std::getline(stream, part, ',');) parts.push_back(part);
  }
  return parts;
}

}  // namespace

int run_query_command(const Arguments& arguments) {
  const std::string keys =
      fmt::format("group by these, comma-separated: {}", fmt::join(campaign::query_keys(), ", "));
  const std::string sort = fmt::format("order of groups, NAME, NAME:asc or NAME:desc: a key or {}",
                                       fmt::join(campaign::query_figures(), ", "));
  campaign::QueryOptions query;
  po::options_description options;
  // clang-format off
  options.add_options()
      ("file", po::value<std::string>()->required(), "results of a campaign, running ones included")
      ("by", po::value<std::vector<std::string>>(), keys.c_str())
      ("mitigation", po::value<std::string>(), "only results of this mitigation")
      ("sort", po::value<std::string>(&query.sort), sort.c_str())
      ("limit", po::value<std::size_t>(&query.limit)->default_value(0), "groups shown, 0 for all")
      ("critical-points", po::value<double>(&query.critical_points)->default_value(1),
       "a trial is critical when it loses more accuracy than that, in percentage points")
      ("confidence", po::value<double>(&query.confidence)->default_value(0.95, "0.95"),
       "of the interval of the share of critical trials")
      ("members", "with --by fault: one group per fault of every class, not only representatives")
      ("format", po::value<std::string>()->default_value("table"), "table, csv or json")
      ("out", po::value<std::string>()->default_value("-"), "file to write instead of stdout");
  // clang-format on
  po::variables_map values;
  if (!parse_options("query FILE [options]", options, {"file"}, arguments, values)) return 0;

  if (values.count("by") != 0) {
    query.by = split_at_commas(values["by"].as<std::vector<std::string>>());
  }
  if (values.count("mitigation") != 0) query.mitigation = values["mitigation"].as<std::string>();
  query.members = values.count("members") != 0;
  const auto format = values["format"].as<std::string>();
  const auto out = values["out"].as<std::string>();
  const std::vector<std::string> formats = {"table", "csv", "json"};
  if (std::find(formats.begin(), formats.end(), format) == formats.end()) {
    throw UsageError(
        fmt::format("unknown format '{}'\n  fix: {}", format, suggestion(format, formats)));
  }
  check_output(out);
  const auto store = campaign::ResultsStore::open_read_only(values["file"].as<std::string>());
  const auto result = campaign::query_results(store, query);
  write_output(out, format == "csv"    ? campaign::query_csv(result)
                    : format == "json" ? campaign::query_json(result)
                                       : campaign::query_text(result));
  return 0;
}

}  // namespace faultwave::app
