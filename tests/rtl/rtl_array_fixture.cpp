#include "rtl/rtl_array_fixture.hpp"

#include <array>
#include <cstring>

#include "accel/gemm_job.hpp"
#include "netlist/fault_site.hpp"

namespace faultwave::test_support {
namespace {

using accel::ArrayConfig;

/// Registers of a PE in the order of the signal table; the sites of its multiplier follow.
enum Register : std::size_t {
  kAct,
  kWeight,
  kPsum,
  kValid,
  kSwap,
  kShift,
  kNegate,
  kBypass,
  kNextWeight,
  kNextNegate,
  kNextBypass,
  kNumRegisters
};
constexpr std::array<const char*, kNumRegisters> kRegisterNames = {
    "act_q",      "w_q",        "psum_q", "valid_q",     "swap_q",     "shift_q",
    "w_negate_q", "w_bypass_q", "wn_q",   "wn_negate_q", "wn_bypass_q"};
constexpr std::size_t kNumForceableRegisters = 3;

RtlDesign design_of(const ArrayConfig& config) {
  const auto folder = std::filesystem::path(FAULTWAVE_SOURCE_DIR) / "rtl" / "tpu";
  RtlDesign design;
  design.top = "systolic_array";
  design.files = {folder / "systolic_array.sv", folder / "pe.sv"};
  design.parameters = {fmt::format("ROWS={}", config.rows), fmt::format("COLS={}", config.cols),
                       fmt::format("PRODUCT_IS_SIGNED=1'b{}", config.product_is_signed ? 1 : 0),
                       fmt::format("WEIGHT_ON_PORT_A=1'b{}", config.weight_on_port_a ? 1 : 0)};
  design.ports = {"clk_i",   "rst_ni",   "act_i",    "valid_i",  "swap_i",
                  "shift_i", "weight_i", "negate_i", "bypass_i", "psum_o"};
  for (std::size_t i = 0; i < kNumForceableRegisters; ++i) {
    design.forceable.emplace_back("pe", kRegisterNames[i]);
  }
  for (int row = 0; row < config.rows; ++row) {
    for (int col = 0; col < config.cols; ++col) {
      const std::string pe = fmt::format(
          "systolic_array__DOT__g_row__BRA__{}__KET____DOT__g_col__BRA__{}__KET____DOT__u_pe__DOT_"
          "_",
          row, col);
      for (std::size_t i = 0; i < kNumRegisters; ++i) {
        design.signals.push_back(
            {i < kNumForceableRegisters ? RtlSignal::Kind::kForceable : RtlSignal::Kind::kReadable,
             pe + kRegisterNames[i]});
      }
      design.signals.push_back({RtlSignal::Kind::kMultiplier, pe + "u_mult"});
    }
  }
  return design;
}

/// Ports are packed, least significant bit first.
void write_bits(uint8_t* port, const std::vector<uint8_t>& values, int shift) {
  std::memset(port, 0, (values.size() + 7) / 8);
  for (std::size_t i = 0; i < values.size(); ++i) {
    port[i / 8] = static_cast<uint8_t>(port[i / 8] | ((values[i] >> shift) & 1) << (i % 8));
  }
}

}  // namespace

RtlArray::RtlArray(const ArrayConfig& config, const netlist::Netlist& multiplier, RtlBuild build,
                   const std::vector<fault::Fault>& faults)
    : config_(config), model_(design_of(config), multiplier, build) {
  const auto sites = netlist::enumerate_sites(multiplier);
  signals_per_pe_ = kNumRegisters + sites.size();
  for (const auto& fault : faults) {
    std::size_t index = kAct;
    if (fault.unit == fault::Unit::kWeight) index = kWeight;
    if (fault.unit == fault::Unit::kPartialSum) index = kPsum;
    if (fault.unit == fault::Unit::kMultiplier) {
      index = kNumRegisters + static_cast<std::size_t>(netlist::site_index(sites, fault.site));
    }
    model_.add_fault(fault, static_cast<std::size_t>(fault.pe) * signals_per_pe_ + index);
  }
  const std::array<std::pair<uint8_t**, const char*>, 8> ports = {{{&act_, "act_i"},
                                                                   {&valid_, "valid_i"},
                                                                   {&swap_, "swap_i"},
                                                                   {&shift_, "shift_i"},
                                                                   {&weight_, "weight_i"},
                                                                   {&negate_, "negate_i"},
                                                                   {&bypass_, "bypass_i"},
                                                                   {&psum_, "psum_o"}}};
  for (const auto& [storage, name] : ports) *storage = model_.port(name);
  model_.force_faults_of(0);
}

void RtlArray::step(uint64_t cycle, const accel::ArrayInputs& inputs) {
  std::memcpy(act_, inputs.activation.data(), inputs.activation.size());
  std::memcpy(weight_, inputs.weight.data(), inputs.weight.size());
  write_bits(valid_, inputs.valid, 0);
  write_bits(swap_, inputs.swap, 0);
  write_bits(shift_, inputs.shift, 0);
  static_assert(accel::kNegate == 1 && accel::kBypass == 2);
  write_bits(negate_, inputs.weight_flags, 0);
  write_bits(bypass_, inputs.weight_flags, 1);
  model_.clock();
  model_.force_faults_of(cycle + 1);
}

void RtlArray::bottom_psums(int32_t* psums) const {
  std::memcpy(psums, psum_, sizeof(int32_t) * static_cast<std::size_t>(config_.cols));
}

const RtlModel::Signal& RtlArray::reg(int row, int col, std::size_t index) const {
  return model_.signal(static_cast<std::size_t>(row * config_.cols + col) * signals_per_pe_ +
                       index);
}

accel::SystolicArray::PeState RtlArray::pe(int row, int col) const {
  const auto byte = [&](std::size_t index) {
    return static_cast<uint8_t>(reg(row, col, index).seen());
  };
  const auto flags = [&](std::size_t negate, std::size_t bypass) {
    return static_cast<uint8_t>(byte(negate) * accel::kNegate + byte(bypass) * accel::kBypass);
  };
  accel::SystolicArray::PeState state{};
  state.activation = byte(kAct);
  state.valid = byte(kValid);
  state.swap = byte(kSwap);
  state.shift = byte(kShift);
  state.weight = static_cast<uint8_t>(reg(row, col, kWeight).stored());
  state.weight_flags = flags(kNegate, kBypass);
  state.next_weight = byte(kNextWeight);
  state.next_weight_flags = flags(kNextNegate, kNextBypass);
  state.psum = static_cast<int32_t>(static_cast<uint32_t>(reg(row, col, kPsum).seen()));
  return state;
}

}  // namespace faultwave::test_support
