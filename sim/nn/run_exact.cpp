#include <algorithm>

#include "base/error.hpp"
#include "nn/kernels.hpp"

namespace faultwave::nn {
namespace {

/// Host memory for one im2col matrix and its sums.
constexpr int64_t kMaxChunkBytes = int64_t{64} << 20;

/// Runs a matrix layer over chunks of images whose im2col matrix stays small.
class MatrixRunner {
 public:
  MatrixRunner(const Network& network, const Layer& layer)
      : network_(network),
        layer_(layer),
        input_(network.values.at(static_cast<std::size_t>(layer.inputs.at(0)))),
        output_(network.values.at(static_cast<std::size_t>(layer.output))),
        rows_(im2col_rows(layer, input_.shape)) {}

  void run(const uint8_t* maps, int64_t num_images, Activations& result) {
    const int64_t bytes_per_image = rows_ * (layer_.num_inputs + 4 * layer_.num_outputs);
    const int64_t chunk =
        std::max<int64_t>(1, kMaxChunkBytes / std::max<int64_t>(1, bytes_per_image));
    for (int64_t first = 0; first < num_images; first += chunk) {
      run_chunk(maps + first * input_.shape.size(), std::min(chunk, num_images - first), result);
    }
  }

 private:
  void run_chunk(const uint8_t* maps, int64_t num_images, Activations& result) {
    const auto matrix = im2col(layer_, input_, maps, num_images);
    const int64_t m = num_images * rows_;
    std::vector<int32_t> sums(static_cast<std::size_t>(m * layer_.num_outputs));
    exact_gemm(layer_, input_.quantization.zero_point, matrix.data(), m, sums.data());
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const auto bias = layer_.bias[i % layer_.bias.size()];
      sums[i] = static_cast<int32_t>(static_cast<uint32_t>(sums[i]) + static_cast<uint32_t>(bias));
    }
    if (output_.type == DataType::kInt32) {
      FAULTWAVE_CHECK(layer_.output == network_.output && rows_ == 1,
                      "integer sums are the logits");
      result.logits.insert(result.logits.end(), sums.begin(), sums.end());
      return;
    }
    const auto codes = requantize(layer_, network_, sums.data(), num_images, rows_);
    auto& bytes = result.bytes[static_cast<std::size_t>(layer_.output)];
    bytes.insert(bytes.end(), codes.begin(), codes.end());
  }

  const Network& network_;
  const Layer& layer_;
  const Value& input_;
  const Value& output_;
  int64_t rows_;
};

}  // namespace

Activations run_exact(const Network& network, const uint8_t* images, int64_t num_images) {
  check_network(network);
  Activations result;
  result.num_images = num_images;
  result.bytes.resize(network.values.size());
  const auto input = static_cast<std::size_t>(network.input);
  result.bytes[input].assign(images, images + num_images * network.values[input].shape.size());
  for (const Layer& layer : network.layers) {
    std::vector<const uint8_t*> inputs;
    for (const int id : layer.inputs) {
      inputs.push_back(result.bytes[static_cast<std::size_t>(id)].data());
    }
    if (layer.kind == LayerKind::kMatrix) {
      MatrixRunner(network, layer).run(inputs[0], num_images, result);
    } else {
      result.bytes[static_cast<std::size_t>(layer.output)] =
          run_vector_layer(network, layer, inputs, num_images);
    }
  }
  const auto output = static_cast<std::size_t>(network.output);
  if (network.values[output].type == DataType::kUint8) {
    const auto& codes = result.bytes[output];
    result.logits.assign(codes.begin(), codes.end());
  }
  return result;
}

}  // namespace faultwave::nn
