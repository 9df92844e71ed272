// What every simulator of faults looks like to the comparison of simulators.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "netlist/fault_site.hpp"

namespace faultwave::netlist {

/// Operand pair A + 256 * B, the index of its product in a ProductTable.
using OperandPair = uint16_t;

/// A simulator of single faults in one multiplier.
class FaultOracle {
 public:
  /// Products of fault `fault` for the pairs that begin at `first_pair`; indices into the spans
  /// given to `simulate`.
  using Sink = std::function<void(std::size_t fault, std::size_t first_pair,
                                  std::span<const uint16_t> products)>;

  virtual ~FaultOracle() = default;
  /// "Verilator", "Icarus Verilog".
  virtual std::string name() const = 0;
  /// Does what has to be done once before products can be asked for (compiling a model), so that
  /// it is not measured as simulation. EnvironmentError when a tool is missing or fails.
  virtual void prepare() = 0;
  /// Simulates every fault alone over all pairs. Each product is handed over once; the order of
  /// the calls is the simulator's.
  virtual void simulate(std::span<const NetFault> faults, std::span<const OperandPair> pairs,
                        const Sink& sink) = 0;
};

}  // namespace faultwave::netlist
