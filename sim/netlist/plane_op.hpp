// The operation over bit planes that a gate stands for.
#pragma once

#include "base/error.hpp"
#include "bits/plane_ops.hpp"
#include "netlist/netlist.hpp"

namespace faultwave::netlist {

/// InternalError for constants.
constexpr bits::PlaneOp plane_op(GateKind kind) {
  switch (kind) {
    case GateKind::kBuf:
      return bits::PlaneOp::kCopy;
    case GateKind::kNot:
      return bits::PlaneOp::kNot;
    case GateKind::kAnd:
      return bits::PlaneOp::kAnd;
    case GateKind::kNand:
      return bits::PlaneOp::kNand;
    case GateKind::kOr:
      return bits::PlaneOp::kOr;
    case GateKind::kNor:
      return bits::PlaneOp::kNor;
    case GateKind::kXor:
      return bits::PlaneOp::kXor;
    case GateKind::kXnor:
      return bits::PlaneOp::kXnor;
    case GateKind::kAndNot:
      return bits::PlaneOp::kAndNot;
    case GateKind::kOrNot:
      return bits::PlaneOp::kOrNot;
    case GateKind::kMux:
      return bits::PlaneOp::kMux;
    case GateKind::kConst0:
    case GateKind::kConst1:
      break;
  }
  throw InternalError("constants have no plane operation");
}

}  // namespace faultwave::netlist
