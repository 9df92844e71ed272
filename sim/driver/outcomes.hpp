// Accuracy and outcome classes of a run.
#pragma once

#include <cstdint>
#include <vector>

namespace faultwave::driver {

/// How many images got the right label.
struct Score {
  int64_t images = 0;
  int64_t correct = 0;  ///< top-1
  int64_t correct_top5 = 0;
  double accuracy() const {
    return images == 0 ? 0.0 : static_cast<double>(correct) / static_cast<double>(images);
  }
  double top5_accuracy() const {
    return images == 0 ? 0.0 : static_cast<double>(correct_top5) / static_cast<double>(images);
  }
};

/// Of one inference against the golden run. SDC-5 is a case of SDC-1.
enum class Outcome : uint8_t {
  kMasked,  ///< logits equal
  kBenign,  ///< logits differ, top-1 equal
  kSdc1,    ///< top-1 differs
  kSdc5     ///< faulty top-1 outside the golden top-5
};
/// Both [num_classes].
Outcome outcome_of(const int32_t* golden, const int32_t* faulty, int num_classes);

/// Inferences by outcome; `sdc1` includes `sdc5`.
struct OutcomeCounts {
  int64_t masked = 0;
  int64_t benign = 0;
  int64_t sdc1 = 0;
  int64_t sdc5 = 0;
  int64_t images() const { return masked + benign + sdc1; }
  double sdc1_rate() const {
    return images() == 0 ? 0.0 : static_cast<double>(sdc1) / static_cast<double>(images());
  }
};

/// `logits` [images][num_classes]; `labels` [images].
Score score(const std::vector<int32_t>& logits, int num_classes,
            const std::vector<uint8_t>& labels);
/// Both [images][num_classes].
OutcomeCounts classify(const std::vector<int32_t>& golden, const std::vector<int32_t>& faulty,
                       int num_classes);

}  // namespace faultwave::driver
