// Waveforms of a run: the faulty run beside the same run without the fault, nets of chosen PEs
// included.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "driver/run_config.hpp"
#include "driver/trace_recorder.hpp"

namespace faultwave::driver {

/// Which part of which run is drawn.
struct TraceRequest {
  std::vector<int> pes;  ///< PEs or lanes; empty: those that carry a fault, at most kMaxDefaultPes
  TraceWindow window;
  int64_t image = 0;  ///< of the configuration's slice; it runs alone
  /// What the scalar model simulates instead of the configuration's multiplier, for tests.
  const netlist::Netlist* scalar_netlist = nullptr;
};

inline constexpr std::size_t kMaxDefaultPes = 4;
/// Cycles of all PEs together that one file may hold.
inline constexpr uint64_t kMaxTracedPeCycles = 400'000;

/// A waveform of two runs, golden and faulty, as texts to be written.
struct Trace {
  std::string vcd;   ///< value change dump, one time unit per cycle
  std::string gtkw;  ///< GTKWave's save file for `dump_name`
  std::vector<int> pes;
  uint64_t first_cycle = 0;
  uint64_t num_cycles = 0;
  int64_t num_products_compared = 0;  ///< lane model against the scalar model
  int golden_label = 0;               ///< top-1 of the image without the fault
  int faulty_label = 0;
};

/// Runs image `request.image` without and with the faults of `config` and draws both. In each
/// traced PE every net of the multiplier is evaluated by the scalar Verilated model with
/// `forceable`; its products must be those of the lane model, or CheckError. UsageError for
/// windows, layers, PEs and images that do not exist. `dump_name` is the file name that the save
/// file refers to.
Trace run_trace(const RunConfig& config, const TraceRequest& request, const std::string& dump_name);

/// "3,7" or "0,2,17" as a PE of the accelerator; UsageError names `option`.
int parse_pe(const fault::PeSpace& space, const std::string& option, const std::string& text);

}  // namespace faultwave::driver
