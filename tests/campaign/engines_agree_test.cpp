// Every shipped network on both accelerators, in every number format, under every kind of permanent
// fault: the table engine's logits are those of the gate-level simulation.
#include <gtest/gtest.h>

#include <set>

#include "base/tree.hpp"
#include "campaign/campaign_fixture.hpp"
#include "campaign/cell_runner.hpp"

namespace faultwave::campaign {
namespace {

/// The networks for CIFAR-10 take about a hundred times as long as the MLPs.
int num_images(const std::string& data) { return data == "cifar10" ? 1 : 3; }

/// Shipped networks, by the data set that their name begins with.
std::vector<std::pair<std::string, std::string>> shipped_networks() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(tree_root() / "models")) {
    if (entry.path().extension() == ".onnx") names.insert(entry.path().stem().string());
  }
  std::vector<std::pair<std::string, std::string>> networks;
  for (const auto& name : names) {
    const std::string prefix = name.substr(0, name.find('_'));
    networks.emplace_back(name, prefix == "fashion" ? "fashion-mnist" : prefix);
  }
  return networks;
}

class EnginesAgree : public testing::TestWithParam<std::pair<std::string, std::string>> {};

TEST_P(EnginesAgree, on_both_accelerators_in_all_formats_for_all_kinds_of_faults) {
  const auto& [network, data] = GetParam();
  if (data != "strokes" && data_root().empty()) {
    GTEST_SKIP() << "no data set '" << data << "': run scripts/fetch_data.sh, set FAULTWAVE_DATA";
  }
  const CampaignFolder folder;
  int compared = 0;
  for (const bool is_gpu : {false, true}) {
    for (const std::string format : {"affine_u8", "sign_magnitude", "int8"}) {
      const bool is_signed = format == "int8";
      std::string faults;
      for (const char* kind : {"sa0", "sa1", "inv"}) {
        faults += fmt::format("mult.O[9].{0}\nweight[6].{0}\nactivation[5].{0}\n", kind);
      }
      write_file_atomically(folder.path("faults.txt"), faults);
      const auto config = folder.config(fmt::format(
          "network: {}\ndata: {{name: {}, limit: {}, calibration: {{images: 5}}}}\n"
          "accelerator: {}\nmultiplier: {{netlist: {}, number_format: {}}}\n"
          "mitigations: [none, fap, fal_retune]\nseed: {}\n"
          "campaign:\n  faults: {{universe: file, file: faults.txt}}\n",
          network, data, num_images(data),
          is_gpu ? "{type: gpu_sm, preset: turing, batch_images: 2}" : "{type: tpu, preset: 16x16}",
          is_signed ? "fw8s_bw" : "fw8u_trunc4", format, environment("FAULTWAVE_TEST_SEED", "1")));
      const CampaignPlan plan(config, all_cell_facts(config));
      CellRunner cell(config, plan, 0, 1);
      for (uint64_t trial = 0; trial < plan.num_trials(); ++trial) {
        const auto mitigation = mitigations_of(config.cells[0])[trial % 3];
        const auto row = cell.verify(plan.spec(trial), mitigation, num_images(data));
        EXPECT_TRUE(row.agrees) << network << (is_gpu ? " GPU " : " TPU ") << format << " "
                                << plan.faults(0).classes[trial].row.name << " " << mitigation;
        ++compared;
      }
    }
  }
  RecordProperty("compared", compared);
  EXPECT_EQ(compared, 2 * 3 * 9);
}

INSTANTIATE_TEST_SUITE_P(Networks, EnginesAgree, testing::ValuesIn(shipped_networks()),
                         [](const auto& network) { return network.param.first; });

}  // namespace
}  // namespace faultwave::campaign
