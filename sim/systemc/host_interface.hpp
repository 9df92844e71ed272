// Host interface: DMA between host memory and the unified buffer, one engine per direction.
#pragma once

#include <cstdint>
#include <deque>
#include <systemc>

#include "systemc/signals.hpp"
#include "systemc/unified_buffer.hpp"

namespace faultwave::systemc {

class HostPort : public virtual sc_core::sc_interface {
 public:
  /// Both: transfers run in order, each takes latency + ceil(bytes / rate) cycles from its turn on;
  /// without bytes it takes none. Reads wait for room in the unified buffer, too.
  virtual void read(int64_t chunk) = 0;
  virtual void write(int64_t chunk) = 0;
  virtual bool writes_pending() const = 0;
};

SC_MODULE(HostInterface), public HostPort {
 public:
  sc_core::sc_in<uint64_t> cycle{"cycle"};
  sc_core::sc_in<bool> busy{"busy"};
  sc_core::sc_port<UnifiedBufferPort> buffer{"buffer"};

  /// `bytes_per_cycle` 0: unlimited.
  HostInterface(sc_core::sc_module_name name, const ProgramSlot& slot, double bytes_per_cycle,
                int latency_cycles);

  void read(int64_t chunk) override;
  void write(int64_t chunk) override;
  bool writes_pending() const override { return !writes_.empty(); }

 private:
  struct Transfer {
    int64_t chunk;
    int64_t cycles_left;
    bool has_room;
  };
  void on_cycle();
  int64_t duration_cycles(int64_t bytes) const;
  void advance_reads(bool clocked);

  const ProgramSlot& slot_;
  double bytes_per_cycle_;
  int latency_cycles_;
  std::deque<Transfer> reads_;
  std::deque<Transfer> writes_;
};

}  // namespace faultwave::systemc
