// Unified buffer: the activations of the chunks at work.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <systemc>
#include <vector>

#include "systemc/program.hpp"

namespace faultwave::systemc {

class UnifiedBufferPort : public virtual sc_core::sc_interface {
 public:
  /// Whether `bytes` more fit.
  virtual bool has_room(int64_t bytes) const = 0;
  /// Reserves room; the activations follow with fill().
  virtual void reserve(int64_t bytes) = 0;
  virtual void fill(const accel::GemmJob& job, int64_t index, const Chunk& chunk) = 0;
  virtual bool holds(int64_t chunk) const = 0;
  /// Activations [k] of a row of a chunk that the buffer holds.
  virtual std::span<const uint8_t> row(int64_t chunk, int row) const = 0;
  virtual void release(int64_t chunk) = 0;
};

SC_MODULE(UnifiedBuffer), public UnifiedBufferPort {
 public:
  UnifiedBuffer(sc_core::sc_module_name name, int64_t capacity_bytes);

  bool has_room(int64_t bytes) const override { return used_bytes_ + bytes <= capacity_bytes_; }
  void reserve(int64_t bytes) override { used_bytes_ += bytes; }
  void fill(const accel::GemmJob& job, int64_t index, const Chunk& chunk) override;
  bool holds(int64_t chunk) const override { return find(chunk) != nullptr; }
  std::span<const uint8_t> row(int64_t chunk, int row) const override;
  void release(int64_t chunk) override;

 private:
  struct Region {
    int64_t chunk;
    int64_t row_bytes;
    std::vector<uint8_t> bytes;
  };
  const Region* find(int64_t chunk) const;

  int64_t capacity_bytes_;
  int64_t used_bytes_ = 0;
  std::deque<Region> regions_;  ///< oldest first
};

}  // namespace faultwave::systemc
