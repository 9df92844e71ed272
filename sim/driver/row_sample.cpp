#include "driver/row_sample.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "base/rng.hpp"
#include "nn/kernels.hpp"

namespace faultwave::driver {
namespace {

constexpr uint64_t kSeed = 0x5EED;

/// `count` of the numbers 0 to total - 1, ascending.
std::vector<int64_t> draw(int64_t total, int64_t count, CounterRng& rng) {
  std::vector<int64_t> all(static_cast<std::size_t>(total));
  std::iota(all.begin(), all.end(), int64_t{0});
  for (int64_t i = 0; i < count; ++i) {
    const auto other = i + static_cast<int64_t>(rng.below(static_cast<uint64_t>(total - i)));
    std::swap(all[static_cast<std::size_t>(i)], all[static_cast<std::size_t>(other)]);
  }
  all.resize(static_cast<std::size_t>(count));
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

RowSample::RowSample(const nn::Layer& layer, const nn::Value& input, int64_t num_images,
                     int64_t batch_images, const accel::PeMapping& mapping)
    : rows_per_image_(nn::im2col_rows(layer, input.shape)),
      num_images_(num_images),
      period_(mapping.k_period()) {
  if (num_images == 0) return;
  const int64_t per_image = std::clamp<int64_t>(kMaxRows / num_images, 1, rows_per_image_);
  for (int64_t image = 0; image < num_images; ++image) {
    CounterRng rng(kSeed, static_cast<uint64_t>(image));
    for (const int64_t row : draw(rows_per_image_, per_image, rng)) {
      positions_.push_back(image * rows_per_image_ + row);
    }
  }
  num_fitted_ = num_fitted_images(num_images) * per_image;
  find_pes(mapping, {batch_images * rows_per_image_, layer.num_outputs, layer.num_inputs},
           batch_images);
}

void RowSample::find_pes(const accel::PeMapping& mapping, const accel::GemmShape& whole_batch,
                         int64_t batch_images) {
  std::vector<int> pes(static_cast<std::size_t>(period_));
  std::map<int, uint32_t> list_of_first;  // the first PE determines the others
  const auto list_of = [&](const accel::GemmShape& shape, int64_t m, int64_t n) {
    mapping.pes_of_output(shape, m, n, pes.data());
    const auto [entry, is_new] =
        list_of_first.emplace(pes[0], static_cast<uint32_t>(list_of_first.size()));
    if (is_new) pes_.insert(pes_.end(), pes.begin(), pes.end());
    return entry->second;
  };
  for (int64_t n = 0; n < whole_batch.n; ++n) {
    auto& lists = list_of_row_.emplace_back();
    if (mapping.pes().kind() == fault::PeSpace::Kind::kArray) {
      lists.push_back(list_of(whole_batch, 0, n));
      continue;
    }
    for (const int64_t position : positions_) {
      const int64_t first = position / rows_per_image_ / batch_images * batch_images;
      accel::GemmShape shape = whole_batch;
      shape.m = std::min(batch_images, num_images_ - first) * rows_per_image_;
      lists.push_back(list_of(shape, position - first * rows_per_image_, n));
    }
  }
}

std::vector<uint8_t> RowSample::gather(const nn::Layer& layer, const nn::Value& input,
                                       const uint8_t* maps) const {
  if (num_rows() == num_images_ * rows_per_image_) {
    return nn::im2col(layer, input, maps, num_images_);
  }
  std::vector<uint8_t> rows;
  rows.reserve(positions_.size() * static_cast<std::size_t>(layer.num_inputs));
  std::vector<uint8_t> matrix;
  int64_t shown = -1;
  for (const int64_t position : positions_) {
    const int64_t image = position / rows_per_image_;
    if (image != shown) matrix = nn::im2col(layer, input, maps + image * input.shape.size(), 1);
    shown = image;
    const auto row = matrix.begin() + position % rows_per_image_ * layer.num_inputs;
    rows.insert(rows.end(), row, row + layer.num_inputs);
  }
  return rows;
}

std::vector<uint16_t> RowSample::lists(const LocusTables& tables) const {
  std::vector<uint16_t> result;
  result.reserve(pes_.size());
  for (const int pe : pes_) result.push_back(tables.at(pe));
  return result;
}

}  // namespace faultwave::driver
