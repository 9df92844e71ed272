#include "campaign/results_schema.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/error.hpp"

namespace faultwave::campaign {
namespace {

/// "FwRs" in the header of the file, so that `file` and we know it.
constexpr int kApplicationId = 0x46775273;

std::vector<std::string> column_names(Database& database, const std::string& table) {
  Statement statement(database, fmt::format("SELECT name FROM pragma_table_info('{}')", table));
  std::vector<std::string> names;
  while (statement.step()) names.push_back(statement.text(0));
  return names;
}

constexpr const char* kFix =
    "name the file that 'faultwave campaign --out' or 'faultwave merge' wrote";

}  // namespace

const std::vector<TableSchema>& results_tables() {
  static const std::vector<TableSchema> tables = {
      {"meta", "key TEXT PRIMARY KEY, value TEXT NOT NULL", "WITHOUT ROWID", "key,value", "key"},
      {"cell",
       "cell INTEGER PRIMARY KEY, name TEXT NOT NULL, network TEXT NOT NULL, dataset TEXT NOT "
       "NULL, "
       "first_image INTEGER NOT NULL, images INTEGER NOT NULL, multiplier TEXT NOT NULL, "
       "number_format TEXT NOT NULL, netlist_sha256 TEXT NOT NULL, table_sha256 TEXT NOT NULL, "
       "accelerator TEXT NOT NULL, num_pes INTEGER NOT NULL, energy_pj REAL NOT NULL, "
       "exact_correct INTEGER NOT NULL, golden_correct INTEGER NOT NULL",
       "",
       "cell,name,network,dataset,first_image,images,multiplier,number_format,netlist_sha256,"
       "table_sha256,accelerator,num_pes,energy_pj,exact_correct,golden_correct",
       "cell"},
      {"stratum",
       "cell INTEGER NOT NULL REFERENCES cell, stratum TEXT NOT NULL, population INTEGER NOT NULL, "
       "PRIMARY KEY(cell, stratum)",
       "WITHOUT ROWID", "cell,stratum,population", "cell,stratum"},
      {"fault",
       "fault INTEGER PRIMARY KEY, cell INTEGER NOT NULL REFERENCES cell, name TEXT NOT NULL, "
       "unit TEXT NOT NULL, net TEXT NOT NULL, kind TEXT NOT NULL, lowest_output_bit INTEGER, "
       "highest_output_bit INTEGER, level INTEGER, weight INTEGER NOT NULL, mae REAL, wce REAL, "
       "error_probability REAL, mean_error REAL",
       "",
       "fault,cell,name,unit,net,kind,lowest_output_bit,highest_output_bit,level,weight,mae,wce,"
       "error_probability,mean_error",
       "fault"},
      {"fault_member",
       "fault INTEGER NOT NULL REFERENCES fault, name TEXT NOT NULL, PRIMARY KEY(fault, name)",
       "WITHOUT ROWID", "fault,name", "fault,name"},
      {"trial",
       "trial INTEGER PRIMARY KEY, cell INTEGER NOT NULL REFERENCES cell, "
       "fault INTEGER REFERENCES fault, pe TEXT, rate REAL, layer TEXT, stratum TEXT NOT NULL, "
       "num_faulty_pes INTEGER NOT NULL, seed INTEGER NOT NULL, weight REAL NOT NULL",
       "", "trial,cell,fault,pe,rate,layer,stratum,num_faulty_pes,seed,weight", "trial"},
      {"result",
       "trial INTEGER NOT NULL REFERENCES trial, mitigation TEXT NOT NULL, "
       "correct INTEGER NOT NULL, masked INTEGER NOT NULL, benign INTEGER NOT NULL, "
       "sdc1 INTEGER NOT NULL, sdc5 INTEGER NOT NULL, PRIMARY KEY(trial, mitigation)",
       "WITHOUT ROWID", "trial,mitigation,correct,masked,benign,sdc1,sdc5", "trial,mitigation"},
      {"outcome",
       "trial INTEGER NOT NULL, mitigation TEXT NOT NULL, codes BLOB NOT NULL, "
       "PRIMARY KEY(trial, mitigation), FOREIGN KEY(trial, mitigation) REFERENCES result",
       "", "trial,mitigation,codes", "trial,mitigation"},
      {"verification",
       "trial INTEGER NOT NULL, mitigation TEXT NOT NULL, images INTEGER NOT NULL, "
       "agrees INTEGER NOT NULL, PRIMARY KEY(trial, mitigation)",
       "WITHOUT ROWID", "trial,mitigation,images,agrees", "trial,mitigation"},
  };
  return tables;
}

void create_results_tables(Database& database) {
  database.execute(fmt::format("PRAGMA application_id={}", kApplicationId));
  for (const TableSchema& table : results_tables()) {
    database.execute(
        fmt::format("CREATE TABLE {}({}) {}", table.name, table.definition, table.options));
  }
}

void check_is_database(const std::filesystem::path& path) {
  const std::string file = path.string();
  std::error_code code;
  const auto status = std::filesystem::status(path, code);
  if (!std::filesystem::exists(status)) {
    throw InputError({file}, "no such file", "check the path");
  }
  if (!std::filesystem::is_regular_file(status)) {
    throw InputError({file}, "is no regular file", kFix);
  }
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw InputError({file}, fmt::format("cannot open: {}", strerror(errno)));
  std::array<char, 16> head{};
  stream.read(head.data(), head.size());
  if (stream.gcount() == 0) throw InputError({file}, "is empty", kFix);
  constexpr char kMagic[] = "SQLite format 3";  // with the terminating zero: 16 bytes
  if (stream.gcount() != static_cast<std::streamsize>(head.size()) ||
      std::memcmp(head.data(), kMagic, sizeof kMagic) != 0) {
    throw InputError({file}, "is no results file (not an SQLite database)", kFix);
  }
}

void check_results_tables(Database& database) {
  const std::string file = database.path().string();
  const auto meta_columns = column_names(database, "meta");
  if (database.scalar("PRAGMA application_id") != std::to_string(kApplicationId) ||
      meta_columns != std::vector<std::string>{"key", "value"}) {
    throw InputError({file}, "is an SQLite database, but no results file of Faultwave", kFix);
  }
  const std::string version = database.scalar("SELECT value FROM meta WHERE key='format_version'");
  if (version != std::to_string(kResultsFormatVersion)) {
    const std::string writer = database.scalar("SELECT value FROM meta WHERE key='version'");
    throw InputError({file},
                     fmt::format("has format version '{}', this program reads {}", version,
                                 kResultsFormatVersion),
                     fmt::format("use the version of Faultwave that wrote it ({})",
                                 writer.empty() ? "unknown" : writer));
  }
  for (const TableSchema& table : results_tables()) {
    const auto columns = column_names(database, table.name);
    if (columns.empty()) {
      throw InputError({file}, fmt::format("the table '{}' is missing", table.name),
                       "restore a copy; the file was changed by another program");
    }
    const std::string found = fmt::format("{}", fmt::join(columns, ","));
    if (found != table.columns) {
      throw InputError({file},
                       fmt::format("the table '{}' has the columns {}, not {}", table.name, found,
                                   table.columns),
                       "restore a copy; the file was changed by another program");
    }
  }
}

}  // namespace faultwave::campaign
