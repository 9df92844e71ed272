#include <algorithm>

#include "base/error.hpp"
#include "nn/kernels.hpp"

namespace faultwave::nn {
namespace {

int output_extent(int input, int kernel, int stride, int dilation, int pad_low, int pad_high) {
  return (input + pad_low + pad_high - dilation * (kernel - 1) - 1) / stride + 1;
}

}  // namespace

int64_t im2col_rows(const Layer& layer, const Shape& input) {
  const Window& w = layer.window;
  return int64_t{output_extent(input.height, w.kernel_h, w.stride_h, w.dilation_h, w.pad_top,
                               w.pad_bottom)} *
         output_extent(input.width, w.kernel_w, w.stride_w, w.dilation_w, w.pad_left, w.pad_right);
}

std::vector<uint8_t> im2col(const Layer& layer, const Value& input, const uint8_t* maps,
                            int64_t num_images) {
  const Window& w = layer.window;
  const Shape& shape = input.shape;
  const int out_h =
      output_extent(shape.height, w.kernel_h, w.stride_h, w.dilation_h, w.pad_top, w.pad_bottom);
  const int out_w =
      output_extent(shape.width, w.kernel_w, w.stride_w, w.dilation_w, w.pad_left, w.pad_right);
  const auto zero = static_cast<uint8_t>(input.quantization.zero_point);
  std::vector<uint8_t> matrix(
      static_cast<std::size_t>(num_images * out_h * out_w * layer.num_inputs));
  uint8_t* target = matrix.data();
  for (int64_t image = 0; image < num_images; ++image) {
    const uint8_t* map = maps + image * shape.size();
    for (int y = 0; y < out_h; ++y) {
      for (int x = 0; x < out_w; ++x) {
        for (int channel = 0; channel < shape.channels; ++channel) {
          const uint8_t* plane = map + int64_t{channel} * shape.height * shape.width;
          for (int i = 0; i < w.kernel_h; ++i) {
            const int row = y * w.stride_h - w.pad_top + i * w.dilation_h;
            for (int j = 0; j < w.kernel_w; ++j) {
              const int col = x * w.stride_w - w.pad_left + j * w.dilation_w;
              const bool inside = row >= 0 && row < shape.height && col >= 0 && col < shape.width;
              *target++ = inside ? plane[row * shape.width + col] : zero;
            }
          }
        }
      }
    }
  }
  FAULTWAVE_CHECK(target == matrix.data() + matrix.size(), "K of '{}'", layer.name);
  return matrix;
}

void exact_gemm(const Layer& layer, int zero_point, const uint8_t* activations, int64_t m,
                int32_t* sums) {
  const int64_t k = layer.num_inputs;
  for (int64_t row = 0; row < m; ++row) {
    const uint8_t* a = activations + row * k;
    for (int64_t n = 0; n < layer.num_outputs; ++n) {
      const int8_t* w = layer.weights.data() + n * k;
      int32_t sum = 0;
      for (int64_t i = 0; i < k; ++i) sum += (int32_t{a[i]} - zero_point) * w[i];
      sums[row * layer.num_outputs + n] = sum;
    }
  }
}

void table_gemm(const netlist::ProductTable& table, bool weight_on_port_a, int64_t m, int64_t n,
                int64_t k, const uint8_t* activation_codes, const uint8_t* weight_codes,
                std::span<const uint8_t> negate, int32_t* sums) {
  std::fill(sums, sums + m * n, 0);
  // One row of the table per activation: products[w] = table(a, w).
  std::vector<int32_t> products(256 * 256);
  for (int a = 0; a < 256; ++a) {
    for (int w = 0; w < 256; ++w) {
      products[static_cast<std::size_t>(256 * a + w)] =
          weight_on_port_a ? table.at(w, a) : table.at(a, w);
    }
  }
  for (int64_t row = 0; row < m; ++row) {
    int32_t* out = sums + row * n;
    for (int64_t i = 0; i < k; ++i) {
      const int32_t* of_activation =
          products.data() + 256 * static_cast<std::size_t>(activation_codes[row * k + i]);
      const uint8_t* weights = weight_codes + i * n;
      for (int64_t col = 0; col < n; ++col) {
        const int32_t product = of_activation[weights[col]];
        const bool minus = !negate.empty() && negate[static_cast<std::size_t>(i * n + col)] != 0;
        out[col] += minus ? -product : product;
      }
    }
  }
}

}  // namespace faultwave::nn
