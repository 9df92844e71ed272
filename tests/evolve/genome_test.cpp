#include "evolve/genome.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/error.hpp"
#include "evolve/decoder.hpp"
#include "evolve/random_circuit_fixture.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/generator.hpp"

namespace faultwave::evolve {
namespace {

/// What a genome computes, node by node, without any folding.
uint16_t plain_product(const Genome& genome, unsigned a, unsigned b) {
  using netlist::GateKind;
  std::vector<bool> value(kNumOperands + genome.nodes.size());
  for (unsigned bit = 0; bit < 8; ++bit) {
    value[bit] = ((a >> bit) & 1u) != 0;
    value[8 + bit] = ((b >> bit) & 1u) != 0;
  }
  for (std::size_t i = 0; i < genome.nodes.size(); ++i) {
    const Node& node = genome.nodes[i];
    const bool x = value[node.a];
    const bool y = value[node.b];
    bool out = false;
    switch (node.kind) {
      case GateKind::kAnd:
        out = x && y;
        break;
      case GateKind::kNand:
        out = !(x && y);
        break;
      case GateKind::kOr:
        out = x || y;
        break;
      case GateKind::kNor:
        out = !(x || y);
        break;
      case GateKind::kXor:
        out = x != y;
        break;
      case GateKind::kXnor:
        out = x == y;
        break;
      case GateKind::kAndNot:
        out = x && !y;
        break;
      case GateKind::kOrNot:
        out = x || !y;
        break;
      case GateKind::kNot:
        out = !x;
        break;
      case GateKind::kBuf:
        out = x;
        break;
      default:
        out = node.kind == GateKind::kConst1;
    }
    value[kNumOperands + i] = out;
  }
  unsigned product = 0;
  for (unsigned bit = 0; bit < 16; ++bit) product |= (value[genome.outputs[bit]] ? 1u : 0u) << bit;
  return static_cast<uint16_t>(product);
}

TEST(Genome, of_every_family_computes_its_products) {
  Decoder decoder({});
  for (const auto& family : netlist::generator_families()) {
    const auto netlist = netlist::generate_multiplier({family.name, {}, {}}).netlist;
    const Genome genome = to_genome(netlist, 0.3);
    const auto again = to_netlist(decoder.decode(genome), "again", netlist.is_signed);
    EXPECT_EQ(netlist::product_table(again), netlist::product_table(netlist)) << family.name;
  }
}

TEST(Decoder, folds_constants_wires_and_inverters_without_changing_a_product) {
  Decoder decoder({});
  for (uint64_t stream = 0; stream < 40; ++stream) {
    SCOPED_TRACE(testing::Message() << "seed " << random_seed() << " stream " << stream);
    const Genome genome = mutated_multiplier("dadda", 1 + static_cast<int>(stream) * 3, stream);
    const auto netlist = to_netlist(decoder.decode(genome), "folded", false);
    const auto table = netlist::product_table(netlist);
    CounterRng rng(random_seed(), 1000 + stream);
    for (int i = 0; i < 300; ++i) {
      const auto a = static_cast<unsigned>(rng.below(256));
      const auto b = static_cast<unsigned>(rng.below(256));
      ASSERT_EQ(table.raw[a + 256 * b], plain_product(genome, a, b)) << a << " x " << b;
    }
    for (const auto& gate : netlist.gates) EXPECT_NE(gate.kind, netlist::GateKind::kBuf);
  }
}

TEST(Genome, mutation_keeps_it_a_circuit_and_changes_active_genes) {
  for (uint64_t stream = 0; stream < 20; ++stream) {
    SCOPED_TRACE(testing::Message() << "seed " << random_seed() << " stream " << stream);
    const Genome before = mutated_multiplier("dadda", 0, stream);
    const Genome after = mutated_multiplier("dadda", 3, stream);
    EXPECT_NO_THROW(validate(after));
    std::vector<uint8_t> active;
    mark_active(before, active);
    int num_changed = before.outputs != after.outputs ? 1 : 0;
    for (std::size_t i = 0; i < before.nodes.size(); ++i) {
      num_changed += active[i] != 0 && before.nodes[i] != after.nodes[i] ? 1 : 0;
    }
    EXPECT_GE(num_changed, 1);
    EXPECT_LE(num_changed, 4);
  }
}

TEST(Genome, that_reads_a_later_node_is_refused) {
  Genome genome = mutated_multiplier("dadda", 0, 0);
  genome.nodes[3].a = kNumOperands + 3;
  EXPECT_THROW(validate(genome), InternalError);
  genome.nodes[3].a = kNumOperands + 2;
  EXPECT_NO_THROW(validate(genome));
}

TEST(Circuit, has_readable_unique_names) {
  Decoder decoder({});
  const auto netlist = to_netlist(decoder.decode(mutated_multiplier("dadda", 20, 7)), "m", false);
  std::set<std::string> names;
  for (const auto& net : netlist.nets) EXPECT_TRUE(names.insert(net.name).second) << net.name;
  EXPECT_TRUE(names.contains("pp_7_7") || names.contains("pp_0_0"));
}

}  // namespace
}  // namespace faultwave::evolve
