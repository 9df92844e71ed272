// JSON of this module: keys in the order in which they were set.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

namespace faultwave::report {

using Json = nlohmann::ordered_json;

/// `value` with at most `decimals` decimals, so that pages stay small; null when not finite.
inline Json rounded(double value, int decimals = 4) {
  if (!std::isfinite(value)) return nullptr;
  const double scale = std::pow(10, decimals);
  const double result = std::round(value * scale) / scale;
  return result == 0 ? Json(0) : Json(result);
}

}  // namespace faultwave::report
