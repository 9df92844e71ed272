#include "rtl/rtl_tensor_core_fixture.hpp"

#include <cstring>

#include "accel/gemm_job.hpp"
#include "netlist/fault_site.hpp"

namespace faultwave::test_support {
namespace {

using accel::TensorCoreConfig;

/// Signals of a dot-product unit: its accumulator, then per lane two registers and the sites.
constexpr std::size_t kLaneRegisters = 2;

RtlDesign design_of(const TensorCoreConfig& config, bool product_is_signed, bool weight_on_port_a) {
  const auto folder = std::filesystem::path(FAULTWAVE_SOURCE_DIR) / "rtl" / "gpu";
  RtlDesign design;
  design.top = "tensor_core";
  design.files = {folder / "tensor_core.sv", folder / "dot_product_unit.sv",
                  folder / "tensor_lane.sv"};
  design.parameters = {fmt::format("ROWS={}", config.rows), fmt::format("COLS={}", config.cols),
                       fmt::format("DEPTH={}", config.depth),
                       fmt::format("PRODUCT_IS_SIGNED=1'b{}", product_is_signed ? 1 : 0),
                       fmt::format("WEIGHT_ON_PORT_A=1'b{}", weight_on_port_a ? 1 : 0)};
  design.ports = {"clk_i",    "rst_ni",   "valid_i", "act_i",   "row_i", "weight_i",
                  "negate_i", "enable_i", "sum_i",   "valid_o", "acc_o"};
  design.forceable = {
      {"dot_product_unit", "acc_q"}, {"tensor_lane", "act_q"}, {"tensor_lane", "w_q"}};
  for (int row = 0; row < config.rows; ++row) {
    for (int col = 0; col < config.cols; ++col) {
      const std::string unit = fmt::format(
          "tensor_core__DOT__g_row__BRA__{}__KET____DOT__g_col__BRA__{}__KET____DOT__u_dpu__DOT__",
          row, col);
      design.signals.push_back({RtlSignal::Kind::kForceable, unit + "acc_q"});
      for (int e = 0; e < config.depth; ++e) {
        const std::string lane =
            unit + fmt::format("g_lane__BRA__{}__KET____DOT__u_lane__DOT__", e);
        design.signals.push_back({RtlSignal::Kind::kForceable, lane + "act_q"});
        design.signals.push_back({RtlSignal::Kind::kForceable, lane + "w_q"});
        design.signals.push_back({RtlSignal::Kind::kMultiplier, lane + "u_mult"});
      }
    }
  }
  return design;
}

void set_bit(uint8_t* port, std::size_t bit, bool value) {
  port[bit / 8] =
      static_cast<uint8_t>((port[bit / 8] & ~(1u << bit % 8)) | (unsigned{value} << bit % 8));
}

}  // namespace

StepValues::StepValues(const TensorCoreConfig& config)
    : activations(static_cast<std::size_t>(config.rows * config.depth)),
      weights(static_cast<std::size_t>(config.cols * config.depth)),
      flags(weights.size()),
      num_rows(config.rows),
      sums(static_cast<std::size_t>(config.rows * config.cols)) {}

RtlTensorCore::RtlTensorCore(const TensorCoreConfig& config, const netlist::Netlist& multiplier,
                             bool product_is_signed, bool weight_on_port_a,
                             const std::vector<fault::Fault>& faults)
    : config_(config),
      model_(design_of(config, product_is_signed, weight_on_port_a), multiplier,
             RtlBuild::kForceable),
      valid_(model_.port("valid_i")),
      act_(model_.port("act_i")),
      row_(model_.port("row_i")),
      weight_(model_.port("weight_i")),
      negate_(model_.port("negate_i")),
      enable_(model_.port("enable_i")),
      sum_(model_.port("sum_i")),
      valid_out_(model_.port("valid_o")),
      acc_(model_.port("acc_o")) {
  const auto sites = netlist::enumerate_sites(multiplier);
  const std::size_t per_lane = kLaneRegisters + sites.size();
  const auto depth = static_cast<std::size_t>(config.depth);
  for (const auto& fault : faults) {
    const auto lane = static_cast<std::size_t>(fault.pe);
    const std::size_t unit = lane / depth * (1 + depth * per_lane);
    std::size_t signal = unit + 1 + lane % depth * per_lane;
    if (fault.unit == fault::Unit::kPartialSum) signal = unit;
    if (fault.unit == fault::Unit::kWeight) signal += 1;
    if (fault.unit == fault::Unit::kMultiplier) {
      signal += kLaneRegisters + static_cast<std::size_t>(netlist::site_index(sites, fault.site));
    }
    model_.add_fault(fault, signal);
  }
  model_.force_faults_of(0);
}

void RtlTensorCore::step(uint64_t cycle, const StepValues* values) {
  *valid_ = values != nullptr ? 1 : 0;
  if (values != nullptr) {
    std::memcpy(act_, values->activations.data(), values->activations.size());
    std::memcpy(weight_, values->weights.data(), values->weights.size());
    std::memcpy(sum_, values->sums.data(), values->sums.size() * sizeof(int32_t));
    for (std::size_t i = 0; i < values->flags.size(); ++i) {
      set_bit(negate_, i, (values->flags[i] & accel::kNegate) != 0);
      set_bit(enable_, i, (values->flags[i] & accel::kBypass) == 0);
    }
    for (int row = 0; row < config_.rows; ++row) {
      set_bit(row_, static_cast<std::size_t>(row), row < values->num_rows);
    }
  }
  model_.clock();
  model_.force_faults_of(cycle + 1);
}

std::vector<int32_t> RtlTensorCore::result() const {
  std::vector<int32_t> sums(static_cast<std::size_t>(config_.rows * config_.cols));
  std::memcpy(sums.data(), acc_, sums.size() * sizeof(int32_t));
  return sums;
}

}  // namespace faultwave::test_support
