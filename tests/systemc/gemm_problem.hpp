// Random matrix products and what they should give, for tests of complete accelerators.
#pragma once

#include <cstdint>
#include <vector>

#include "accel/gemm_job.hpp"
#include "base/rng.hpp"

namespace faultwave::systemc {

/// A matrix product with random operands.
struct Problem {
  int64_t m, n, k;
  std::vector<uint8_t> activations, weights, flags;
  accel::GemmJob job(bool is_signed) const {
    accel::GemmJob job;
    job.name = "test";
    job.m = m;
    job.n = n;
    job.k = k;
    job.activations = activations.data();
    job.weights = weights.data();
    job.weight_flags = flags.data();
    job.product_is_signed = is_signed;
    return job;
  }
};

inline Problem random_problem(int64_t m, int64_t n, int64_t k, uint64_t seed) {
  CounterRng rng(seed, 77);
  Problem problem{m, n, k, {}, {}, {}};
  for (int64_t i = 0; i < m * k; ++i) {
    problem.activations.push_back(static_cast<uint8_t>(rng.below(256)));
  }
  for (int64_t i = 0; i < k * n; ++i) {
    problem.weights.push_back(static_cast<uint8_t>(rng.below(256)));
    problem.flags.push_back(static_cast<uint8_t>(rng.below(4)));
  }
  return problem;
}

/// Sums with the product table of the PE that computes product (m, n, k).
template <typename TableOf>
std::vector<int32_t> reference_sums(const Problem& problem, TableOf table_of) {
  std::vector<int32_t> sums;
  for (int64_t m = 0; m < problem.m; ++m) {
    for (int64_t n = 0; n < problem.n; ++n) {
      uint32_t sum = 0;
      for (int64_t k = 0; k < problem.k; ++k) {
        const auto place = static_cast<std::size_t>(k * problem.n + n);
        if ((problem.flags[place] & accel::kBypass) != 0) continue;
        const auto product = static_cast<uint32_t>(
            table_of(m, n, k).at(problem.weights[place],
                                 problem.activations[static_cast<std::size_t>(m * problem.k + k)]));
        sum += (problem.flags[place] & accel::kNegate) != 0 ? 0u - product : product;
      }
      sums.push_back(static_cast<int32_t>(sum));
    }
  }
  return sums;
}

}  // namespace faultwave::systemc
