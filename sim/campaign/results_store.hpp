// The results of a campaign in one SQLite file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "campaign/results_records.hpp"

namespace faultwave::campaign {

class Database;

/// A results file. Killed at any moment it opens again and holds every batch that commit() returned
/// from; a batch in flight is there whole or not at all. One process writes (a lock beside the
/// file, gone with the process), any number may read meanwhile. Nothing in it depends on the time,
/// on the order of commits or on the machine: campaigns of one plan have one content_sha256().
///
/// An open store must not be used in a child of fork(): workers open none, their parent commits.
///
/// Errors of all functions: EnvironmentError (disk full, read-only, in use by another writer),
/// InputError (damaged, no results file, another format or campaign); the store stays usable, what
/// was committed stays.
class ResultsStore {
 public:
  /// A new file, which appears by rename with its campaign in it. EnvironmentError when there is
  /// one already.
  static ResultsStore create(const std::filesystem::path& path, const CampaignInfo& info);
  /// To go on with a file of the same plan; checks the whole file for damage first. InputError
  /// names what differs when it belongs to another plan.
  static ResultsStore open_for_resume(const std::filesystem::path& path, const CampaignInfo& info);
  /// One state of the file as of now, whatever a writer does meanwhile.
  static ResultsStore open_read_only(const std::filesystem::path& path);

  ResultsStore(ResultsStore&&) noexcept;
  ResultsStore& operator=(ResultsStore&&) noexcept;
  /// A writer leaves a single file behind, without a write-ahead log.
  ~ResultsStore();

  const std::filesystem::path& path() const;
  const CampaignInfo& info() const;

  /// Any number of rows in one transaction. Rows that the file holds already are fine when they are
  /// equal (a resumed campaign adds them again), else InputError. Cells first, then strata and
  /// faults, then trials.
  void add_cells(std::span<const CellRow> rows);
  void add_strata(std::span<const StratumRow> rows);
  void add_faults(std::span<const FaultRow> rows);
  /// All trials with all their results in one transaction, on disk when it returns. InternalError
  /// for a trial that is there already, is not in the plan or does not fit its cell.
  void commit(std::span<const TrialRecord> trials);
  /// Replaces rows of the same trial and mitigation.
  void add_verifications(std::span<const VerificationRow> rows);
  /// A further key of `meta`, part of the content: "stopped_after", for example. Not for the keys
  /// of CampaignInfo.
  void set_note(const std::string& key, const std::string& value);

  uint64_t num_finished() const;
  /// Trials of the file, ascending.
  std::vector<uint64_t> finished_trials() const;
  std::vector<CellRow> cells() const;
  std::vector<StratumRow> strata() const;
  std::vector<FaultRow> faults() const;
  std::map<std::string, std::string> notes() const;
  std::vector<VerificationRow> verifications() const;
  std::optional<TrialRecord> trial(uint64_t trial) const;
  /// Ascending; one trial in memory at a time.
  void for_each_trial(const std::function<void(const TrialRecord&)>& visit) const;

  /// SHA-256 over all rows in the order of their keys. Left out: verifications and what says where
  /// results come from but not what they are (name, config, version and revision of the campaign).
  std::string content_sha256() const;

  /// For queries of this module.
  Database& database() const;

 private:
  struct Impl;
  explicit ResultsStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace faultwave::campaign
