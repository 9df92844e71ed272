// A thin layer over SQLite: connections, statements and transactions whose errors name the file and
// the fix.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace faultwave::campaign {

class Database;

/// A prepared statement. Parameters and columns count from 0. Lives shorter than its database.
class Statement {
 public:
  Statement(Database& database, const std::string& sql);

  void bind(int index, std::nullopt_t);
  void bind(int index, int64_t value);
  void bind(int index, double value);
  void bind(int index, std::string_view value);
  void bind(int index, std::span<const uint8_t> value);
  template <typename T>
  void bind(int index, const std::optional<T>& value) {
    value ? bind(index, *value) : bind(index, std::nullopt);
  }

  /// True: a row is there. False: done.
  bool step();
  void reset();
  /// Binds the values in order, runs the statement to its end and resets it.
  template <typename... Values>
  void run(const Values&... values) {
    int index = 0;
    (bind(index++, values), ...);
    while (step()) {
    }
    reset();
  }

  int num_columns() const;
  bool is_null(int column) const;
  int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;
  std::vector<uint8_t> blob(int column) const;
  std::optional<int64_t> optional_integer(int column) const;
  std::optional<double> optional_real(int column) const;
  std::optional<std::string> optional_text(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Database& database_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// A connection. Not to be carried over a fork().
class Database {
 public:
  enum class Access {
    kReadOnly,
    kImmutable,  ///< read-only, no locks, no companion files: for files that nobody writes
    kReadWrite,
    kCreate  ///< the file must not exist
  };
  Database(const std::filesystem::path& path, Access access);

  /// One or several statements without parameters and results.
  void execute(const std::string& sql);
  /// The first column of the first row, "" when there is no row.
  std::string scalar(const std::string& sql);

  const std::filesystem::path& path() const { return path_; }
  sqlite3* handle() { return handle_.get(); }
  /// Rolls an open transaction back, never throws.
  void rollback() noexcept;
  /// Throws what the result code means: EnvironmentError (disk full, read-only, in use), InputError
  /// (damaged, no database), InternalError (everything else).
  [[noreturn]] void fail(int code);

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  std::filesystem::path path_;
  std::unique_ptr<sqlite3, Close> handle_;
};

/// All or nothing: rolls back unless commit() succeeded.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool is_open_ = true;
};

}  // namespace faultwave::campaign
