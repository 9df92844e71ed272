#include "accel/gemm_job.hpp"

namespace faultwave::accel {

CycleReport& CycleReport::operator+=(const CycleReport& other) {
  total += other.total;
  active += other.active;
  weight_load += other.weight_load;
  weight_shift += other.weight_shift;
  read_after_write += other.read_after_write;
  host_wait += other.host_wait;
  vector += other.vector;
  multiplications += other.multiplications;
  pe_cycles += other.pe_cycles;
  return *this;
}

}  // namespace faultwave::accel
