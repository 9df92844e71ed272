#include "mitigation/mitigation.hpp"

#include <map>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "mitigation/builtin_mitigations.hpp"

namespace faultwave::mitigation {
namespace {

struct Entry {
  std::string summary;
  Factory factory;
};

std::map<std::string, Entry>& registry() {
  static std::map<std::string, Entry> entries;
  return entries;
}

}  // namespace

LoadedLayer unmodified(const nn::Layer& layer) {
  LoadedLayer loaded;
  const auto num_weights = static_cast<size_t>(layer.num_inputs * layer.num_outputs);
  loaded.weights.reserve(num_weights);
  for (int64_t k = 0; k < layer.num_inputs; ++k) {
    for (int64_t n = 0; n < layer.num_outputs; ++n) {
      loaded.weights.push_back(layer.weights[static_cast<size_t>(n * layer.num_inputs + k)]);
    }
  }
  loaded.bias = layer.bias;
  return loaded;
}

void register_mitigation(const std::string& name, const std::string& summary, Factory factory) {
  const bool is_new = registry().emplace(name, Entry{summary, std::move(factory)}).second;
  FAULTWAVE_CHECK(is_new, "mitigation '{}' is registered already", name);
}

std::unique_ptr<Mitigation> Mitigation::followed_by(std::unique_ptr<Mitigation>) const {
  throw UsageError(
      "only a mapping can be followed by another mitigation\n  fix: for example "
      "fault_aware_mapping+joint_retune");
}

std::unique_ptr<Mitigation> make_mitigation(const std::string& name) {
  if (const auto plus = name.find('+'); plus != std::string::npos) {
    return make_mitigation(name.substr(0, plus))
        ->followed_by(make_mitigation(name.substr(plus + 1)));
  }
  const auto found = registry().find(name);
  if (found != registry().end()) return found->second.factory();
  std::vector<std::string> known;
  for (const auto& [known_name, entry] : registry()) known.push_back(known_name);
  throw UsageError(fmt::format("unknown mitigation '{}': {}", name, suggestion(name, known)));
}

std::vector<std::pair<std::string, std::string>> known_mitigations() {
  std::vector<std::pair<std::string, std::string>> result;
  for (const auto& [name, entry] : registry()) result.emplace_back(name, entry.summary);
  return result;
}

void register_builtin_mitigations() {
  static bool is_done = false;
  if (is_done) return;
  is_done = true;
  register_mitigation("none", "the network's weights as they are", make_none);
  register_mitigation("fap", "faulty PEs are bypassed", make_fap);
  register_mitigation("fal_retune",
                      "each weight on a faulty PE becomes the one whose "
                      "products err least on the "
                      "layer's calibration activations",
                      make_fal_retune);
  register_mitigation("fal_retune_uniform", "as fal_retune, with all activations alike",
                      make_fal_retune_uniform);
  register_mitigation("fal_retune_offset",
                      "each weight on a faulty PE becomes the one whose "
                      "products err by the most "
                      "constant amount, and the bias takes up that amount",
                      make_fal_retune_offset);
  register_mitigation("joint_retune",
                      "the weights of an output on faulty PEs are chosen "
                      "together, so that their "
                      "errors cancel on the calibration images",
                      make_joint_retune);
  register_mitigation("fault_aware_mapping",
                      "inputs and outputs of a layer go where faulty PEs harm least; "
                      "fault_aware_mapping+joint_retune and the like retune the weights as well",
                      make_fault_aware_mapping);
  register_mitigation("bias_recalibration",
                      "weights as they are, biases shifted by the mean error of the faulty PEs",
                      make_bias_recalibration);
}

}  // namespace faultwave::mitigation
