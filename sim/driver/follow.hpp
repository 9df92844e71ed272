// Where a fault is alive: from the forced net to the logits of one image.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "driver/run_config.hpp"

namespace faultwave::driver {

/// One stage of the propagation.
struct PropagationStage {
  std::string layer;
  std::string stage;  ///< "net ... of pe[3][7]", "products of ...", "sums", "activations", "logits"
  int64_t values = 0;     ///< how many there are
  int64_t corrupted = 0;  ///< that differ from the run without the fault
  double mean_error = 0;  ///< mean magnitude of the difference over the corrupted ones
};

/// Where a fault is alive on its way from the net to the logits of one image.
struct Propagation {
  std::vector<PropagationStage> stages;
  std::vector<std::string> pes;  ///< faulty PEs whose multipliers were watched
  int golden_label = 0;
  int faulty_label = 0;
};

/// Runs image `image` of the configuration's slice alone, without and with the faults. Nets and
/// products of the first kMaxDefaultPes (trace.hpp) faulty PEs are compared with those of a healthy
/// multiplier for the same operands; everything behind them with the run without the fault.
/// UsageError for an image that does not exist.
Propagation follow_fault(const RunConfig& config, int64_t image);

/// A table, one line per stage.
std::string propagation_text(const Propagation& propagation);
std::string propagation_json(const RunConfig& config, const Propagation& propagation);

}  // namespace faultwave::driver
