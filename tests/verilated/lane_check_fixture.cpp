#include "verilated/lane_check_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "base/file.hpp"
#include "base/rng.hpp"
#include "bits/transpose.hpp"
#include "netlist/netlist_builder.hpp"

namespace faultwave::verilated {
namespace {

constexpr int kNumLanes = 64;

/// The build folder may lie outside the sources.
[[maybe_unused]] const int kRootIsSet = ::setenv("FAULTWAVE_ROOT", FAULTWAVE_SOURCE_DIR, 0);

void broadcast(unsigned code, uint64_t* planes) {
  for (unsigned bit = 0; bit < 8; ++bit) planes[bit] = (code >> bit & 1u) != 0 ? ~uint64_t{0} : 0;
}

}  // namespace

PeModelLibrary& shared_library() {
  static PeModelLibrary library(
      std::filesystem::path(environment("FAULTWAVE_CACHE", FAULTWAVE_BINARY_DIR "/cache")) /
      "pe-models");
  return library;
}

void set_masks(PeModel& model, const std::vector<netlist::Site>& sites, const LaneFaults& faults) {
  for (std::size_t lane = 0; lane < faults.size(); ++lane) {
    for (const auto& fault : faults[lane]) {
      SiteMask& mask = model.masks()[netlist::site_index(sites, fault.site)];
      const uint64_t bit = uint64_t{1} << lane;
      if (fault.kind != netlist::FaultKind::kInvert) mask.keep &= ~bit;
      if (fault.kind != netlist::FaultKind::kStuckAt0) mask.flip |= bit;
    }
  }
}

void clear_masks(PeModel& model, const std::vector<netlist::Site>& sites,
                 const LaneFaults& faults) {
  for (const auto& lane : faults) {
    for (const auto& fault : lane) model.masks()[netlist::site_index(sites, fault.site)] = {};
  }
}

netlist::ProductTable table_of_model(PeModel& model) {
  netlist::ProductTable table;
  uint8_t a_codes[kNumLanes];
  uint64_t a[8], b[8], o[16];
  for (unsigned first = 0; first < netlist::ProductTable::kSize; first += kNumLanes) {
    for (unsigned lane = 0; lane < kNumLanes; ++lane) {
      a_codes[lane] = static_cast<uint8_t>(first + lane);
    }
    bits::u8_to_planes8(a_codes, a);
    broadcast(first / 256, b);
    model.eval(a, b, o);
    bits::planes16_to_u16(o, &table.raw[first]);
  }
  return table;
}

void expect_lanes_show(PeModel& model, const std::vector<netlist::ProductTable>& expected) {
  uint64_t a[8], b[8], o[16];
  uint16_t products[kNumLanes];
  for (unsigned pair = 0; pair < netlist::ProductTable::kSize; ++pair) {
    broadcast(pair % 256, a);
    broadcast(pair / 256, b);
    model.eval(a, b, o);
    bits::planes16_to_u16(o, products);
    for (std::size_t lane = 0; lane < expected.size(); ++lane) {
      ASSERT_EQ(products[lane], expected[lane].raw[pair])
          << "lane " << lane << ", A = " << pair % 256 << ", B = " << pair / 256;
    }
  }
}

netlist::Netlist every_gate_kind() {
  using netlist::GateKind;
  netlist::NetlistBuilder builder("every_gate_kind");
  const auto a = [&](int bit) { return builder.a(bit); };
  const auto b = [&](int bit) { return builder.b(bit); };
  const auto zero = builder.constant(false);
  const auto one = builder.constant(true);
  const auto buffer = builder.gate(GateKind::kBuf, {a(0)});
  const auto inverse = builder.op_not(buffer);
  const auto both = builder.gate(GateKind::kAnd, {a(1), b(1)});
  const auto nand = builder.gate(GateKind::kNand, {both, inverse});
  const auto either = builder.gate(GateKind::kOr, {nand, b(2)});
  const auto nor = builder.gate(GateKind::kNor, {either, a(2)});
  const auto differ = builder.gate(GateKind::kXor, {nor, b(3)});
  const auto same = builder.gate(GateKind::kXnor, {differ, one});
  const auto and_not = builder.gate(GateKind::kAndNot, {a(4), b(4)});
  const auto or_not = builder.gate(GateKind::kOrNot, {and_not, zero});
  const auto chosen = builder.gate(GateKind::kMux, {a(5), b(5), or_not});
  const auto other = builder.gate(GateKind::kMux, {both, chosen, a(6)});
  const auto itself = builder.gate(GateKind::kXor, {b(6), b(6)});
  builder.gate(GateKind::kAnd, {a(7), b(0)}, "read_by_nothing");
  return builder.finish({buffer, inverse, both, nand, either, nor, differ, same, and_not, or_not,
                         chosen, other, itself, both, b(7), zero},
                        false);
}

netlist::Netlist random_circuit(uint64_t seed, int num_gates) {
  using netlist::GateKind;
  CounterRng rng(seed, 1);
  netlist::NetlistBuilder builder(fmt::format("random_{}", seed));
  std::vector<netlist::NetId> nets;
  for (int bit = 0; bit < 8; ++bit) {
    nets.push_back(builder.a(bit));
    nets.push_back(builder.b(bit));
  }
  constexpr GateKind kKinds[] = {GateKind::kAnd, GateKind::kNand,   GateKind::kOr,
                                 GateKind::kNor, GateKind::kXor,    GateKind::kXnor,
                                 GateKind::kMux, GateKind::kAndNot, GateKind::kOrNot};
  for (int gate = 0; gate < num_gates; ++gate) {
    const GateKind kind = kKinds[rng.below(std::size(kKinds))];
    std::vector<netlist::NetId> inputs;
    // Mostly young nets, so that the circuit is deep.
    for (int pin = 0; pin < netlist::num_inputs(kind); ++pin) {
      const std::size_t reach = std::min<std::size_t>(nets.size(), 24);
      inputs.push_back(nets[nets.size() - 1 - rng.below(reach)]);
    }
    nets.push_back(builder.gate(kind, inputs));
  }
  return builder.finish({nets.end() - 16, nets.end()}, false);
}

uint64_t test_seed() { return std::stoull(environment("FAULTWAVE_TEST_SEED", "1")); }

}  // namespace faultwave::verilated
