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

Outcome outcome_of(const int32_t* golden, const int32_t* faulty, int num_classes) {
  if (std::equal(golden, golden + num_classes, faulty)) return Outcome::kMasked;
  const int top = nn::top1(faulty, num_classes);
  if (top == nn::top1(golden, num_classes)) return Outcome::kBenign;
  return nn::in_top5(golden, num_classes, top) ? Outcome::kSdc1 : Outcome::kSdc5;
}

OutcomeCounts classify(const std::vector<int32_t>& golden, const std::vector<int32_t>& faulty,
                       int num_classes) {
  FAULTWAVE_CHECK(golden.size() == faulty.size());
  OutcomeCounts counts;
  const auto step = static_cast<std::size_t>(num_classes);
  for (std::size_t i = 0; i < golden.size(); i += step) {
    const Outcome outcome = outcome_of(golden.data() + i, faulty.data() + i, num_classes);
    counts.masked += outcome == Outcome::kMasked ? 1 : 0;
    counts.benign += outcome == Outcome::kBenign ? 1 : 0;
    counts.sdc1 += outcome >= Outcome::kSdc1 ? 1 : 0;
    counts.sdc5 += outcome == Outcome::kSdc5 ? 1 : 0;
  }
  return counts;
}

}  // namespace faultwave::driver
