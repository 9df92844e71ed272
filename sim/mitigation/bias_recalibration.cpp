#include "mitigation/builtin_mitigations.hpp"
#include "mitigation/layer_context.hpp"
#include "mitigation/mean_error.hpp"

namespace faultwave::mitigation {
namespace {

class BiasRecalibration : public Mitigation {
 public:
  LeftError left_error() const override { return LeftError::kSpread; }
  LoadedLayer apply(const LayerContext& context) const override {
    check_context(context);
    LoadedLayer loaded = unmodified(*context.layer);
    subtract_mean_errors(context, loaded);
    return loaded;
  }
};

}  // namespace

std::unique_ptr<Mitigation> make_bias_recalibration() {
  return std::make_unique<BiasRecalibration>();
}

}  // namespace faultwave::mitigation
