#include "base/csv.hpp"

#include <fmt/format.h>

#include <sstream>

#include "base/error.hpp"
#include "base/file.hpp"

namespace faultwave {
namespace {

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> fields(1);
  for (const char character : line) {
    if (character == ',') {
      fields.emplace_back();
    } else if (character != '\r') {
      fields.back() += character;
    }
  }
  return fields;
}

}  // namespace

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char character : text) {
    if (character == '"') quoted += '"';
    quoted += character;
  }
  return quoted + "\"";
}

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts;
  for (const std::string& part : split(text)) {
    const auto begin = part.find_first_not_of(' ');
    if (begin == std::string::npos) continue;
    parts.push_back(part.substr(begin, part.find_last_not_of(' ') - begin + 1));
  }
  return parts;
}

const std::string& CsvRow::at(const std::string& column) const {
  const auto found = fields.find(column);
  if (found == fields.end()) {
    throw InputError({file, 1}, fmt::format("column '{}' is missing", column));
  }
  return found->second;
}

std::vector<CsvRow> read_csv(const std::filesystem::path& path) {
  std::istringstream stream(read_file(path));
  std::string text;
  std::getline(stream, text);
  const auto columns = split(text);
  std::vector<CsvRow> rows;
  for (int line = 2; std::getline(stream, text); ++line) {
    const auto fields = split(text);
    if (fields.size() != columns.size()) {
      throw InputError({path.string(), line}, fmt::format("{} fields, {} columns are named",
                                                          fields.size(), columns.size()));
    }
    CsvRow row{path.string(), line, {}};
    for (std::size_t i = 0; i < fields.size(); ++i) row.fields.emplace(columns[i], fields[i]);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace faultwave
