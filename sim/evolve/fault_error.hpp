// What a random single stuck-at fault does to a circuit: the exact mean over all sites.
#pragma once

#include <vector>

#include "evolve/decoder.hpp"

namespace faultwave::evolve {

/// Sums over the faults of netlist::enumerate_stuck_at_faults of to_netlist(circuit).
struct FaultErrorSum {
  /// Over faults and operand pairs: |faulty product - exact product|.
  uint64_t total = 0;
  uint64_t num_faults = 0;
  uint64_t num_pairs = 0;
  /// Expected mean absolute error under a random stuck-at fault.
  double mean() const {
    return static_cast<double>(total) /
           (static_cast<double>(num_faults) * static_cast<double>(num_pairs));
  }
};

/// Simulates every fault over the chunks that it is given; reuses its memory, not thread-safe.
/// Per chunk the healthy circuit runs once and every fault re-runs the gates that can see it. A
/// fault that makes a gate's output constant is counted as that gate's stuck-at fault.
class FaultErrorEvaluator {
 public:
  explicit FaultErrorEvaluator(const bits::PairChunks& pairs) : pairs_(pairs) {}

  /// Chunks 0 to num_chunks - 1 (at most all of them). Gates sorted as Decoder::sorted_program
  /// leaves them, or in any topological order.
  FaultErrorSum evaluate(const Circuit& circuit, std::size_t num_chunks);

 private:
  struct Cone {
    uint32_t begin = 0, end = 0;  // in cone_steps_
    std::array<uint16_t, 16> outputs{};
  };
  void number(const Circuit& circuit);
  Cone cone_of(const Circuit& circuit, std::size_t source);
  uint64_t chunk_total(const Circuit& circuit, std::size_t chunk);
  uint64_t run_cone(std::size_t source, const bits::PlaneStep& first, std::size_t chunk);

  const bits::PairChunks& pairs_;
  // Sources are what drives nets: 0 to 15 operands, 16 and 17 constants, then the gates.
  std::vector<uint16_t> source_of_;   // by value
  std::vector<uint16_t> a_, b_;       // by gate: sources of its inputs
  std::vector<uint16_t> fanout_;      // by source
  std::vector<int32_t> only_reader_;  // by source: the gate when it is the only one, else -1
  std::vector<uint8_t> changed_;
  std::vector<Cone> cones_;  // by source
  std::vector<bits::PlaneStep> cone_steps_;
  std::vector<bits::PlaneStep> golden_steps_;
  std::array<uint16_t, 16> outputs_{};          // sources
  std::vector<std::array<uint64_t, 2>> stuck_;  // by source: this chunk's sum when stuck at 0, 1
  bits::AlignedVector<uint64_t> slots_;
};

}  // namespace faultwave::evolve
