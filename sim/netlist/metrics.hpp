// Error metrics of a multiplier's product table, by EvoApproxLib's definitions.
#pragma once

#include "netlist/product_table.hpp"

namespace faultwave::netlist {

/// Over all 65,536 operand pairs, error e = product - exact product.
struct ErrorMetrics {
  double mae = 0;          ///< mean |e|
  int64_t wce = 0;         ///< max |e|
  double ep_percent = 0;   ///< share of pairs with e != 0, percent
  double mse = 0;          ///< mean e^2
  double mre_percent = 0;  ///< mean |e| / max(1, |exact|), percent
  double mean_error = 0;   ///< mean e (signed bias)
};

ErrorMetrics error_metrics(const ProductTable& table);
/// Against another table instead of the exact products (a faulty one against its golden one).
ErrorMetrics error_metrics(const ProductTable& table, const ProductTable& reference);

}  // namespace faultwave::netlist
