// Random genomes near a real multiplier.
#pragma once

#include "evolve/genome.hpp"

namespace faultwave::evolve {

/// The seed of random tests: $FAULTWAVE_TEST_SEED, else a fixed one. Print it with SCOPED_TRACE.
uint64_t random_seed();

/// A generated multiplier with `num_mutations` random active genes changed.
Genome mutated_multiplier(const std::string& family, int num_mutations, uint64_t stream);

}  // namespace faultwave::evolve
