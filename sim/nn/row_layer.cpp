#include "nn/row_layer.hpp"

#include <cstring>
#include <optional>

#include "base/error.hpp"
#include "nn/vector_arithmetic.hpp"

namespace faultwave::nn {

struct RowLayer::Arithmetic {
  const Layer& layer;
  std::optional<AveragePooling> average;
  std::optional<GlobalAveragePooling> global_average;
  std::vector<uint8_t> table;  ///< kRelu, kLookup: 256 codes; kAdd: [a][b]
};

RowLayer::RowLayer(RowLayer&&) noexcept = default;
RowLayer::~RowLayer() = default;

RowLayer::RowLayer(const Network& network, const Layer& layer)
    : arithmetic_(new Arithmetic{layer, {}, {}, {}}) {
  const auto value_of = [&](int id) -> const Value& {
    return network.values.at(static_cast<std::size_t>(id));
  };
  const Value& input = value_of(layer.inputs.at(0));
  const Quantization& output = value_of(layer.output).quantization;
  const auto size = static_cast<uint32_t>(input.shape.size());
  const auto plane = static_cast<uint32_t>(input.shape.height * input.shape.width);
  begins_.push_back(0);
  switch (layer.kind) {
    case LayerKind::kMaxPool:
      add_windows(layer, input.shape);
      return;
    case LayerKind::kAveragePool:
      arithmetic_->average.emplace(layer, input.quantization, output);
      add_windows(layer, input.shape);
      return;
    case LayerKind::kGlobalAveragePool:
      arithmetic_->global_average.emplace(layer, input.quantization, output, plane);
      for (uint32_t feature = 0; feature < size; ++feature) {
        taps_.push_back({0, feature});
        if ((feature + 1) % plane == 0) begins_.push_back(taps_.size());
      }
      return;
    case LayerKind::kAdd: {
      const QuantizedAdd sum(layer, input.quantization, value_of(layer.inputs.at(1)).quantization,
                             output);
      arithmetic_->table.resize(65'536);
      for (std::size_t i = 0; i < 65'536; ++i) {
        arithmetic_->table[i] = sum.code(static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i));
      }
      break;
    }
    case LayerKind::kRelu:
      arithmetic_->table = requantization_table(input.quantization, output, true);
      break;
    case LayerKind::kLookup:
      arithmetic_->table = layer.lookup;
      break;
    case LayerKind::kReshape:
      break;
    case LayerKind::kMatrix:
      throw InternalError(fmt::format("layer '{}' is no vector layer", layer.name));
  }
  for (uint32_t feature = 0; feature < size; ++feature) {
    for (uint32_t i = 0; i < layer.inputs.size(); ++i) taps_.push_back({i, feature});
    begins_.push_back(taps_.size());
  }
}

void RowLayer::add_windows(const Layer& layer, const Shape& input) {
  const Window& window = layer.window;
  const int64_t height = output_height(window, input);
  const int64_t width = output_width(window, input);
  for (int64_t channel = 0; channel < input.channels; ++channel) {
    for (int64_t row = 0; row < height; ++row) {
      for (int64_t column = 0; column < width; ++column) {
        for (int64_t i = 0; i < window.kernel_h; ++i) {
          const int64_t y = row * window.stride_h - window.pad_top + i * window.dilation_h;
          if (y < 0 || y >= input.height) continue;
          for (int64_t j = 0; j < window.kernel_w; ++j) {
            const int64_t x = column * window.stride_w - window.pad_left + j * window.dilation_w;
            if (x < 0 || x >= input.width) continue;
            taps_.push_back(
                {0, static_cast<uint32_t>((channel * input.height + y) * input.width + x)});
          }
        }
        begins_.push_back(taps_.size());
      }
    }
  }
}

void RowLayer::compute(int64_t feature, std::span<const uint8_t* const> rows, int64_t num_images,
                       uint8_t* codes) const {
  FAULTWAVE_CHECK(rows.size() == taps(feature).size());
  const Layer& layer = arithmetic_->layer;
  const auto count = static_cast<std::size_t>(num_images);
  switch (layer.kind) {
    case LayerKind::kMaxPool:
      std::memset(codes, 0, count);
      for (const uint8_t* row : rows) {
        for (std::size_t i = 0; i < count; ++i) codes[i] = std::max(codes[i], row[i]);
      }
      return;
    case LayerKind::kAveragePool: {
      const AveragePooling& average = *arithmetic_->average;
      const auto divisor = layer.average_counts_padding
                               ? int64_t{layer.window.kernel_h} * layer.window.kernel_w
                               : static_cast<int64_t>(rows.size());
      for (std::size_t i = 0; i < count; ++i) {
        float sum = 0;
        for (const uint8_t* row : rows) sum += average.real(row[i]);
        codes[i] = average.code(sum, divisor);
      }
      return;
    }
    case LayerKind::kGlobalAveragePool:
      for (std::size_t i = 0; i < count; ++i) {
        int64_t sum = 0;
        for (const uint8_t* row : rows) sum += row[i];
        codes[i] = arithmetic_->global_average->code(sum);
      }
      return;
    case LayerKind::kAdd:
      for (std::size_t i = 0; i < count; ++i) {
        codes[i] = arithmetic_->table[std::size_t{rows[0][i]} << 8 | rows[1][i]];
      }
      return;
    case LayerKind::kRelu:
    case LayerKind::kLookup:
      for (std::size_t i = 0; i < count; ++i) codes[i] = arithmetic_->table[rows[0][i]];
      return;
    case LayerKind::kReshape:
      std::memcpy(codes, rows[0], count);
      return;
    case LayerKind::kMatrix:
      break;
  }
  throw InternalError(fmt::format("layer '{}' is no vector layer", layer.name));
}

}  // namespace faultwave::nn
