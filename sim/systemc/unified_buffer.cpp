#include "systemc/unified_buffer.hpp"

#include "base/error.hpp"

namespace faultwave::systemc {

UnifiedBuffer::UnifiedBuffer(sc_core::sc_module_name name, int64_t capacity_bytes)
    : sc_module(name), capacity_bytes_(capacity_bytes) {}

void UnifiedBuffer::fill(const accel::GemmJob& job, int64_t index, const Chunk& chunk) {
  const uint8_t* first = job.activations + chunk.m0 * job.k;
  regions_.push_back({index, job.k, {first, first + chunk.rows * job.k}});
}

std::span<const uint8_t> UnifiedBuffer::row(int64_t chunk, int row) const {
  const Region* region = find(chunk);
  FAULTWAVE_CHECK(region != nullptr, "chunk {} is not in the unified buffer", chunk);
  return std::span(region->bytes)
      .subspan(static_cast<std::size_t>(row * region->row_bytes),
               static_cast<std::size_t>(region->row_bytes));
}

void UnifiedBuffer::release(int64_t chunk) {
  FAULTWAVE_CHECK(!regions_.empty() && regions_.front().chunk == chunk);
  used_bytes_ -= static_cast<int64_t>(regions_.front().bytes.size());
  regions_.pop_front();
}

const UnifiedBuffer::Region* UnifiedBuffer::find(int64_t chunk) const {
  for (const auto& region : regions_) {
    if (region.chunk == chunk) return &region;
  }
  return nullptr;
}

}  // namespace faultwave::systemc
