// What a candidate must keep to and what is minimised.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "bits/plane_code.hpp"
#include "evolve/decoder.hpp"
#include "evolve/fault_error.hpp"

namespace faultwave::evolve {

/// Error measures by EvoApproxLib's definitions (netlist/metrics.hpp). Text: "mae", "wce", "mre",
/// "ep".
enum class Metric : uint8_t { kMae, kWce, kMre, kEp };
/// What is minimised. Text: "area" (cells of the circuit), "power" (area times toggle probability,
/// summed over the gates), "fault" (expected mean absolute error under a random stuck-at fault).
enum class Objective : uint8_t { kArea, kPower, kFault };

std::string_view to_string(Metric metric);
std::string_view to_string(Objective objective);
/// UsageError naming the known ones.
Metric parse_metric(std::string_view text);
Objective parse_objective(std::string_view text);

/// The hard constraints and the objective.
struct Target {
  Metric metric = Metric::kMae;
  /// MAE and WCE in units of the product, MRE and EP in percent; at least 0.
  double limit = 0;
  Objective objective = Objective::kArea;
  /// Largest area in 1e-4 um^2; 0: none. Only with Objective::kFault.
  uint64_t area_limit = 0;
  bool is_signed = false;
};

/// Scores candidates; costs are integers, so that results do not depend on the machine. Reuses its
/// memory, not thread-safe.
class Evaluator {
 public:
  Evaluator(const Target& target, const GateCosts& costs);

  /// The order in which operand pairs are evaluated from now on; changes no result.
  void set_order(const std::vector<uint32_t>& order);

  /// The cost of the genome's circuit: area (1e-4 um^2), switched area, or expected faulty MAE
  /// (2^-20), unless a constraint is broken or it is above `at_most`.
  std::optional<uint64_t> cost(const Genome& genome, uint64_t at_most);

  /// The genome's circuit and its values over a fixed sample of kChunkPairs operand pairs:
  /// kChunkWords words per value (other values: anything). For mutations that look for similar
  /// signals. The circuit is valid until the next call.
  const Circuit& signals(const Genome& genome, std::vector<uint64_t>& planes);

  uint64_t num_evaluated() const { return num_evaluated_; }
  uint64_t num_chunks() const { return num_chunks_; }

 private:
  bool within_error_limit();
  bits::ProgramError run_sorted(uint64_t limit, uint32_t* ones);
  std::optional<uint64_t> fault_cost(const Genome& genome, uint64_t at_most);

  Target target_;
  GateCosts costs_;
  bits::ErrorMetric metric_ = bits::ErrorMetric::kAbsolute;
  uint32_t bound_ = 0;
  uint64_t limit_ = 0;
  Decoder decoder_;
  std::unique_ptr<bits::PlaneCode> code_;  // null where there is none
  bits::PairChunks pairs_;
  /// Samples for fault simulation stay the same.
  bits::PairChunks fault_pairs_;
  std::optional<FaultErrorEvaluator> faults_;
  std::vector<uint64_t> sample_;  // operand planes
  bits::AlignedVector<uint64_t> slots_;
  std::vector<uint32_t> ones_;
  uint64_t num_evaluated_ = 0;
  uint64_t num_chunks_ = 0;
};

}  // namespace faultwave::evolve
