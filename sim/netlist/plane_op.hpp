// The operation over bit planes that a gate stands for.
#pragma once

#include "bits/plane_ops.hpp"
#include "netlist/netlist.hpp"

namespace faultwave::netlist {

/// InternalError for constants.
bits::PlaneOp plane_op(GateKind kind);

}  // namespace faultwave::netlist
