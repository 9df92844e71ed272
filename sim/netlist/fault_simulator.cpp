#include "netlist/fault_simulator.hpp"

#include <algorithm>
#include <array>

#include "bits/plane_ops.hpp"
#include "netlist/plane_op.hpp"

namespace faultwave::netlist {
namespace {

constexpr std::size_t kWords = FaultSimulator::kWords;

void evaluate_gate(const Gate& gate, uint64_t* y, const std::array<const uint64_t*, 3>& in) {
  if (gate.kind == GateKind::kConst0 || gate.kind == GateKind::kConst1) {
    std::fill(y, y + kWords, gate.kind == GateKind::kConst1 ? ~uint64_t{0} : 0);
    return;
  }
  bits::apply(plane_op(gate.kind), y, in[0], in[1], in[2], kWords);
}

/// The faulty value of a site, from its healthy plane.
void force(FaultKind kind, uint64_t* y, const uint64_t* x) {
  switch (kind) {
    case FaultKind::kStuckAt0:
      std::fill(y, y + kWords, uint64_t{0});
      break;
    case FaultKind::kStuckAt1:
      std::fill(y, y + kWords, ~uint64_t{0});
      break;
    case FaultKind::kInvert:
      bits::apply(bits::PlaneOp::kNot, y, x, nullptr, nullptr, kWords);
      break;
  }
}

/// Plane of operand bit `bit` of port A (`stride` 1) or B (`stride` 256).
void operand_plane(uint64_t* y, int bit, unsigned stride) {
  for (std::size_t w = 0; w < kWords; ++w) {
    uint64_t word = 0;
    for (unsigned l = 0; l < 64; ++l) {
      const unsigned code = (static_cast<unsigned>(64 * w) + l) / stride;
      word |= uint64_t{(code >> bit) & 1u} << l;
    }
    y[w] = word;
  }
}

}  // namespace

FaultSimulator::FaultSimulator(const Netlist& netlist)
    : netlist_(netlist),
      golden_(netlist.nets.size() * kWords),
      faulty_(netlist.nets.size() * kWords),
      current_(netlist.nets.size()),
      scratch_(3 * kWords),
      readers_(netlist.nets.size()),
      gate_pending_(netlist.gates.size(), 0) {
  FAULTWAVE_CHECK(netlist.is_multiplier_8x8(), "'{}' is no 8x8 multiplier", netlist.name);
  for (std::size_t g = 0; g < netlist.gates.size(); ++g) {
    for (int i = 0; i < num_inputs(netlist.gates[g].kind); ++i) {
      readers_[netlist.gates[g].in[static_cast<std::size_t>(i)]].push_back(
          static_cast<uint32_t>(g));
    }
  }
  for (std::size_t n = 0; n < current_.size(); ++n) current_[n] = golden_.data() + n * kWords;
  evaluate_golden();
  for (const NetId net : netlist.port_o) golden_outputs_.push_back(golden(net));
  outputs_ = golden_outputs_;
}

void FaultSimulator::evaluate_golden() {
  for (int bit = 0; bit < 8; ++bit) {
    const auto index = static_cast<std::size_t>(bit);
    operand_plane(golden_.data() + netlist_.port_a[index] * kWords, bit, 1);
    operand_plane(golden_.data() + netlist_.port_b[index] * kWords, bit, 256);
  }
  for (const Gate& gate : netlist_.gates) {
    std::array<const uint64_t*, 3> in{};
    for (int i = 0; i < num_inputs(gate.kind); ++i) {
      in[static_cast<std::size_t>(i)] = golden(gate.in[static_cast<std::size_t>(i)]);
    }
    evaluate_gate(gate, golden_.data() + gate.out * kWords, in);
  }
}

void FaultSimulator::apply_stem_faults(NetId net, const uint64_t* source) {
  uint64_t* plane = faulty_.data() + net * kWords;
  for (const NetFault& fault : faults_) {
    if (!fault.site.is_stem() || fault.site.net != net) continue;
    force(fault.kind, plane, source);
    source = plane;
  }
  if (source != plane) std::copy(source, source + kWords, plane);
}

const uint64_t* FaultSimulator::pin_plane(std::size_t gate, int pin, uint64_t* scratch) const {
  const uint64_t* plane = current_[netlist_.gates[gate].in[static_cast<std::size_t>(pin)]];
  for (const NetFault& fault : faults_) {
    if (fault.site.gate != static_cast<int32_t>(gate) || fault.site.pin != pin) continue;
    force(fault.kind, scratch, plane);
    plane = scratch;
  }
  return plane;
}

void FaultSimulator::simulate(std::span<const NetFault> faults) {
  for (const NetId net : touched_) current_[net] = golden(net);
  touched_.clear();
  faults_ = faults;
  std::fill(gate_pending_.begin(), gate_pending_.end(), 0);

  const auto touch = [&](NetId net) {
    const uint64_t* plane = faulty_.data() + net * kWords;
    if (!bits::differs(plane, golden(net), kWords)) return;
    current_[net] = plane;
    touched_.push_back(net);
    for (const uint32_t reader : readers_[net]) gate_pending_[reader] = 1;
  };
  const auto drivers = netlist_.drivers();
  for (const NetFault& fault : faults) {
    if (!fault.site.is_stem()) {
      gate_pending_[static_cast<std::size_t>(fault.site.gate)] = 1;
    } else if (drivers[fault.site.net] >= 0) {
      gate_pending_[static_cast<std::size_t>(drivers[fault.site.net])] = 1;
    } else if (current_[fault.site.net] == golden(fault.site.net)) {
      apply_stem_faults(fault.site.net, golden(fault.site.net));
      touch(fault.site.net);
    }
  }
  for (std::size_t g = 0; g < netlist_.gates.size(); ++g) {
    if (gate_pending_[g] == 0) continue;
    const Gate& gate = netlist_.gates[g];
    std::array<const uint64_t*, 3> in{};
    for (int i = 0; i < num_inputs(gate.kind); ++i) {
      const auto pin = static_cast<std::size_t>(i);
      in[pin] = pin_plane(g, i, scratch_.data() + pin * kWords);
    }
    uint64_t* plane = faulty_.data() + gate.out * kWords;
    evaluate_gate(gate, plane, in);
    apply_stem_faults(gate.out, plane);
    touch(gate.out);
  }
  for (std::size_t i = 0; i < outputs_.size(); ++i) outputs_[i] = current_[netlist_.port_o[i]];
}

uint16_t FaultSimulator::changed_outputs() const {
  unsigned changed = 0;
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    // A plane that was kept because it differs, or one that is golden.
    if (outputs_[i] != golden_outputs_[i]) changed |= 1u << i;
  }
  return static_cast<uint16_t>(changed);
}

ProductTable FaultSimulator::to_table(std::span<const uint64_t* const> planes) const {
  ProductTable table;
  table.is_signed = netlist_.is_signed;
  bits::planes_to_u16(planes.data(), kWords, table.raw.data());
  return table;
}

ProductTable FaultSimulator::table() const { return to_table(outputs_); }

ProductTable FaultSimulator::golden_table() const { return to_table(golden_outputs_); }

}  // namespace faultwave::netlist
