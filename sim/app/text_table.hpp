// A table for people (aligned, coloured heading), for spreadsheets (CSV) or for programs (JSON).
#pragma once

#include <string>
#include <vector>

namespace faultwave::app {

/// Rows of text that are printed as a table, CSV or JSON.
struct TextTable {
  /// Heading of a column and how its cells are written.
  struct Column {
    std::string name;        ///< also the key in JSON
    bool is_number = false;  ///< flush right; a number in JSON
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  ///< an empty cell: no such figure
};

/// `format` is "table", "csv" or "json". On a terminal the last column is wrapped.
std::string to_text(const TextTable& table, const std::string& format);

}  // namespace faultwave::app
