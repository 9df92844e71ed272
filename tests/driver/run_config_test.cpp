#include "driver/run_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/tree.hpp"

namespace faultwave::driver {
namespace {

using ::testing::HasSubstr;

constexpr const char* kMinimal =
    "network: strokes_mlp\n"
    "data: {name: strokes}\n"
    "multiplier: {netlist: fw8u_dadda}\n";

/// Error of loading `text` as a configuration; empty when it loads.
std::string error_of(const std::string& text, const std::vector<std::string>& overrides = {}) {
  TemporaryDirectory folder;
  const auto path = folder.path() / "run.yaml";
  write_file_atomically(path, text);
  try {
    load_run_config(path, overrides);
  } catch (const Error& error) {
    std::string message = error.what();
    const auto at = message.find(path.string());
    if (at != std::string::npos) message.replace(at, path.string().size(), "run.yaml");
    return message;
  }
  return {};
}

TEST(RunConfig, every_configuration_of_the_tree_loads) {
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(tree_root() / "configs")) {
    if (entry.path().extension() != ".yaml") continue;
    SCOPED_TRACE(entry.path().string());
    EXPECT_NO_THROW(load_run_config(entry.path()));
    ++count;
  }
  EXPECT_GE(count, 5);
}

TEST(RunConfig, defaults_are_those_of_the_documentation) {
  TemporaryDirectory folder;
  write_file_atomically(folder.path() / "run.yaml", kMinimal);
  const auto config = load_run_config(folder.path() / "run.yaml");
  EXPECT_EQ(std::get<systemc::TpuConfig>(config.accelerator).rows, 16);
  EXPECT_EQ(std::get<systemc::TpuConfig>(config.accelerator).preload, systemc::Preload::kHidden);
  EXPECT_EQ(config.multiplier.exact, "fw8u_dadda");
  EXPECT_EQ(config.multiplier.format, netlist::NumberFormat::kAffineU8);
  EXPECT_TRUE(config.multiplier.weight_on_port_a);
  EXPECT_EQ(config.data.calibration_split, "calib");
  EXPECT_EQ(config.mitigations, (std::vector<std::string>{"none", "fap", "fal_retune"}));
  EXPECT_EQ(config.seed, 1u);
}

TEST(RunConfig, presets_are_starting_points) {
  TemporaryDirectory folder;
  write_file_atomically(folder.path() / "run.yaml", kMinimal);
  const auto config = load_run_config(folder.path() / "run.yaml",
                                      {"accelerator.preset=256x256", "accelerator.cols=40"});
  EXPECT_EQ(std::get<systemc::TpuConfig>(config.accelerator).rows, 256);
  EXPECT_EQ(std::get<systemc::TpuConfig>(config.accelerator).cols, 40);
  EXPECT_EQ(std::get<systemc::TpuConfig>(config.accelerator).weight_dram_gb_s, 34);
  EXPECT_THAT(config.text, HasSubstr("cols: 40"));
}

struct BadCase {
  const char* name;
  const char* override_key;
  const char* message;
};
class BadRunConfig : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadRunConfig, is_refused_with_its_place_and_a_fix) {
  EXPECT_EQ(error_of(kMinimal), "");
  EXPECT_THAT(error_of(kMinimal, {GetParam().override_key}), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, BadRunConfig,
    ::testing::Values(
        BadCase{"network", "network=strokes_mpl", "did you mean 'strokes_mlp'"},
        BadCase{"no_network", "network=~", "'network': is missing"},
        BadCase{"data_set", "data.name=stroke", "did you mean 'strokes'"},
        BadCase{"split", "data.split=tset", "'data.split': unknown value 'tset'"},
        BadCase{"limit", "data.limit=-1", "'data.limit': -1 is out of range"},
        BadCase{"calibration", "data.calibration.images=0", "use 1 to 10000"},
        BadCase{"type", "accelerator.type=tpuu", "did you mean 'tpu'"},
        BadCase{"preset", "accelerator.preset=64x64", "'accelerator.preset': unknown value"},
        BadCase{"rows", "accelerator.rows=513",
                "--set accelerator.rows=513: 'accelerator.rows': 513"},
        BadCase{"cols", "accelerator.cols=0", "use 1 to 512"},
        BadCase{"clock", "accelerator.clock_mhz=0", "'accelerator.clock_mhz': 0 is out of range"},
        BadCase{"preload", "accelerator.preload=hiden", "did you mean 'hidden'"},
        BadCase{"unit_in_key", "accelerator.clock_ghz=1", "unknown key 'accelerator.clock_ghz'"},
        BadCase{"format", "multiplier.number_format=int7", "did you mean 'int8'"},
        BadCase{"port", "multiplier.weight_port=C", "known: A, B"},
        BadCase{"power", "multiplier.power_mw=-1", "out of range"},
        BadCase{"faults_scalar", "faults=pe[0][0].weight[0].sa0", "a list is needed"},
        BadCase{"fault_no_target", "faults=[{rate: 0.5}]", "'faults[0].target': is missing"},
        BadCase{"fault_no_rate", "faults=[{target: random_net}]", "'faults[0].rate': is missing"},
        BadCase{"fault_rate", "faults=[{target: random_net, rate: 1.5}]", "1.5 is out of range"},
        BadCase{"fault_random", "faults=[{target: random_nets, rate: 1}]",
                "did you mean 'random_net'"},
        BadCase{"fault_kind", "faults=[{target: random_net, rate: 1, kind: sa2}]",
                "unknown value 'sa2'"},
        BadCase{"fault_kind_twice", "faults=[{target: 'mult.O[1].sa1', rate: 1, kind: sa1}]",
                "goes with random targets only"},
        BadCase{"fault_window",
                "faults=[{target: random_net, rate: 1, from_cycle: 5, to_cycle: 5}]",
                "is not after from_cycle"},
        BadCase{"fault_key", "faults=[{target: random_net, rate: 1, sed: 5}]",
                "did you mean 'seed'"},
        BadCase{"mitigation", "mitigations=[fal_retuen]", "did you mean 'fal_retune'"},
        BadCase{"on_exact", "fault_on_exact=maybe", "known: auto, yes, no"},
        BadCase{"top_level", "mitigation=[fap]", "did you mean 'mitigations'"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(RunConfig, missing_file_is_named) {
  EXPECT_THROW(load_run_config("/nowhere/run.yaml"), InputError);
}

}  // namespace
}  // namespace faultwave::driver
