// accel::SystolicArray beside its RTL under Verilator: every register of every PE in every cycle.
#include <gtest/gtest.h>

#include "accel/gemm_job.hpp"
#include "accel/systolic_array.hpp"
#include "base/file.hpp"
#include "base/rng.hpp"
#include "base/subprocess.hpp"
#include "netlist/fault_site.hpp"
#include "netlist/front_end.hpp"
#include "rtl/rtl_array_fixture.hpp"

namespace faultwave::test_support {
namespace {

using accel::ArrayConfig;
using accel::ArrayInputs;
using accel::SystolicArray;

uint64_t test_seed() { return std::stoull(environment("FAULTWAVE_TEST_SEED", "1")); }

/// An array and what its multipliers are.
struct Case {
  const char* name;
  ArrayConfig config;
  const char* multiplier;
};

/// unsigned: affine_u8 and sign_magnitude (products are subtracted at random); signed: int8.
const Case kCases[] = {
    {"unsigned_3x4", {3, 4, false, true}, "fw8u_dadda"},
    {"signed_4x3", {4, 3, true, false}, "fw8s_bw"},
    {"native_3x4", {3, 4, false, true, accel::PeModelKind::kNative}, "fw8u_dadda"},
    {"truncated_2x9", {2, 9, false, false}, "fw8u_trunc8c"},
    {"single_pe", {1, 1, true, true}, "fw8s_trunc8c"},
};

netlist::Netlist load(const char* name) {
  return netlist::load_netlist(std::filesystem::path(FAULTWAVE_SOURCE_DIR) / "rtl" / "multipliers" /
                               fmt::format("{}.v", name));
}

ArrayInputs random_inputs(const ArrayConfig& config, CounterRng& rng) {
  ArrayInputs inputs(config);
  const auto chance = [&](uint64_t percent) {
    return static_cast<uint8_t>(rng.below(100) < percent);
  };
  for (std::size_t r = 0; r < inputs.activation.size(); ++r) {
    inputs.activation[r] = static_cast<uint8_t>(rng.below(256));
    inputs.valid[r] = chance(80);
    inputs.swap[r] = chance(30);
    inputs.shift[r] = chance(50);
  }
  for (std::size_t c = 0; c < inputs.weight.size(); ++c) {
    inputs.weight[c] = static_cast<uint8_t>(rng.below(256));
    inputs.weight_flags[c] =
        static_cast<uint8_t>(chance(40) * accel::kNegate + chance(15) * accel::kBypass);
  }
  return inputs;
}

fault::Fault random_fault(const ArrayConfig& config, const std::vector<netlist::Site>& sites,
                          uint64_t num_cycles, CounterRng& rng) {
  fault::Fault fault;
  fault.pe = static_cast<int>(rng.below(static_cast<uint64_t>(config.rows * config.cols)));
  fault.unit = static_cast<fault::Unit>(rng.below(4));
  fault.kind = static_cast<netlist::FaultKind>(rng.below(3));
  if (fault.unit == fault::Unit::kMultiplier) {
    fault.site = sites[rng.below(sites.size())];
  } else {
    fault.bit = static_cast<int>(rng.below(fault.unit == fault::Unit::kPartialSum ? 32 : 8));
  }
  if (rng.below(2) == 0) {
    fault.window.begin_cycle = rng.below(num_cycles);
    fault.window.end_cycle = fault.window.begin_cycle + 1 + rng.below(num_cycles / 2);
  }
  return fault;
}

void expect_same_state(const SystolicArray& model, const RtlArray& rtl, const ArrayConfig& config) {
  std::vector<int32_t> model_sums(static_cast<std::size_t>(config.cols));
  std::vector<int32_t> rtl_sums(model_sums.size());
  model.bottom_psums(model_sums.data());
  rtl.bottom_psums(rtl_sums.data());
  ASSERT_EQ(model_sums, rtl_sums);
  for (int row = 0; row < config.rows; ++row) {
    for (int col = 0; col < config.cols; ++col) {
      SCOPED_TRACE(fmt::format("pe[{}][{}]", row, col));
      const auto x = model.pe(row, col);
      const auto y = rtl.pe(row, col);
      ASSERT_EQ(x.activation, y.activation);
      ASSERT_EQ(x.valid, y.valid);
      ASSERT_EQ(x.swap, y.swap);
      ASSERT_EQ(x.shift, y.shift);
      ASSERT_EQ(x.weight, y.weight);
      ASSERT_EQ(x.weight_flags, y.weight_flags);
      ASSERT_EQ(x.next_weight, y.next_weight);
      ASSERT_EQ(x.next_weight_flags, y.next_weight_flags);
      ASSERT_EQ(x.psum, y.psum);
    }
  }
}

class LockStep : public ::testing::TestWithParam<Case> {
 protected:
  /// Returns the number of cycles in which some bottom sum differed from that of `golden`.
  int run(const std::vector<fault::Fault>& faults, uint64_t num_cycles, CounterRng& rng) {
    std::string names;
    for (const auto& fault : faults)
      names +=
          fault::fault_name(multiplier_, fault, fault::PeSpace::array(config_.rows, config_.cols)) +
          " ";
    SCOPED_TRACE("faults: " + names);
    SystolicArray model(config_, multiplier_, library_, faults);
    SystolicArray golden(config_, multiplier_, library_, {});
    RtlArray rtl(config_, multiplier_, RtlBuild::kForceable, faults);
    std::vector<int32_t> model_sums(static_cast<std::size_t>(config_.cols));
    std::vector<int32_t> golden_sums(model_sums.size());
    int num_differences = 0;
    expect_same_state(model, rtl, config_);
    for (uint64_t cycle = 0; cycle < num_cycles && !HasFatalFailure(); ++cycle) {
      SCOPED_TRACE(fmt::format("after cycle {}", cycle));
      const ArrayInputs inputs = random_inputs(config_, rng);
      model.step(cycle, inputs);
      golden.step(cycle, inputs);
      rtl.step(cycle, inputs);
      expect_same_state(model, rtl, config_);
      model.bottom_psums(model_sums.data());
      golden.bottom_psums(golden_sums.data());
      num_differences += model_sums != golden_sums ? 1 : 0;
    }
    return num_differences;
  }

  ArrayConfig config_ = GetParam().config;
  netlist::Netlist multiplier_ = load(GetParam().multiplier);
  std::vector<netlist::Site> sites_ = netlist::enumerate_sites(multiplier_);
  verilated::PeModelLibrary library_;
};

TEST_P(LockStep, a_healthy_array_equals_the_rtl_in_every_register_of_every_cycle) {
  CounterRng rng(test_seed(), 1);
  SCOPED_TRACE(fmt::format("FAULTWAVE_TEST_SEED={}", test_seed()));
  EXPECT_EQ(run({}, 400, rng), 0);
}

TEST_P(LockStep, an_array_with_many_faults_and_windows_equals_the_rtl) {
  CounterRng rng(test_seed(), 2);
  SCOPED_TRACE(fmt::format("FAULTWAVE_TEST_SEED={}", test_seed()));
  constexpr uint64_t kCycles = 60;
  int num_visible = 0;
  for (int trial = 0; trial < 40 && !HasFatalFailure(); ++trial) {
    std::vector<fault::Fault> faults;
    const uint64_t num_faults = 1 + rng.below(12);
    for (uint64_t i = 0; i < num_faults; ++i) {
      faults.push_back(random_fault(config_, sites_, kCycles, rng));
    }
    num_visible += run(faults, kCycles, rng) > 0 ? 1 : 0;
  }
  EXPECT_GT(num_visible, 20) << "most fault lists should reach the bottom sums";
}

TEST_P(LockStep, every_site_and_kind_equals_the_rtl) {
  CounterRng rng(test_seed(), 3);
  SCOPED_TRACE(fmt::format("FAULTWAVE_TEST_SEED={}", test_seed()));
  std::vector<fault::Fault> faults;
  const auto num_pes = static_cast<std::size_t>(config_.rows * config_.cols);
  for (std::size_t i = 0; i < 3 * sites_.size() && !HasFatalFailure(); ++i) {
    fault::Fault fault;
    fault.pe = static_cast<int>(faults.size());
    fault.site = sites_[i / 3];
    fault.kind = static_cast<netlist::FaultKind>(i % 3);
    faults.push_back(fault);
    if (faults.size() < num_pes && i + 1 < 3 * sites_.size()) continue;
    run(faults, 12, rng);
    faults.clear();
  }
}

INSTANTIATE_TEST_SUITE_P(Arrays, LockStep, ::testing::ValuesIn(kCases),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Rtl, lints_clean_for_all_shapes_and_number_formats) {
  const std::filesystem::path rtl = std::filesystem::path(FAULTWAVE_SOURCE_DIR) / "rtl";
  for (const auto& [rows, cols] : {std::pair{1, 1}, {1, 5}, {5, 1}, {3, 4}}) {
    for (const int is_signed : {0, 1}) {
      const std::string multiplier = is_signed != 0 ? "fw8s_bw" : "fw8u_dadda";
      const auto result = run_process(
          {"verilator", "--lint-only", "-Wall", "--top-module", "systolic_array",
           "-DFAULTWAVE_MULTIPLIER=" + multiplier, fmt::format("-GROWS={}", rows),
           fmt::format("-GCOLS={}", cols), fmt::format("-GPRODUCT_IS_SIGNED=1'b{}", is_signed),
           fmt::format("-GWEIGHT_ON_PORT_A=1'b{}", 1 - is_signed),
           (rtl / "tpu" / "systolic_array.sv").string(), (rtl / "tpu" / "pe.sv").string(),
           (rtl / "multipliers" / (multiplier + ".v")).string()},
          "verilator");
      EXPECT_EQ(result.exit_code, 0) << rows << "x" << cols << "\n" << result.output;
      EXPECT_EQ(result.output, "");
    }
  }
}

TEST(Rtl, is_read_by_yosys_without_findings) {
  const std::filesystem::path rtl = std::filesystem::path(FAULTWAVE_SOURCE_DIR) / "rtl";
  const auto result = run_process(
      {"yosys", "-q", "-p",
       fmt::format("read_verilog -sv {0}/tpu/systolic_array.sv {0}/tpu/pe.sv "
                   "{0}/multipliers/fw8u_dadda.v; hierarchy -check -top systolic_array -chparam "
                   "ROWS 2 -chparam COLS 3; proc; flatten; check -assert",
                   rtl.string())},
      "yosys");
  EXPECT_EQ(result.exit_code, 0) << result.output;
}

}  // namespace
}  // namespace faultwave::test_support
