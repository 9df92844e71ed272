#include "native/mac_source.hpp"

#include <algorithm>
#include <cstddef>
#include <map>

#include "base/error.hpp"
#include "bits/mac_planes.hpp"
#include "netlist/fault_site.hpp"

namespace faultwave::native {
namespace {

using bits::MacPlanes;
using netlist::GateKind;
using netlist::NetId;
using netlist::Netlist;

constexpr std::size_t kGatesPerBlock = 16;

/// The twin of bits::MacPlanes; `write_layout_checks` compares the two.
constexpr const char* kPlanes = R"(
struct MacPlanes {
  const uint64_t *a, *b, *enable, *negate, *addend;
  uint64_t* sum;
  size_t a_stride, b_stride, sum_stride;
  uint64_t addend_shift, num_sum_bits, product_is_signed;
};
)";

/// Everything that does not depend on the netlist. Vectors are passed in registers or inlined away.
constexpr const char* kAccumulator = R"(
constexpr size_t kWords = kLanes / 64;
typedef uint64_t Lanes __attribute__((vector_size(kLanes / 8)));

#define INLINE __attribute__((always_inline)) static inline
INLINE void load(Lanes& v, const uint64_t* p) { memcpy(&v, p, sizeof v); }
INLINE void store(uint64_t* p, const Lanes& v) { memcpy(p, &v, sizeof v); }
/// Addends of one vector of lanes, in place or moved up by 1 to 63 lanes.
struct Aligned {
  const uint64_t* at;
  INLINE_MEMBER void get(Lanes& v, size_t offset) const { load(v, at + offset); }
};
struct Shifted {
  const uint64_t* at;
  uint64_t up;
  INLINE_MEMBER void get(Lanes& v, size_t offset) const {
    Lanes below;
    load(v, at + offset);
    load(below, at + offset - 1);
    v = (v << up) | (below >> (64 - up));
  }
};

template <typename Addend>
INLINE void move(const MacPlanes& m, const Addend& addend, uint64_t* sum) {
  for (size_t i = 0; i < m.num_sum_bits; ++i) {
    Lanes x;
    addend.get(x, i * m.sum_stride);
    store(sum + i * m.sum_stride, x);
  }
}

/// sum = addend + product + carry, `upper` being the product's bits from 16 on.
template <typename Addend>
INLINE void add(const MacPlanes& m, const Addend& addend, uint64_t* sum, const Lanes* product,
                Lanes carry, const Lanes& upper) {
  const size_t stride = m.sum_stride;
#pragma GCC unroll 16
  for (size_t i = 0; i < 16; ++i) {
    Lanes x;
    addend.get(x, i * stride);
    const Lanes half = x ^ product[i];
    store(sum + i * stride, half ^ carry);
    carry = (x & product[i]) | (half & carry);
  }
  for (size_t i = 16; i < m.num_sum_bits; ++i) {
    Lanes x;
    addend.get(x, i * stride);
    const Lanes half = x ^ upper;
    store(sum + i * stride, half ^ carry);
    carry = (x & upper) | (half & carry);
  }
}

/// The same for products without sign that nothing negates.
template <typename Addend>
INLINE void add_unsigned(const MacPlanes& m, const Addend& addend, uint64_t* sum,
                         const Lanes* product) {
  const size_t stride = m.sum_stride;
  Lanes carry{};
#pragma GCC unroll 16
  for (size_t i = 0; i < 16; ++i) {
    Lanes x;
    addend.get(x, i * stride);
    const Lanes half = x ^ product[i];
    store(sum + i * stride, half ^ carry);
    carry = (x & product[i]) | (half & carry);
  }
#pragma GCC unroll 4
  for (size_t i = 16; i < m.num_sum_bits; ++i) {
    Lanes x;
    addend.get(x, i * stride);
    store(sum + i * stride, x ^ carry);
    carry &= x;
  }
}

/// Which of the vector's lanes add, and how.
struct Control {
  uint64_t some_enabled = 0, all_enabled = ~uint64_t{0}, some_negated = 0;
  INLINE_MEMBER Control(const MacPlanes& m, size_t w) {
    for (size_t i = 0; i < kWords; ++i) {
      some_enabled |= m.enable[w + i];
      all_enabled &= m.enable[w + i];
      some_negated |= m.enable[w + i] & m.negate[w + i];
    }
  }
};

template <typename Addend>
INLINE void accumulate(const MacPlanes& m, size_t w, const Control& control, const Addend& addend,
                       Lanes* product) {
  uint64_t* sum = m.sum + w;
  const bool is_unsigned = control.some_negated == 0 && m.product_is_signed == 0;
  if (is_unsigned && control.all_enabled == ~uint64_t{0}) {
    add_unsigned(m, addend, sum, product);
    return;
  }
  Lanes enable, negate;
  load(enable, m.enable + w);
  load(negate, m.negate + w);
  negate &= enable;
  for (size_t i = 0; i < 16; ++i) product[i] = (product[i] & enable) ^ negate;
  if (is_unsigned) {
    add_unsigned(m, addend, sum, product);
  } else {
    const Lanes upper = m.product_is_signed != 0 ? product[15] : negate;
    add(m, addend, sum, product, negate, upper);
  }
}

/// Words w to w + kWords - 1.
template <typename Multiply>
INLINE void step(const MacPlanes& m, size_t w, const Multiply& multiply) {
  const Control control(m, w);
  const Aligned aligned{m.addend + w};
  const Shifted shifted{m.addend + w, m.addend_shift};
  if (control.some_enabled == 0) {
    if (m.addend_shift != 0) {
      move(m, shifted, m.sum + w);
    } else if (m.addend != m.sum) {
      move(m, aligned, m.sum + w);
    }
    return;
  }
  Lanes product[16];
  multiply(m.a + w, m.b + w, product);
  if (m.addend_shift != 0) {
    accumulate(m, w, control, shifted, product);
  } else {
    accumulate(m, w, control, aligned, product);
  }
}
)";

constexpr const char* kCleanEntry = R"(
extern "C" __attribute__((visibility("default"))) void faultwave_mac(const MacPlanes* planes,
                                                                     size_t first, size_t count) {
  const MacPlanes m = *planes;
  for (size_t w = first + count; w > first;) {
    w -= kWords;
    step(m, w, [&m](const uint64_t* a, const uint64_t* b, Lanes* o) __attribute__((always_inline)) {
      multiply(a, m.a_stride, b, m.b_stride, o);
    });
  }
}
)";

constexpr const char* kFaultyEntry = R"(
extern "C" __attribute__((visibility("default"))) void faultwave_mac_faulty(
    const MacPlanes* planes, size_t first, const uint64_t* masks, const uint8_t* is_block_masked) {
  const MacPlanes m = *planes;
  step(m, first,
       [&](const uint64_t* a, const uint64_t* b, Lanes* o) __attribute__((always_inline)) {
         multiply(a, m.a_stride, b, m.b_stride, o, masks, is_block_masked);
       });
}
)";

std::string write_layout_checks() {
  std::string text =
      fmt::format("static_assert(sizeof(MacPlanes) == {}, \"layout\");\n", sizeof(MacPlanes));
  const std::pair<const char*, std::size_t> members[] = {
      {"a", offsetof(MacPlanes, a)},
      {"b", offsetof(MacPlanes, b)},
      {"enable", offsetof(MacPlanes, enable)},
      {"negate", offsetof(MacPlanes, negate)},
      {"addend", offsetof(MacPlanes, addend)},
      {"sum", offsetof(MacPlanes, sum)},
      {"a_stride", offsetof(MacPlanes, a_stride)},
      {"b_stride", offsetof(MacPlanes, b_stride)},
      {"sum_stride", offsetof(MacPlanes, sum_stride)},
      {"addend_shift", offsetof(MacPlanes, addend_shift)},
      {"num_sum_bits", offsetof(MacPlanes, num_sum_bits)},
      {"product_is_signed", offsetof(MacPlanes, product_is_signed)}};
  for (const auto& [name, offset] : members) {
    text +=
        fmt::format("static_assert(offsetof(MacPlanes, {}) == {}, \"layout\");\n", name, offset);
  }
  return text;
}

/// Gates in an order in which few values live at once: each output bit's cone in turn, depth first.
/// What no output reads is left out.
std::vector<std::size_t> cone_order(const Netlist& netlist) {
  const auto drivers = netlist.drivers();
  std::vector<std::size_t> order;
  std::vector<bool> is_done(netlist.gates.size());
  // (gate, next input); an explicit stack, since netlists may be deep.
  std::vector<std::pair<std::size_t, int>> stack;
  const auto enter = [&](NetId net) {
    const int32_t driver = drivers[net];
    if (driver >= 0 && !is_done[static_cast<std::size_t>(driver)]) {
      stack.emplace_back(static_cast<std::size_t>(driver), 0);
    }
  };
  for (const NetId output : netlist.port_o) {
    enter(output);
    while (!stack.empty()) {
      auto& [gate, input] = stack.back();
      const netlist::Gate& g = netlist.gates[gate];
      if (is_done[gate]) {
        stack.pop_back();
      } else if (input < netlist::num_inputs(g.kind)) {
        enter(g.in[static_cast<std::size_t>(input++)]);
      } else {
        is_done[gate] = true;
        order.push_back(gate);
        stack.pop_back();
      }
    }
  }
  return order;
}

/// Writes the function `multiply`.
class MultiplyWriter {
 public:
  MultiplyWriter(const Netlist& netlist, bool faultable)
      : netlist_(netlist), faultable_(faultable), sites_(netlist::enumerate_sites(netlist)) {
    for (std::size_t i = 0; i < sites_.size(); ++i) {
      if (sites_[i].is_stem()) continue;
      branch_of_pin_[{sites_[i].gate, sites_[i].pin}] = i;
    }
  }

  std::string write() {
    text_ =
        "INLINE void multiply(const uint64_t* a, size_t a_stride, const uint64_t* b, "
        "size_t b_stride, Lanes* o";
    if (faultable_) text_ += ", const uint64_t* masks, const uint8_t* is_block_masked";
    text_ += ") {\n";
    if (faultable_) {
      text_ +=
          "  Lanes keep, flip;\n"
          "#define AT(site) load(keep, masks + 2 * kWords * (site)); "
          "load(flip, masks + 2 * kWords * (site) + kWords)\n";
    }
    write_inputs(netlist_.port_a, "a");
    write_inputs(netlist_.port_b, "b");
    const auto order = cone_order(netlist_);
    for (const std::size_t gate : order) {
      text_ += fmt::format("  Lanes n{};\n", netlist_.gates[gate].out);
    }
    for (std::size_t first = 0; first < order.size(); first += kGatesPerBlock) {
      write_block({order.begin() + static_cast<std::ptrdiff_t>(first),
                   order.begin() +
                       static_cast<std::ptrdiff_t>(std::min(first + kGatesPerBlock, order.size()))},
                  1 + first / kGatesPerBlock);
    }
    for (std::size_t bit = 0; bit < netlist_.port_o.size(); ++bit) {
      text_ += fmt::format("  o[{}] = n{};\n", bit, netlist_.port_o[bit]);
    }
    return text_ + "}\n";
  }

  std::vector<uint16_t> site_blocks() const {
    std::vector<uint16_t> block_of_gate(netlist_.gates.size(), 0);
    const auto order = cone_order(netlist_);
    for (std::size_t i = 0; i < order.size(); ++i) {
      block_of_gate[order[i]] = static_cast<uint16_t>(1 + i / kGatesPerBlock);
    }
    const auto drivers = netlist_.drivers();
    std::vector<uint16_t> blocks;
    for (const auto& site : sites_) {
      const int32_t gate = site.is_stem() ? drivers[site.net] : site.gate;
      blocks.push_back(gate < 0 ? 0 : block_of_gate[static_cast<std::size_t>(gate)]);
    }
    return blocks;
  }

 private:
  /// Block 0: the operands.
  void write_inputs(const std::vector<NetId>& port, const char* name) {
    for (std::size_t bit = 0; bit < port.size(); ++bit) {
      text_ += fmt::format("  Lanes n{0};\n  load(n{0}, {1} + {2} * {1}_stride);\n", port[bit],
                           name, bit);
    }
    if (!faultable_) return;
    text_ += "  if (is_block_masked[0] != 0) {\n";
    for (const NetId net : port) {
      text_ += fmt::format("    AT({1});\n    n{0} = (n{0} & keep) ^ flip;\n", net, net);
    }
    text_ += "  }\n";
  }

  void write_block(const std::vector<std::size_t>& gates, std::size_t block) {
    if (!faultable_) {
      for (const std::size_t gate : gates) write_gate(gate, false);
      return;
    }
    text_ += fmt::format("  if (__builtin_expect(is_block_masked[{}] != 0, 0)) {{\n", block);
    for (const std::size_t gate : gates) write_gate(gate, true);
    text_ += "  } else {\n";
    for (const std::size_t gate : gates) write_gate(gate, false);
    text_ += "  }\n";
  }

  void write_gate(std::size_t index, bool masked) {
    const netlist::Gate& gate = netlist_.gates[index];
    std::string pins[3];
    std::string masked_pins;
    for (int i = 0; i < netlist::num_inputs(gate.kind); ++i) {
      const auto branch =
          branch_of_pin_.find({static_cast<int32_t>(index), static_cast<int8_t>(i)});
      pins[i] = fmt::format("n{}", gate.in[static_cast<std::size_t>(i)]);
      if (!masked || branch == branch_of_pin_.end()) continue;
      masked_pins += fmt::format("    AT({}); const Lanes p{} = ({} & keep) ^ flip;\n",
                                 branch->second, i, pins[i]);
      pins[i] = fmt::format("p{}", i);
    }
    const std::string value = expression(gate.kind, pins);
    if (!masked) {
      text_ += fmt::format("  n{} = {};\n", gate.out, value);
      return;
    }
    // Stems are the first sites, in net order.
    text_ += fmt::format("    {{\n{}    AT({}); n{} = (({}) & keep) ^ flip;\n    }}\n", masked_pins,
                         gate.out, gate.out, value);
  }

  static std::string expression(GateKind kind, const std::string* pin) {
    switch (kind) {
      case GateKind::kConst0:
        return "Lanes{}";
      case GateKind::kConst1:
        return "~Lanes{}";
      case GateKind::kBuf:
        return pin[0];
      case GateKind::kNot:
        return "~" + pin[0];
      case GateKind::kAnd:
        return pin[0] + " & " + pin[1];
      case GateKind::kNand:
        return "~(" + pin[0] + " & " + pin[1] + ")";
      case GateKind::kOr:
        return pin[0] + " | " + pin[1];
      case GateKind::kNor:
        return "~(" + pin[0] + " | " + pin[1] + ")";
      case GateKind::kXor:
        return pin[0] + " ^ " + pin[1];
      case GateKind::kXnor:
        return "~(" + pin[0] + " ^ " + pin[1] + ")";
      case GateKind::kAndNot:
        return pin[0] + " & ~" + pin[1];
      case GateKind::kOrNot:
        return pin[0] + " | ~" + pin[1];
      case GateKind::kMux:
        return fmt::format("({2} & {1}) | (~{2} & {0})", pin[0], pin[1], pin[2]);
    }
    throw InternalError("unknown gate kind");
  }

  const Netlist& netlist_;
  bool faultable_;
  std::vector<netlist::Site> sites_;
  std::map<std::pair<int32_t, int8_t>, std::size_t> branch_of_pin_;
  std::string text_;
};

void check(const Netlist& netlist, int lanes) {
  if (lanes != 64 && lanes != 128 && lanes != 256 && lanes != 512) {
    throw UsageError(fmt::format("{} lanes: use 64, 128, 256 or 512", lanes));
  }
  if (!netlist.is_multiplier_8x8()) {
    throw UsageError(fmt::format("'{}' is no 8x8 multiplier", netlist.name));
  }
}

}  // namespace

std::string write_mac_source(const Netlist& netlist, const MacSourceOptions& options) {
  check(netlist, options.lanes);
  return fmt::format(
             "#include <cstddef>\n#include <cstdint>\n#include <cstring>\n"
             "#define INLINE_MEMBER __attribute__((always_inline)) inline\n"
             "constexpr size_t kLanes = {};\n",
             options.lanes) +
         kPlanes + write_layout_checks() + kAccumulator +
         MultiplyWriter(netlist, options.faultable).write() +
         (options.faultable ? kFaultyEntry : kCleanEntry);
}

std::vector<uint16_t> mac_site_blocks(const Netlist& netlist) {
  return MultiplyWriter(netlist, true).site_blocks();
}

}  // namespace faultwave::native
