#include "campaign/merge_results.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <optional>

#include "base/error.hpp"
#include "base/progress.hpp"
#include "campaign/results_store.hpp"
#include "campaign/row_keys.hpp"
#include "campaign/writer_lock.hpp"

namespace faultwave::campaign {
namespace {

constexpr std::size_t kBatchTrials = 4096;

/// Removes the unfinished file with everything SQLite keeps beside it, unless it was renamed.
class UnfinishedFile {
 public:
  explicit UnfinishedFile(std::filesystem::path path) : path_(std::move(path)) { remove(); }
  ~UnfinishedFile() { remove(); }
  UnfinishedFile(const UnfinishedFile&) = delete;
  UnfinishedFile& operator=(const UnfinishedFile&) = delete;
  const std::filesystem::path& path() const { return path_; }

  void rename_to(const std::filesystem::path& target) {
    std::error_code code;
    if (std::filesystem::exists(path_.string() + "-wal", code)) {
      throw EnvironmentError(
          fmt::format("{}: the merged file could not be completed\n  fix: check that the disk has "
                      "space for it twice",
                      target.string()));
    }
    if (::rename(path_.c_str(), target.c_str()) != 0) {
      throw EnvironmentError(fmt::format("{}: cannot rename the finished file to this name: {}",
                                         target.string(), strerror(errno)));
    }
  }

 private:
  void remove() noexcept {
    std::error_code ignored;
    for (const char* suffix : {"", "-wal", "-shm", "-journal", ".lock"}) {
      std::filesystem::remove(path_.string() + suffix, ignored);
    }
  }
  std::filesystem::path path_;
};

/// What tells two records of one trial apart, for people.
std::string trial_difference(const TrialRecord& first, const TrialRecord& second) {
  for (const TrialResult& result : first.results) {
    const auto other =
        std::find_if(second.results.begin(), second.results.end(),
                     [&](const TrialResult& r) { return r.mitigation == result.mitigation; });
    if (other == second.results.end()) return fmt::format("only one has '{}'", result.mitigation);
    if (*other == result) continue;
    const auto counts = [](const TrialResult& r) {
      return fmt::format("correct {}, masked {}, benign {}, sdc1 {}, sdc5 {}", r.correct, r.masked,
                         r.benign, r.sdc1, r.sdc5);
    };
    const std::string from = counts(result);
    const std::string to = counts(*other);
    if (from == to) return fmt::format("'{}': other outcomes of single images", result.mitigation);
    return fmt::format("'{}': {} against {}", result.mitigation, from, to);
  }
  if (first.results.size() != second.results.size()) return "other mitigations";
  return "another fault, PE, layer, stratum, seed or weight";
}

class Merger {
 public:
  Merger(const std::filesystem::path& file, const ResultsStore& first)
      : store_(ResultsStore::create(file, first.info())),
        first_path_(first.path()),
        origin_(first.info().num_trials, kNowhere) {}

  void add(const ResultsStore& input) {
    const auto& info = input.info();
    if (info.plan_sha256 != store_.info().plan_sha256) {
      throw InputError({input.path().string()},
                       fmt::format("belongs to another campaign ('{}') than {} ('{}')", info.name,
                                   first_path_.string(), store_.info().name),
                       "merge files of one configuration only");
    }
    inputs_.push_back(input.path());
    add_plan(input);
    for (const auto& [key, value] : input.notes()) notes_[key].push_back(value);
    for (const VerificationRow& row : input.verifications()) {
      const auto [place, is_new] = verifications_.try_emplace({row.trial, row.mitigation}, row);
      if (!is_new && !row.agrees) place->second = row;
    }
    input.for_each_trial([&](const TrialRecord& trial) { add_trial(trial); });
    flush();
  }

  MergeSummary finish() {
    std::vector<VerificationRow> rows;
    for (const auto& entry : verifications_) rows.push_back(entry.second);
    store_.add_verifications(rows);
    for (const auto& [key, values] : notes_) {
      if (std::all_of(values.begin(), values.end(),
                      [&](const std::string& value) { return value == values.front(); })) {
        store_.set_note(key, values.front());
      } else {
        summary_.dropped_notes.push_back(key);
      }
    }
    summary_.num_trials = origin_.size();
    for (uint64_t trial = 0; trial < origin_.size(); ++trial) {
      if (origin_[trial] != kNowhere) {
        ++summary_.num_finished;
      } else if (!summary_.missing.empty() && summary_.missing.back().second + 1 == trial) {
        summary_.missing.back().second = trial;
      } else {
        summary_.missing.emplace_back(trial, trial);
      }
    }
    return summary_;
  }

 private:
  static constexpr uint32_t kNowhere = UINT32_MAX;

  template <typename Row>
  void check_rows(const ResultsStore& input, const std::vector<Row>& stored,
                  const std::vector<Row>& rows) {
    if (const Row* conflict = find_conflict<Row>(stored, rows)) {
      throw InputError({input.path().string()},
                       fmt::format("has another {} than {}", describe(*conflict),
                                   inputs_.size() == 2 ? first_path_.string() : "files before it"),
                       "run all shards with the same networks, data sets and netlists");
    }
  }

  void add_plan(const ResultsStore& input) {
    const auto cells = input.cells();
    const auto strata = input.strata();
    const auto faults = input.faults();
    check_rows(input, store_.cells(), cells);
    check_rows(input, store_.strata(), strata);
    check_rows(input, store_.faults(), faults);
    store_.add_cells(cells);
    store_.add_strata(strata);
    store_.add_faults(faults);
  }

  void add_trial(const TrialRecord& trial) {
    if (trial.trial >= origin_.size()) {
      throw InputError({inputs_.back().string()},
                       fmt::format("has trial {} of {}", trial.trial, origin_.size()),
                       "restore a copy; the file was changed by another program");
    }
    uint32_t& origin = origin_[trial.trial];
    if (origin == kNowhere) {
      origin = static_cast<uint32_t>(inputs_.size() - 1);
      batch_.push_back(trial);
      if (batch_.size() == kBatchTrials) flush();
      return;
    }
    flush();
    const auto known = store_.trial(trial.trial);
    FAULTWAVE_CHECK(known.has_value());
    if (*known != trial) {
      throw CheckError(fmt::format(
          "trial {} differs between {} and {}: {}\n  fix: find out which is right; equal plans "
          "give equal results",
          trial.trial, inputs_[origin].string(), inputs_.back().string(),
          trial_difference(*known, trial)));
    }
    ++summary_.num_duplicates;
  }

  void flush() {
    if (!batch_.empty()) store_.commit(batch_);
    batch_.clear();
  }

  ResultsStore store_;
  std::filesystem::path first_path_;
  std::vector<uint32_t> origin_;  ///< [num_trials], index into inputs_
  std::vector<std::filesystem::path> inputs_;
  std::vector<TrialRecord> batch_;
  std::map<std::pair<uint64_t, std::string>, VerificationRow> verifications_;
  std::map<std::string, std::vector<std::string>> notes_;
  MergeSummary summary_;
};

}  // namespace

MergeSummary merge_results(const std::filesystem::path& out,
                           std::span<const std::filesystem::path> inputs) {
  FAULTWAVE_CHECK(!inputs.empty());
  const WriterLock lock(out);
  std::error_code code;
  if (std::filesystem::symlink_status(out, code).type() != std::filesystem::file_type::not_found) {
    throw EnvironmentError(
        fmt::format("{}: exists already\n  fix: name another file or remove it", out.string()));
  }
  std::filesystem::path beside = out;
  beside += fmt::format(".{}.merge", ::getpid());
  UnfinishedFile file(beside);
  Progress progress("merging", inputs.size());
  MergeSummary summary;
  {
    std::optional<Merger> merger;
    for (const auto& input : inputs) {
      const auto store = ResultsStore::open_read_only(input);
      if (!merger) merger.emplace(file.path(), store);
      merger->add(store);
      progress.advance();
    }
    summary = merger->finish();
  }
  file.rename_to(out);
  return summary;
}

}  // namespace faultwave::campaign
