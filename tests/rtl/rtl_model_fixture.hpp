// SystemVerilog of rtl/, Verilated as a whole: the independent twins of the datapath models. Faults
// are forced by Verilator's own means (`forceable` signals), not by masks in the netlist.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "fault/fault.hpp"
#include "netlist/netlist.hpp"

namespace faultwave::test_support {

enum class RtlBuild {
  kFast,       ///< ports only, optimised
  kForceable,  ///< every fault site and register can be forced and read
};

/// A register in the flattened model, or all sites of a multiplier instance.
struct RtlSignal {
  enum class Kind { kForceable, kReadable, kMultiplier } kind = Kind::kReadable;
  std::string name;  ///< Verilator's C++ name below the root
};

/// What is built, and which signals of it can be reached.
struct RtlDesign {
  std::string top;                           ///< module, with ports clk_i and rst_ni
  std::vector<std::filesystem::path> files;  ///< besides the multiplier
  std::vector<std::string> parameters;       ///< "ROWS=3"
  std::vector<std::string> ports;
  /// module -> registers that can be forced
  std::vector<std::pair<std::string, std::string>> forceable;
  std::vector<RtlSignal> signals;
};

/// One instance, after reset, in the cycle before the first step (cycle 0).
class RtlModel {
 public:
  /// Builds with Verilator and g++ at first use, cached by content.
  RtlModel(const RtlDesign& design, const netlist::Netlist& multiplier, RtlBuild build);
  ~RtlModel();
  RtlModel(const RtlModel&) = delete;
  RtlModel& operator=(const RtlModel&) = delete;

  uint8_t* port(const std::string& name) const;
  /// A rising clock edge with the inputs as they are.
  void clock();

  /// Storage of one signal inside the model; a multiplier counts as one signal per site.
  struct Signal {
    void* value;
    void* enable;
    void* forced;
    uint64_t num_bytes;
    uint64_t stored() const;
    uint64_t seen() const;
  };
  const Signal& signal(std::size_t index) const { return signals_.at(index); }
  /// A fault and the signal that it forces.
  void add_fault(const fault::Fault& fault, std::size_t signal);
  /// Forces what the faults of `cycle` make of the unforced values.
  void force_faults_of(uint64_t cycle);

 private:
  void* handle_ = nullptr;
  void* instance_ = nullptr;
  void (*eval_)(void*) = nullptr;
  void (*settle_)(void*) = nullptr;
  uint8_t* clock_ = nullptr;
  std::vector<Signal> signals_;
  std::vector<fault::Fault> faults_;
  std::vector<std::size_t> signal_of_fault_;
  std::vector<std::size_t> forced_;
};

}  // namespace faultwave::test_support
