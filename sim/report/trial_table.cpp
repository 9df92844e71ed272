#include "report/trial_table.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/error.hpp"

namespace faultwave::report {
namespace {

/// Numbers texts in the order in which they come.
class Numbering {
 public:
  explicit Numbering(std::vector<std::string>& names) : names_(names) {}
  int32_t of(const std::string& name) {
    const auto [place, is_new] = numbers_.emplace(name, static_cast<int32_t>(names_.size()));
    if (is_new) names_.push_back(name);
    return place->second;
  }

 private:
  std::vector<std::string>& names_;
  std::unordered_map<std::string, int32_t> numbers_;
};

class TrialReader {
 public:
  explicit TrialReader(const campaign::ResultsStore& store) : store_(store) {
    table_.cells = store.cells();
    table_.faults = store.faults();
    for (std::size_t i = 0; i < table_.cells.size(); ++i) cells_[table_.cells[i].cell] = i;
    for (std::size_t i = 0; i < table_.faults.size(); ++i) faults_[table_.faults[i].fault] = i;
  }

  TrialTable read() {
    Numbering pes(table_.pes);
    Numbering layers(table_.layers);
    store_.for_each_trial([&](const campaign::TrialRecord& record) {
      table_.trial.push_back(record.trial);
      table_.cell.push_back(static_cast<int32_t>(cells_.at(record.cell)));
      table_.fault.push_back(record.fault ? static_cast<int32_t>(faults_.at(*record.fault)) : -1);
      table_.pe.push_back(record.pe ? pes.of(*record.pe) : -1);
      table_.layer.push_back(record.layer ? layers.of(*record.layer) : -1);
      table_.stratum.push_back(stratum_of(record.cell, record.stratum));
      table_.rate.push_back(record.rate.value_or(-1));
      table_.num_faulty_pes.push_back(record.num_faulty_pes);
      table_.weight.push_back(record.weight);
      add_results(record);
    });
    for (auto& outcomes : table_.outcomes) fill_up(outcomes, table_.size());
    put_none_first();
    scale_weights();
    return std::move(table_);
  }

 private:
  int32_t stratum_of(int64_t cell, const std::string& name) {
    return strata_.emplace(std::pair(cell, name), static_cast<int32_t>(strata_.size()))
        .first->second;
  }

  static void fill_up(TrialOutcomes& outcomes, std::size_t size) {
    for (auto* column :
         {&outcomes.correct, &outcomes.masked, &outcomes.benign, &outcomes.sdc1, &outcomes.sdc5}) {
      column->resize(size, -1);
    }
  }

  void add_results(const campaign::TrialRecord& record) {
    for (const auto& result : record.results) {
      auto place =
          std::find(table_.mitigations.begin(), table_.mitigations.end(), result.mitigation);
      if (place == table_.mitigations.end()) {
        table_.mitigations.push_back(result.mitigation);
        table_.outcomes.emplace_back();
        place = table_.mitigations.end() - 1;
      }
      auto& outcomes =
          table_.outcomes[static_cast<std::size_t>(place - table_.mitigations.begin())];
      fill_up(outcomes, table_.size() - 1);
      outcomes.correct.push_back(static_cast<int32_t>(result.correct));
      outcomes.masked.push_back(static_cast<int32_t>(result.masked));
      outcomes.benign.push_back(static_cast<int32_t>(result.benign));
      outcomes.sdc1.push_back(static_cast<int32_t>(result.sdc1));
      outcomes.sdc5.push_back(static_cast<int32_t>(result.sdc5));
    }
  }

  void put_none_first() {
    const auto none = std::find(table_.mitigations.begin(), table_.mitigations.end(), "none");
    if (none == table_.mitigations.end()) return;
    const auto place = none - table_.mitigations.begin();
    std::rotate(table_.mitigations.begin(), none, none + 1);
    std::rotate(table_.outcomes.begin(), table_.outcomes.begin() + place,
                table_.outcomes.begin() + place + 1);
  }

  void scale_weights() {
    table_.scaled_weight = table_.weight;
    std::vector<double> sizes(strata_.size(), 0);
    for (const auto& row : store_.strata()) {
      const auto found = strata_.find({row.cell, row.stratum});
      if (found != strata_.end()) {
        sizes[static_cast<std::size_t>(found->second)] = static_cast<double>(row.population);
      }
    }
    if (std::any_of(sizes.begin(), sizes.end(), [](double size) { return size == 0; })) return;
    std::vector<double> weights(strata_.size(), 0);
    for (std::size_t i = 0; i < table_.size(); ++i) {
      weights[static_cast<std::size_t>(table_.stratum[i])] += table_.weight[i];
    }
    for (std::size_t i = 0; i < table_.size(); ++i) {
      const auto stratum = static_cast<std::size_t>(table_.stratum[i]);
      table_.scaled_weight[i] *= sizes[stratum] / weights[stratum];
    }
    table_.strata_sizes = std::move(sizes);
  }

  const campaign::ResultsStore& store_;
  TrialTable table_;
  std::unordered_map<int64_t, std::size_t> cells_;
  std::unordered_map<int64_t, std::size_t> faults_;
  std::map<std::pair<int64_t, std::string>, int32_t> strata_;
};

}  // namespace

TrialTable read_trials(const campaign::ResultsStore& store) { return TrialReader(store).read(); }

void fill_unmitigated(TrialTable& table, bool only_tried) {
  if (table.mitigations.empty() || table.mitigations.front() != "none") return;
  const TrialOutcomes& without = table.outcomes.front();
  for (std::size_t m = 1; m < table.outcomes.size(); ++m) {
    TrialOutcomes& with = table.outcomes[m];
    std::vector<bool> is_of_cell(table.cells.size(), !only_tried);
    for (std::size_t i = 0; i < table.size(); ++i) {
      if (with.correct[i] >= 0) is_of_cell[static_cast<std::size_t>(table.cell[i])] = true;
    }
    for (std::size_t i = 0; i < table.size(); ++i) {
      if (!is_of_cell[static_cast<std::size_t>(table.cell[i])]) continue;
      if (with.correct[i] >= 0 || without.correct[i] < 0) continue;
      with.correct[i] = without.correct[i];
      with.masked[i] = without.masked[i];
      with.benign[i] = without.benign[i];
      with.sdc1[i] = without.sdc1[i];
      with.sdc5[i] = without.sdc5[i];
    }
  }
}

}  // namespace faultwave::report
