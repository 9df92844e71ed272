// Reading a results file.
#include <bit>
#include <charconv>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "campaign/results_schema.hpp"
#include "campaign/results_store.hpp"
#include "campaign/results_store_impl.hpp"

namespace faultwave::campaign {
namespace {

constexpr const char* kCampaignKeys[] = {"format_version", "name",       "config",
                                         "seed",           "version",    "revision",
                                         "plan_sha256",    "num_trials", "population"};
/// Where results come from, but not what they are.
constexpr const char* kProvenanceKeys[] = {"name", "config", "version", "revision"};

uint64_t number_of(const std::filesystem::path& path, const std::string& key,
                   const std::string& text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) {
    throw InputError({path.string()}, fmt::format("meta '{}' is '{}', no number", key, text),
                     "restore a copy; the file was changed by another program");
  }
  return value;
}

/// Walks through trials and their results side by side; both are ordered by trial.
class TrialReader {
 public:
  TrialReader(Database& database, const std::map<int64_t, CellRow>& cells,
              const std::string& condition)
      : database_(database),
        cells_(cells),
        trials_(database,
                "SELECT trial,cell,fault,pe,rate,layer,stratum,num_faulty_pes,seed,weight "
                "FROM trial " +
                    condition + " ORDER BY trial"),
        results_(database,
                 "SELECT result.trial,result.mitigation,correct,masked,benign,sdc1,sdc5,codes "
                 "FROM result LEFT JOIN outcome USING(trial,mitigation) " +
                     condition + " ORDER BY result.trial,result.mitigation") {
    has_result_ = results_.step();
  }

  /// The next trial, or nothing.
  std::optional<TrialRecord> next() {
    if (!trials_.step()) return std::nullopt;
    TrialRecord record;
    record.trial = static_cast<uint64_t>(trials_.integer(0));
    record.cell = trials_.integer(1);
    record.fault = trials_.optional_integer(2);
    record.pe = trials_.optional_text(3);
    record.rate = trials_.optional_real(4);
    record.layer = trials_.optional_text(5);
    record.stratum = trials_.text(6);
    record.num_faulty_pes = trials_.integer(7);
    record.seed = std::bit_cast<uint64_t>(trials_.integer(8));
    record.weight = trials_.real(9);
    while (has_result_ && results_.integer(0) == trials_.integer(0)) {
      record.results.push_back(read_result(record));
      has_result_ = results_.step();
    }
    return record;
  }

 private:
  TrialResult read_result(const TrialRecord& record) {
    TrialResult result;
    result.mitigation = results_.text(1);
    result.correct = results_.integer(2);
    result.masked = results_.integer(3);
    result.benign = results_.integer(4);
    result.sdc1 = results_.integer(5);
    result.sdc5 = results_.integer(6);
    if (!results_.is_null(7)) {
      const auto cell = cells_.find(record.cell);
      const int64_t images = cell == cells_.end() ? 0 : cell->second.images;
      result.outcomes = unpack_outcomes(results_.blob(7), images);
      if (result.outcomes.empty()) {
        throw InputError({database_.path().string()},
                         fmt::format("the outcomes of trial {} ({}) are damaged", record.trial,
                                     result.mitigation),
                         "restore a copy, or DELETE FROM outcome to do without");
      }
    }
    return result;
  }

  Database& database_;
  const std::map<int64_t, CellRow>& cells_;
  Statement trials_;
  Statement results_;
  bool has_result_ = false;
};

/// A value in one unambiguous spelling.
void hash_value(Sha256& digest, char type, std::string_view value) {
  digest.update(fmt::format("{}{}:", type, value.size()));
  digest.update(value);
}

void hash_rows(Sha256& digest, Database& database, const TableSchema& table) {
  Statement rows(database, fmt::format("SELECT {} FROM {} ORDER BY {}", table.columns, table.name,
                                       table.order));
  hash_value(digest, 'T', table.name);
  while (rows.step()) {
    for (int i = 0; i < rows.num_columns(); ++i) {
      rows.is_null(i) ? hash_value(digest, 'N', "") : hash_value(digest, 'V', rows.text(i));
    }
  }
}

}  // namespace

bool is_campaign_key(const std::string& key) {
  return std::find(std::begin(kCampaignKeys), std::end(kCampaignKeys), key) !=
         std::end(kCampaignKeys);
}

std::map<std::string, std::string> read_meta(Database& database) {
  std::map<std::string, std::string> meta;
  Statement rows(database, "SELECT key,value FROM meta");
  while (rows.step()) meta[rows.text(0)] = rows.text(1);
  return meta;
}

CampaignInfo read_campaign_info(Database& database) {
  const auto meta = read_meta(database);
  for (const char* key : kCampaignKeys) {
    if (std::string_view(key) != "population" && meta.count(key) == 0) {
      throw InputError({database.path().string()}, fmt::format("meta '{}' is missing", key),
                       "restore a copy; the file was changed by another program");
    }
  }
  CampaignInfo info;
  info.name = meta.at("name");
  info.config = meta.at("config");
  info.seed = number_of(database.path(), "seed", meta.at("seed"));
  info.version = meta.at("version");
  info.revision = meta.at("revision");
  info.plan_sha256 = meta.at("plan_sha256");
  info.num_trials = number_of(database.path(), "num_trials", meta.at("num_trials"));
  if (const auto found = meta.find("population"); found != meta.end()) {
    info.population = number_of(database.path(), "population", found->second);
  }
  return info;
}

std::vector<CellRow> read_cells(Database& database) {
  std::vector<CellRow> cells;
  Statement rows(database,
                 "SELECT cell,name,network,dataset,first_image,images,multiplier,number_format,"
                 "netlist_sha256,table_sha256,accelerator,num_pes,energy_pj,exact_correct,"
                 "golden_correct FROM cell ORDER BY cell");
  while (rows.step()) {
    cells.push_back({rows.integer(0), rows.text(1), rows.text(2), rows.text(3), rows.integer(4),
                     rows.integer(5), rows.text(6), rows.text(7), rows.text(8), rows.text(9),
                     rows.text(10), rows.integer(11), rows.real(12), rows.integer(13),
                     rows.integer(14)});
  }
  return cells;
}

std::vector<StratumRow> read_strata(Database& database) {
  std::vector<StratumRow> strata;
  Statement rows(database, "SELECT cell,stratum,population FROM stratum ORDER BY cell,stratum");
  while (rows.step()) {
    strata.push_back({rows.integer(0), rows.text(1), static_cast<uint64_t>(rows.integer(2))});
  }
  return strata;
}

std::vector<FaultRow> read_faults(Database& database) {
  std::vector<FaultRow> faults;
  Statement rows(database,
                 "SELECT fault,cell,name,unit,net,kind,lowest_output_bit,highest_output_bit,level,"
                 "weight,mae,wce,error_probability,mean_error FROM fault ORDER BY fault");
  Statement members(database, "SELECT fault,name FROM fault_member ORDER BY fault,name");
  bool has_member = members.step();
  while (rows.step()) {
    FaultRow row{rows.integer(0),
                 rows.integer(1),
                 rows.text(2),
                 rows.text(3),
                 rows.text(4),
                 rows.text(5),
                 rows.optional_integer(6),
                 rows.optional_integer(7),
                 rows.optional_integer(8),
                 rows.integer(9),
                 rows.optional_real(10),
                 rows.optional_real(11),
                 rows.optional_real(12),
                 rows.optional_real(13),
                 {}};
    while (has_member && members.integer(0) == row.fault) {
      row.members.push_back(members.text(1));
      has_member = members.step();
    }
    faults.push_back(std::move(row));
  }
  return faults;
}

const std::filesystem::path& ResultsStore::path() const { return impl_->database.path(); }
const CampaignInfo& ResultsStore::info() const { return impl_->info; }
Database& ResultsStore::database() const { return impl_->database; }
std::vector<CellRow> ResultsStore::cells() const { return read_cells(impl_->database); }
std::vector<StratumRow> ResultsStore::strata() const { return read_strata(impl_->database); }
std::vector<FaultRow> ResultsStore::faults() const { return read_faults(impl_->database); }

uint64_t ResultsStore::num_finished() const {
  Statement count(impl_->database, "SELECT count(*) FROM trial");
  count.step();
  return static_cast<uint64_t>(count.integer(0));
}

std::vector<uint64_t> ResultsStore::finished_trials() const {
  std::vector<uint64_t> trials;
  Statement rows(impl_->database, "SELECT trial FROM trial ORDER BY trial");
  while (rows.step()) trials.push_back(static_cast<uint64_t>(rows.integer(0)));
  return trials;
}

std::map<std::string, std::string> ResultsStore::notes() const {
  auto meta = read_meta(impl_->database);
  std::erase_if(meta, [](const auto& entry) { return is_campaign_key(entry.first); });
  return meta;
}

std::vector<VerificationRow> ResultsStore::verifications() const {
  std::vector<VerificationRow> verifications;
  Statement rows(impl_->database,
                 "SELECT trial,mitigation,images,agrees FROM verification ORDER BY 1,2");
  while (rows.step()) {
    verifications.push_back({static_cast<uint64_t>(rows.integer(0)), rows.text(1), rows.integer(2),
                             rows.integer(3) != 0});
  }
  return verifications;
}

std::optional<TrialRecord> ResultsStore::trial(uint64_t trial) const {
  return TrialReader(impl_->database, impl_->cells, fmt::format("WHERE trial={}", trial)).next();
}

void ResultsStore::for_each_trial(const std::function<void(const TrialRecord&)>& visit) const {
  TrialReader reader(impl_->database, impl_->cells, "");
  while (const auto record = reader.next()) visit(*record);
}

std::string ResultsStore::content_sha256() const {
  Sha256 digest;
  auto meta = read_meta(impl_->database);
  for (const char* key : kProvenanceKeys) meta.erase(key);
  for (const auto& [key, value] : meta) {
    hash_value(digest, 'K', key);
    hash_value(digest, 'V', value);
  }
  for (const TableSchema& table : results_tables()) {
    // The bytes of compressed outcomes depend on zlib's version: their content is hashed below.
    if (table.name != "meta" && table.name != "outcome" && table.name != "verification") {
      hash_rows(digest, impl_->database, table);
    }
  }
  hash_value(digest, 'T', "outcome");
  for_each_trial([&](const TrialRecord& trial) {
    for (const TrialResult& result : trial.results) {
      if (result.outcomes.empty()) continue;
      hash_value(digest, 'K', fmt::format("{} {}", trial.trial, result.mitigation));
      hash_value(digest, 'V',
                 std::string_view(reinterpret_cast<const char*>(result.outcomes.data()),
                                  result.outcomes.size()));
    }
  });
  return digest.hex();
}

}  // namespace faultwave::campaign
