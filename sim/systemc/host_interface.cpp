#include "systemc/host_interface.hpp"

#include <cmath>

namespace faultwave::systemc {

HostInterface::HostInterface(sc_core::sc_module_name name, const ProgramSlot& slot,
                             double bytes_per_cycle, int latency_cycles)
    : sc_module(name),
      slot_(slot),
      bytes_per_cycle_(bytes_per_cycle),
      latency_cycles_(latency_cycles) {
  SC_METHOD(on_cycle);
  sensitive << cycle;
  dont_initialize();
}

int64_t HostInterface::duration_cycles(int64_t bytes) const {
  if (bytes == 0) return 0;
  if (bytes_per_cycle_ == 0) return latency_cycles_;
  return latency_cycles_ +
         static_cast<int64_t>(std::ceil(static_cast<double>(bytes) / bytes_per_cycle_));
}

void HostInterface::read(int64_t chunk) {
  const auto bytes = slot_.program->chunk(chunk).host_read_bytes;
  reads_.push_back({chunk, duration_cycles(bytes), false});
  advance_reads(false);
}

void HostInterface::write(int64_t chunk) {
  const auto cycles = duration_cycles(slot_.program->chunk(chunk).host_write_bytes);
  if (cycles != 0 || writes_pending()) writes_.push_back({chunk, cycles, true});
}

void HostInterface::advance_reads(bool clocked) {
  while (!reads_.empty()) {
    Transfer& transfer = reads_.front();
    const Chunk chunk = slot_.program->chunk(transfer.chunk);
    if (!transfer.has_room) {
      if (!buffer->has_room(chunk.buffer_bytes)) return;
      buffer->reserve(chunk.buffer_bytes);
      transfer.has_room = true;
    }
    if (transfer.cycles_left > 0 && clocked) {
      --transfer.cycles_left;
      clocked = false;
    }
    if (transfer.cycles_left > 0) return;
    buffer->fill(slot_.program->job(), transfer.chunk, chunk);
    reads_.pop_front();
  }
}

void HostInterface::on_cycle() {
  if (!busy.read()) return;
  advance_reads(true);
  if (!writes_.empty() && --writes_.front().cycles_left <= 0) writes_.pop_front();
}

}  // namespace faultwave::systemc
