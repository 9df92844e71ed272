#include "campaign/outcome_codes.hpp"

#include <zlib.h>

#include "base/error.hpp"

namespace faultwave::campaign {

std::vector<uint8_t> pack_outcomes(std::span<const OutcomeCode> codes) {
  std::vector<uint8_t> plain((codes.size() + 3) / 4, 0);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    plain[i / 4] =
        static_cast<uint8_t>(plain[i / 4] | static_cast<unsigned>(codes[i]) << (2 * (i % 4)));
  }
  uLongf size = compressBound(static_cast<uLong>(plain.size()));
  std::vector<uint8_t> packed(size);
  const int code = compress2(packed.data(), &size, plain.data(), static_cast<uLong>(plain.size()),
                             Z_DEFAULT_COMPRESSION);
  FAULTWAVE_CHECK(code == Z_OK, "zlib error {}", code);
  packed.resize(size);
  return packed;
}

std::vector<OutcomeCode> unpack_outcomes(std::span<const uint8_t> packed, int64_t images) {
  std::vector<uint8_t> plain((static_cast<std::size_t>(images) + 3) / 4);
  uLongf size = static_cast<uLongf>(plain.size());
  if (uncompress(plain.data(), &size, packed.data(), static_cast<uLong>(packed.size())) != Z_OK ||
      size != plain.size()) {
    return {};
  }
  std::vector<OutcomeCode> codes(static_cast<std::size_t>(images));
  for (std::size_t i = 0; i < codes.size(); ++i) {
    codes[i] = static_cast<OutcomeCode>((plain[i / 4] >> (2 * (i % 4))) & 3);
  }
  return codes;
}

}  // namespace faultwave::campaign
