// The tables of a results file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "campaign/sqlite_database.hpp"

namespace faultwave::campaign {

inline constexpr int kResultsFormatVersion = 1;

/// A table of the results file, as it is created, read and hashed.
struct TableSchema {
  std::string name;
  std::string definition;  ///< what stands between the parentheses of CREATE TABLE
  std::string options;     ///< "WITHOUT ROWID" or ""
  std::string columns;     ///< in order, comma-separated
  std::string order;       ///< the primary key: the order of rows in content_sha256()
};

/// All tables in an order in which referenced ones come first.
const std::vector<TableSchema>& results_tables();

/// Creates all tables, empty.
void create_results_tables(Database& database);

/// InputError when the file is missing, empty or no SQLite database at all, with its real problem.
void check_is_database(const std::filesystem::path& path);

/// InputError when the database is not a results file of kResultsFormatVersion with all its tables.
void check_results_tables(Database& database);

}  // namespace faultwave::campaign
