// One `faultwave run`: the same images through the exact, the approximate, the faulty and the
// mitigated accelerator.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "driver/multiplier.hpp"
#include "driver/network_runner.hpp"
#include "driver/outcomes.hpp"
#include "driver/run_config.hpp"

namespace faultwave::driver {

/// One accelerator set-up and what came out of it.
struct ExperimentRow {
  std::string name;  ///< "exact", "exact + fault", "approximate", "fault", "fault + fap", ...
  std::string multiplier;
  std::string mitigation;  ///< "none" unless the row applies one
  bool is_faulty = false;
  bool on_exact_multiplier = false;  ///< runs the multiplier of `multiplier.exact`
  Score score;
  OutcomeCounts outcomes;  ///< against the fault-free run of the same multiplier
  double loss_points = 0;  ///< accuracy lost against the fault-free run of the same multiplier
  double loss_vs_exact_points = 0;
  int64_t num_retuned = 0;  ///< weights that the mitigation changed
  double energy_pj = 0;
  std::string logits_sha256;
  NetworkResult result;
};

/// The outcome of a configuration: one row per run (golden, faulty, mitigated) and provenance.
struct Experiment {
  std::vector<ExperimentRow> rows;
  EnergyFigure energy;  ///< of the multiplier in use
  EnergyFigure exact_energy;
  std::string netlist_sha256;  ///< of the multiplier written as plain Verilog
  std::string table_sha256;    ///< of its product table
  std::string netlist_path;
  std::vector<std::string> fault_names;  ///< at most the first kMaxNamedFaults
  int64_t num_faults = 0;
  int64_t num_faulty_pes = 0;         ///< PEs that carry a fault
  std::vector<uint64_t> fault_seeds;  ///< of the entries that draw; empty: nothing was drawn
  std::vector<accel::Cause> causes;   ///< that the accelerator's cycles are counted by
  std::vector<std::string> notes;     ///< warnings for the reader
};

inline constexpr std::size_t kMaxNamedFaults = 32;

/// Loads everything that `config` names and checks that it fits together, without running.
void check_experiment(const RunConfig& config);

/// Runs everything that `config` asks for, with progress on stderr.
Experiment run_experiment(const RunConfig& config);

}  // namespace faultwave::driver
