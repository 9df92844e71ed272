// rtl/tpu/systolic_array.sv, Verilated as a whole: the independent twin of accel::SystolicArray.
// Faults are forced by Verilator's own means (`forceable` signals), not by masks in the netlist.
#pragma once

#include <cstdint>
#include <filesystem>
#include <utility>
#include <vector>

#include "accel/systolic_array.hpp"
#include "fault/fault.hpp"
#include "netlist/netlist.hpp"

namespace faultwave::test_support {

enum class RtlBuild {
  kFast,       ///< ports only, optimised
  kForceable,  ///< every fault site and register can be forced and read
};

/// A netlist in which every fault site is a net "site_<index>" of its own (enumerate_sites order):
/// input bits and fan-out branches get buffers.
netlist::Netlist with_site_nets(const netlist::Netlist& multiplier);

/// Builds the shared object with Verilator and g++ below `cache` (by content; safe when several
/// processes build) and returns its path.
std::filesystem::path build_rtl_array(const accel::ArrayConfig& config,
                                      const netlist::Netlist& multiplier, RtlBuild build,
                                      const std::filesystem::path& cache);

/// One instance of the RTL array, after reset, in the cycle before the first step (cycle 0).
class RtlArray {
 public:
  RtlArray(const accel::ArrayConfig& config, const netlist::Netlist& multiplier, RtlBuild build,
           std::vector<fault::Fault> faults = {});
  ~RtlArray();
  RtlArray(const RtlArray&) = delete;
  RtlArray& operator=(const RtlArray&) = delete;

  /// As SystolicArray::step.
  void step(uint64_t cycle, const accel::ArrayInputs& inputs);
  void bottom_psums(int32_t* psums) const;
  /// Registers as their readers see them, except the weight, which is the stored one.
  accel::SystolicArray::PeState pe(int row, int col) const;

 private:
  /// Storage of one forceable signal inside the model.
  struct Signal {
    void* value;
    void* enable;
    void* forced;
    uint64_t num_bytes;
    uint64_t stored() const;
    uint64_t seen() const;
  };
  using Key = std::pair<std::size_t, std::size_t>;  ///< PE, signal

  void force_faults_of(uint64_t cycle);
  Signal& signal(const Key& key) { return signals_[key.first * num_signals_ + key.second]; }
  const Signal& reg(int row, int col, std::size_t index) const;
  void* port(const char* name) const;

  accel::ArrayConfig config_;
  std::vector<fault::Fault> faults_;
  std::vector<Key> key_of_fault_;
  std::vector<Key> forced_;
  void* handle_ = nullptr;
  void* instance_ = nullptr;
  void (*eval_)(void*) = nullptr;
  void (*settle_)(void*) = nullptr;
  std::size_t num_signals_ = 0;
  std::vector<Signal> signals_;
  uint8_t *clock_ = nullptr, *reset_ = nullptr;
  uint8_t *act_ = nullptr, *valid_ = nullptr, *swap_ = nullptr, *shift_ = nullptr;
  uint8_t *weight_ = nullptr, *negate_ = nullptr, *bypass_ = nullptr, *psum_ = nullptr;
};

}  // namespace faultwave::test_support
