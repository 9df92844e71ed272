#include "nn/kernels.hpp"

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "nn/output_stage.hpp"

namespace faultwave::nn {
namespace {

/// Rows of activations that share one pass over the weights.
constexpr int64_t kRowBlock = 32;
/// Products of a 9-bit by an 8-bit integer that a 32-bit sum holds for certain.
constexpr int64_t kSafeProducts = 32'768;

/// sum of a[i] * w[i]; the compiler makes 16-bit multiply-add instructions of it.
int32_t dot(const int16_t* a, const int16_t* w, int64_t count) {
  int32_t sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += int32_t{a[i]} * int32_t{w[i]};
  return sum;
}

/// As `dot`, of any length; wraps around as the hardware's 32-bit accumulators do.
int32_t wrapping_dot(const int16_t* a, const int16_t* w, int64_t count) {
  uint32_t sum = 0;
  for (int64_t first = 0; first < count; first += kSafeProducts) {
    sum += static_cast<uint32_t>(dot(a + first, w + first, std::min(kSafeProducts, count - first)));
  }
  return static_cast<int32_t>(sum);
}

/// One row of the im2col matrix: the window of output (`row`, `column`) over one map.
void gather_window(const Window& window, const Shape& shape, const uint8_t* map, int64_t row,
                   int64_t column, uint8_t padding, uint8_t* out) {
  const int64_t top = row * window.stride_h - window.pad_top;
  const int64_t left = column * window.stride_w - window.pad_left;
  for (int channel = 0; channel < shape.channels; ++channel) {
    const uint8_t* plane = map + int64_t{channel} * shape.height * shape.width;
    for (int i = 0; i < window.kernel_h; ++i) {
      const int64_t y = top + int64_t{i} * window.dilation_h;
      const bool inside = y >= 0 && y < shape.height;
      for (int j = 0; j < window.kernel_w; ++j) {
        const int64_t x = left + int64_t{j} * window.dilation_w;
        *out++ = inside && x >= 0 && x < shape.width ? plane[y * shape.width + x] : padding;
      }
    }
  }
}

/// Products as signed integers, [activation code][weight code + 256 * negate].
std::vector<int32_t> by_activation(const netlist::ProductTable& table, bool weight_on_port_a) {
  std::vector<int32_t> products(std::size_t{256} * 512);
  for (int a = 0; a < 256; ++a) {
    int32_t* row = products.data() + std::ptrdiff_t{a} * 512;
    for (int w = 0; w < 256; ++w) {
      row[w] = weight_on_port_a ? table.at(w, a) : table.at(a, w);
      row[w + 256] = -row[w];
    }
  }
  return products;
}

}  // namespace

int64_t im2col_rows(const Layer& layer, const Shape& input) {
  return output_height(layer.window, input) * output_width(layer.window, input);
}

std::vector<uint8_t> im2col(const Layer& layer, const Value& input, const uint8_t* maps,
                            int64_t num_images) {
  const Shape& shape = input.shape;
  const int64_t k = layer.num_inputs;
  if (shape.height == 1 && shape.width == 1 && im2col_rows(layer, shape) == 1 &&
      layer.window.kernel_h == 1 && layer.window.kernel_w == 1) {
    return {maps, maps + num_images * k};
  }
  FAULTWAVE_CHECK(k == int64_t{shape.channels} * layer.window.kernel_h * layer.window.kernel_w,
                  "layer '{}'", layer.name);
  const int64_t height = output_height(layer.window, shape);
  const int64_t width = output_width(layer.window, shape);
  const auto padding = static_cast<uint8_t>(input.quantization.zero_point);
  std::vector<uint8_t> matrix(static_cast<std::size_t>(num_images * height * width * k));
  uint8_t* out = matrix.data();
  for (int64_t image = 0; image < num_images; ++image) {
    const uint8_t* map = maps + image * shape.size();
    for (int64_t row = 0; row < height; ++row) {
      for (int64_t column = 0; column < width; ++column, out += k) {
        gather_window(layer.window, shape, map, row, column, padding, out);
      }
    }
  }
  return matrix;
}

void exact_gemm(const Layer& layer, int zero_point, const uint8_t* activations, int64_t m,
                int32_t* sums) {
  const int64_t k = layer.num_inputs;
  const int64_t n = layer.num_outputs;
  const std::vector<int16_t> weights(layer.weights.begin(), layer.weights.end());
  std::vector<int16_t> block(static_cast<std::size_t>(std::min(m, kRowBlock) * k));
  for (int64_t first = 0; first < m; first += kRowBlock) {
    const int64_t rows = std::min(kRowBlock, m - first);
    for (int64_t i = 0; i < rows * k; ++i) {
      block[static_cast<std::size_t>(i)] =
          static_cast<int16_t>(activations[first * k + i] - zero_point);
    }
    for (int64_t output = 0; output < n; ++output) {
      const int16_t* w = weights.data() + output * k;
      for (int64_t row = 0; row < rows; ++row) {
        sums[(first + row) * n + output] = wrapping_dot(block.data() + row * k, w, k);
      }
    }
  }
}

void table_gemm(const netlist::ProductTable& table, bool weight_on_port_a, int64_t m, int64_t n,
                int64_t k, const uint8_t* activation_codes, const uint8_t* weight_codes,
                std::span<const uint8_t> negate, int32_t* sums) {
  const auto num_weights = static_cast<std::size_t>(k * n);
  FAULTWAVE_CHECK(negate.empty() || negate.size() == num_weights);
  const std::vector<int32_t> products = by_activation(table, weight_on_port_a);
  std::vector<uint16_t> columns(weight_codes, weight_codes + num_weights);
  for (std::size_t i = 0; i < negate.size(); ++i) {
    columns[i] = static_cast<uint16_t>(columns[i] + (negate[i] != 0 ? 256 : 0));
  }
  std::vector<uint32_t> totals(static_cast<std::size_t>(n));  // unsigned: sums wrap around
  for (int64_t row = 0; row < m; ++row) {
    std::fill(totals.begin(), totals.end(), 0u);
    for (int64_t i = 0; i < k; ++i) {
      const int32_t* product =
          products.data() + std::ptrdiff_t{activation_codes[row * k + i]} * 512;
      const uint16_t* column = columns.data() + i * n;
      for (int64_t j = 0; j < n; ++j) {
        totals[static_cast<std::size_t>(j)] += static_cast<uint32_t>(product[column[j]]);
      }
    }
    std::memcpy(sums + row * n, totals.data(), totals.size() * sizeof(uint32_t));
  }
}

std::vector<uint8_t> requantize(const Layer& layer, const Network& network, const int32_t* sums,
                                int64_t num_images, int64_t rows_per_image) {
  const int64_t n = layer.num_outputs;
  const OutputStage stage(layer, network);
  std::vector<uint8_t> codes(static_cast<std::size_t>(num_images * rows_per_image * n));
  for (int64_t image = 0; image < num_images; ++image) {
    for (int64_t row = 0; row < rows_per_image; ++row) {
      const int32_t* from = sums + (image * rows_per_image + row) * n;
      uint8_t* to = codes.data() + image * n * rows_per_image + row;
      for (int64_t j = 0; j < n; ++j) {
        to[j * rows_per_image] = stage.code(j, from[j]);
      }
    }
  }
  return codes;
}

int top1(const int32_t* logits, int num_classes) {
  return static_cast<int>(std::max_element(logits, logits + num_classes) - logits);
}

bool in_top5(const int32_t* logits, int num_classes, int label) {
  if (label < 0 || label >= num_classes) return false;
  int before = 0;
  for (int i = 0; i < num_classes; ++i) {
    if (logits[i] > logits[label] || (logits[i] == logits[label] && i < label)) ++before;
  }
  return before < 5;
}

}  // namespace faultwave::nn
