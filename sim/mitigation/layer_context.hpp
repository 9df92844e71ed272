// Small questions that every mitigation asks of its layer.
#pragma once

#include <cstddef>
#include <cstdint>

#include "mitigation/mitigation.hpp"
#include "mitigation/pe_products.hpp"

namespace faultwave::mitigation {

/// Throws InternalError when shapes, tables or indices of the context do not fit together.
void check_context(const LayerContext& context);
/// UsageError when the context holds no calibration activations.
void require_calibration(const LayerContext& context);
/// UsageError when the context holds no arriving rows.
void require_arriving_rows(const LayerContext& context);

/// The network's weight (k, n).
inline int own_weight(const nn::Layer& layer, int64_t k, int64_t n) {
  return layer.weights[static_cast<size_t>(n * layer.num_inputs + k)];
}
/// What the PEs of the weight at `place` = k * N + n add.
PeProducts products_at(const LayerContext& context, size_t place);
/// Whether a mitigation acts on the weight at `place`: it meets a faulty PE, or healthy ones count
/// as well.
bool is_retuned(const LayerContext& context, size_t place);

}  // namespace faultwave::mitigation
