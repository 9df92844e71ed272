#include "mitigation/builtin_mitigations.hpp"
#include "mitigation/layer_context.hpp"

namespace faultwave::mitigation {
namespace {

class FaultAwarePruning : public Mitigation {
 public:
  LeftError left_error() const override { return LeftError::kProduct; }
  LoadedLayer apply(const LayerContext& context) const override {
    check_context(context);
    LoadedLayer loaded = unmodified(*context.layer);
    loaded.bypass_faulty_pes = true;
    return loaded;
  }
};

}  // namespace

std::unique_ptr<Mitigation> make_fap() { return std::make_unique<FaultAwarePruning>(); }

}  // namespace faultwave::mitigation
