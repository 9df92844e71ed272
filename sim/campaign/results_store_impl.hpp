// Internals of ResultsStore, shared by its two source files.
#pragma once

#include <map>
#include <optional>

#include "campaign/results_store.hpp"
#include "campaign/sqlite_database.hpp"
#include "campaign/writer_lock.hpp"

namespace faultwave::campaign {

/// The open database of a results store and the lock of its writer.
struct ResultsStore::Impl {
  /// Only writers hold the lock. Before `database`: it is released after the file is closed.
  std::unique_ptr<WriterLock> lock;
  Database database;
  CampaignInfo info;
  std::map<int64_t, CellRow> cells;  ///< as in the file

  Impl(std::unique_ptr<WriterLock> held, Database opened)
      : lock(std::move(held)), database(std::move(opened)) {}
};

/// Keys of `meta` that CampaignInfo holds, and format_version.
bool is_campaign_key(const std::string& key);
std::map<std::string, std::string> read_meta(Database& database);
/// InputError when a key is missing or no number.
CampaignInfo read_campaign_info(Database& database);

std::vector<CellRow> read_cells(Database& database);
std::vector<StratumRow> read_strata(Database& database);
std::vector<FaultRow> read_faults(Database& database);

}  // namespace faultwave::campaign
