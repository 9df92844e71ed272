// models/results.json: what the training scripts recorded is what our arithmetic computes.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/sha256.hpp"
#include "base/tree.hpp"
#include "nn/dataset.hpp"
#include "nn/kernels.hpp"
#include "nn/onnx_import.hpp"

namespace faultwave::nn {
namespace {

const std::filesystem::path kModels = std::filesystem::path(FAULTWAVE_SOURCE_DIR) / "models";
constexpr int64_t kImagesAtATime = 200;
constexpr double kLargestLoss = 0.005;  ///< of quantisation
constexpr int64_t kLargestFile = 2'000'000;

/// Least accuracy of the quantised networks.
const std::map<std::string, double> kGoals = {
    {"mnist_mlp", 0.975}, {"mnist_lenet", 0.988},    {"fashion_mlp", 0.88}, {"fashion_lenet", 0.9},
    {"cifar10_cnn", 0.8}, {"cifar10_resnet8", 0.84}, {"strokes_mlp", 0.94}, {"strokes_lenet", 0.97},
};

/// Entries by name of the model.
nlohmann::json recorded() {
  std::ifstream file(kModels / "results.json");
  return nlohmann::json::parse(file);
}

std::vector<std::string> recorded_names() {
  const auto results = recorded();
  std::vector<std::string> names;
  for (const auto& item : results.items()) names.push_back(item.key());
  return names;
}

bool has_data_set(const std::string& name) {
  return name == "strokes" || std::filesystem::is_directory(data_root() / "datasets" / name);
}

TEST(RecordedResults, meet_the_goals_and_the_limits_of_size_and_loss) {
  const auto results = recorded();
  for (const auto& [name, entry] : results.items()) {
    SCOPED_TRACE(name);
    const double accuracy = entry.at("accuracy");
    EXPECT_GE(accuracy, kGoals.at(name));
    EXPECT_GE(accuracy, entry.at("float_accuracy").get<double>() - kLargestLoss);
    const auto path = kModels / (name + ".onnx");
    EXPECT_EQ(std::filesystem::file_size(path), entry.at("file_bytes").get<std::uintmax_t>());
    EXPECT_LT(std::filesystem::file_size(path), kLargestFile);
  }
}

TEST(RecordedResults, belong_to_every_network_of_the_tree) {
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(kModels)) {
    if (entry.path().extension() == ".onnx") files.insert(entry.path().stem().string());
  }
  std::set<std::string> names;
  for (const auto& name : recorded_names()) names.insert(name);
  EXPECT_EQ(names, files);
}

class RecordedResult : public testing::TestWithParam<std::string> {};

TEST_P(RecordedResult, logits_of_the_whole_test_set_are_those_of_the_scripts) {
  const auto entry = recorded().at(GetParam());
  const std::string name = entry.at("data_set");
  if (!has_data_set(name)) GTEST_SKIP() << "set FAULTWAVE_DATA to a folder that holds " << name;
  const Dataset data = load_dataset(name, "test");
  ASSERT_EQ(data.num_images(), entry.at("images").get<int64_t>());
  const Network network = import_onnx(kModels / (GetParam() + ".onnx"));
  Sha256 hash;
  int64_t correct = 0;
  for (int64_t first = 0; first < data.num_images(); first += kImagesAtATime) {
    const int64_t count = std::min(kImagesAtATime, data.num_images() - first);
    const auto logits = run_exact(network, data.image(first), count).logits;
    hash.update(std::as_bytes(std::span(logits)));
    for (int64_t i = 0; i < count; ++i) {
      const int found = top1(logits.data() + i * network.num_classes(), network.num_classes());
      correct += found == data.labels[static_cast<std::size_t>(first + i)] ? 1 : 0;
    }
  }
  EXPECT_EQ(correct, entry.at("correct").get<int64_t>());
  EXPECT_EQ(hash.hex(), entry.at("logits_sha256").get<std::string>());
}

INSTANTIATE_TEST_SUITE_P(Models, RecordedResult, testing::ValuesIn(recorded_names()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace faultwave::nn
