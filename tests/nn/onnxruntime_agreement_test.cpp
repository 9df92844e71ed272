// Integer outputs equal ONNX Runtime's bit for bit, on shipped models and on random networks.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/file.hpp"
#include "base/rng.hpp"
#include "base/tree.hpp"
#include "nn/dataset.hpp"
#include "nn/kernels.hpp"
#include "nn/onnx_import.hpp"
#include "nn/random_networks_fixture.hpp"

extern char** environ;

namespace faultwave::nn {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kImagesPerModel = 500;
constexpr int64_t kImagesPerRandomNetwork = 20;
constexpr uint64_t kNetworksPerFamily = 24;

fs::path oracle_folder() {
  return environment("FAULTWAVE_ORT_DIR", (fs::path(FAULTWAVE_BINARY_DIR) / "oracle").string());
}

/// Exit status of `node run.mjs FOLDER arguments...`; nothing when node cannot be started.
std::optional<int> run_node(const std::vector<std::string>& arguments) {
  std::vector<std::string> words{
      "node", (fs::path(FAULTWAVE_SOURCE_DIR) / "tests" / "oracle" / "run.mjs").string(),
      oracle_folder().string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  if (::posix_spawnp(&child, "node", nullptr, nullptr, argv.data(), environ) != 0) return {};
  int status = 0;
  if (::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return {};
  return WEXITSTATUS(status);
}

std::string why_not_installed() {
  if (fs::is_directory(oracle_folder() / "node_modules" / "onnxruntime-node")) return {};
  return "no ONNX Runtime in " + oracle_folder().string() +
         ": run scripts/test.sh, or npm ci --ignore-scripts on a copy of tests/oracle and set "
         "FAULTWAVE_ORT_DIR";
}

/// A network, its images, and where its outputs go.
struct Job {
  std::string label;
  fs::path model;
  std::vector<uint8_t> pixels;
  int64_t num_images = 0;
};

/// Elements of the model's output as ONNX Runtime computes them, one file per job.
std::vector<std::string> run_oracle(const std::vector<Job>& jobs, const fs::path& folder) {
  std::vector<std::string> arguments;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const fs::path images = folder / fmt::format("{}.images", i);
    write_file_atomically(
        images, {reinterpret_cast<const char*>(jobs[i].pixels.data()), jobs[i].pixels.size()});
    arguments.insert(arguments.end(), {jobs[i].model.string(), images.string(),
                                       (folder / fmt::format("{}.output", i)).string()});
  }
  const auto status = run_node(arguments);
  EXPECT_EQ(status, 0) << "the oracle failed (is node installed?)";
  std::vector<std::string> outputs;
  for (std::size_t i = 0; status == 0 && i < jobs.size(); ++i) {
    outputs.push_back(read_file(folder / fmt::format("{}.output", i)));
  }
  return outputs;
}

template <typename T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// Our output in the element type of the file's: int32, uint8, or dequantised float.
std::string our_output(const Network& network, const Job& job, std::size_t num_oracle_bytes) {
  const auto activations = run_exact(network, job.pixels.data(), job.num_images);
  const Value& output = network.values[static_cast<std::size_t>(network.output)];
  if (output.type == DataType::kInt32) return bytes_of(activations.logits);
  const auto& codes = activations.bytes[static_cast<std::size_t>(network.output)];
  if (num_oracle_bytes == codes.size()) return bytes_of(codes);
  std::vector<float> real;
  for (const uint8_t code : codes) real.push_back(dequantize(code, output.quantization));
  return bytes_of(real);
}

void expect_agreement(const std::vector<Job>& jobs) {
  const TemporaryDirectory folder;
  const auto outputs = run_oracle(jobs, folder.path());
  ASSERT_EQ(outputs.size(), jobs.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const auto ours = our_output(import_onnx(jobs[i].model), jobs[i], outputs[i].size());
    ASSERT_EQ(ours.size(), outputs[i].size()) << jobs[i].label;
    const auto difference = std::mismatch(ours.begin(), ours.end(), outputs[i].begin());
    EXPECT_TRUE(ours == outputs[i]) << jobs[i].label << ": first difference at byte "
                                    << difference.first - ours.begin() << " of " << ours.size();
  }
}

std::vector<uint8_t> random_pixels(uint64_t seed, int64_t count) {
  CounterRng rng(seed, 1);
  std::vector<uint8_t> pixels(static_cast<std::size_t>(count));
  for (auto& pixel : pixels) pixel = static_cast<uint8_t>(rng.below(256));
  return pixels;
}

/// The data set that a model was trained on: the known one that starts with the first word of its
/// name.
std::string data_set_of(const fs::path& model) {
  const std::string stem = model.stem().string();
  const std::string word = stem.substr(0, stem.find('_'));
  for (const auto& name : known_datasets()) {
    if (name.starts_with(word)) return name;
  }
  ADD_FAILURE() << model << " is named after no data set";
  return {};
}

bool has_data_set(const std::string& name) {
  return name == "strokes" || fs::is_directory(data_root() / "datasets" / name);
}

TEST(OnnxruntimeAgreement, integer_logits_of_every_shipped_model_are_equal_on_500_images) {
  if (const auto reason = why_not_installed(); !reason.empty()) GTEST_SKIP() << reason;
  std::vector<Job> jobs;
  for (const auto& entry : fs::directory_iterator(fs::path(FAULTWAVE_SOURCE_DIR) / "models")) {
    if (entry.path().extension() != ".onnx") continue;
    // A model of a data set that is not here is checked on random pixels; any image does.
    Job job{entry.path().string(), entry.path(), {}, kImagesPerModel};
    const std::string name = data_set_of(entry.path());
    if (has_data_set(name)) {
      job.pixels = load_dataset(name, "test").slice(0, kImagesPerModel).pixels;
    } else {
      const Network network = import_onnx(entry.path());
      const auto& input = network.values[static_cast<std::size_t>(network.input)];
      job.pixels = random_pixels(1, kImagesPerModel * input.shape.size());
    }
    jobs.push_back(std::move(job));
  }
  ASSERT_GE(jobs.size(), 2u);
  expect_agreement(jobs);
}

TEST(OnnxruntimeAgreement, outputs_of_random_networks_of_every_family_are_equal) {
  if (const auto reason = why_not_installed(); !reason.empty()) GTEST_SKIP() << reason;
  const uint64_t first_seed = std::stoull(environment("FAULTWAVE_TEST_SEED", "1"));
  const TemporaryDirectory folder;
  std::vector<Job> jobs;
  for (const auto& family : test::network_families()) {
    for (uint64_t seed = first_seed; seed < first_seed + kNetworksPerFamily; ++seed) {
      Job job;
      job.label = fmt::format("{} FAULTWAVE_TEST_SEED={}", family.name, seed);
      SCOPED_TRACE(job.label);
      job.model = folder.path() / fmt::format("{}{}.onnx", family.name, seed);
      family.build(seed).save(job.model);
      const Network network = import_onnx(job.model);
      const auto& input = network.values[static_cast<std::size_t>(network.input)];
      job.num_images = kImagesPerRandomNetwork;
      job.pixels = random_pixels(seed, job.num_images * input.shape.size());
      jobs.push_back(std::move(job));
    }
  }
  expect_agreement(jobs);
}

}  // namespace
}  // namespace faultwave::nn
