// Comma-separated values.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace faultwave {

/// A field as RFC 4180 writes it: in quotes when it holds what separates fields or lines, quotes
/// doubled.
std::string csv_field(const std::string& text);

/// The parts of a list "a, b,c" without the blanks around them; empty parts are left out.
std::vector<std::string> split_at_commas(const std::string& text);

/// One line of a table.
struct CsvRow {
  std::string file;
  int line = 0;
  std::map<std::string, std::string> fields;  ///< by column
  /// InputError when the table has no such column.
  const std::string& at(const std::string& column) const;
};

/// A table whose first line names the columns and whose fields are not quoted. InputError when a
/// line has another number of fields.
std::vector<CsvRow> read_csv(const std::filesystem::path& path);

}  // namespace faultwave
