// Quantised networks: integer layers as ONNX defines them, ready for an accelerator.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace faultwave::nn {

/// real = scale * (integer - zero_point).
struct Quantization {
  float scale = 1.0f;
  int zero_point = 0;
};

/// Feature map shape without the batch axis; a vector of F features is {F, 1, 1}.
struct Shape {
  int channels = 0;
  int height = 1;
  int width = 1;
  int64_t size() const { return int64_t{channels} * height * width; }
  bool operator==(const Shape&) const = default;
};

/// Values flowing between layers: uint8 codes, or int32 sums for integer logits.
enum class DataType : uint8_t { kUint8, kInt32 };

/// A tensor that a layer reads or writes, of one image.
struct Value {
  std::string name;
  Shape shape;
  Quantization quantization;
  DataType type = DataType::kUint8;
};

enum class LayerKind : uint8_t {
  kMatrix,  ///< convolution (any kernel) or fully connected (1x1 on a vector)
  kMaxPool,
  kAveragePool,
  kGlobalAveragePool,
  kAdd,      ///< element-wise, two quantised inputs
  kReshape,  ///< Flatten, Reshape: same bytes in the same order
  kRelu,     ///< stand-alone; ReLU behind a matrix layer is its clamp
  kLookup,   ///< element-wise through a table of 256 codes: another scale or zero point
};

/// Window geometry of convolutions and pools: kernel, stride, padding in rows and columns.
struct Window {
  int kernel_h = 1, kernel_w = 1;
  int stride_h = 1, stride_w = 1;
  int dilation_h = 1, dilation_w = 1;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
};

/// One layer. Value ids index Network::values.
struct Layer {
  std::string name;
  LayerKind kind = LayerKind::kMatrix;
  std::vector<int> inputs;
  int output = -1;
  Window window;

  // kMatrix only. k runs over (channel, kernel row, kernel column), channel slowest.
  int64_t num_inputs = 0;           ///< K
  int64_t num_outputs = 0;          ///< N
  std::vector<int8_t> weights;      ///< [N][K], symmetric (zero point 0)
  std::vector<int32_t> bias;        ///< [N], scale = input scale * weight scale
  std::vector<float> weight_scale;  ///< [1] or [N]

  /// Range of the output codes of kMatrix, kAdd and the average pools; the lower end is the zero
  /// point where a ReLU is fused.
  int clamp_low = 0;
  int clamp_high = 255;
  /// kAveragePool only: divide by the whole window at the edges too (count_include_pad).
  bool average_counts_padding = false;
  std::vector<uint8_t> lookup;  ///< kLookup only: [256] output code of every input code
};

/// A quantised network: integer layers over numbered values.
struct Network {
  std::string name;
  std::vector<Value> values;
  std::vector<Layer> layers;  ///< in execution order
  int input = -1;
  int output = -1;
  int num_classes() const {
    return static_cast<int>(values[static_cast<size_t>(output)].shape.size());
  }
};

std::string_view to_string(LayerKind kind);
/// "1x28x28" for a feature map, "784" for a vector.
std::string to_string(const Shape& shape);

/// Integer code of a real value: real / scale in float32, rounded half to even, plus the zero
/// point, clamped to [0, 255] (ONNX QuantizeLinear).
uint8_t quantize(float real, const Quantization& quantization);
/// Real value of a code, float32 (ONNX DequantizeLinear).
float dequantize(int code, const Quantization& quantization);
/// The 256 codes that leave DequantizeLinear, optionally ReLU, and QuantizeLinear.
std::vector<uint8_t> requantization_table(const Quantization& from, const Quantization& to,
                                          bool relu);

/// Output rows and columns of a window that slides over `input`, as ONNX counts them (rounded
/// down); 0 or less when the window does not fit.
int64_t output_height(const Window& window, const Shape& input);
int64_t output_width(const Window& window, const Shape& input);

/// Checks that values, layers, shapes and sizes fit together; InternalError names the layer. For
/// networks that do not come from import_onnx, which returns consistent ones.
void check_network(const Network& network);

}  // namespace faultwave::nn
