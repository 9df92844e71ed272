#include "report/report.hpp"

#include <fmt/format.h>

#include <cstring>
#include <fstream>

#include "base/error.hpp"
#include "base/version.hpp"
#include "report/campaign_data.hpp"
#include "report/html_page.hpp"
#include "report/run_data.hpp"

namespace faultwave::report {
namespace {

bool is_database(const std::filesystem::path& path) {
  constexpr char kMagic[] = "SQLite format 3";
  char head[sizeof kMagic] = {};
  std::ifstream stream(path, std::ios::binary);
  return stream.read(head, sizeof head) && std::memcmp(head, kMagic, sizeof kMagic) == 0;
}

}  // namespace

std::string make_report(const std::vector<std::filesystem::path>& inputs,
                        const ReportOptions& options) {
  Json sources = Json::array();
  std::vector<std::string> names;
  for (const auto& path : inputs) {
    sources.push_back(is_database(path) ? campaign_data(path, options) : run_data(path, options));
    names.push_back(sources.back()["name"]);
  }
  const Json data = {
      {"title", options.title.empty() ? fmt::format("{}", fmt::join(names, ", ")) : options.title},
      {"version", version()},
      {"revision", git_revision()},
      {"command", options.command},
      {"sources", std::move(sources)}};
  return html_page(data, charting_library());
}

}  // namespace faultwave::report
