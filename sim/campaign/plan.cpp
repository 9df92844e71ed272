#include "campaign/plan.hpp"

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "campaign/statistics.hpp"

namespace faultwave::campaign {
namespace {

/// Streams of the campaign's seed.
constexpr uint64_t kTrialStream = 1;
constexpr uint64_t kSampleStream = 1'000;
constexpr uint64_t kMaxTrials = 10'000'000;

/// Shares of `total` in proportion to `sizes`, by largest remainders; small parts get two where
/// they have so many, which may make the total a little larger.
std::vector<uint64_t> allocate(uint64_t total, const std::vector<uint64_t>& sizes) {
  uint64_t population = 0;
  for (const uint64_t size : sizes) population += size;
  std::vector<uint64_t> shares;
  std::vector<std::pair<double, std::size_t>> remainders;
  uint64_t given = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const double exact = static_cast<double>(total) * static_cast<double>(sizes[i]) /
                         static_cast<double>(population);
    shares.push_back(std::min(sizes[i], static_cast<uint64_t>(exact)));
    given += shares.back();
    remainders.emplace_back(static_cast<double>(shares.back()) - exact, i);
  }
  std::stable_sort(remainders.begin(), remainders.end());
  for (const auto& [remainder, i] : remainders) {
    if (given >= total) break;
    if (shares[i] == sizes[i]) continue;
    ++shares[i];
    ++given;
  }
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    shares[i] = std::max(shares[i], std::min<uint64_t>(2, sizes[i]));
  }
  return shares;
}

}  // namespace

CampaignPlan::CampaignPlan(const CampaignConfig& config, std::vector<CellFacts> cells)
    : config_(config) {
  first_trials_.push_back(0);
  int64_t first_fault = 0;
  for (auto& facts : cells) {
    Cell cell;
    cell.facts = std::move(facts);
    cell.first_fault = first_fault;
    first_fault += static_cast<int64_t>(cell.facts.faults.classes.size());
    if (!config.rates.empty()) {
      cell.num_trials =
          config.rates.size() * static_cast<uint64_t>(config.trials_per_rate) * num_layers(cell);
    } else if (config.sample) {
      plan_sample(cell);
    } else {
      plan_exhaustive(cell);
    }
    first_trials_.push_back(first_trials_.back() + cell.num_trials);
    if (first_trials_.back() > kMaxTrials) {
      throw ConfigError({config.cells.front().file},
                        fmt::format("plans more than {} trials", kMaxTrials),
                        "a sample (campaign.sample), or fewer trials_per_fault");
    }
    cells_.push_back(std::move(cell));
  }
}

uint64_t CampaignPlan::num_layers(const Cell& cell) const {
  return std::max<uint64_t>(1, cell.facts.matrix_layers.size());
}

uint64_t CampaignPlan::num_loci(const Cell& cell, const TriedClass& tried) const {
  if (tried.has_pe) return 1;
  if (config_.loci == Loci::kListed) return cell.facts.listed_pes.size();
  return static_cast<uint64_t>(cell.facts.num_pes);
}

int CampaignPlan::locus(const Cell& cell, const TriedClass& tried, uint64_t index,
                        uint64_t seed) const {
  if (tried.has_pe) return tried.representative.pe;
  if (config_.loci == Loci::kListed) return cell.facts.listed_pes[index];
  if (config_.loci == Loci::kAll || config_.sample) return static_cast<int>(index);
  return static_cast<int>(CounterRng(seed).below_at(0, static_cast<uint64_t>(cell.facts.num_pes)));
}

void CampaignPlan::plan_exhaustive(Cell& cell) const {
  cell.begins.push_back(0);
  for (const auto& tried : cell.facts.faults.classes) {
    uint64_t trials = config_.loci == Loci::kRandom
                          ? static_cast<uint64_t>(config_.trials_per_fault)
                          : num_loci(cell, tried);
    if (tried.has_pe) trials = 1;
    cell.begins.push_back(cell.begins.back() + trials * num_layers(cell));
  }
  cell.num_trials = cell.begins.back();
}

void CampaignPlan::plan_sample(Cell& cell) const {
  const auto& faults = cell.facts.faults;
  const SampleConfig& sample = *config_.sample;
  std::map<std::string, Stratum> strata;
  for (uint32_t fault = 0; fault < faults.class_of.size(); ++fault) {
    const TriedClass& tried = faults.classes[faults.class_of[fault]];
    Stratum& stratum = strata[stratum_of(tried, sample.strata)];
    stratum.faults.push_back(fault);
    stratum.begins.push_back(stratum.size);
    stratum.size += num_loci(cell, tried) * num_layers(cell);
  }
  std::vector<uint64_t> sizes;
  uint64_t population = 0;
  for (auto& [name, stratum] : strata) {
    stratum.name = name;
    sizes.push_back(stratum.size);
    population += stratum.size;
  }
  const uint64_t wanted = sample.count > 0
                              ? static_cast<uint64_t>(sample.count)
                              : sample_size(population, sample.margin, sample.confidence);
  const auto shares = allocate(std::min({wanted, population, kMaxTrials + 1}), sizes);
  for (auto& [name, stratum] : strata) {
    stratum.num_trials = shares[cell.strata.size()];
    stratum.order.emplace(stratum.size, config_.seed, kSampleStream + cell.strata.size());
    cell.num_trials += stratum.num_trials;
    cell.strata.push_back(std::move(stratum));
  }
  // Every beginning of the list holds the strata in about their proportions.
  std::vector<std::pair<double, std::pair<uint32_t, uint64_t>>> draws;
  for (uint32_t s = 0; s < cell.strata.size(); ++s) {
    for (uint64_t i = 0; i < cell.strata[s].num_trials; ++i) {
      draws.push_back(
          {(static_cast<double>(i) + 0.5) / static_cast<double>(cell.strata[s].num_trials),
           {s, i}});
    }
  }
  std::sort(draws.begin(), draws.end());
  for (const auto& [place, draw] : draws) cell.draws.push_back(draw);
}

TrialSpec CampaignPlan::spec(uint64_t trial) const {
  FAULTWAVE_CHECK(trial < num_trials(), "trial {} of {}", trial, num_trials());
  TrialSpec spec;
  spec.trial = trial;
  spec.cell =
      static_cast<std::size_t>(std::upper_bound(first_trials_.begin(), first_trials_.end(), trial) -
                               first_trials_.begin() - 1);
  const Cell& cell = cells_[spec.cell];
  const uint64_t index = trial - first_trials_[spec.cell];
  spec.seed = CounterRng(config_.seed, kTrialStream).at(index);
  if (!config_.rates.empty()) {
    fill_rate(cell, index, spec);
  } else if (config_.sample) {
    fill_sampled(cell, index, spec);
  } else {
    fill_exhaustive(cell, index, spec);
  }
  return spec;
}

void CampaignPlan::fill_exhaustive(const Cell& cell, uint64_t index, TrialSpec& spec) const {
  const auto fault_class = static_cast<uint32_t>(
      std::upper_bound(cell.begins.begin(), cell.begins.end(), index) - cell.begins.begin() - 1);
  const TriedClass& tried = cell.facts.faults.classes[fault_class];
  const uint64_t rest = index - cell.begins[fault_class];
  spec.fault_class = fault_class;
  spec.weight = static_cast<double>(tried.row.weight);
  spec.pe = locus(cell, tried, rest / num_layers(cell), spec.seed);
  if (!cell.facts.matrix_layers.empty()) {
    spec.layer = cell.facts.matrix_layers[rest % num_layers(cell)];
  }
}

void CampaignPlan::fill_sampled(const Cell& cell, uint64_t index, TrialSpec& spec) const {
  const auto& [s, draw] = cell.draws[index];
  const Stratum& stratum = cell.strata[s];
  const uint64_t member = stratum.order->at(draw);
  const auto position = static_cast<std::size_t>(
      std::upper_bound(stratum.begins.begin(), stratum.begins.end(), member) -
      stratum.begins.begin() - 1);
  spec.fault_class = cell.facts.faults.class_of[stratum.faults[position]];
  const TriedClass& tried = cell.facts.faults.classes[*spec.fault_class];
  const uint64_t rest = member - stratum.begins[position];
  spec.stratum = stratum.name;
  spec.pe = locus(cell, tried, rest / num_layers(cell), spec.seed);
  if (!cell.facts.matrix_layers.empty()) {
    spec.layer = cell.facts.matrix_layers[rest % num_layers(cell)];
  }
}

void CampaignPlan::fill_rate(const Cell& cell, uint64_t index, TrialSpec& spec) const {
  const uint64_t per_draw = config_.rates.size() * num_layers(cell);
  const uint64_t draw = index / per_draw;
  const uint64_t rest = index % per_draw;
  spec.rate = config_.rates[rest / num_layers(cell)];
  if (!cell.facts.matrix_layers.empty()) {
    spec.layer = cell.facts.matrix_layers[rest % num_layers(cell)];
  }
  // Rates of one draw are nested: a higher one keeps the faults of a lower one.
  spec.seed = CounterRng(config_.seed, kTrialStream).at(draw);
  if (config_.same_fault) {
    spec.fault_class = draw_class(spec.cell, CounterRng(spec.seed).at(1));
  }
}

uint32_t CampaignPlan::draw_class(std::size_t cell, uint64_t random) const {
  const auto& class_of = cells_[cell].facts.faults.class_of;
  return class_of[random % class_of.size()];
}

uint64_t CampaignPlan::population() const {
  if (!config_.rates.empty()) return 0;
  uint64_t population = 0;
  for (const Cell& cell : cells_) {
    for (const auto& tried : cell.facts.faults.classes) {
      population += tried.members.size() * num_loci(cell, tried) * num_layers(cell);
    }
  }
  return population;
}

std::vector<FaultRow> CampaignPlan::fault_rows(std::size_t cell) const {
  std::vector<FaultRow> rows;
  const auto& classes = cells_[cell].facts.faults.classes;
  for (uint32_t i = 0; i < classes.size(); ++i) {
    rows.push_back(classes[i].row);
    rows.back().fault = fault_id(cell, i);
    rows.back().cell = static_cast<int64_t>(cell);
    std::sort(rows.back().members.begin(), rows.back().members.end());
  }
  return rows;
}

std::string CampaignPlan::sha256() const {
  std::string text = config_.identity;
  for (const Cell& cell : cells_) {
    text += fmt::format("\n{} {} trials", cell.facts.identity, cell.num_trials);
    for (const auto& tried : cell.facts.faults.classes) {
      text += fmt::format(" {}*{}", tried.row.name, tried.row.weight);
      if (tried.has_pe) text += fmt::format("@{}", tried.representative.pe);
    }
  }
  return sha256_hex(text);
}

std::vector<StratumRow> CampaignPlan::strata() const {
  std::vector<StratumRow> rows;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    for (const Stratum& stratum : cells_[i].strata) {
      rows.push_back({static_cast<int64_t>(i), stratum.name, stratum.size});
    }
  }
  return rows;
}

}  // namespace faultwave::campaign
