// How operands meet the multiplier.
#pragma once

namespace faultwave::systemc {

/// How activations and weights reach the ports of the multipliers.
struct OperandWiring {
  bool weight_on_port_a = true;
  bool product_is_signed = false;
};

}  // namespace faultwave::systemc
