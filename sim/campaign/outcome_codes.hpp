// Outcomes of single images, two bits each.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace faultwave::campaign {

/// Against the golden run. An image of kSdc5 counts as SDC-1, too.
enum class OutcomeCode : uint8_t { kMasked = 0, kBenign = 1, kSdc1 = 2, kSdc5 = 3 };

/// zlib stream of the codes [images]: image i in bits 2 * (i % 4) of byte i / 4.
std::vector<uint8_t> pack_outcomes(std::span<const OutcomeCode> codes);

/// The reverse. Empty when `packed` is no stream of `images` codes.
std::vector<OutcomeCode> unpack_outcomes(std::span<const uint8_t> packed, int64_t images);

}  // namespace faultwave::campaign
