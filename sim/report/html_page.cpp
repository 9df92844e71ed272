#include "report/html_page.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <system_error>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/tree.hpp"
#include "report/web_files.hpp"

namespace faultwave::report {
namespace {

namespace fs = std::filesystem;

/// Packages in the order in which they are loaded, and the script of each.
struct Package {
  const char* folder;
  const char* script;
};
constexpr Package kPackages[] = {{"node_modules/d3", "dist/d3.min.js"},
                                 {"node_modules/@observablehq/plot", "dist/plot.umd.min.js"}};

bool has_library(const fs::path& folder) {
  for (const auto& package : kPackages) {
    std::error_code ignored;
    if (!fs::is_regular_file(folder / package.folder / package.script, ignored)) return false;
  }
  return true;
}

std::optional<fs::path> find_library() {
  if (const auto chosen = environment("FAULTWAVE_CHARTS"); !chosen.empty()) {
    if (has_library(chosen)) return chosen;
    throw EnvironmentError(
        fmt::format("FAULTWAVE_CHARTS={0}: no npm packages d3 and @observablehq/plot in it\n"
                    "  fix: scripts/install_charts.sh {0}",
                    chosen));
  }
  std::error_code code;
  const fs::path executable = fs::read_symlink("/proc/self/exe", code);
  for (fs::path folder = executable.parent_path(); !code && !folder.empty();
       folder = folder.parent_path()) {
    if (has_library(folder / "charts")) return folder / "charts";
    if (folder == folder.root_path()) break;
  }
  if (const auto installed = tree_root() / "charts"; has_library(installed)) return installed;
  return std::nullopt;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string escaped_html(const std::string& text) {
  return replaced(replaced(text, "&", "&amp;"), "<", "&lt;");
}

}  // namespace

std::string charting_library() {
  const auto folder = find_library();
  if (!folder) {
    throw EnvironmentError(
        "the charting library is missing (npm packages @observablehq/plot and d3)\n"
        "  fix: scripts/install_charts.sh, which needs npm; or set FAULTWAVE_CHARTS to a folder in "
        "which 'npm install @observablehq/plot d3' ran");
  }
  std::string library;
  for (const auto& package : kPackages) {
    // The licence asks to be in every copy.
    library += "/*\n" + read_file(*folder / package.folder / "LICENSE") + "*/\n" +
               read_file(*folder / package.folder / package.script) + "\n";
  }
  return library;
}

std::string html_page(const Json& data, const std::string& library) {
  std::string scripts;
  for (const auto& script : web_scripts()) scripts += script;
  const std::string json = data.dump(-1, ' ', false, Json::error_handler_t::replace);
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n"
         "<link rel=\"icon\" href=\"data:,\">\n<title>" +
         escaped_html(data.value("title", "")) + "</title>\n<style>\n" + web_style() +
         "</style>\n</head>\n<body>\n<noscript>This report draws its tables and charts with "
         "JavaScript, which is switched off.</noscript>\n<main id=\"report\"></main>\n"
         "<script type=\"application/json\" id=\"data\">" +
         replaced(json, "<", "\\u003c") + "</script>\n<script>\n" +
         replaced(library, "</script", "<\\/script") + "</script>\n<script>\n'use strict';\n" +
         scripts + "</script>\n</body>\n</html>\n";
}

}  // namespace faultwave::report
