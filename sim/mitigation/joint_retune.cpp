// The weights of an output on faulty PEs chosen together. Coordinate descent on the squared error
// of the sums of a layer is what post-training quantisation does to round weights (Nagel et al.,
// "Up or Down? Adaptive Rounding", ICML 2020; Frantar and Alistarh, "Optimal Brain Compression",
// NeurIPS 2022: later weights make up for the error of earlier ones); here the choice is among the
// rows of a faulty product table.
#include <vector>

#include "mitigation/arriving_rows.hpp"
#include "mitigation/builtin_mitigations.hpp"
#include "mitigation/layer_context.hpp"
#include "mitigation/offset_retuning.hpp"
#include "mitigation/output_errors.hpp"

namespace faultwave::mitigation {
namespace {

constexpr int kMaxSweeps = 8;
/// Sweeps that save less than this share of the squared error end a descent.
constexpr double kLeastGain = 0.005;

/// One output: descends from the better one of two starts and keeps what is best on held-out rows.
class OutputDescent {
 public:
  OutputDescent(const LayerContext& context, ProductRows& products, int64_t n)
      : context_(context), n_(n), errors_(context, products, n) {
    for (int64_t k = 0; k < context.layer->num_inputs; ++k) {
      const auto place = static_cast<size_t>(k * context.layer->num_outputs + n);
      if (is_retuned(context, place)) inputs_.push_back(k);
    }
  }

  /// Offers the weights that `weight_at(k)` gives as a start.
  template <typename WeightAt>
  void start_from(WeightAt weight_at) {
    for (const int64_t k : inputs_) errors_.load(k, weight_at(k));
    keep_if_better();
    const double squares = errors_.fitted_spread();
    if (!start_.empty() && squares >= start_squares_) return;
    start_squares_ = squares;
    start_ = weights();
  }

  void descend() {
    load(start_);
    double squares = start_squares_;
    for (int sweep = 0; sweep < kMaxSweeps; ++sweep) {
      for (const int64_t k : inputs_) {
        const int best = errors_.best_weight(k);
        if (best != errors_.weight(k)) errors_.load(k, best);
      }
      keep_if_better();
      const double now = errors_.fitted_spread();
      if (now > (1 - kLeastGain) * squares) break;
      squares = now;
    }
  }

  /// Writes the best weights and the bias that goes with them.
  void store(LoadedLayer& loaded) {
    load(best_);
    for (size_t i = 0; i < inputs_.size(); ++i) {
      loaded.weights[static_cast<size_t>(inputs_[i] * context_.layer->num_outputs + n_)] = best_[i];
    }
    shift_bias(*context_.arriving, errors_, loaded.bias[static_cast<size_t>(n_)]);
  }

 private:
  void keep_if_better() {
    const double squares = errors_.held_out_squares();
    if (!best_.empty() && squares >= least_squares_) return;
    least_squares_ = squares;
    best_ = weights();
  }
  std::vector<int16_t> weights() const {
    std::vector<int16_t> result;
    for (const int64_t k : inputs_) result.push_back(static_cast<int16_t>(errors_.weight(k)));
    return result;
  }
  void load(const std::vector<int16_t>& weights) {
    for (size_t i = 0; i < inputs_.size(); ++i) {
      if (errors_.weight(inputs_[i]) != weights[i]) errors_.load(inputs_[i], weights[i]);
    }
  }

  const LayerContext& context_;
  int64_t n_;
  OutputErrors errors_;
  std::vector<int64_t> inputs_;  ///< whose weights may change
  std::vector<int16_t> start_;
  double start_squares_ = 0;
  std::vector<int16_t> best_;
  double least_squares_ = 0;
};

class JointRetune : public Mitigation {
 public:
  bool needs_arriving_rows() const override { return true; }
  LeftError left_error() const override { return LeftError::kLeastSpread; }
  std::vector<std::unique_ptr<Mitigation>> rivals() const override {
    std::vector<std::unique_ptr<Mitigation>> result;
    result.push_back(make_none());
    result.push_back(make_fap());
    result.push_back(make_bias_recalibration());
    result.push_back(make_fal_retune_offset());
    return result;
  }

  LoadedLayer apply(const LayerContext& context) const override {
    const LoadedLayer start = offset_map(context);
    LoadedLayer loaded = unmodified(*context.layer);
    ProductRows products(context);
    for (int64_t n = 0; n < context.layer->num_outputs; ++n) {
      OutputDescent descent(context, products, n);
      descent.start_from([&](int64_t k) { return own_weight(*context.layer, k, n); });
      descent.start_from([&](int64_t k) {
        return start.weights[static_cast<size_t>(k * context.layer->num_outputs + n)];
      });
      descent.descend();
      descent.store(loaded);
    }
    loaded.num_retuned = num_changed(*context.layer, loaded);
    return loaded;
  }

 private:
  static int64_t num_changed(const nn::Layer& layer, const LoadedLayer& loaded) {
    const LoadedLayer own = unmodified(layer);
    int64_t count = 0;
    for (size_t i = 0; i < own.weights.size(); ++i) {
      count += loaded.weights[i] != own.weights[i] ? 1 : 0;
    }
    return count;
  }
};

}  // namespace

std::unique_ptr<Mitigation> make_joint_retune() { return std::make_unique<JointRetune>(); }

}  // namespace faultwave::mitigation
