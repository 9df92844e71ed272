#include "driver/follow.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "accel/trace_listener.hpp"
#include "base/error.hpp"
#include "base/version.hpp"
#include "driver/experiment_inputs.hpp"
#include "driver/trace.hpp"
#include "verilated/scalar_model.hpp"

namespace faultwave::driver {
namespace {

/// Keeps the values of a run.
class ValueRecorder : public ValueListener {
 public:
  struct Values {
    const nn::Layer* layer = nullptr;
    bool are_sums = false;
    std::vector<int32_t> values;
  };

  void on_sums(const nn::Layer& layer, std::span<const int32_t> sums) override {
    all_.push_back({&layer, true, {sums.begin(), sums.end()}});
  }
  void on_codes(const nn::Layer& layer, std::span<const uint8_t> codes) override {
    all_.push_back({&layer, false, {codes.begin(), codes.end()}});
  }
  const std::vector<Values>& all() const { return all_; }

 private:
  std::vector<Values> all_;
};

/// Counts, per layer, what the watched multipliers do to products and forced nets.
class ProductCounter : public accel::TraceListener {
 public:
  ProductCounter(const ExperimentInputs& inputs, std::vector<int> pes)
      : inputs_(inputs),
        pes_(std::move(pes)),
        sites_(netlist::enumerate_sites(inputs.multiplier.netlist)),
        healthy_(inputs.multiplier.netlist),
        values_(static_cast<std::size_t>(healthy_.num_sites())) {}

  struct Counts {
    int64_t products = 0;
    int64_t differing = 0;
    double error = 0;
    std::map<std::size_t, int64_t>
        forced;  ///< by fault: cycles in which the net shows another value
  };

  void on_product(const std::string& name, uint64_t) override { layer_ = name; }
  bool wants(uint64_t) override { return !pes_.empty(); }
  const std::vector<int>& pes() const override { return pes_; }
  void on_control(uint64_t, int, const accel::ControlProbe&) override {}

  void on_pe(uint64_t cycle, int pe, const accel::PeProbe& probe) override {
    if (!probe.is_added) return;
    const bool weight_on_a = inputs_.options.weight_on_port_a;
    const int a = weight_on_a ? probe.weight : probe.activation;
    const int b = weight_on_a ? probe.activation : probe.weight;
    Counts& counts = counts_[layer_][pe];
    ++counts.products;
    const uint16_t healthy = inputs_.multiplier.table.raw[static_cast<std::size_t>(a + 256 * b)];
    if (healthy != probe.product) {
      ++counts.differing;
      counts.error += std::abs(value(probe.product) - value(healthy));
    }
    bool is_evaluated = false;
    for (std::size_t i = 0; i < inputs_.faults.size(); ++i) {
      const auto& fault = inputs_.faults[i];
      if (fault.pe != pe || fault.unit != fault::Unit::kMultiplier) continue;
      int64_t& forced = counts.forced[i];
      if (!fault.window.contains(cycle)) continue;
      if (!is_evaluated) {
        healthy_.evaluate({}, static_cast<netlist::OperandPair>(a + 256 * b), values_.data());
        is_evaluated = true;
      }
      const int site = netlist::site_index(sites_, fault.site);
      const int shown = fault.kind == netlist::FaultKind::kInvert
                            ? 1 - values_[static_cast<std::size_t>(site)]
                            : (fault.kind == netlist::FaultKind::kStuckAt1 ? 1 : 0);
      forced += shown != values_[static_cast<std::size_t>(site)] ? 1 : 0;
    }
  }

  /// Stages of the products of a layer.
  std::vector<PropagationStage> stages(const std::string& layer) const {
    std::vector<PropagationStage> result;
    const auto found = counts_.find(layer);
    if (found == counts_.end()) return result;
    for (const auto& [pe, counts] : found->second) {
      for (const auto& [index, forced] : counts.forced) {
        result.push_back({layer,
                          "net " + fault::fault_name(inputs_.multiplier.netlist,
                                                     inputs_.faults[index], inputs_.space),
                          counts.products, forced, forced > 0 ? 1.0 : 0.0});
      }
      result.push_back({layer, "products of " + inputs_.space.pe_name(pe), counts.products,
                        counts.differing, mean(counts.error, counts.differing)});
    }
    return result;
  }

  static double mean(double sum, int64_t count) {
    return count == 0 ? 0.0 : sum / static_cast<double>(count);
  }

 private:
  int value(uint16_t bits) const {
    return inputs_.multiplier.netlist.is_signed ? static_cast<int16_t>(bits) : int{bits};
  }

  const ExperimentInputs& inputs_;
  std::vector<int> pes_;
  std::vector<netlist::Site> sites_;
  verilated::ScalarModel healthy_;
  std::vector<uint8_t> values_;
  std::string layer_;
  std::map<std::string, std::map<int, Counts>> counts_;
};

PropagationStage compare(const std::string& layer, const std::string& stage,
                         const std::vector<int32_t>& golden, const std::vector<int32_t>& faulty) {
  PropagationStage result{layer, stage, static_cast<int64_t>(golden.size()), 0, 0};
  double error = 0;
  for (std::size_t i = 0; i < golden.size(); ++i) {
    if (golden[i] == faulty[i]) continue;
    ++result.corrupted;
    error += std::abs(static_cast<double>(golden[i]) - faulty[i]);
  }
  result.mean_error = ProductCounter::mean(error, result.corrupted);
  return result;
}

int label_of(const NetworkResult& result) {
  return static_cast<int>(std::max_element(result.logits.begin(), result.logits.end()) -
                          result.logits.begin());
}

}  // namespace

Propagation follow_fault(const RunConfig& config, int64_t image_index) {
  const ExperimentInputs inputs = load_experiment_inputs(config);
  if (image_index < 0 || image_index >= inputs.data.num_images()) {
    throw UsageError(fmt::format("image {} does not exist\n  fix: 0 to {}", image_index,
                                 inputs.data.num_images() - 1));
  }
  if (inputs.faults.empty()) {
    throw UsageError("no fault to follow\n  fix: add an entry to 'faults' of the configuration");
  }
  const auto image = inputs.data.slice(image_index, 1);
  std::set<int> watched;
  for (const auto& fault : inputs.faults) {
    if (fault.unit == fault::Unit::kMultiplier && watched.size() < kMaxDefaultPes) {
      watched.insert(fault.pe);
    }
  }
  ProductCounter counter(inputs, {watched.begin(), watched.end()});
  verilated::PeModelLibrary library;
  ValueRecorder recorders[2];
  NetworkResult results[2];
  for (const bool is_faulty : {false, true}) {
    const auto side = static_cast<std::size_t>(is_faulty);
    const auto accelerator =
        make_accelerator(config.accelerator, inputs.multiplier.netlist, library,
                         is_faulty ? inputs.faults : std::vector<fault::Fault>{},
                         {.weight_on_port_a = inputs.options.weight_on_port_a,
                          .product_is_signed = inputs.multiplier.netlist.is_signed});
    if (is_faulty) accelerator->set_trace_listener(&counter);
    RunnerOptions options = inputs.options;
    options.listener = &recorders[side];
    results[side] = run_network(inputs.network, load_unmodified(inputs.network), *accelerator,
                                options, image.pixels.data(), 1);
  }
  Propagation propagation;
  for (const int pe : counter.pes()) propagation.pes.push_back(inputs.space.pe_name(pe));
  const auto& golden = recorders[0].all();
  const auto& faulty = recorders[1].all();
  FAULTWAVE_CHECK(golden.size() == faulty.size());
  for (std::size_t i = 0; i < golden.size(); ++i) {
    const nn::Layer& layer = *golden[i].layer;
    if (layer.kind == nn::LayerKind::kReshape) continue;
    if (golden[i].are_sums) {
      for (auto& stage : counter.stages(layer.name)) propagation.stages.push_back(std::move(stage));
    }
    propagation.stages.push_back(compare(layer.name, golden[i].are_sums ? "sums" : "activations",
                                         golden[i].values, faulty[i].values));
  }
  propagation.stages.push_back(compare("", "logits", results[0].logits, results[1].logits));
  propagation.golden_label = label_of(results[0]);
  propagation.faulty_label = label_of(results[1]);
  return propagation;
}

std::string propagation_text(const Propagation& propagation) {
  std::size_t layer_width = 5;
  std::size_t stage_width = 5;
  for (const auto& stage : propagation.stages) {
    layer_width = std::max(layer_width, stage.layer.size());
    stage_width = std::max(stage_width, stage.stage.size());
  }
  std::string text =
      fmt::format("  {:<{}}  {:<{}}  {:>9}  {:>9}  {:>9}  {:>12}\n", "layer", layer_width, "stage",
                  stage_width, "values", "corrupted", "share", "mean error");
  for (const auto& stage : propagation.stages) {
    text += fmt::format("  {:<{}}  {:<{}}  {:>9}  {:>9}  {:>7.1f} %  {:>12.1f}\n", stage.layer,
                        layer_width, stage.stage, stage_width, stage.values, stage.corrupted,
                        stage.values == 0 ? 0.0
                                          : 100 * static_cast<double>(stage.corrupted) /
                                                static_cast<double>(stage.values),
                        stage.mean_error);
  }
  return text + fmt::format("\n  label {} without the fault, {} with it\n",
                            propagation.golden_label, propagation.faulty_label);
}

std::string propagation_json(const RunConfig& config, const Propagation& propagation) {
  nlohmann::ordered_json stages = nlohmann::ordered_json::array();
  for (const auto& stage : propagation.stages) {
    stages.push_back({{"layer", stage.layer},
                      {"stage", stage.stage},
                      {"values", stage.values},
                      {"corrupted", stage.corrupted},
                      {"mean_error", stage.mean_error}});
  }
  const nlohmann::ordered_json root = {
      {"stages", std::move(stages)},
      {"watched_pes", propagation.pes},
      {"golden_label", propagation.golden_label},
      {"faulty_label", propagation.faulty_label},
      {"provenance", {{"version", version()}, {"git", git_revision()}, {"config", config.text}}}};
  return root.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace faultwave::driver
