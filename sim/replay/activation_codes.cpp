#include "replay/activation_codes.hpp"

#include <algorithm>
#include <vector>

#include "bits/byte_transpose.hpp"

namespace faultwave::replay {

void pack_codes(const accel::GemmJob& job, std::span<const uint32_t> rows, std::size_t k0,
                std::size_t k1, std::size_t stride, uint8_t* codes) {
  std::vector<const uint8_t*> sources(rows.size());
  std::transform(rows.begin(), rows.end(), sources.begin(), [&](uint32_t row) {
    return job.activations + row * static_cast<std::size_t>(job.k) + k0;
  });
  bits::transpose_bytes(sources.data(), rows.size(), k1 - k0, stride, codes);
}

}  // namespace faultwave::replay
