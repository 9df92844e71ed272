#include "mitigation/arriving_rows.hpp"
#include "mitigation/builtin_mitigations.hpp"
#include "mitigation/offset_retuning.hpp"
#include "mitigation/output_errors.hpp"

namespace faultwave::mitigation {
namespace {

/// The map uses the layer's histogram, as fal_retune does. What it leaves of a mean error is then
/// taken from rows that ran through the layers before, faulty and retuned as they are: closer than
/// one c per table and weight, and it takes up what those layers left.
class FalRetuneOffset : public Mitigation {
 public:
  bool needs_arriving_rows() const override { return true; }
  LeftError left_error() const override { return LeftError::kLeastSpread; }

  LoadedLayer apply(const LayerContext& context) const override {
    LoadedLayer loaded = offset_map(context);
    ProductRows products(context);
    for (int64_t n = 0; n < context.layer->num_outputs; ++n) {
      OutputErrors errors(context, products, n);
      load_column(context, loaded, n, errors);
      shift_bias(*context.arriving, errors, loaded.bias[static_cast<size_t>(n)]);
    }
    return loaded;
  }
};

}  // namespace

std::unique_ptr<Mitigation> make_fal_retune_offset() { return std::make_unique<FalRetuneOffset>(); }

}  // namespace faultwave::mitigation
