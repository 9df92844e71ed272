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
/// UsageError when the calibration histogram is empty.
void require_histogram(const LayerContext& context);

/// The network's weight (k, n).
inline int own_weight(const nn::Layer& layer, int64_t k, int64_t n) {
  return layer.weights[static_cast<size_t>(n * layer.num_inputs + k)];
}
/// What the PE at `place` = k * N + n adds.
inline PeProducts products_at(const LayerContext& context, size_t place) {
  return {context.tables[context.table_of[place]], context.format, context.weight_on_port_a};
}
/// Whether a mitigation acts on the PE at `place`: it is faulty, or healthy ones count as well.
inline bool is_retuned(const LayerContext& context, size_t place) {
  return context.retune_healthy || context.table_of[place] != 0;
}

}  // namespace faultwave::mitigation
