#include "evolve/random_circuit_fixture.hpp"

#include <string>

#include "base/file.hpp"
#include "netlist/generator.hpp"

namespace faultwave::evolve {

uint64_t random_seed() { return std::stoull(environment("FAULTWAVE_TEST_SEED", "31")); }

Genome mutated_multiplier(const std::string& family, int num_mutations, uint64_t stream) {
  Genome genome = to_genome(netlist::generate_multiplier({family, {}, {}}).netlist, 0.5);
  std::vector<uint8_t> active;
  mark_active(genome, active);
  CounterRng rng(random_seed(), stream);
  if (num_mutations > 0) mutate(genome, active, num_mutations, rng);
  return genome;
}

}  // namespace faultwave::evolve
