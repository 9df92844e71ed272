#include "mitigation/builtin_mitigations.hpp"
#include "mitigation/layer_context.hpp"

namespace faultwave::mitigation {
namespace {

class None : public Mitigation {
 public:
  LoadedLayer apply(const LayerContext& context) const override {
    check_context(context);
    return unmodified(*context.layer);
  }
};

}  // namespace

std::unique_ptr<Mitigation> make_none() { return std::make_unique<None>(); }

}  // namespace faultwave::mitigation
