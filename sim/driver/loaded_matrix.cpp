#include "driver/loaded_matrix.hpp"

#include <array>

#include "base/error.hpp"
#include "driver/corrections.hpp"

namespace faultwave::driver {
namespace {

void check_order(const std::vector<int32_t>& order, int64_t size, const nn::Layer& layer) {
  if (order.empty()) return;
  FAULTWAVE_CHECK(static_cast<int64_t>(order.size()) == size, "layer '{}'", layer.name);
  std::vector<bool> is_seen(order.size());
  for (const int32_t i : order) {
    FAULTWAVE_CHECK(i >= 0 && i < size && !is_seen[static_cast<std::size_t>(i)], "layer '{}'",
                    layer.name);
    is_seen[static_cast<std::size_t>(i)] = true;
  }
}

/// Moves `count` columns of every row to where the order puts them.
template <typename T>
std::vector<T> ordered_columns(const T* rows, int64_t m, const std::vector<int32_t>& order) {
  std::vector<T> result;
  result.reserve(static_cast<std::size_t>(m) * order.size());
  const auto count = static_cast<int64_t>(order.size());
  for (int64_t row = 0; row < m; ++row) {
    for (const int32_t i : order) result.push_back(rows[row * count + i]);
  }
  return result;
}

/// Undoes `ordered_columns` in place.
void restore_columns(int32_t* rows, int64_t m, const std::vector<int32_t>& order) {
  const auto count = static_cast<int64_t>(order.size());
  std::vector<int32_t> row(order.size());
  for (int64_t i = 0; i < m; ++i) {
    int32_t* sums = rows + i * count;
    for (std::size_t q = 0; q < order.size(); ++q)
      row[static_cast<std::size_t>(order[q])] = sums[q];
    std::copy(row.begin(), row.end(), sums);
  }
}

std::unique_ptr<nn::Layer> ordered_layer(const nn::Layer& layer,
                                         const mitigation::LayerOrder& order) {
  if (order.inputs.empty() && order.outputs.empty()) return nullptr;
  auto result = std::make_unique<nn::Layer>(layer);
  auto weight = result->weights.begin();
  for (int64_t q = 0; q < layer.num_outputs; ++q) {
    const int8_t* row = layer.weights.data() + order.output_at(q) * layer.num_inputs;
    for (int64_t p = 0; p < layer.num_inputs; ++p) *weight++ = row[order.input_at(p)];
  }
  return result;
}

}  // namespace

LoadedMatrix::LoadedMatrix(const nn::Layer& layer, const mitigation::LoadedLayer& loaded,
                           const std::vector<int>& faulty_pes, const OperandCoding& coding)
    : coding_(coding),
      order_(loaded.order),
      ordered_(ordered_layer(layer, loaded.order)),
      layer_(ordered_ != nullptr ? ordered_.get() : &layer) {
  check_order(order_.inputs, layer.num_inputs, layer);
  check_order(order_.outputs, layer.num_outputs, layer);
  if (loaded.bypass_faulty_pes) bypassed_pes_ = faulty_pes;
  const auto num_weights = static_cast<std::size_t>(layer.num_inputs * layer.num_outputs);
  FAULTWAVE_CHECK(loaded.weights.size() == num_weights, "layer '{}'", layer.name);
  codes_.reserve(num_weights);
  flags_.reserve(num_weights);
  std::array<netlist::WeightCode, 256> code_of;
  for (int w = -128; w <= 127; ++w) {
    code_of[static_cast<std::size_t>(w + 128)] = netlist::encode_weight(coding.format, w);
  }
  for (int64_t p = 0; p < layer.num_inputs; ++p) {
    const int16_t* row = loaded.weights.data() + order_.input_at(p) * layer.num_outputs;
    for (int64_t q = 0; q < layer.num_outputs; ++q) {
      const auto code = code_of.at(static_cast<std::size_t>(row[order_.output_at(q)] + 128));
      codes_.push_back(code.code);
      flags_.push_back(code.negative ? accel::kNegate : uint8_t{0});
    }
  }
  for (int64_t q = 0; q < layer.num_outputs; ++q) {
    loaded_.bias.push_back(loaded.bias[static_cast<std::size_t>(order_.output_at(q))]);
  }
}

accel::CycleReport LoadedMatrix::run(accel::Accelerator& accelerator, accel::GemmJob job,
                                     const uint8_t* activations, int64_t m, int zero_point,
                                     int32_t* sums, const RawSums& see_raw) const {
  std::vector<uint8_t> ordered;
  if (!order_.inputs.empty()) {
    ordered = ordered_columns(activations, m, order_.inputs);
    activations = ordered.data();
  }
  job.m = m;
  job.n = layer_->num_outputs;
  job.k = layer_->num_inputs;
  std::array<uint8_t, 256> code_of;
  for (int a = 0; a < 256; ++a) {
    code_of[static_cast<std::size_t>(a)] = netlist::encode_activation(coding_.format, a);
  }
  std::vector<uint8_t> codes(static_cast<std::size_t>(m * job.k));
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = code_of[activations[i]];
  job.activations = codes.data();
  job.weights = codes_.data();
  job.weight_flags = flags_.data();
  job.product_is_signed = coding_.format == netlist::NumberFormat::kInt8;
  job.weight_on_port_a = coding_.weight_on_port_a;
  accelerator.set_bypassed_pes(bypassed_pes_);
  const auto cycles = accelerator.run_gemm(job, sums);
  if (see_raw) {
    std::vector<int32_t> raw(sums, sums + m * job.n);
    if (!order_.outputs.empty()) restore_columns(raw.data(), m, order_.outputs);
    see_raw(raw);
  }
  apply_corrections(*layer_, loaded_, coding_.format, zero_point, activations, m, accelerator,
                    bypassed_pes_, sums);
  if (!order_.outputs.empty()) restore_columns(sums, m, order_.outputs);
  return cycles;
}

}  // namespace faultwave::driver
