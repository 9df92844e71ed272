#include "driver/trace_recorder.hpp"

namespace faultwave::driver {

TraceRecorder::TraceRecorder(const TraceWindow& window, std::vector<int> pes,
                             std::vector<int> units)
    : window_(window), pes_(std::move(pes)) {
  if (window_.layer.empty()) first_cycle_ = window_.from;
  for (const int pe : pes_) pe_probes_[pe].resize(num_cycles());
  for (const int unit : units) control_probes_[unit].resize(num_cycles());
}

void TraceRecorder::on_product(const std::string& name, uint64_t cycle) {
  products_.emplace_back(cycle, name);
  if (name == window_.layer && !first_cycle_) first_cycle_ = cycle + window_.from;
}

bool TraceRecorder::wants(uint64_t cycle) {
  return first_cycle_ && cycle >= *first_cycle_ && cycle < *first_cycle_ + num_cycles();
}

void TraceRecorder::on_pe(uint64_t cycle, int pe, const accel::PeProbe& probe) {
  pe_probes_.at(pe)[cycle - *first_cycle_] = probe;
}

void TraceRecorder::on_control(uint64_t cycle, int unit, const accel::ControlProbe& probe) {
  if (!wants(cycle)) return;
  const auto found = control_probes_.find(unit);
  if (found != control_probes_.end()) found->second[cycle - *first_cycle_] = probe;
}

const accel::PeProbe* TraceRecorder::pe(int pe, uint64_t offset) const {
  const auto& probe = pe_probes_.at(pe).at(offset);
  return probe ? &*probe : nullptr;
}

const accel::ControlProbe* TraceRecorder::control(int unit, uint64_t offset) const {
  const auto& probe = control_probes_.at(unit).at(offset);
  return probe ? &*probe : nullptr;
}

}  // namespace faultwave::driver
