#include "driver/retuning.hpp"

#include <algorithm>
#include <limits>

#include "driver/calibration.hpp"
#include "nn/kernels.hpp"

namespace faultwave::driver {
namespace {

/// The weights at the places of the accelerator where `order` puts them.
void reorder(mitigation::LayerContext& context, const mitigation::LayerOrder& order) {
  if (order.inputs.empty() && order.outputs.empty()) return;
  const int64_t num_inputs = context.layer->num_inputs;
  const int64_t num_outputs = context.layer->num_outputs;
  std::vector<uint32_t> mixture_of(context.mixture_of.size());
  auto met = context.mixture_of.begin();
  for (int64_t p = 0; p < num_inputs; ++p) {
    for (int64_t q = 0; q < num_outputs; ++q) {
      mixture_of[static_cast<std::size_t>(order.input_at(p) * num_outputs + order.output_at(q))] =
          *met++;
    }
  }
  context.mixture_of = std::move(mixture_of);
}

}  // namespace

Retuner::Retuner(const nn::Network& network, const accel::PeMapping& mapping,
                 const RetuningOptions& options)
    : network_(network),
      mapping_(mapping),
      options_(options),
      batch_images_(calibration_batch(network, mapping, options.batch_images)),
      num_held_out_(options.num_calibration_images -
                    RowSample::num_fitted_images(options.num_calibration_images)) {
  const int64_t num_images = options.num_calibration_images;
  const nn::Activations activations =
      nn::run_exact(network, options.calibration_images, num_images);
  images_ = activations.bytes[static_cast<std::size_t>(network.input)];
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const nn::Layer& layer = network.layers[i];
    if (layer.kind != nn::LayerKind::kMatrix) continue;
    const nn::Value& input = input_of(layer);
    const auto& maps = activations.bytes[static_cast<std::size_t>(layer.inputs.at(0))];
    const int64_t rows = nn::im2col_rows(layer, input.shape) * options.batch_images;
    layers_.push_back({i, WeightBinding(mapping, {rows, layer.num_outputs, layer.num_inputs}),
                       calibrate_layer(layer, input, maps.data(), num_images),
                       RowSample(layer, input, num_images, batch_images_, mapping),
                       LoadedMatrix(layer, mitigation::unmodified(layer), {},
                                    {options.format, options.weight_on_port_a})});
  }
  options_.calibration_images = nullptr;
}

LoadedNetwork Retuner::retune(const mitigation::Mitigation& mitigation, const LocusTables& tables) {
  if (!mitigation.needs_arriving_rows()) return retune_alone(mitigation, tables, nullptr);
  reference_for(tables.tables.at(0));
  replay::TableAccelerator faulty(mapping_, replay::ProductTables(tables.tables, tables.table_of_pe,
                                                                  options_.weight_on_port_a));
  LoadedNetwork best = retune_alone(mitigation, tables, &faulty);
  const auto rivals = mitigation.rivals();
  if (rivals.empty()) return best;
  int64_t most = num_like_reference(best, faulty);
  for (const auto& rival : rivals) {
    LoadedNetwork other = retune_alone(*rival, tables, &faulty);
    const int64_t count = num_like_reference(other, faulty);
    if (count <= most) continue;
    most = count;
    best = std::move(other);
  }
  return best;
}

std::vector<int32_t> Retuner::held_out_logits(const LoadedNetwork& loaded,
                                              accel::Accelerator& engine) const {
  RunnerOptions options;
  options.format = options_.format;
  options.weight_on_port_a = options_.weight_on_port_a;
  options.batch_images = std::max<int64_t>(1, std::min(batch_images_, num_held_out_));
  const std::size_t image_bytes =
      images_.size() / static_cast<std::size_t>(options_.num_calibration_images);
  const std::size_t first = images_.size() - image_bytes * static_cast<std::size_t>(num_held_out_);
  return run_network(network_, loaded, engine, options, images_.data() + first, num_held_out_)
      .logits;
}

int64_t Retuner::num_like_reference(const LoadedNetwork& loaded, accel::Accelerator& engine) const {
  if (num_held_out_ == 0) return 0;
  const auto seen = held_out_logits(loaded, engine);
  const int classes = network_.num_classes();
  int64_t count = 0;
  for (int64_t i = 0; i < num_held_out_; ++i) {
    const int label = nn::top1(seen.data() + i * classes, classes);
    count += label == nn::top1(reference_->logits.data() + i * classes, classes) ? 1 : 0;
  }
  return count;
}

LoadedNetwork Retuner::retune_alone(const mitigation::Mitigation& mitigation,
                                    const LocusTables& tables, accel::Accelerator* faulty) {
  LoadedNetwork loaded;
  loaded.layers.resize(network_.layers.size());
  loaded.faulty_pes = tables.faulty_pes();
  const bool is_run = mitigation.needs_arriving_rows();
  std::optional<CalibrationRun> run;
  if (is_run) {
    run.emplace(network_, images_, options_.num_calibration_images, batch_images_);
  }
  std::size_t matrix = 0;
  for (std::size_t i = 0; i < network_.layers.size(); ++i) {
    const nn::Layer& layer = network_.layers[i];
    if (layer.kind != nn::LayerKind::kMatrix) {
      if (is_run) run->run_vector(layer);
      continue;
    }
    const Layer& known = layers_[matrix];
    mitigation::LayerContext context;
    context.layer = &layer;
    context.format = options_.format;
    context.weight_on_port_a = options_.weight_on_port_a;
    context.retune_healthy = options_.retune_healthy;
    context.calibration = &known.calibration;
    for (const auto& table : tables.tables) context.tables.push_back(&table);
    known.binding.bind(tables, context);
    const auto order = mitigation.order(context);
    reorder(context, order);
    mitigation::ArrivingRows arriving;
    if (is_run) {
      arriving = arrive(matrix, run->value(layer.inputs.at(0)), tables, order);
      context.arriving = &arriving;
    }
    loaded.layers[i] = mitigation.apply(context);
    loaded.layers[i].order = order;
    if (is_run) {
      const LoadedMatrix now(layer, loaded.layers[i], loaded.faulty_pes,
                             {options_.format, options_.weight_on_port_a});
      run->run_matrix(layer, now, *faulty);
    }
    ++matrix;
  }
  return loaded;
}

accel::Accelerator& Retuner::engine_of(const netlist::ProductTable& table) {
  const std::vector<uint16_t> of_pe(static_cast<std::size_t>(mapping_.pes().size()), 0);
  replay::ProductTables tables(std::span(&table, 1), of_pe, options_.weight_on_port_a);
  if (engine_ == nullptr) {
    engine_ = std::make_unique<replay::TableAccelerator>(mapping_, std::move(tables));
  } else {
    engine_->set_tables(std::move(tables));
  }
  return *engine_;
}

std::vector<int32_t> Retuner::sampled_sums(const Layer& layer, const std::vector<uint8_t>& rows,
                                           const netlist::ProductTable& table) {
  const nn::Layer& own = network_layer(layer);
  std::vector<int32_t> sums(static_cast<std::size_t>(layer.sample.num_rows() * own.num_outputs));
  if (sums.empty()) return sums;
  accel::GemmJob job;
  job.name = own.name;
  layer.own.run(engine_of(table), job, rows.data(), layer.sample.num_rows(),
                input_of(own).quantization.zero_point, sums.data());
  return sums;
}

const Retuner::Reference& Retuner::reference_for(const netlist::ProductTable& healthy) {
  const netlist::ProductTable table =
      options_.retune_healthy ? netlist::exact_table(healthy.is_signed) : healthy;
  if (reference_.has_value() && reference_->table == table) return *reference_;
  Reference reference{table, {}, {}, {}};
  CalibrationRun run(network_, images_, options_.num_calibration_images, batch_images_);
  std::size_t matrix = 0;
  for (const nn::Layer& layer : network_.layers) {
    if (layer.kind != nn::LayerKind::kMatrix) {
      run.run_vector(layer);
      continue;
    }
    const Layer& known = layers_[matrix++];
    const auto& maps = run.value(layer.inputs.at(0));
    reference.maps.push_back(maps);
    reference.sums.push_back(
        sampled_sums(known, known.sample.gather(layer, input_of(layer), maps.data()), table));
    run.run_matrix(layer, known.own, engine_of(table));
  }
  if (num_held_out_ > 0) {
    reference.logits = held_out_logits(load_unmodified(network_), engine_of(table));
  }
  reference_ = std::move(reference);
  return *reference_;
}

void Retuner::set_clamp(const nn::Layer& layer, mitigation::ArrivingRows& arriving) const {
  const nn::Value& output = network_.values[static_cast<std::size_t>(layer.output)];
  for (int64_t n = 0; n < layer.num_outputs; ++n) {
    if (output.type == nn::DataType::kInt32) {
      arriving.lowest.push_back(-std::numeric_limits<double>::infinity());
      arriving.highest.push_back(std::numeric_limits<double>::infinity());
      continue;
    }
    const std::size_t scale = layer.weight_scale.size() == 1 ? 0 : static_cast<std::size_t>(n);
    const double codes_per_unit = static_cast<double>(input_of(layer).quantization.scale) *
                                  static_cast<double>(layer.weight_scale[scale]) /
                                  static_cast<double>(output.quantization.scale);
    const int zero = output.quantization.zero_point;
    arriving.lowest.push_back((layer.clamp_low - zero) / codes_per_unit);
    arriving.highest.push_back((layer.clamp_high - zero) / codes_per_unit);
  }
}

mitigation::ArrivingRows Retuner::arrive(std::size_t matrix, const std::vector<uint8_t>& maps,
                                         const LocusTables& tables,
                                         const mitigation::LayerOrder& order) {
  const Layer& known = layers_[matrix];
  const nn::Layer& layer = network_layer(known);
  const Reference& reference = *reference_;
  mitigation::ArrivingRows arriving;
  const int64_t num_rows = arriving.num_rows = known.sample.num_rows();
  arriving.num_fitted = known.sample.num_fitted();
  const auto rows = known.sample.gather(layer, input_of(layer), maps.data());
  arriving.activations.resize(rows.size());
  for (int64_t row = 0; row < num_rows; ++row) {
    const uint8_t* from = rows.data() + row * layer.num_inputs;
    for (int64_t k = 0; k < layer.num_inputs; ++k) {
      arriving.activations[static_cast<std::size_t>(k * num_rows + row)] = from[k];
    }
  }
  const auto num_sums = static_cast<std::size_t>(num_rows * layer.num_outputs);
  arriving.errors.assign(num_sums, 0);
  arriving.wanted.resize(num_sums);
  const netlist::ProductTable& healthy = tables.tables.at(0);
  const auto& wanted = reference.sums[matrix];
  const bool is_reference = healthy == reference.table && maps == reference.maps[matrix];
  const auto sums = is_reference ? wanted : sampled_sums(known, rows, healthy);
  for (int64_t row = 0; row < num_rows; ++row) {
    for (int64_t n = 0; n < layer.num_outputs; ++n) {
      const auto from = static_cast<std::size_t>(row * layer.num_outputs + n);
      const auto to = static_cast<std::size_t>(n * num_rows + row);
      arriving.errors[to] = int64_t{sums[from]} - wanted[from];
      arriving.wanted[to] = wanted[from];
    }
  }
  set_clamp(layer, arriving);
  arriving.period = known.sample.period();
  arriving.lists = known.sample.lists(tables);
  arriving.phase.resize(static_cast<std::size_t>(layer.num_inputs));
  for (int64_t p = 0; p < layer.num_inputs; ++p) {
    arriving.phase[static_cast<std::size_t>(order.input_at(p))] =
        static_cast<uint32_t>(p % arriving.period);
  }
  arriving.list_of_row.resize(static_cast<std::size_t>(layer.num_outputs));
  for (int64_t q = 0; q < layer.num_outputs && num_rows > 0; ++q) {
    arriving.list_of_row[static_cast<std::size_t>(order.output_at(q))] =
        known.sample.list_of_row(q);
  }
  return arriving;
}

}  // namespace faultwave::driver
