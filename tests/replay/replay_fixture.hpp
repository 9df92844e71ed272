// Random accelerators and products for tests of the table engine, and its slow twin.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "base/rng.hpp"
#include "driver/accelerator.hpp"
#include "netlist/product_table.hpp"
#include "support/random_accelerator.hpp"

namespace faultwave::replay {

inline uint64_t test_seed() { return std::stoull(environment("FAULTWAVE_TEST_SEED", "1")); }

inline std::vector<uint8_t> random_bytes(CounterRng& rng, int64_t size) {
  std::vector<uint8_t> bytes(static_cast<std::size_t>(size));
  for (auto& byte : bytes) byte = static_cast<uint8_t>(rng.below(256));
  return bytes;
}

using test_support::random_accelerator;

/// `count` random tables of one signedness.
inline std::vector<netlist::ProductTable> random_tables(CounterRng& rng, int count,
                                                        bool is_signed) {
  std::vector<netlist::ProductTable> tables(static_cast<std::size_t>(count));
  for (auto& table : tables) {
    table.is_signed = is_signed;
    for (auto& entry : table.raw) entry = static_cast<uint16_t>(rng.next());
  }
  return tables;
}

/// A product with random operands and flags (a quarter of the weights each: plain, negated,
/// bypassed, both).
struct RandomProduct {
  RandomProduct(const accel::GemmShape& size, CounterRng& rng)
      : shape(size),
        activations(random_bytes(rng, size.m * size.k)),
        weights(random_bytes(rng, size.k * size.n)),
        flags(random_bytes(rng, size.k * size.n)) {
    for (auto& flag : flags) flag &= accel::kNegate | accel::kBypass;
  }
  accel::GemmJob job(bool is_signed, bool weight_on_port_a) const {
    accel::GemmJob job;
    job.name = "random";
    job.m = shape.m;
    job.n = shape.n;
    job.k = shape.k;
    job.activations = activations.data();
    job.weights = weights.data();
    job.weight_flags = flags.data();
    job.product_is_signed = is_signed;
    job.weight_on_port_a = weight_on_port_a;
    return job;
  }
  accel::GemmShape shape;
  std::vector<uint8_t> activations, weights, flags;
};

/// The slow twin: one product at a time, from the table of the PE that the accelerator says
/// computes it.
inline std::vector<int32_t> sums_by_tables(const accel::GemmJob& job,
                                           const accel::Accelerator& mapping,
                                           const std::vector<netlist::ProductTable>& tables,
                                           const std::vector<uint16_t>& table_of_pe,
                                           const std::set<int>& bypassed) {
  std::vector<int> pes(static_cast<std::size_t>(mapping.k_period()));
  std::vector<int32_t> sums;
  for (int64_t m = 0; m < job.m; ++m) {
    for (int64_t n = 0; n < job.n; ++n) {
      mapping.pes_of_output({job.m, job.n, job.k}, m, n, pes.data());
      uint32_t sum = 0;
      for (int64_t k = 0; k < job.k; ++k) {
        const auto place = k * job.n + n;
        const uint8_t flags = job.weight_flags == nullptr ? 0 : job.weight_flags[place];
        const int pe = pes[static_cast<std::size_t>(k) % pes.size()];
        if ((flags & accel::kBypass) != 0 || bypassed.count(pe) != 0) continue;
        const int activation = job.activations[m * job.k + k];
        const int weight = job.weights[place];
        const auto& table = tables[table_of_pe[static_cast<std::size_t>(pe)]];
        const int32_t product =
            job.weight_on_port_a ? table.at(weight, activation) : table.at(activation, weight);
        sum += static_cast<uint32_t>((flags & accel::kNegate) != 0 ? -product : product);
      }
      sums.push_back(static_cast<int32_t>(sum));
    }
  }
  return sums;
}

}  // namespace faultwave::replay
