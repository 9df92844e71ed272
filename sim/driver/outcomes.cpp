#include "driver/outcomes.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "nn/kernels.hpp"

namespace faultwave::driver {

Score score(const std::vector<int32_t>& logits, int num_classes,
            const std::vector<uint8_t>& labels) {
  FAULTWAVE_CHECK(logits.size() == labels.size() * static_cast<std::size_t>(num_classes));
  Score result;
  result.images = static_cast<int64_t>(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const int32_t* row = logits.data() + i * static_cast<std::size_t>(num_classes);
    result.correct += nn::top1(row, num_classes) == labels[i] ? 1 : 0;
    result.correct_top5 += nn::in_top5(row, num_classes, labels[i]) ? 1 : 0;
  }
  return result;
}

OutcomeCounts classify(const std::vector<int32_t>& golden, const std::vector<int32_t>& faulty,
                       int num_classes) {
  FAULTWAVE_CHECK(golden.size() == faulty.size());
  OutcomeCounts counts;
  const auto step = static_cast<std::size_t>(num_classes);
  for (std::size_t i = 0; i < golden.size(); i += step) {
    const int32_t* expected = golden.data() + i;
    const int32_t* seen = faulty.data() + i;
    const int top = nn::top1(seen, num_classes);
    if (std::equal(expected, expected + num_classes, seen)) {
      ++counts.masked;
    } else if (top == nn::top1(expected, num_classes)) {
      ++counts.benign;
    } else {
      ++counts.sdc1;
      counts.sdc5 += nn::in_top5(expected, num_classes, top) ? 0 : 1;
    }
  }
  return counts;
}

}  // namespace faultwave::driver
