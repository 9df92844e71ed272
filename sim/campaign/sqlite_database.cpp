#include "campaign/sqlite_database.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>
#include <new>

#include "base/error.hpp"

namespace faultwave::campaign {
namespace {

/// A reader that recovers the write-ahead log holds the file for a moment.
constexpr int kBusyTimeoutMs = 5000;

/// "file:/a/b?mode=ro" with what URIs reserve escaped.
std::string uri(const std::filesystem::path& path, Database::Access access) {
  std::string text = "file:";
  for (const char character : std::filesystem::absolute(path).string()) {
    if (character == '%' || character == '?' || character == '#') {
      text += fmt::format("%{:02x}", static_cast<unsigned char>(character));
    } else {
      text += character;
    }
  }
  switch (access) {
    case Database::Access::kReadOnly:
      return text + "?mode=ro";
    case Database::Access::kImmutable:
      return text + "?mode=ro&immutable=1";
    case Database::Access::kReadWrite:
      return text + "?mode=rw";
    case Database::Access::kCreate:
      break;
  }
  return text + "?mode=rwc";
}

std::string folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path().string() : ".";
}

}  // namespace

void Database::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Database::Database(const std::filesystem::path& path, Access access) : path_(path) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(
      uri(path, access).c_str(), &handle,
      SQLITE_OPEN_URI | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE,
      nullptr);
  handle_.reset(handle);
  if (handle == nullptr) throw std::bad_alloc();
  if (code != SQLITE_OK) fail(code);
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
}

void Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

std::string Database::scalar(const std::string& sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.text(0) : std::string();
}

void Database::rollback() noexcept {
  if (sqlite3_get_autocommit(handle()) == 0) {
    sqlite3_exec(handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

void Database::fail(int code) {
  const std::string file = path_.string();
  const std::string detail = sqlite3_errmsg(handle());
  const int system_error = sqlite3_system_errno(handle());
  const char* const kSafe = "what was committed before is safe";
  switch (code & 0xFF) {
    case SQLITE_NOMEM:
      throw std::bad_alloc();
    case SQLITE_FULL:
      throw EnvironmentError(
          fmt::format("{}: the disk is full; {}\n  fix: free space for '{}', then resume", file,
                      kSafe, folder_of(path_)));
    case SQLITE_IOERR:
      if (code == SQLITE_IOERR_SHORT_READ) break;
      throw EnvironmentError(fmt::format(
          "{}: cannot be {}: {}; {}\n  fix: check the disk, its quota and the limit on file sizes "
          "(ulimit -f) for '{}', then resume",
          file, code == SQLITE_IOERR_READ ? "read" : "written",
          system_error != 0 ? strerror(system_error) : detail.c_str(), kSafe, folder_of(path_)));
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      throw EnvironmentError(fmt::format(
          "{}: cannot {} the file or files beside it: {}\n  fix: check the permissions "
          "of the file and of the folder '{}'",
          file, (code & 0xFF) == SQLITE_CANTOPEN ? "open" : "write",
          system_error != 0 ? strerror(system_error) : detail.c_str(), folder_of(path_)));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw EnvironmentError(
          fmt::format("{}: another program holds the file\n  fix: wait for it or end it", file));
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      break;
    default:
      throw InternalError(fmt::format("{}: SQLite error {}: {}", file, code, detail));
  }
  throw InputError({file}, fmt::format("the results file is damaged ({})", detail),
                   "restore a copy, or rescue what can be read: sqlite3 FILE .recover");
}

Transaction::Transaction(Database& database) : database_(database) {
  database_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (is_open_) database_.rollback();
}

void Transaction::commit() {
  database_.execute("COMMIT");
  is_open_ = false;
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Statement::Statement(Database& database, const std::string& sql) : database_(database) {
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v2(database.handle(), sql.c_str(), -1, &handle, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) database_.fail(code);
}

void Statement::bind(int index, std::nullopt_t) {
  const int code = sqlite3_bind_null(handle_.get(), index + 1);
  if (code != SQLITE_OK) database_.fail(code);
}

void Statement::bind(int index, int64_t value) {
  const int code = sqlite3_bind_int64(handle_.get(), index + 1, value);
  if (code != SQLITE_OK) database_.fail(code);
}

void Statement::bind(int index, double value) {
  const int code = sqlite3_bind_double(handle_.get(), index + 1, value);
  if (code != SQLITE_OK) database_.fail(code);
}

void Statement::bind(int index, std::string_view value) {
  // A null pointer would bind NULL instead of "".
  const int code = sqlite3_bind_text64(handle_.get(), index + 1, value.empty() ? "" : value.data(),
                                       value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK) database_.fail(code);
}

void Statement::bind(int index, std::span<const uint8_t> value) {
  const int code =
      sqlite3_bind_blob64(handle_.get(), index + 1, value.empty() ? "" : (const void*)value.data(),
                          value.size(), SQLITE_TRANSIENT);
  if (code != SQLITE_OK) database_.fail(code);
}

bool Statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  database_.fail(code);
}

void Statement::reset() {
  sqlite3_reset(handle_.get());
  sqlite3_clear_bindings(handle_.get());
}

int Statement::num_columns() const { return sqlite3_column_count(handle_.get()); }

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }

double Statement::real(int column) const { return sqlite3_column_double(handle_.get(), column); }

std::string Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
  return data == nullptr ? std::string() : std::string(data, size);
}

std::vector<uint8_t> Statement::blob(int column) const {
  const auto* data = static_cast<const uint8_t*>(sqlite3_column_blob(handle_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
  return data == nullptr ? std::vector<uint8_t>() : std::vector<uint8_t>(data, data + size);
}

std::optional<int64_t> Statement::optional_integer(int column) const {
  return is_null(column) ? std::nullopt : std::optional(integer(column));
}

std::optional<double> Statement::optional_real(int column) const {
  return is_null(column) ? std::nullopt : std::optional(real(column));
}

std::optional<std::string> Statement::optional_text(int column) const {
  return is_null(column) ? std::nullopt : std::optional(text(column));
}

}  // namespace faultwave::campaign
