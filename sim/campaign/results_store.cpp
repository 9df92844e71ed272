#include "campaign/results_store.hpp"

#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <sstream>

#include "base/error.hpp"
#include "base/progress.hpp"
#include "campaign/results_schema.hpp"
#include "campaign/results_store_impl.hpp"
#include "campaign/row_keys.hpp"

namespace faultwave::campaign {
namespace {

std::map<std::string, std::string> to_meta(const CampaignInfo& info) {
  std::map<std::string, std::string> meta = {
      {"format_version", std::to_string(kResultsFormatVersion)},
      {"name", info.name},
      {"config", info.config},
      {"seed", std::to_string(info.seed)},
      {"version", info.version},
      {"revision", info.revision},
      {"plan_sha256", info.plan_sha256},
      {"num_trials", std::to_string(info.num_trials)}};
  if (info.population) meta["population"] = std::to_string(*info.population);
  return meta;
}

/// "line 3 is 'x: 1' in the file and 'x: 2' now" for the first line that differs, "" for none.
std::string config_difference(const std::string& stored, const std::string& now) {
  std::istringstream stored_lines(stored);
  std::istringstream now_lines(now);
  for (int line = 1;; ++line) {
    std::string from;
    std::string to;
    const bool has_from = static_cast<bool>(std::getline(stored_lines, from));
    const bool has_to = static_cast<bool>(std::getline(now_lines, to));
    if (!has_from && !has_to) return "";
    if (has_from && has_to && from == to) continue;
    return fmt::format("line {} of the configuration is {} in the file and {} now", line,
                       has_from ? "'" + from + "'" : "absent", has_to ? "'" + to + "'" : "absent");
  }
}

/// What tells two plans apart, for people.
std::string plan_difference(const CampaignInfo& stored, const CampaignInfo& now) {
  std::vector<std::string> parts;
  const auto compare = [&](const char* what, const std::string& from, const std::string& to) {
    if (from != to) {
      parts.push_back(fmt::format("{} is '{}' in the file and '{}' now", what, from, to));
    }
  };
  compare("name", stored.name, now.name);
  compare("seed", std::to_string(stored.seed), std::to_string(now.seed));
  compare("num_trials", std::to_string(stored.num_trials), std::to_string(now.num_trials));
  if (auto config = config_difference(stored.config, now.config); !config.empty()) {
    parts.push_back(std::move(config));
  }
  compare("version", stored.version, now.version);
  compare("revision", stored.revision, now.revision);
  if (parts.empty()) {
    parts.push_back("a network, data set or netlist that the configuration names has changed");
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

/// One file without journals is easiest to copy; the write-ahead log comes back with a writer.
void leave_single_file(Database& database) noexcept {
  try {
    database.execute("PRAGMA busy_timeout=0; PRAGMA journal_mode=DELETE");
  } catch (...) {
    // A reader is there or the disk is full: the log stays beside the file and belongs to it.
  }
}

void configure_writer(Database& database) {
  // FULL: a committed batch survives a power failure, too.
  database.execute("PRAGMA foreign_keys=ON; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
}

void check_integrity(Database& database) {
  const std::string verdict = database.scalar("PRAGMA quick_check(1)");
  if (verdict != "ok") {
    throw InputError({database.path().string()},
                     fmt::format("the results file is damaged ({})", verdict),
                     "restore a copy, or rescue what can be read: sqlite3 FILE .recover");
  }
}

/// Inserts rows that are not among `stored`; those that are must be equal.
template <typename Row, typename Insert>
void add_missing(Database& database, const std::vector<Row>& stored, std::span<const Row> rows,
                 const Insert& insert) {
  if (const Row* conflict = find_conflict<Row>(stored, rows)) {
    throw InputError(
        {database.path().string()}, fmt::format("holds another {}", describe(*conflict)),
        "a network, data set or netlist has changed since it was made: write to a new file");
  }
  const auto known = rows_by_key<Row>(stored);
  Transaction transaction(database);
  for (const Row& row : rows) {
    if (known.count(key_of(row)) == 0) insert(row);
  }
  transaction.commit();
}

/// A trial of a plan with `num_trials` in this cell.
void check_trial(const TrialRecord& trial, uint64_t num_trials, const CellRow* cell) {
  FAULTWAVE_CHECK(trial.trial < num_trials, "trial {} of {}", trial.trial, num_trials);
  FAULTWAVE_CHECK(cell != nullptr, "trial {} has unknown cell {}", trial.trial, trial.cell);
  FAULTWAVE_CHECK(std::isfinite(trial.weight) && trial.weight > 0, "trial {} has weight {}",
                  trial.trial, trial.weight);
  for (const TrialResult& result : trial.results) {
    FAULTWAVE_CHECK(result.correct >= 0 && result.correct <= cell->images && result.masked >= 0 &&
                        result.benign >= 0 && result.sdc5 >= 0 && result.sdc5 <= result.sdc1 &&
                        result.masked + result.benign + result.sdc1 == cell->images,
                    "trial {} ({}): counts do not fit {} images", trial.trial, result.mitigation,
                    cell->images);
    FAULTWAVE_CHECK(
        result.outcomes.empty() || result.outcomes.size() == static_cast<std::size_t>(cell->images),
        "trial {} ({}): {} outcomes of {} images", trial.trial, result.mitigation,
        result.outcomes.size(), cell->images);
  }
}

/// Reads that follow see the state of now.
void begin_snapshot(Database& database) {
  database.execute("BEGIN");
  database.scalar("SELECT count(*) FROM sqlite_schema");
}

Database open_snapshot(const std::filesystem::path& path) {
  try {
    Database database(path, Database::Access::kReadOnly);
    begin_snapshot(database);
    return database;
  } catch (const EnvironmentError&) {
    // Even readers of a write-ahead log need files beside it, which a read-only folder refuses.
    std::filesystem::path log = path;
    log += "-wal";
    std::error_code code;
    const auto log_bytes = std::filesystem::file_size(log, code);
    if (!code && log_bytes > 0) {
      throw EnvironmentError(
          fmt::format("{}: its write-ahead log cannot be read in a read-only folder\n  fix: copy "
                      "'{}' and '{}' to a folder that can be written",
                      path.string(), path.filename().string(), log.filename().string()));
    }
  }
  Database database(path, Database::Access::kImmutable);
  begin_snapshot(database);
  return database;
}

}  // namespace

ResultsStore::ResultsStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ResultsStore::ResultsStore(ResultsStore&&) noexcept = default;
ResultsStore& ResultsStore::operator=(ResultsStore&& other) noexcept {
  ResultsStore(std::move(other)).impl_.swap(impl_);
  return *this;
}

ResultsStore::~ResultsStore() {
  if (impl_ != nullptr && impl_->lock != nullptr) leave_single_file(impl_->database);
}

ResultsStore ResultsStore::create(const std::filesystem::path& path, const CampaignInfo& info) {
  auto lock = std::make_unique<WriterLock>(path);
  std::error_code code;
  if (std::filesystem::symlink_status(path, code).type() != std::filesystem::file_type::not_found) {
    throw EnvironmentError(fmt::format(
        "{}: exists already\n  fix: go on with it (--resume), name another file or remove it",
        path.string()));
  }
  std::filesystem::path beside = path;
  beside += fmt::format(".{}.tmp", ::getpid());
  std::filesystem::remove(beside, code);
  try {
    Database database(beside, Database::Access::kCreate);
    Transaction transaction(database);
    create_results_tables(database);
    Statement insert(database, "INSERT INTO meta VALUES(?,?)");
    for (const auto& [key, value] : to_meta(info)) {
      insert.run(std::string_view(key), std::string_view(value));
    }
    transaction.commit();
  } catch (...) {
    std::filesystem::remove(beside, code);
    throw;
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) {
    const int error = errno;
    std::filesystem::remove(beside, code);
    throw EnvironmentError(fmt::format("{}: cannot rename the finished file to this name: {}",
                                       path.string(), strerror(error)));
  }
  auto impl = std::make_unique<Impl>(std::move(lock), Database(path, Database::Access::kReadWrite));
  configure_writer(impl->database);
  impl->info = info;
  return ResultsStore(std::move(impl));
}

ResultsStore ResultsStore::open_for_resume(const std::filesystem::path& path,
                                           const CampaignInfo& info) {
  check_is_database(path);
  auto lock = std::make_unique<WriterLock>(path);
  auto impl = std::make_unique<Impl>(std::move(lock), Database(path, Database::Access::kReadWrite));
  check_results_tables(impl->database);
  check_integrity(impl->database);
  impl->info = read_campaign_info(impl->database);
  if (impl->info.plan_sha256 != info.plan_sha256) {
    throw InputError({path.string()},
                     "holds another campaign: " + plan_difference(impl->info, info),
                     "go on with the configuration it was made with, or write to a new file");
  }
  if (impl->info.revision != info.revision || impl->info.version != info.version) {
    log_line(fmt::format("{}: begun by faultwave {} ({}), resumed by {} ({})", path.string(),
                         impl->info.version, impl->info.revision, info.version, info.revision));
  }
  configure_writer(impl->database);
  for (CellRow& row : read_cells(impl->database)) impl->cells[row.cell] = std::move(row);
  return ResultsStore(std::move(impl));
}

ResultsStore ResultsStore::open_read_only(const std::filesystem::path& path) {
  check_is_database(path);
  auto impl = std::make_unique<Impl>(nullptr, open_snapshot(path));
  check_results_tables(impl->database);
  impl->info = read_campaign_info(impl->database);
  for (CellRow& row : read_cells(impl->database)) impl->cells[row.cell] = std::move(row);
  return ResultsStore(std::move(impl));
}

void ResultsStore::add_cells(std::span<const CellRow> rows) {
  Database& database = impl_->database;
  Statement insert(database, "INSERT INTO cell VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  add_missing(database, read_cells(database), rows, [&](const CellRow& row) {
    FAULTWAVE_CHECK(row.images > 0, "cell {} has no images", row.cell);
    insert.run(row.cell, std::string_view(row.name), std::string_view(row.network),
               std::string_view(row.dataset), row.first_image, row.images,
               std::string_view(row.multiplier), std::string_view(row.number_format),
               std::string_view(row.netlist_sha256), std::string_view(row.table_sha256),
               std::string_view(row.accelerator), row.num_pes, row.energy_pj, row.exact_correct,
               row.golden_correct);
  });
  for (const CellRow& row : rows) impl_->cells[row.cell] = row;
}

void ResultsStore::add_strata(std::span<const StratumRow> rows) {
  Database& database = impl_->database;
  Statement insert(database, "INSERT INTO stratum VALUES(?,?,?)");
  add_missing(database, read_strata(database), rows, [&](const StratumRow& row) {
    insert.run(row.cell, std::string_view(row.stratum), static_cast<int64_t>(row.population));
  });
}

void ResultsStore::add_faults(std::span<const FaultRow> rows) {
  Database& database = impl_->database;
  Statement insert(database, "INSERT INTO fault VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  Statement insert_member(database, "INSERT INTO fault_member VALUES(?,?)");
  add_missing(database, read_faults(database), rows, [&](const FaultRow& row) {
    FAULTWAVE_CHECK(
        row.weight > 0 &&
            (row.members.empty() || row.members.size() == static_cast<std::size_t>(row.weight)),
        "fault {} has weight {} and {} members", row.fault, row.weight, row.members.size());
    insert.run(row.fault, row.cell, std::string_view(row.name), std::string_view(row.unit),
               std::string_view(row.net), std::string_view(row.kind), row.lowest_output_bit,
               row.highest_output_bit, row.level, row.weight, row.mae, row.wce,
               row.error_probability, row.mean_error);
    for (const std::string& member : row.members) {
      insert_member.run(row.fault, std::string_view(member));
    }
  });
}

void ResultsStore::commit(std::span<const TrialRecord> trials) {
  Database& database = impl_->database;
  Statement insert_trial(database, "INSERT INTO trial VALUES(?,?,?,?,?,?,?,?,?,?)");
  Statement insert_result(database, "INSERT INTO result VALUES(?,?,?,?,?,?,?)");
  Statement insert_outcome(database, "INSERT INTO outcome VALUES(?,?,?)");
  Transaction transaction(database);
  for (const TrialRecord& trial : trials) {
    const auto cell = impl_->cells.find(trial.cell);
    check_trial(trial, impl_->info.num_trials,
                cell == impl_->cells.end() ? nullptr : &cell->second);
    const auto number = static_cast<int64_t>(trial.trial);
    insert_trial.run(number, trial.cell, trial.fault, trial.pe, trial.rate, trial.layer,
                     std::string_view(trial.stratum), trial.num_faulty_pes,
                     std::bit_cast<int64_t>(trial.seed), trial.weight);
    for (const TrialResult& result : trial.results) {
      const std::string_view mitigation = result.mitigation;
      insert_result.run(number, mitigation, result.correct, result.masked, result.benign,
                        result.sdc1, result.sdc5);
      if (!result.outcomes.empty()) {
        const auto packed = pack_outcomes(result.outcomes);
        insert_outcome.run(number, mitigation, std::span<const uint8_t>(packed));
      }
    }
  }
  transaction.commit();
}

void ResultsStore::add_verifications(std::span<const VerificationRow> rows) {
  Transaction transaction(impl_->database);
  Statement insert(impl_->database, "INSERT OR REPLACE INTO verification VALUES(?,?,?,?)");
  for (const VerificationRow& row : rows) {
    insert.run(static_cast<int64_t>(row.trial), std::string_view(row.mitigation), row.images,
               int64_t{row.agrees ? 1 : 0});
  }
  transaction.commit();
}

void ResultsStore::set_note(const std::string& key, const std::string& value) {
  FAULTWAVE_CHECK(!is_campaign_key(key), "'{}' belongs to the campaign", key);
  Statement insert(impl_->database, "INSERT OR REPLACE INTO meta VALUES(?,?)");
  insert.run(std::string_view(key), std::string_view(value));
}

}  // namespace faultwave::campaign
