// The program as a user types it: output, exit status, messages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "base/subprocess.hpp"
#include "base/tree.hpp"

namespace faultwave {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

ProcessResult faultwave(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), std::string(FAULTWAVE_BINARY_DIR) + "/bin/faultwave");
  return run_process(arguments);
}

/// The JSON that a command writes with `--json`.
json json_of(std::vector<std::string> arguments) {
  TemporaryDirectory folder;
  const auto path = folder.path() / "result.json";
  arguments.insert(arguments.end(), {"--json", path.string()});
  const auto result = faultwave(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.output;
  return result.exit_code == 0 ? json::parse(read_file(path)) : json();
}

std::string config(const std::string& name) { return (tree_root() / "configs" / name).string(); }

TEST(Cli, help_and_version_succeed_and_name_every_command) {
  const auto help = faultwave({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  for (const char* command : {"run", "gemm", "merge", "query", "sites", "netlist", "version"}) {
    EXPECT_THAT(help.output, HasSubstr(command));
    const auto of_command = faultwave({command, "--help"});
    EXPECT_EQ(of_command.exit_code, 0) << command << of_command.output;
  }
  EXPECT_THAT(faultwave({"version"}).output, HasSubstr("faultwave 0."));
}

struct BadCall {
  const char* name;
  std::vector<std::string> arguments;
  int exit_code;
  const char* message;
};
class BadCalls : public ::testing::TestWithParam<BadCall> {};

TEST_P(BadCalls, end_with_their_status_and_message) {
  const auto result = faultwave(GetParam().arguments);
  EXPECT_EQ(result.exit_code, GetParam().exit_code) << result.output;
  EXPECT_THAT(result.output, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, BadCalls,
    ::testing::Values(
        BadCall{"nothing", {}, 2, "usage: faultwave COMMAND"},
        BadCall{"command", {"rum"}, 2, "did you mean 'run'"},
        BadCall{"option", {"run", "x.yaml", "--jsn"}, 2, "unrecognised option '--jsn'"},
        BadCall{"no_config", {"run"}, 2, "config"},
        BadCall{"missing_file", {"run", "/nowhere.yaml"}, 3, "/nowhere.yaml: no such file"},
        BadCall{"report_without_out", {"report", "x.sqlite"}, 2, "out"},
        BadCall{"report_confidence",
                {"report", "x.sqlite", "--out", "-", "--confidence", "95"},
                2,
                "--confidence 0.95"},
        BadCall{"report_missing_file",
                {"report", "/nowhere.sqlite", "--out", "-"},
                3,
                "/nowhere.sqlite"},
        BadCall{"array",
                {"gemm", "--array", "0x4", "--m", "1", "--n", "1", "--k", "1"},
                2,
                "array 0x4 is impossible"},
        BadCall{"array_text",
                {"gemm", "--array", "4by4", "--m", "1", "--n", "1", "--k", "1"},
                2,
                "4by4"},
        BadCall{"empty_product",
                {"gemm", "--array", "4x4", "--m", "0", "--n", "1", "--k", "1"},
                2,
                "--m 0 is out of range"},
        BadCall{"fault",
                {"gemm", "--array", "4x4", "--m", "1", "--n", "1", "--k", "1", "--fault",
                 "pe[9][0].weight[0].sa0"},
                2,
                "pe[9][0]"},
        BadCall{"no_array", {"gemm", "--m", "1", "--n", "1", "--k", "1"}, 2, "--array is missing"},
        BadCall{"gpu_preset",
                {"gemm", "--accelerator", "gpu_sm", "--preset", "turin", "--m", "1", "--n", "1",
                 "--k", "1"},
                2,
                "did you mean 'turing'"},
        BadCall{"gpu_tile",
                {"gemm", "--accelerator", "gpu_sm", "--cta-tile", "64x64", "--m", "1", "--n", "1",
                 "--k", "1"},
                2,
                "--cta-tile '64x64' is no size"},
        BadCall{"gpu_tile_does_not_divide",
                {"gemm", "--accelerator", "gpu_sm", "--cta-tile", "64x40x64", "--m", "1", "--n",
                 "1", "--k", "1"},
                2,
                "cta_n 40 does not divide into warp_n 32"},
        BadCall{
            "gpu_lane",
            {"gemm", "--accelerator", "gpu_sm", "--sms", "1", "--m", "1", "--n", "1", "--k", "1",
             "--fault", "sm[0].sub[0].lane[512].weight[0].sa0"},
            2,
            "lane 512 is outside the GPU of 1 SM x 4 sub-cores x 512 lanes; lanes are 0 to 511"},
        BadCall{"gemm_foreign_option",
                {"gemm", "--accelerator", "gpu_sm", "--array", "16x16", "--m", "1", "--n", "1",
                 "--k", "1"},
                2,
                "--array means nothing to --accelerator gpu_sm"},
        BadCall{"gemm_foreign_gpu_option",
                {"gemm", "--array", "16x16", "--sms", "4", "--m", "1", "--n", "1", "--k", "1"},
                2,
                "--sms means nothing to --accelerator tpu"},
        BadCall{"trace_kind", {"trace", "x.yaml", "--out", "x.png"}, 2, "unknown kind of waveform"},
        BadCall{"trace_folder", {"trace", "x.yaml", "--out", "/nowhere/x.vcd"}, 3, "/nowhere"},
        BadCall{"mma_warps", {"mma", "--warps", "65"}, 2, "warps 65 is out of range"},
        BadCall{"mma_preset", {"mma", "--preset", "ampere"}, 2, "unknown GPU preset 'ampere'"},
        BadCall{"mma_config_and_options",
                {"mma", "x.yaml", "--warps", "4"},
                2,
                "--warps and a configuration exclude each other"},
        BadCall{"run_of_a_campaign",
                {"run", config("campaign_strokes.yaml")},
                3,
                "campaign_strokes.yaml --out results.sqlite"},
        BadCall{"multiplier", {"sites", "fw8u_dada"}, 3, "did you mean 'fw8u_dadda'"},
        BadCall{"family", {"netlist", "generate", "--family", "daddda"}, 2, "dadda"},
        BadCall{"netlist_verb", {"netlist", "inof", "fw8u_dadda"}, 2, "info"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Cli, gemm_reports_the_closed_form_and_reproduces_its_checksum) {
  const std::vector<std::string> call = {
      "gemm", "--accelerator", "tpu", "--array", "8x16", "--m", "10", "--n",
      "20",   "--k",           "30",  "--seed",  "5"};
  const json first = json_of(call);
  EXPECT_EQ(first["cycles"], 319);
  EXPECT_EQ(first["seed"], 5);
  int64_t sum = 0;
  for (const auto& [cause, cycles] : first["cycles_by_cause"].items()) sum += cycles.get<int64_t>();
  EXPECT_EQ(sum, 319);
  EXPECT_EQ(json_of(call)["result_sha256"], first["result_sha256"]);
  auto faulty = call;
  faulty.insert(faulty.end(), {"--fault", "pe[1][2].mult.O[9].sa1"});
  EXPECT_NE(json_of(faulty)["result_sha256"], first["result_sha256"]);
}

TEST(Cli, gemm_on_a_gpu_gives_the_sums_of_the_tpu_and_its_own_cycles) {
  const std::vector<std::string> product = {"--m", "50", "--n", "30", "--k", "70", "--seed", "5"};
  std::vector<std::string> tpu = {"gemm", "--array", "8x8"};
  std::vector<std::string> gpu = {"gemm",   "--accelerator", "gpu_sm", "--preset",
                                  "turing", "--sms",         "2"};
  tpu.insert(tpu.end(), product.begin(), product.end());
  gpu.insert(gpu.end(), product.begin(), product.end());
  const json on_gpu = json_of(gpu);
  EXPECT_EQ(on_gpu["result_sha256"], json_of(tpu)["result_sha256"]);
  int64_t sum = 0;
  for (const auto& [cause, cycles] : on_gpu["cycles_by_cause"].items()) {
    sum += cycles.get<int64_t>();
  }
  EXPECT_EQ(on_gpu["units"], 8);
  EXPECT_EQ(sum, on_gpu["cycles"].get<int64_t>() * 8);
  EXPECT_TRUE(on_gpu.contains("occupancy"));
  EXPECT_EQ(on_gpu["multiplications"], 50 * 30 * 70);
  gpu.insert(gpu.end(), {"--fault", "sm[0].sub[0].lane[3].mult.O[9].inv"});
  EXPECT_NE(json_of(gpu)["result_sha256"], on_gpu["result_sha256"]);
}

TEST(Cli, mma_reports_the_measured_points_beside_the_published_ones) {
  const json points = json_of({"mma", config("mma_ampere_a100.yaml")})["points"];
  ASSERT_GE(points.size(), 2u);
  EXPECT_EQ(points[0]["latency_cycles"], 25.0);
  EXPECT_EQ(points[0]["published_cycles"], 24.7);
  EXPECT_NEAR(points[1]["fma_per_cycle"].get<double>(), 1986.5, 0.03 * 1986.5);
  const json turing = json_of({"mma", config("mma_turing.yaml")})["points"];
  EXPECT_NEAR(turing[0]["latency_cycles"].get<double>(), 59, 0.05 * 59);
  EXPECT_EQ(json_of({"mma", "--warps", "4", "--repeat", "7"})["points"][1]["repeat"], 7);
}

TEST(Cli, trace_writes_the_same_signals_as_vcd_and_as_fst) {
  TemporaryDirectory folder;
  const auto vcd = folder.path() / "t.vcd";
  const auto fst = folder.path() / "t.fst";
  for (const auto& file : {vcd, fst}) {
    const auto result = faultwave(
        {"trace", config("quickstart.yaml"), "--out", file.string(), "--from", "20", "--to", "60"});
    if (result.output.find("vcd2fst") != std::string::npos) {
      GTEST_SKIP() << "vcd2fst is missing; apt-get install gtkwave";
    }
    ASSERT_EQ(result.exit_code, 0) << result.output;
    EXPECT_THAT(result.output, HasSubstr("products of the lane model equal"));
  }
  EXPECT_THAT(read_file(folder.path() / "t.gtkw"), HasSubstr("t.fst"));
  const auto back = folder.path() / "back.vcd";
  ASSERT_EQ(run_process({"fst2vcd", fst.string(), "-o", back.string()}, "gtkwave").exit_code, 0);
  const auto count = [](const std::string& text, const std::string& word) {
    int number = 0;
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++number;
    return number;
  };
  const std::string direct = read_file(vcd);
  const std::string converted = read_file(back);
  EXPECT_EQ(count(converted, "$var "), count(direct, "$var "));
  EXPECT_GT(count(direct, "$var "), 500);
  int num_times = 0;
  for (int time = 20; time < 60; ++time) {
    const std::string mark = "\n#" + std::to_string(time) + "\n";
    const bool changes = direct.find(mark) != std::string::npos;
    EXPECT_EQ(converted.find(mark) != std::string::npos, changes) << time;
    num_times += changes ? 1 : 0;
  }
  EXPECT_GT(num_times, 10);
}

TEST(Cli, trace_follows_a_fault_and_needs_something_to_do) {
  const json stages =
      json_of({"trace", config("quickstart.yaml"), "--follow", "--image", "1"})["stages"];
  EXPECT_EQ(stages[0]["layer"], "fc1");
  EXPECT_EQ(stages.back()["stage"], "logits");
  const auto nothing = faultwave({"trace", config("quickstart.yaml")});
  EXPECT_EQ(nothing.exit_code, 2);
  EXPECT_THAT(nothing.output, HasSubstr("--out FILE.vcd, or --follow"));
}

TEST(Cli, both_engines_give_the_same_logits_in_every_row) {
  for (const std::string accelerator :
       {"accelerator={type: tpu, rows: 9, cols: 21}", "accelerator={type: gpu_sm, sms: 2}"}) {
    for (const std::string format : {"affine_u8", "sign_magnitude"}) {
      const std::vector<std::string> call = {
          "run",     config("quickstart.yaml"),
          "--set",   accelerator,
          "--set",   "multiplier.number_format=" + format,
          "--set",   "faults=[{target: random_net, rate: 0.2, seed: 3}]",
          "--limit", "30"};
      auto table = call;
      table.insert(table.end(), {"--set", "engine=table"});
      const json gate_runs = json_of(call)["runs"];
      const json table_runs = json_of(table)["runs"];
      ASSERT_EQ(gate_runs.size(), table_runs.size());
      EXPECT_GE(gate_runs.size(), 6u);
      for (std::size_t i = 0; i < gate_runs.size(); ++i) {
        EXPECT_EQ(gate_runs[i]["logits_sha256"], table_runs[i]["logits_sha256"])
            << accelerator << " " << format << " " << gate_runs[i]["name"];
      }
      EXPECT_NE(gate_runs[0]["logits_sha256"], gate_runs[2]["logits_sha256"]);
    }
  }
}

TEST(Cli, the_table_engine_refuses_faults_that_no_table_expresses) {
  for (const std::string fault : {"pe[3][7].psum[3].sa1", "pe[3][7].mult.O[3].sa1@5-9"}) {
    const auto result = faultwave({"run", config("quickstart.yaml"), "--set", "engine=table",
                                   "--set", "faults=['" + fault + "']"});
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_THAT(result.output, HasSubstr("no product table expresses"));
  }
}

TEST(Cli, run_of_variants_reports_each_of_them) {
  const json both = json_of({"run", config("tpu_vs_gpu.yaml"), "--limit", "20"});
  ASSERT_EQ(both["variants"].size(), 4u);
  EXPECT_EQ(both["variants"][0]["name"], "tpu");
  EXPECT_EQ(both["variants"][1]["name"], "gpu, 1 SM");
  for (const auto& variant : both["variants"]) {
    EXPECT_EQ(variant["runs"][0]["logits_sha256"], both["variants"][0]["runs"][0]["logits_sha256"]);
    EXPECT_EQ(variant["faults"]["count"], 1);
  }
  // The faulty lane of the last GPU computes what the faulty PE of the TPU does.
  const json& tpu = both["variants"][0]["runs"];
  const json& gpu = both["variants"][3]["runs"];
  ASSERT_EQ(tpu.size(), gpu.size());
  for (std::size_t i = 0; i < tpu.size(); ++i) {
    EXPECT_EQ(tpu[i]["logits_sha256"], gpu[i]["logits_sha256"]) << tpu[i]["name"];
  }
  const auto text = faultwave({"run", config("tpu_vs_gpu.yaml"), "--limit", "20"});
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_THAT(text.output, HasSubstr("== gpu, 4 SMs =="));
  EXPECT_THAT(text.output, HasSubstr("variants side by side"));
}

TEST(Cli, netlist_info_and_sites_write_their_json_keys) {
  const json info = json_of({"netlist", "info", "fw8u_trunc6"});
  for (const char* key : {"mae", "wce", "ep_percent", "mse", "mre_percent", "table_sha256"}) {
    EXPECT_TRUE(info.contains(key)) << key;
  }
  EXPECT_EQ(info["wce"], 321);
  EXPECT_FALSE(json_of({"sites", "fw8u_trunc8"}).empty());
  const auto sites = faultwave({"sites", "fw8u_trunc6", "--limit", "1"});
  EXPECT_THAT(sites.output, HasSubstr(" " + std::to_string(info["gates"].get<int>()) + " gates"));
}

TEST(Cli, run_of_the_quickstart_reports_every_row_and_is_reproducible) {
  const std::vector<std::string> call = {"run", config("quickstart.yaml"), "--limit", "40"};
  const json first = json_of(call);
  std::vector<std::string> names;
  for (const auto& run : first["runs"]) {
    names.push_back(run["name"]);
    for (const char* key : {"multiplier", "mitigation", "accuracy", "correct", "images", "sdc1",
                            "cycles", "utilisation", "energy_pj", "logits_sha256"}) {
      EXPECT_TRUE(run.contains(key)) << key;
    }
    EXPECT_EQ(run["images"], 40);
    int64_t sum = 0;
    for (const auto& [cause, cycles] : run["cycles_by_cause"].items()) sum += cycles.get<int64_t>();
    EXPECT_EQ(sum, run["cycles"]);
  }
  EXPECT_THAT(names, ::testing::IsSupersetOf({"exact", "exact + fault", "approximate", "fault",
                                              "fault + fap", "fault + fal_retune"}));
  for (const char* key : {"version", "git", "seed", "netlist_sha256", "config"}) {
    EXPECT_TRUE(first["provenance"].contains(key)) << key;
  }
  const json second = json_of(call);
  EXPECT_EQ(second["runs"], first["runs"]);
}

TEST(Cli, run_does_not_depend_on_the_batch_size) {
  std::vector<std::string> call = {"run", config("quickstart.yaml"), "--limit", "30"};
  const json whole = json_of(call);
  call.insert(call.end(), {"--set", "accelerator.batch_images=7"});
  const json batched = json_of(call);
  ASSERT_EQ(whole["runs"].size(), batched["runs"].size());
  for (std::size_t i = 0; i < whole["runs"].size(); ++i) {
    EXPECT_EQ(whole["runs"][i]["logits_sha256"], batched["runs"][i]["logits_sha256"]);
  }
}

TEST(Cli, an_array_of_another_size_gives_the_same_fault_free_logits) {
  const std::vector<std::string> call = {
      "run", config("quickstart.yaml"), "--limit", "30", "--set", "faults=[]"};
  auto other = call;
  other.insert(other.end(), {"--set", "accelerator.rows=33", "--set", "accelerator.cols=50"});
  const json x = json_of(call);
  const json y = json_of(other);
  ASSERT_EQ(x["runs"].size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(x["runs"][i]["logits_sha256"], y["runs"][i]["logits_sha256"]);
    EXPECT_NE(x["runs"][i]["cycles"], y["runs"][i]["cycles"]);
  }
}

TEST(Cli, a_signed_multiplier_with_an_unsigned_format_is_refused) {
  const auto result =
      faultwave({"run", config("quickstart.yaml"), "--set", "multiplier.netlist=fw8s_bw"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.output,
              HasSubstr("'fw8s_bw' is signed, number format 'affine_u8' needs an unsigned"));
}

TEST(Cli, a_bad_second_variant_is_refused_before_the_first_runs) {
  TemporaryDirectory folder;
  const auto file = folder.path() / "v.yaml";
  write_file_atomically(
      file,
      "network: strokes_mlp\ndata: {name: strokes}\nmultiplier: {netlist: fw8u_trunc6}\nvariants:\n"
      "  - {name: good}\n  - {name: bad, faults: ['pe[99][0].weight[0].sa0']}\n");
  const auto result = faultwave({"run", file.string(), "--limit", "5"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.output, HasSubstr("row 99 is outside"));
  EXPECT_THAT(result.output, ::testing::Not(HasSubstr("== good ==")));
}

TEST(Cli, an_unwritable_result_file_is_an_error_without_half_a_file) {
  const auto result = faultwave(
      {"gemm", "--array", "2x2", "--m", "2", "--n", "2", "--k", "2", "--json", "/dev/null/x.json"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.output, HasSubstr("/dev/null/x.json"));
}

}  // namespace
}  // namespace faultwave
