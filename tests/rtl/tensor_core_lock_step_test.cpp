// accel::TensorCore beside its RTL under Verilator: the sums of all dot-product units in every
// cycle.
#include <gtest/gtest.h>

#include <algorithm>

#include "accel/gemm_job.hpp"
#include "accel/tensor_core.hpp"
#include "base/file.hpp"
#include "base/rng.hpp"
#include "base/subprocess.hpp"
#include "bits/transpose.hpp"
#include "netlist/front_end.hpp"
#include "rtl/rtl_tensor_core_fixture.hpp"

namespace faultwave::test_support {
namespace {

using accel::TensorCore;
using accel::TensorCoreConfig;

uint64_t test_seed() { return std::stoull(environment("FAULTWAVE_TEST_SEED", "1")); }

struct Case {
  const char* name;
  int rows, cols, depth;
  bool product_is_signed;
  bool weight_on_port_a;
  const char* multiplier;
  accel::PeModelKind pe_model = accel::PeModelKind::kVerilated;
};

/// unsigned: affine_u8 and sign_magnitude (products are subtracted at random); signed: int8.
const Case kCases[] = {
    {"unsigned_2x2x4", 2, 2, 4, false, true, "fw8u_dadda"},
    {"signed_1x1x8", 1, 1, 8, true, false, "fw8s_bw"},
    {"native_2x2x4", 2, 2, 4, false, true, "fw8u_dadda", accel::PeModelKind::kNative},
    {"truncated_1x1x16", 1, 1, 16, false, true, "fw8u_trunc8c"},
};

netlist::Netlist load(const char* name) {
  return netlist::load_netlist(std::filesystem::path(FAULTWAVE_SOURCE_DIR) / "rtl" / "multipliers" /
                               fmt::format("{}.v", name));
}

/// The model with operands in the obvious layout.
class PlainTensorCore {
 public:
  PlainTensorCore(const TensorCoreConfig& config, TensorCore core)
      : config_(config), core_(std::move(core)) {
    for (int i = 0; i < 2; ++i) {
      activations_.emplace_back(config);
      weights_.emplace_back(config);
    }
  }

  void step(uint64_t cycle, const StepValues* values) {
    if (values == nullptr) {
      core_.step(cycle, nullptr);
      return;
    }
    // The operands of the step before are still in use.
    turn_ ^= 1;
    activations_[turn_].pack(values->activations.data(), config_.depth, values->num_rows);
    weights_[turn_].pack(values->weights.data(), values->flags.data(), config_.depth);
    uint64_t sums[32] = {};
    for (std::size_t unit = 0; unit < values->sums.size(); ++unit) {
      for (int bit = 0; bit < 32; ++bit) {
        const auto value = static_cast<uint32_t>(values->sums[unit]);
        sums[bit] |= uint64_t{value >> bit & 1} << unit;
      }
    }
    const accel::StepOperands operands{activations_[turn_].planes(0, 0),
                                       activations_[turn_].enable(0), weights_[turn_].planes(0, 0),
                                       sums};
    core_.step(cycle, &operands);
  }
  bool has_result() const { return core_.has_result(); }
  std::vector<int32_t> result() const {
    int32_t values[64];
    bits::planes32_to_i32(core_.result(), values);
    return {values, values + config_.num_dpus()};
  }

 private:
  TensorCoreConfig config_;
  TensorCore core_;
  std::vector<accel::ActivationFragment> activations_;
  std::vector<accel::WeightFragment> weights_;
  std::size_t turn_ = 0;
};

class TensorCoreLockStep : public testing::TestWithParam<Case> {
 protected:
  StepValues random_values(CounterRng& rng) const {
    StepValues values(config_);
    for (auto& code : values.activations) code = static_cast<uint8_t>(rng.below(256));
    for (auto& code : values.weights) code = static_cast<uint8_t>(rng.below(256));
    for (auto& flag : values.flags) {
      flag = static_cast<uint8_t>((rng.below(10) < 4 ? accel::kNegate : 0) |
                                  (rng.below(10) < 2 ? accel::kBypass : 0));
    }
    values.num_rows = static_cast<int>(rng.below(static_cast<uint64_t>(config_.rows) + 1));
    if (rng.below(3) != 0) values.num_rows = config_.rows;
    for (auto& sum : values.sums) sum = static_cast<int32_t>(rng.next());
    return values;
  }

  fault::Fault random_fault(uint64_t num_cycles, CounterRng& rng) const {
    fault::Fault fault;
    fault.pe = static_cast<int>(rng.below(static_cast<uint64_t>(config_.num_lanes())));
    fault.unit = static_cast<fault::Unit>(rng.below(4));
    fault.kind = static_cast<netlist::FaultKind>(rng.below(3));
    if (fault.unit == fault::Unit::kMultiplier) {
      fault.site = sites_[rng.below(sites_.size())];
    } else {
      fault.bit = static_cast<int>(rng.below(fault.unit == fault::Unit::kPartialSum ? 32 : 8));
    }
    if (rng.below(2) == 0) {
      const uint64_t begin = rng.below(num_cycles);
      fault.window = {begin, begin + 1 + rng.below(num_cycles / 2)};
    }
    return fault;
  }

  PlainTensorCore model(std::vector<fault::Fault> faults) {
    return {config_, TensorCore(config_, multiplier_, *mac_, GetParam().product_is_signed,
                                GetParam().weight_on_port_a, std::move(faults), 0)};
  }

  /// Returns the number of results that differ from those without faults.
  int run(const std::vector<fault::Fault>& faults, uint64_t num_cycles, CounterRng& rng) {
    const auto space = fault::PeSpace::gpu(1, 1, config_.num_lanes(), config_.depth);
    std::string names;
    for (const auto& fault : faults) names += fault::fault_name(multiplier_, fault, space) + " ";
    SCOPED_TRACE("faults: " + names);
    PlainTensorCore faulty = model(faults);
    PlainTensorCore golden = model({});
    RtlTensorCore rtl(config_, multiplier_, GetParam().product_is_signed,
                      GetParam().weight_on_port_a, faults);
    int num_differences = 0;
    for (uint64_t cycle = 0; cycle < num_cycles && !HasFatalFailure(); ++cycle) {
      const StepValues values = random_values(rng);
      const StepValues* entering = rng.below(5) == 0 ? nullptr : &values;
      faulty.step(cycle, entering);
      golden.step(cycle, entering);
      rtl.step(cycle, entering);
      [&] {
        ASSERT_EQ(faulty.has_result(), rtl.has_result()) << "after cycle " << cycle;
        if (!faulty.has_result()) return;
        ASSERT_EQ(faulty.result(), rtl.result()) << "after cycle " << cycle;
        num_differences += faulty.result() != golden.result() ? 1 : 0;
      }();
    }
    return num_differences;
  }

  TensorCoreConfig config_{.rows = GetParam().rows,
                           .cols = GetParam().cols,
                           .depth = GetParam().depth,
                           .mma_m = GetParam().rows,
                           .mma_n = GetParam().cols,
                           .mma_k = GetParam().depth};
  netlist::Netlist multiplier_ = load(GetParam().multiplier);
  std::vector<netlist::Site> sites_ = netlist::enumerate_sites(multiplier_);
  verilated::PeModelLibrary library_;
  std::unique_ptr<accel::LaneMac> mac_ =
      make_lane_mac(GetParam().pe_model, config_, multiplier_, library_, true);
};

TEST_P(TensorCoreLockStep, a_healthy_core_equals_the_rtl_in_every_cycle) {
  CounterRng rng(test_seed(), 51);
  SCOPED_TRACE(fmt::format("FAULTWAVE_TEST_SEED={}", test_seed()));
  EXPECT_EQ(run({}, 1000, rng), 0);
}

TEST_P(TensorCoreLockStep, a_core_with_many_faults_and_windows_equals_the_rtl) {
  CounterRng rng(test_seed(), 52);
  SCOPED_TRACE(fmt::format("FAULTWAVE_TEST_SEED={}", test_seed()));
  constexpr uint64_t kCycles = 60;
  int num_visible = 0;
  for (int trial = 0; trial < 40 && !HasFatalFailure(); ++trial) {
    std::vector<fault::Fault> faults;
    for (uint64_t i = 1 + rng.below(12); i > 0; --i) faults.push_back(random_fault(kCycles, rng));
    num_visible += run(faults, kCycles, rng) > 0 ? 1 : 0;
  }
  EXPECT_GT(num_visible, 20) << "most fault lists should reach a sum";
}

TEST_P(TensorCoreLockStep, every_site_and_register_bit_and_kind_equals_the_rtl) {
  CounterRng rng(test_seed(), 53);
  SCOPED_TRACE(fmt::format("FAULTWAVE_TEST_SEED={}", test_seed()));
  std::vector<fault::Fault> all;
  for (int kind = 0; kind < 3; ++kind) {
    fault::Fault fault;
    fault.kind = static_cast<netlist::FaultKind>(kind);
    for (const auto& site : sites_) {
      fault.site = site;
      all.push_back(fault);
    }
    for (const auto unit :
         {fault::Unit::kWeight, fault::Unit::kActivation, fault::Unit::kPartialSum}) {
      fault.unit = unit;
      for (int bit = 0; bit < (unit == fault::Unit::kPartialSum ? 32 : 8); ++bit) {
        fault.bit = bit;
        all.push_back(fault);
      }
      fault.bit = 0;
    }
  }
  // One per lane at a time.
  const auto num_lanes = static_cast<std::size_t>(config_.num_lanes());
  for (std::size_t first = 0; first < all.size() && !HasFatalFailure(); first += num_lanes) {
    std::vector<fault::Fault> faults(
        all.begin() + static_cast<std::ptrdiff_t>(first),
        all.begin() + static_cast<std::ptrdiff_t>(std::min(first + num_lanes, all.size())));
    for (std::size_t lane = 0; lane < faults.size(); ++lane) {
      faults[lane].pe = static_cast<int>(lane);
    }
    run(faults, 10, rng);
  }
}

INSTANTIATE_TEST_SUITE_P(Cores, TensorCoreLockStep, testing::ValuesIn(kCases),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(TensorCoreRtl, lints_clean_for_all_shapes_and_number_formats) {
  const std::filesystem::path rtl = std::filesystem::path(FAULTWAVE_SOURCE_DIR) / "rtl";
  for (const auto& [rows, cols, depth] :
       std::vector<std::array<int, 3>>{{1, 1, 1}, {2, 2, 4}, {1, 3, 8}}) {
    for (const int is_signed : {0, 1}) {
      const std::string multiplier = is_signed != 0 ? "fw8s_bw" : "fw8u_dadda";
      const auto result =
          run_process({"verilator", "--lint-only", "-Wall", "--top-module", "tensor_core",
                       "-DFAULTWAVE_MULTIPLIER=" + multiplier, fmt::format("-GROWS={}", rows),
                       fmt::format("-GCOLS={}", cols), fmt::format("-GDEPTH={}", depth),
                       fmt::format("-GPRODUCT_IS_SIGNED=1'b{}", is_signed),
                       (rtl / "gpu" / "tensor_core.sv").string(),
                       (rtl / "gpu" / "dot_product_unit.sv").string(),
                       (rtl / "gpu" / "tensor_lane.sv").string(),
                       (rtl / "multipliers" / (multiplier + ".v")).string()},
                      "verilator");
      EXPECT_EQ(result.exit_code, 0) << rows << "x" << cols << "x" << depth << "\n"
                                     << result.output;
      EXPECT_EQ(result.output, "");
    }
  }
}

}  // namespace
}  // namespace faultwave::test_support
