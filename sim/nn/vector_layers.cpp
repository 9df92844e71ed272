// Layers without a matrix product, image by image.
#include <algorithm>

#include "base/error.hpp"
#include "nn/kernels.hpp"
#include "nn/vector_arithmetic.hpp"

namespace faultwave::nn {
namespace {

/// Rows [begin, end) of a window clipped to the map.
struct Range {
  int64_t begin = 0;
  int64_t end = 0;
};

Range clip(int64_t start, int kernel, int dilation, int size) {
  // The first tap at or after 0; dilated windows step over it.
  const int64_t skipped = start < 0 ? (-start + dilation - 1) / dilation : 0;
  const int64_t last = start + int64_t{kernel - 1} * dilation;
  return {start + skipped * dilation, std::min<int64_t>(last + 1, size)};
}

/// Calls `visit(plane, rows, columns, out)` for each output of a pool over each channel.
template <typename Visit>
void for_each_window(const Layer& layer, const Shape& shape, const uint8_t* maps,
                     int64_t num_images, std::vector<uint8_t>& result, Visit visit) {
  const Window& window = layer.window;
  const int64_t height = output_height(window, shape);
  const int64_t width = output_width(window, shape);
  const int64_t plane_size = int64_t{shape.height} * shape.width;
  result.resize(static_cast<std::size_t>(num_images * shape.channels * height * width));
  uint8_t* out = result.data();
  for (int64_t plane = 0; plane < num_images * shape.channels; ++plane) {
    const uint8_t* values = maps + plane * plane_size;
    for (int64_t row = 0; row < height; ++row) {
      const Range rows = clip(row * window.stride_h - window.pad_top, window.kernel_h,
                              window.dilation_h, shape.height);
      for (int64_t column = 0; column < width; ++column) {
        const Range columns = clip(column * window.stride_w - window.pad_left, window.kernel_w,
                                   window.dilation_w, shape.width);
        *out++ = visit(values, rows, columns);
      }
    }
  }
}

std::vector<uint8_t> max_pool(const Layer& layer, const Shape& shape, const uint8_t* maps,
                              int64_t num_images) {
  std::vector<uint8_t> result;
  for_each_window(layer, shape, maps, num_images, result,
                  [&](const uint8_t* values, Range rows, Range columns) {
                    uint8_t best = 0;
                    for (int64_t y = rows.begin; y < rows.end; y += layer.window.dilation_h) {
                      for (int64_t x = columns.begin; x < columns.end;
                           x += layer.window.dilation_w) {
                        best = std::max(best, values[y * shape.width + x]);
                      }
                    }
                    return best;
                  });
  return result;
}

std::vector<uint8_t> average_pool(const Layer& layer, const Value& input, const Value& output,
                                  const uint8_t* maps, int64_t num_images) {
  const AveragePooling average(layer, input.quantization, output.quantization);
  const int64_t window_size = int64_t{layer.window.kernel_h} * layer.window.kernel_w;
  std::vector<uint8_t> result;
  for_each_window(layer, input.shape, maps, num_images, result,
                  [&](const uint8_t* values, Range rows, Range columns) {
                    float sum = 0;
                    for (int64_t y = rows.begin; y < rows.end; ++y) {
                      for (int64_t x = columns.begin; x < columns.end; ++x) {
                        sum += average.real(values[y * input.shape.width + x]);
                      }
                    }
                    const int64_t count =
                        layer.average_counts_padding
                            ? window_size
                            : (rows.end - rows.begin) * (columns.end - columns.begin);
                    return average.code(sum, count);
                  });
  return result;
}

std::vector<uint8_t> global_average_pool(const Layer& layer, const Value& input,
                                         const Value& output, const uint8_t* maps,
                                         int64_t num_images) {
  const int64_t plane_size = int64_t{input.shape.height} * input.shape.width;
  const GlobalAveragePooling average(layer, input.quantization, output.quantization, plane_size);
  std::vector<uint8_t> result(static_cast<std::size_t>(num_images * input.shape.channels));
  for (std::size_t i = 0; i < result.size(); ++i) {
    const uint8_t* plane = maps + static_cast<int64_t>(i) * plane_size;
    int64_t sum = 0;
    for (int64_t j = 0; j < plane_size; ++j) sum += plane[j];
    result[i] = average.code(sum);
  }
  return result;
}

std::vector<uint8_t> add(const QuantizedAdd& sum, const uint8_t* a, const uint8_t* b,
                         int64_t count) {
  std::vector<uint8_t> result(static_cast<std::size_t>(count));
  if (count < 65'536) {
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = sum.code(a[i], b[i]);
    return result;
  }
  std::vector<uint8_t> table(65'536);
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = sum.code(static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i & 255));
  }
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = table[static_cast<std::size_t>(a[i]) << 8 | b[i]];
  }
  return result;
}

std::vector<uint8_t> look_up(const std::vector<uint8_t>& table, const uint8_t* codes,
                             int64_t count) {
  FAULTWAVE_CHECK(table.size() == 256);
  std::vector<uint8_t> result(static_cast<std::size_t>(count));
  std::transform(codes, codes + count, result.begin(), [&](uint8_t code) { return table[code]; });
  return result;
}

}  // namespace

std::vector<uint8_t> run_vector_layer(const Network& network, const Layer& layer,
                                      std::span<const uint8_t* const> inputs, int64_t num_images) {
  FAULTWAVE_CHECK(inputs.size() == layer.inputs.size() && !inputs.empty(), "layer '{}'",
                  layer.name);
  const auto value_of = [&](int id) -> const Value& {
    return network.values.at(static_cast<std::size_t>(id));
  };
  const Value& input = value_of(layer.inputs[0]);
  const Value& output = value_of(layer.output);
  const int64_t count = num_images * input.shape.size();
  switch (layer.kind) {
    case LayerKind::kMaxPool:
      return max_pool(layer, input.shape, inputs[0], num_images);
    case LayerKind::kAveragePool:
      return average_pool(layer, input, output, inputs[0], num_images);
    case LayerKind::kGlobalAveragePool:
      return global_average_pool(layer, input, output, inputs[0], num_images);
    case LayerKind::kAdd:
      FAULTWAVE_CHECK(inputs.size() == 2, "layer '{}'", layer.name);
      return add(
          {layer, input.quantization, value_of(layer.inputs[1]).quantization, output.quantization},
          inputs[0], inputs[1], count);
    case LayerKind::kReshape:
      return {inputs[0], inputs[0] + count};
    case LayerKind::kRelu:
      return look_up(requantization_table(input.quantization, output.quantization, true), inputs[0],
                     count);
    case LayerKind::kLookup:
      return look_up(layer.lookup, inputs[0], count);
    case LayerKind::kMatrix:
      break;
  }
  throw InternalError(fmt::format("layer '{}' is no vector layer", layer.name));
}

}  // namespace faultwave::nn
