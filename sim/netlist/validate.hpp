// Simulates every fault with several independent simulators and compares their products.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "netlist/fault_oracle.hpp"
#include "netlist/netlist.hpp"

namespace faultwave::netlist {

/// One simulator to compare, and the operand pairs that it gets.
struct OracleRun {
  FaultOracle* oracle = nullptr;
  std::vector<OperandPair> pairs;
};

/// How one simulator fared.
struct OracleReport {
  std::string name;
  uint64_t num_faults = 0;
  uint64_t num_vectors = 0;        ///< operand pairs of each fault
  uint64_t num_disagreements = 0;  ///< products that differ from the bit-parallel evaluation
  double seconds = 0;              ///< simulation without `prepare`
  double prepare_seconds = 0;
};

/// One operand pair for which a simulator computes another product.
struct Disagreement {
  NetFault fault;
  OperandPair pair = 0;
  uint16_t bit_parallel = 0;
  /// Per oracle; computed for all of them, whichever noticed.
  std::vector<uint16_t> products;
};

/// How far the simulators agree on the faults of a netlist.
struct ValidationReport {
  /// The bit-parallel evaluation: all 65,536 pairs of each fault, the reference of the others.
  OracleReport bit_parallel;
  std::vector<OracleReport> oracles;
  uint64_t num_sites = 0;  ///< distinct sites among the faults
  /// The first differences, at most `max_listed`.
  std::vector<Disagreement> listed;

  uint64_t num_disagreements() const;
};

/// Compares FaultSimulator with every oracle, product by product. The oracles know their netlist
/// themselves.
ValidationReport validate_faults(const Netlist& netlist, std::span<const NetFault> faults,
                                 std::span<const OracleRun> runs, std::size_t max_listed = 20);

/// The smallest sample: every pair of the operand codes 0, 1, 127, 128 and 255.
inline constexpr std::size_t kNumCornerPairs = 25;
/// `count` different operand pairs in ascending order, the corner pairs among them; the others are
/// drawn without replacement, a function of `seed`. UsageError when `count` is below
/// kNumCornerPairs or above 65,536.
std::vector<OperandPair> sample_operand_pairs(uint64_t seed, std::size_t count);
/// All 65,536 pairs in ascending order.
std::vector<OperandPair> all_operand_pairs();

}  // namespace faultwave::netlist
