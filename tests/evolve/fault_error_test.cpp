#include "evolve/fault_error.hpp"

#include <gtest/gtest.h>

#include "evolve/pair_chunks.hpp"
#include "evolve/random_circuit_fixture.hpp"
#include "netlist/fault_simulator.hpp"
#include "netlist/metrics.hpp"

namespace faultwave::evolve {
namespace {

/// Every stuck-at fault of the netlist by the netlist module's own fault simulator.
FaultErrorSum brute_force(const netlist::Netlist& netlist) {
  FaultErrorSum sum;
  sum.num_pairs = netlist::ProductTable::kSize;
  netlist::FaultSimulator simulator(netlist);
  for (const auto& fault : netlist::enumerate_stuck_at_faults(netlist)) {
    simulator.simulate({&fault, 1});
    const auto metrics = netlist::error_metrics(simulator.table());
    sum.total += static_cast<uint64_t>(metrics.mae * netlist::ProductTable::kSize + 0.5);
    ++sum.num_faults;
  }
  return sum;
}

TEST(FaultError, equals_the_sum_over_the_faulty_tables_of_all_sites) {
  for (const std::string family : {"dadda", "truncated", "drum", "baugh_wooley"}) {
    const bool is_signed = family == "baugh_wooley";
    const auto pairs = make_pair_chunks(shuffled_order(), is_signed, false);
    FaultErrorEvaluator evaluator(pairs);
    for (const int num_mutations : {0, 4, 40}) {
      SCOPED_TRACE(testing::Message() << family << ", seed " << random_seed() << ", "
                                      << num_mutations << " mutations");
      const Genome genome =
          mutated_multiplier(family, num_mutations, static_cast<uint64_t>(num_mutations));
      Decoder decoder({});
      const Circuit& circuit = decoder.decode(genome);
      const auto expected = brute_force(to_netlist(circuit, "m", is_signed));
      const auto sum = evaluator.evaluate(circuit, pairs.num_chunks);
      EXPECT_EQ(sum.num_faults, expected.num_faults);
      EXPECT_EQ(sum.num_pairs, expected.num_pairs);
      EXPECT_EQ(sum.total, expected.total);
      decoder.sorted_program();  // sorts the gates
      EXPECT_EQ(evaluator.evaluate(circuit, pairs.num_chunks).total, expected.total);
    }
  }
}

TEST(FaultError, of_a_sample_counts_its_pairs_only) {
  const auto pairs = make_pair_chunks(shuffled_order(), false, false);
  FaultErrorEvaluator evaluator(pairs);
  Decoder decoder({});
  const Circuit& circuit = decoder.decode(mutated_multiplier("dadda", 0, 0));
  const auto sample = evaluator.evaluate(circuit, 4);
  const auto whole = evaluator.evaluate(circuit, pairs.num_chunks);
  EXPECT_EQ(sample.num_pairs, 4 * bits::kChunkPairs);
  EXPECT_NEAR(sample.mean(), whole.mean(), 0.1 * whole.mean());
}

}  // namespace
}  // namespace faultwave::evolve
