#include "accel/gemm_job.hpp"

#include "base/error.hpp"

namespace faultwave::accel {

const char* to_string(Cause cause) {
  switch (cause) {
    case Cause::kIdle:
      return "idle";
    case Cause::kActive:
      return "active";
    case Cause::kWeightLoad:
      return "weight_load";
    case Cause::kWeightShift:
      return "weight_shift";
    case Cause::kReadAfterWrite:
      return "read_after_write";
    case Cause::kHostWait:
      return "host_wait";
    case Cause::kVector:
      return "vector";
    case Cause::kIssue:
      return "issue";
    case Cause::kOperand:
      return "operand";
    case Cause::kTensorBusy:
      return "tensor_busy";
    case Cause::kSharedConflict:
      return "shared_conflict";
    case Cause::kSharedWait:
      return "shared_wait";
    case Cause::kGlobalWait:
      return "global_wait";
    case Cause::kBarrier:
      return "barrier";
    case Cause::kDependency:
      return "dependency";
  }
  FAULTWAVE_CHECK(false, "cause {}", static_cast<int>(cause));
}

CycleReport& CycleReport::operator+=(const CycleReport& other) {
  if (other.total == 0) return *this;
  FAULTWAVE_CHECK(total == 0 || num_units == other.num_units, "reports of different accelerators");
  num_units = other.num_units;
  total += other.total;
  for (std::size_t i = 0; i < by_cause.size(); ++i) by_cause[i] += other.by_cause[i];
  multiplications += other.multiplications;
  pe_cycles += other.pe_cycles;
  warp_cycles += other.warp_cycles;
  warp_slots += other.warp_slots;
  return *this;
}

}  // namespace faultwave::accel
