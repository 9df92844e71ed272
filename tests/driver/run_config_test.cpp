#include "driver/run_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "base/file.hpp"
#include "base/tree.hpp"
#include "driver/experiment.hpp"
#include "driver/mma_benchmark.hpp"

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
    if (entry.path().filename().string().starts_with("mma_")) {
      EXPECT_NO_THROW(load_mma_config(entry.path()));
    } else if (read_file(entry.path()).find("\ncampaign:") != std::string::npos) {
      continue;  // tests/campaign
    } else {
      EXPECT_NO_THROW(load_run_configs(entry.path()));
    }
    ++count;
  }
  EXPECT_GE(count, 8);
}

/// kMinimal on a GPU.
constexpr const char* kGpu = R"(
network: strokes_mlp
data: {name: strokes}
multiplier: {netlist: fw8u_dadda}
accelerator:
  type: gpu_sm
)";

TEST(RunConfig, a_gpu_takes_its_preset_and_every_size) {
  TemporaryDirectory folder;
  const auto file = folder.path() / "run.yaml";
  write_file_atomically(file, kGpu);
  const auto gpu_of = [&](const std::vector<std::string>& overrides) {
    return std::get<systemc::GpuConfig>(load_run_config(file, overrides).accelerator);
  };
  EXPECT_EQ(gpu_of({}).sms, 108);
  EXPECT_EQ(gpu_of({}).tensor_core.num_lanes(), 512);
  EXPECT_EQ(gpu_of({"accelerator.preset=turing"}).tensor_core.mma_k, 16);
  const auto gpu =
      gpu_of({"accelerator.sms=3", "accelerator.sub_cores=2", "accelerator.clock_mhz=900",
              "accelerator.tensor_core={rows: 4, cols: 2, depth: 8, mma_m: 8, mma_n: 4, mma_k: 16}",
              "accelerator.scheduler=lrr", "accelerator.max_warps=20", "accelerator.max_ctas=5",
              "accelerator.registers=40000", "accelerator.shared_memory_bytes=70000",
              "accelerator.shared_banks=16", "accelerator.shared_latency_cycles=31",
              "accelerator.register_read_ports=3", "accelerator.mma_pipe_cycles=9",
              "accelerator.barrier_cycles=7", "accelerator.async_copy=false",
              "accelerator.global_latency_cycles=400", "accelerator.global_gb_s=123.5",
              "accelerator.sm_bytes_per_cycle=32",
              "accelerator.kernel={cta_m: 48, cta_n: 24, cta_k: 48, warp_m: 24, warp_n: 12, "
              "shared_layout: padded, epilogue_instructions: 8, loop_instructions: 2}"});
  EXPECT_EQ(gpu.sms, 3);
  EXPECT_EQ(gpu.sub_cores, 2);
  EXPECT_EQ(gpu.clock_mhz, 900);
  EXPECT_EQ(gpu.tensor_core, (accel::TensorCoreConfig{4, 2, 8, 8, 4, 16}));
  EXPECT_EQ(gpu.scheduler, systemc::WarpScheduler::kLooseRoundRobin);
  EXPECT_EQ(gpu.max_warps, 20);
  EXPECT_EQ(gpu.max_ctas, 5);
  EXPECT_EQ(gpu.registers, 40000);
  EXPECT_EQ(gpu.shared_memory_bytes, 70000);
  EXPECT_EQ(gpu.shared_banks, 16);
  EXPECT_EQ(gpu.shared_latency_cycles, 31);
  EXPECT_EQ(gpu.register_read_ports, 3);
  EXPECT_EQ(gpu.mma_pipe_cycles, 9);
  EXPECT_EQ(gpu.barrier_cycles, 7);
  EXPECT_FALSE(gpu.async_copy);
  EXPECT_EQ(gpu.global_latency_cycles, 400);
  EXPECT_EQ(gpu.global_gb_s, 123.5);
  EXPECT_EQ(gpu.sm_bytes_per_cycle, 32);
  EXPECT_EQ(gpu.cta_m, 48);
  EXPECT_EQ(gpu.cta_n, 24);
  EXPECT_EQ(gpu.cta_k, 48);
  EXPECT_EQ(gpu.warp_m, 24);
  EXPECT_EQ(gpu.warp_n, 12);
  EXPECT_EQ(gpu.shared_layout, systemc::SharedLayout::kPadded);
  EXPECT_EQ(gpu.epilogue_instructions, 8);
  EXPECT_EQ(gpu.loop_instructions, 2);
}

/// Message of the error that `action` throws.
std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(RunConfig, impossible_gpus_are_refused_at_their_place) {
  TemporaryDirectory folder;
  const auto file = folder.path() / "run.yaml";
  write_file_atomically(file, kGpu);
  const auto message = [&](const std::string& assignment) {
    return refusal([&] { load_run_config(file, {"accelerator." + assignment}); });
  };
  EXPECT_THAT(message("preset=volta"), HasSubstr("known: ampere_a100, turing"));
  EXPECT_THAT(message("rows=16"), HasSubstr("unknown key 'accelerator.rows'"));
  EXPECT_THAT(message("kernel.cta_m=70"), HasSubstr("cta_m 70 does not divide into warp_m 32"));
  EXPECT_THAT(message("kernel.cta_m=70"), HasSubstr("run.yaml:6"));
  EXPECT_THAT(message("shared_memory_bytes=1000"), HasSubstr("too little shared memory"));
  EXPECT_THAT(message("tensor_core.mma=3"),
              HasSubstr("known: rows, cols, depth, mma_m, mma_n, mma_k"));
  EXPECT_THAT(message("scheduler=gtoo"), HasSubstr("did you mean 'gto'"));
  EXPECT_THAT(message("sms=200"), HasSubstr("'accelerator.sms': 200 is out of range"));
}

TEST(RunConfig, too_many_fault_sets_and_batches_are_refused_before_anything_runs) {
  TemporaryDirectory folder;
  const auto file = folder.path() / "run.yaml";
  write_file_atomically(file, kGpu);
  const auto message = [&](const std::vector<std::string>& overrides) {
    return refusal([&] { check_experiment(load_run_config(file, overrides)); });
  };
  // Two faults in many lanes: hardly any two lanes show the same.
  const std::string twice =
      "faults=[{target: random_net, rate: 0.5}, {target: random_net, rate: 0.5, seed: 2}]";
  EXPECT_THAT(message({twice, "mitigations=[fal_retune]"}),
              HasSubstr("more than 8192 distinct fault sets"));
  EXPECT_EQ(message({twice, "mitigations=[none]"}), "accepted");
  EXPECT_THAT(message({"accelerator.batch_images=1000000"}), HasSubstr("batch_images: at most"));
}

TEST(RunConfig, faults_of_the_other_accelerator_are_refused_at_their_line) {
  TemporaryDirectory folder;
  const auto file = folder.path() / "run.yaml";
  write_file_atomically(file, std::string(kGpu) + "faults:\n  - pe[3][7].mult.O[1].sa1\n");
  const std::string message = refusal([&] { check_experiment(load_run_config(file)); });
  EXPECT_THAT(message, HasSubstr("run.yaml:8:5"));
  EXPECT_THAT(message, HasSubstr("names a PE of a systolic array"));
}

TEST(RunConfig, variants_replace_keys_and_keep_the_rest) {
  TemporaryDirectory folder;
  const auto file = folder.path() / "run.yaml";
  const std::string text = std::string(kMinimal) +
                           "variants:\n"
                           "  - {name: small, accelerator: {rows: 4, cols: 5}}\n"
                           "  - name: gpu\n"
                           "    accelerator: {type: gpu_sm, sms: 2}\n"
                           "    seed: 9\n";
  write_file_atomically(file, text);
  const auto configs = load_run_configs(file, {"data.limit=7"});
  ASSERT_EQ(configs.size(), 2u);
  EXPECT_EQ(configs[0].variant, "small");
  EXPECT_EQ(std::get<systemc::TpuConfig>(configs[0].accelerator).cols, 5);
  EXPECT_EQ(configs[0].seed, 1u);
  EXPECT_EQ(std::get<systemc::GpuConfig>(configs[1].accelerator).sms, 2);
  EXPECT_EQ(configs[1].seed, 9u);
  for (const auto& config : configs) {
    EXPECT_EQ(config.data.limit, 7);
    EXPECT_THAT(config.text, testing::Not(HasSubstr("variants")));
  }
  EXPECT_THAT(refusal([&] { load_run_config(file); }), HasSubstr("has variants"));
  EXPECT_THAT(refusal([&] { load_run_configs(file, {"accelerator.rows=3"}); }),
              HasSubstr("variant 'small' has its own 'accelerator'"));
  const auto message = [&](const std::string& variants) {
    write_file_atomically(file, std::string(kMinimal) + "variants: " + variants + "\n");
    return refusal([&] { load_run_configs(file); });
  };
  EXPECT_THAT(message("[{seed: 3}]"), HasSubstr("'variants[0].name': is missing"));
  EXPECT_THAT(message("[{name: a}, {name: a}]"), HasSubstr("there are two variants 'a'"));
  EXPECT_THAT(message("[]"), HasSubstr("'variants': holds none"));
  EXPECT_THAT(message("[{name: a, sed: 3}]"), HasSubstr("did you mean 'seed'"));
  EXPECT_THAT(message("[3]"), HasSubstr("a map of keys is needed"));
  EXPECT_THAT(message("[{name: ''}]"), HasSubstr("'variants[0].name': is empty"));
  EXPECT_THAT(message("[{name: a, output: {json: x.json}}]"),
              HasSubstr("'variants[0].output': belongs to the whole file"));
  EXPECT_EQ(message("[{name: a}]"), "accepted");
  EXPECT_EQ(load_run_configs(file).front().variant, "a");
}

TEST(MmaConfig, bad_points_are_refused_at_their_place) {
  TemporaryDirectory folder;
  const auto file = folder.path() / "mma.yaml";
  const auto message = [&](const std::string& text) {
    write_file_atomically(file, text);
    return refusal([&] { load_mma_config(file); });
  };
  EXPECT_THAT(message("accelerator: {type: tpu}\nmma: [{warps: 1}]\n"),
              HasSubstr("'accelerator': is no GPU"));
  EXPECT_THAT(message("accelerator: {type: gpu_sm}\n"), HasSubstr("'mma': holds no point"));
  EXPECT_THAT(message("accelerator: {type: gpu_sm}\nmma:\n  - {warp: 1}\n"),
              HasSubstr("mma.yaml:3:6: unknown key 'mma[0].warp'"));
  EXPECT_THAT(message("accelerator: {type: gpu_sm}\nmma: [{warps: 0}]\n"),
              HasSubstr("'mma[0].warps': 0 is out of range"));
  const std::string second = "accelerator: {type: gpu_sm}\nmma:\n  - {warps: 1}\n  - ";
  EXPECT_THAT(message(second + "{tile_m: 17}\n"),
              HasSubstr("mma.yaml:4:5: tile_m 17 is no multiple of the mma's 16"));
  EXPECT_THAT(message(second + "{warps: 100}\n"),
              HasSubstr("mma.yaml:4:5: warps 100 is out of range"));
  EXPECT_THAT(message(second + "{chains: 64, tile_n: 16}\n"), HasSubstr("registers per thread"));
  EXPECT_THAT(message(second + "{warps: 64, chains: 32}\n"), HasSubstr("registers per thread"));
  EXPECT_THAT(message(second + "{warps: 8, tile_k: 999936, repeat: 1000000}\n"),
              HasSubstr("products in all are too many"));
}

TEST(RunConfig, defaults_are_those_of_the_documentation) {
  TemporaryDirectory folder;
  write_file_atomically(folder.path() / "run.yaml", kMinimal);
  const auto config = load_run_config(folder.path() / "run.yaml");
  EXPECT_EQ(std::get<systemc::TpuConfig>(config.accelerator).rows, 16);
  EXPECT_EQ(std::get<systemc::TpuConfig>(config.accelerator).preload, systemc::Preload::kHidden);
  EXPECT_EQ(std::get<systemc::TpuConfig>(config.accelerator).pe_model,
            accel::PeModelKind::kVerilated);
  EXPECT_EQ(config.multiplier.exact, "fw8u_dadda");
  EXPECT_EQ(config.multiplier.format, netlist::NumberFormat::kAffineU8);
  EXPECT_TRUE(config.multiplier.weight_on_port_a);
  EXPECT_EQ(config.data.calibration_split, "calib");
  EXPECT_EQ(config.mitigations, (std::vector<std::string>{"none", "fap", "fal_retune"}));
  EXPECT_EQ(config.seed, 1u);
}

TEST(RunConfig, both_accelerators_take_a_pe_model) {
  TemporaryDirectory folder;
  write_file_atomically(folder.path() / "run.yaml", kMinimal);
  const auto tpu = load_run_config(folder.path() / "run.yaml", {"accelerator.pe_model=native"});
  EXPECT_EQ(std::get<systemc::TpuConfig>(tpu.accelerator).pe_model, accel::PeModelKind::kNative);
  const auto gpu = load_run_config(folder.path() / "run.yaml",
                                   {"accelerator.type=gpu_sm", "accelerator.pe_model=native"});
  EXPECT_EQ(std::get<systemc::GpuConfig>(gpu.accelerator).pe_model, accel::PeModelKind::kNative);
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
        BadCase{"pe_model", "accelerator.pe_model=natve", "did you mean 'native'"},
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
