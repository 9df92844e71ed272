#include "fault/pe_space.hpp"

#include "base/error.hpp"

namespace faultwave::fault {

PeSpace::PeSpace(Kind kind, int x, int y, int z, int lanes_per_dpu)
    : kind_(kind), dims_{x, y, z}, lanes_per_dpu_(lanes_per_dpu) {}

PeSpace PeSpace::array(int rows, int cols) {
  if (rows < 1 || cols < 1) {
    throw UsageError(fmt::format("an array of {}x{} PEs has no locus for a fault", rows, cols));
  }
  return {Kind::kArray, rows, cols, 1, 1};
}

PeSpace PeSpace::gpu(int sms, int sub_cores, int lanes, int lanes_per_dpu) {
  if (sms < 1 || sub_cores < 1 || lanes < 1 || lanes_per_dpu < 1) {
    throw UsageError(
        fmt::format("a GPU of {} SMs x {} sub-cores x {} lanes has no locus for a fault", sms,
                    sub_cores, lanes));
  }
  return {Kind::kGpu, sms, sub_cores, lanes, lanes_per_dpu};
}

std::string PeSpace::pe_name(int pe) const {
  if (kind_ == Kind::kArray) return fmt::format("pe[{}][{}]", pe / dims_[1], pe % dims_[1]);
  const int core = pe / dims_[2];
  return fmt::format("sm[{}].sub[{}].lane[{}]", core / dims_[1], core % dims_[1], pe % dims_[2]);
}

std::string PeSpace::description() const {
  if (kind_ == Kind::kArray) return fmt::format("{}x{} PEs", dims_[0], dims_[1]);
  return fmt::format("{} SM{} x {} sub-core{} x {} lanes", dims_[0], dims_[0] == 1 ? "" : "s",
                     dims_[1], dims_[1] == 1 ? "" : "s", dims_[2]);
}

std::pair<int, int> PeSpace::activation_reach(int pe) const {
  if (kind_ == Kind::kGpu) return {pe, pe + 1};
  return {pe, (pe / dims_[1] + 1) * dims_[1]};
}

}  // namespace faultwave::fault
