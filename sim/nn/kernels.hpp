// Reference kernels with ONNX Runtime's integer arithmetic, and the product-table GEMM.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netlist/number_format.hpp"
#include "netlist/product_table.hpp"
#include "nn/network.hpp"

namespace faultwave::nn {

/// Rows of the im2col matrix that one image contributes (output height * width; 1 for vectors).
int64_t im2col_rows(const Layer& layer, const Shape& input);
/// im2col of `num_images` feature maps [image][channel][row][col] to [rows][K]; padding holds the
/// input's zero point.
std::vector<uint8_t> im2col(const Layer& layer, const Value& input, const uint8_t* maps,
                            int64_t num_images);

/// Exact integer sums: sums[m][n] = sum_k (a[m][k] - zero_point) * w[n][k], without bias.
void exact_gemm(const Layer& layer, int zero_point, const uint8_t* activations, int64_t m,
                int32_t* sums);

/// Plain product-table GEMM over the same table for every (k, n): raw sums of
/// +/- table(activation code, weight code), [m][n]; no corrections.
/// `weight_codes`, `negate`: [K][N]; negate may be empty.
void table_gemm(const netlist::ProductTable& table, bool weight_on_port_a, int64_t m, int64_t n,
                int64_t k, const uint8_t* activation_codes, const uint8_t* weight_codes,
                std::span<const uint8_t> negate, int32_t* sums);

/// OutputStage on sums [m][n] with m = image * rows + row. The result is [image][channel][row], the
/// layout of the next layer.
std::vector<uint8_t> requantize(const Layer& layer, const Network& network, const int32_t* sums,
                                int64_t num_images, int64_t rows_per_image);

/// Layers other than kMatrix. Inputs and result are [image][channel][row][col].
std::vector<uint8_t> run_vector_layer(const Network& network, const Layer& layer,
                                      std::span<const uint8_t* const> inputs, int64_t num_images);

/// Activations of every value for a batch by exact arithmetic.
struct Activations {
  int64_t num_images = 0;
  std::vector<std::vector<uint8_t>> bytes;  ///< per value id; empty for int32 values
  std::vector<int32_t> logits;              ///< [num_images][num_classes]
};
Activations run_exact(const Network& network, const uint8_t* images, int64_t num_images);

/// Index of the largest logit; the lowest index wins ties.
int top1(const int32_t* logits, int num_classes);
/// True when `label` is among the five largest (ties: lower index first).
bool in_top5(const int32_t* logits, int num_classes, int label);

}  // namespace faultwave::nn
