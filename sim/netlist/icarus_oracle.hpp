// Simulates faults with Icarus Verilog: `force` and `release` in a generated testbench.
#pragma once

#include <span>
#include <string>

#include "netlist/fault_oracle.hpp"
#include "netlist/netlist.hpp"

namespace faultwave::netlist {

/// Simulates faults with Icarus Verilog, nets forced by `force`: one of the independent oracles.
class IcarusOracle : public FaultOracle {
 public:
  /// Keeps a reference to `netlist`.
  explicit IcarusOracle(const Netlist& netlist) : netlist_(netlist) {}
  std::string name() const override { return "Icarus Verilog"; }
  /// Asks whether Icarus Verilog is there; the testbench is compiled with each simulation, since
  /// the faults are part of it.
  void prepare() override;
  void simulate(std::span<const NetFault> faults, std::span<const OperandPair> pairs,
                const Sink& sink) override;

 private:
  const Netlist& netlist_;
};

/// The testbench: module `testbench` around the module `dut` of expose_sites. It reads operand
/// pairs as hexadecimal numbers from +pairs=FILE, +num_pairs=N of them, and writes the products,
/// one line each, fault by fault for each pair, to +products=FILE.
std::string write_fault_testbench(const Netlist& netlist, std::span<const NetFault> faults);

}  // namespace faultwave::netlist
