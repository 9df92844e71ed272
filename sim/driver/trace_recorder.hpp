// Keeps what an accelerator's PEs and controllers do in a window of cycles.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "accel/trace_listener.hpp"

namespace faultwave::driver {

/// The cycles [from, to) that are recorded, counted from the start of the run, or of the product
/// `layer` when that is not empty.
struct TraceWindow {
  std::string layer;
  uint64_t from = 0;
  uint64_t to = 0;
};

/// Keeps what an accelerator shows in the cycles of a window.
class TraceRecorder : public accel::TraceListener {
 public:
  /// `units`: controllers of interest (0 on a TPU, sub-cores of a GPU), ascending.
  TraceRecorder(const TraceWindow& window, std::vector<int> pes, std::vector<int> units);

  void on_product(const std::string& name, uint64_t cycle) override;
  bool wants(uint64_t cycle) override;
  const std::vector<int>& pes() const override { return pes_; }
  void on_pe(uint64_t cycle, int pe, const accel::PeProbe& probe) override;
  void on_control(uint64_t cycle, int unit, const accel::ControlProbe& probe) override;

  /// First recorded cycle, counted from the start of the run; nothing when the layer never ran.
  std::optional<uint64_t> first_cycle() const { return first_cycle_; }
  uint64_t num_cycles() const { return window_.to - window_.from; }
  /// Cycles after `first_cycle`; null where nothing was told.
  const accel::PeProbe* pe(int pe, uint64_t offset) const;
  const accel::ControlProbe* control(int unit, uint64_t offset) const;
  /// Products that began, with their cycles.
  const std::vector<std::pair<uint64_t, std::string>>& products() const { return products_; }

 private:
  template <typename Probe>
  using Track = std::map<int, std::vector<std::optional<Probe>>>;

  TraceWindow window_;
  std::vector<int> pes_;
  std::optional<uint64_t> first_cycle_;
  Track<accel::PeProbe> pe_probes_;
  Track<accel::ControlProbe> control_probes_;
  std::vector<std::pair<uint64_t, std::string>> products_;
};

}  // namespace faultwave::driver
