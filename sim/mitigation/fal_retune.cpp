// Fal-reTune (Siddique and Hoque): fault-aware retuning of the weights bound to faulty approximate
// multipliers. The paper's abstract gives no formula; this is ALWANN's weight mapping (Mrazek et
// al., ICCAD 2019) applied to the faulty product table. docs/mitigation.md has the formula.
#include <vector>

#include "mitigation/builtin_mitigations.hpp"
#include "mitigation/remap_weights.hpp"

namespace faultwave::mitigation {
namespace {

enum class Weighting { kCalibration, kUniform };

class FalRetune : public Mitigation {
 public:
  explicit FalRetune(Weighting weighting) : weighting_(weighting) {}

  LoadedLayer apply(const LayerContext& context) const override {
    if (weighting_ == Weighting::kCalibration) require_calibration(context);
    const std::vector<double> histogram = weighting_ == Weighting::kCalibration
                                              ? context.calibration->histogram
                                              : std::vector<double>(256, 1.0);
    return remap_weights(context, [&](const PeProducts& products) {
      return absolute_error_map(products, histogram);
    });
  }

 private:
  Weighting weighting_;
};

}  // namespace

std::unique_ptr<Mitigation> make_fal_retune() {
  return std::make_unique<FalRetune>(Weighting::kCalibration);
}

std::unique_ptr<Mitigation> make_fal_retune_uniform() {
  return std::make_unique<FalRetune>(Weighting::kUniform);
}

}  // namespace faultwave::mitigation
