#include "mitigation/builtin_mitigations.hpp"
#include "mitigation/mean_error.hpp"
#include "mitigation/remap_weights.hpp"

namespace faultwave::mitigation {
namespace {

/// The map uses the layer's histogram, as fal_retune does. What it leaves of a mean error is then
/// taken from each input's own activations, which is closer than one c per table and weight.
class FalRetuneOffset : public Mitigation {
 public:
  LoadedLayer apply(const LayerContext& context) const override {
    require_calibration(context);
    LoadedLayer loaded = remap_weights(context, [&](const PeProducts& products) {
      return centred_error_map(products, context.calibration->histogram);
    });
    subtract_mean_errors(context, loaded);
    return loaded;
  }
};

}  // namespace

std::unique_ptr<Mitigation> make_fal_retune_offset() { return std::make_unique<FalRetuneOffset>(); }

}  // namespace faultwave::mitigation
