#include "app/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/command_line.hpp"
#include "base/csv.hpp"
#include "base/terminal.hpp"

namespace faultwave::app {
namespace {

std::string to_csv(const TextTable& table) {
  std::string text;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    text += (i == 0 ? "" : ",") + csv_field(table.columns[i].name);
  }
  text += "\n";
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : ",") + csv_field(row[i]);
    text += "\n";
  }
  return text;
}

std::string to_json(const TextTable& table) {
  auto root = nlohmann::ordered_json::array();
  for (const auto& row : table.rows) {
    nlohmann::ordered_json entry;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i].empty()) {
        entry[table.columns[i].name] = nullptr;
      } else if (table.columns[i].is_number) {
        entry[table.columns[i].name] = nlohmann::ordered_json::parse(row[i]);
      } else {
        entry[table.columns[i].name] = row[i];
      }
    }
    root.push_back(std::move(entry));
  }
  return root.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string to_aligned(const TextTable& table) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    widths.push_back(table.columns[i].name.size());
    for (const auto& row : table.rows) widths[i] = std::max(widths[i], row[i].size());
  }
  const auto cell = [&](std::size_t column, const std::string& text) {
    return table.columns[column].is_number ? fmt::format("{:>{}}", text, widths[column])
                                           : fmt::format("{:<{}}", text, widths[column]);
  };
  const std::size_t last = table.columns.size() - 1;
  std::string text;
  for (std::size_t i = 0; i <= last; ++i) {
    const auto& name = table.columns[i].name;
    const bool is_open = i == last && !table.columns[i].is_number;
    text += styled(Stream::kOut, Style::kHeading, is_open ? name : cell(i, name));
    text += i == last ? "\n" : "  ";
  }
  for (const auto& row : table.rows) {
    std::string line;
    for (std::size_t i = 0; i < last; ++i) line += cell(i, row[i]) + "  ";
    if (table.columns[last].is_number) {
      line += cell(last, row[last]);
    } else if (is_terminal(Stream::kOut)) {
      line += wrapped(row[last], static_cast<int>(line.size()), line_width());
    } else {
      line += row[last];
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

}  // namespace

std::string to_text(const TextTable& table, const std::string& format) {
  if (format == "csv") return to_csv(table);
  if (format == "json") return to_json(table);
  return to_aligned(table);
}

}  // namespace faultwave::app
