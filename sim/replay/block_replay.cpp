#include "replay/block_replay.hpp"

#include <algorithm>
#include <cstring>

#include "accel/gemm_job.hpp"
#include "base/error.hpp"

namespace faultwave::replay {
namespace {

/// Below this share of changed images their activations are gathered first.
constexpr double kSparseShare = 0.7;

}  // namespace

BlockReplay::BlockReplay(const ReplayNetwork& network) : network_(network) {
  for (int value = 0; value < static_cast<int>(network.network().values.size()); ++value) {
    const auto features = static_cast<std::size_t>(network.num_features(value));
    values_.push_back({std::vector<uint8_t>(features), {}, {}});
  }
}

void BlockReplay::run_golden(GoldenBlock& block, int32_t* logits) {
  tables_ = {network_.healthy().bytes, network_.corrections().bytes};
  block_ = golden_ = &block;
  dense_ = true;
  logits_ = logits;
  for (std::size_t i = 0; i < network_.layers().size(); ++i) {
    network_.layers()[i].k > 0 ? run_matrix(i, nullptr) : run_rows(i);
  }
  hand_out_codes();
  golden_ = nullptr;
}

void BlockReplay::run(const GoldenBlock& block, const LayerPlans& plans,
                      const std::vector<const uint8_t*>& tables, bool dense, int32_t* logits) {
  tables_ = tables;
  tables_.push_back(network_.corrections().bytes);
  block_ = &block;
  dense_ = dense;
  logits_ = logits;
  for (std::size_t i = 0; i < network_.layers().size(); ++i) {
    plans[i] ? run_matrix(i, &*plans[i]) : run_rows(i);
  }
  hand_out_codes();
  forget_changes();
}

const uint8_t* BlockReplay::row(int value, std::size_t feature) const {
  const Value& own = values_[static_cast<std::size_t>(value)];
  if (own.changed[feature] != 0) {
    return own.rows.data() + feature * static_cast<std::size_t>(kBlockImages);
  }
  return block_->row(value, feature);
}

uint8_t* BlockReplay::own_row(int value, std::size_t feature) {
  const auto id = static_cast<std::size_t>(value);
  if (golden_ != nullptr) return golden_->codes[id].data() + feature * golden_->stride;
  Value& own = values_[id];
  if (own.rows.empty()) {
    own.rows.resize(own.changed.size() * static_cast<std::size_t>(kBlockImages) +
                    bits::kLookupPadding);
  }
  return own.rows.data() + feature * static_cast<std::size_t>(kBlockImages);
}

void BlockReplay::keep_if_changed(int value, std::size_t feature) {
  if (golden_ != nullptr) return;
  Value& own = values_[static_cast<std::size_t>(value)];
  const uint8_t* codes = own.rows.data() + feature * static_cast<std::size_t>(kBlockImages);
  if (std::memcmp(codes, block_->row(value, feature), count()) == 0) return;
  own.changed[feature] = 1;
  own.changed_features.push_back(static_cast<uint32_t>(feature));
}

void BlockReplay::forget_changes() {
  for (Value& value : values_) {
    for (const uint32_t feature : value.changed_features) value.changed[feature] = 0;
    value.changed_features.clear();
  }
}

void BlockReplay::run_rows(std::size_t index) {
  const ReplayLayer& layer = network_.layers()[index];
  if (!layer.row_layer) return;
  const auto& inputs = layer.layer->inputs;
  const int output = layer.layer->output;
  const bool is_touched =
      dense_ || std::any_of(inputs.begin(), inputs.end(), [&](int value) {
        return !values_[static_cast<std::size_t>(value)].changed_features.empty();
      });
  if (!is_touched) return;
  std::vector<const uint8_t*> rows;
  for (std::size_t feature = 0; feature < static_cast<std::size_t>(layer.row_layer->num_features());
       ++feature) {
    const auto taps = layer.row_layer->taps(static_cast<int64_t>(feature));
    rows.clear();
    bool changed = dense_;
    for (const nn::Tap& tap : taps) {
      const int value = inputs[tap.input];
      rows.push_back(row(value, tap.feature));
      changed = changed || values_[static_cast<std::size_t>(value)].changed[tap.feature] != 0;
    }
    if (!changed) continue;
    layer.row_layer->compute(static_cast<int64_t>(feature), rows, block_->count,
                             own_row(output, feature));
    keep_if_changed(output, feature);
  }
}

void BlockReplay::hand_out_codes() {
  const int output = network_.output_value();
  const auto& value = network_.network().values[static_cast<std::size_t>(output)];
  if (value.type != nn::DataType::kUint8) return;
  const auto classes = static_cast<std::size_t>(network_.num_classes());
  for (std::size_t c = 0; c < classes; ++c) {
    if (golden_ == nullptr && values_[static_cast<std::size_t>(output)].changed[c] == 0) continue;
    const uint8_t* codes = row(output, c);
    for (std::size_t i = 0; i < count(); ++i) logits_[i * classes + c] = codes[i];
  }
}

void BlockReplay::run_matrix(std::size_t index, const LayerPlan* plan) {
  layer_index_ = index;
  layer_ = &network_.layers()[index];
  const auto& input = values_[static_cast<std::size_t>(layer_->layer->inputs[0])];
  const bool is_golden_plan = plan == nullptr || plan->is_golden();
  if (!dense_ && is_golden_plan && input.changed_features.empty()) return;
  const auto num_columns = static_cast<std::size_t>(layer_->n);
  sums_.resize(num_columns * static_cast<std::size_t>(kBlockImages));
  is_computed_.assign(num_columns, 0);
  has_dense_list_.assign(num_columns, 0);
  dense_lists_.resize(std::max(dense_lists_.size(), num_columns));
  if (plan != nullptr && !plan->lane_groups().empty()) find_group_images(*plan);
  for (int64_t position = 0; position < layer_->num_positions; ++position) {
    enter_position(position);
    if (!dense_ && is_golden_plan && changed_inputs_.empty()) continue;
    for (int64_t n = 0; n < layer_->n; ++n) start_column(plan, n);
    if (plan != nullptr && !plan->lane_groups().empty()) add_lane_groups(*plan);
    for (int64_t n = 0; n < layer_->n; ++n) {
      if (is_computed_[static_cast<std::size_t>(n)] == 0) continue;
      finish_column(n);
      is_computed_[static_cast<std::size_t>(n)] = 0;
    }
  }
}

void BlockReplay::enter_position(int64_t position) {
  position_ = position;
  const auto depth = static_cast<std::size_t>(layer_->k);
  const int value = layer_->layer->inputs[0];
  const auto& own = values_[static_cast<std::size_t>(value)];
  const uint32_t* features = layer_->feature_of.data() + static_cast<std::size_t>(position) * depth;
  all_.rows.resize(2 * depth);
  all_.count = count();
  all_.has_term = has_activation_term_change_ = false;
  changed_inputs_.clear();
  for (std::size_t k = 0; k < depth; ++k) {
    const std::size_t feature = features[k];
    const uint8_t* golden = block_->row(value, feature);
    all_.rows[k] = all_.rows[depth + k] = golden;
    if (feature < own.changed.size() && own.changed[feature] != 0) {
      all_.rows[k] = row(value, feature);
      changed_inputs_.push_back(static_cast<uint32_t>(k));
    }
  }
  is_sparse_ = false;
  if (!dense_ && !changed_inputs_.empty()) find_changed_images();
}

void BlockReplay::find_changed_images() {
  image_changes_.assign(count(), 0);
  for (const uint32_t k : changed_inputs_) {
    const uint8_t* codes = all_.rows[k];
    const uint8_t* golden = all_.rows[static_cast<std::size_t>(layer_->k) + k];
    for (std::size_t i = 0; i < count(); ++i) {
      image_changes_[i] = static_cast<uint8_t>(image_changes_[i] | (codes[i] ^ golden[i]));
    }
  }
  changed_images_.clear();
  for (std::size_t i = 0; i < count(); ++i) {
    if (image_changes_[i] != 0) changed_images_.push_back(static_cast<uint32_t>(i));
  }
  is_sparse_ =
      static_cast<double>(changed_images_.size()) < kSparseShare * static_cast<double>(count());
  has_changed_inputs_ = has_all_inputs_ = false;
}

void BlockReplay::gather_changed(bool all_inputs) {
  if (has_all_inputs_ || (has_changed_inputs_ && !all_inputs)) return;
  const auto depth = static_cast<std::size_t>(layer_->k);
  const std::size_t size = changed_images_.size();
  changed_codes_.resize(2 * depth * size + bits::kLookupPadding);
  changed_.rows.resize(2 * depth);
  changed_.count = size;
  changed_.has_term = false;
  const auto gather = [&](std::size_t row) {
    uint8_t* gathered = changed_codes_.data() + row * size;
    const uint8_t* codes = all_.rows[row];
    for (std::size_t j = 0; j < size; ++j) gathered[j] = codes[changed_images_[j]];
    changed_.rows[row] = gathered;
  };
  if (all_inputs) {
    for (std::size_t k = 0; k < depth; ++k) gather(k);
  } else {
    for (const uint32_t k : changed_inputs_) {
      gather(k);
      gather(depth + k);
    }
  }
  has_changed_inputs_ = !all_inputs;
  has_all_inputs_ = all_inputs;
}

void BlockReplay::start_column(const LayerPlan* plan, int64_t n) {
  const auto column = static_cast<std::size_t>(n);
  if (dense_ || plan == nullptr) {
    compute_column(plan, n, all_, column_sums(n));
    is_computed_[column] = 1;
    return;
  }
  const std::size_t num_touched = plan->touched(n).size();
  const std::size_t num_changed = changed_inputs_.size();
  if (num_changed == 0 && num_touched == 0 && plan->constant_change(n) == 0) return;
  is_computed_[column] = 1;
  // A difference costs two look-ups, a product one.
  const auto depth = static_cast<std::size_t>(layer_->k);
  if (2 * (num_touched + (is_sparse_ ? 0 : num_changed)) >= depth) {
    compute_column(plan, n, all_, column_sums(n));
  } else {
    add_differences(*plan, n);
  }
}

void BlockReplay::list_product(const TouchedProduct& product, uint32_t code_row,
                               LookupList& list) const {
  if ((product.flags & accel::kBypass) != 0) {
    // The activation's correction goes with the product.
    if (network_.activation_factor() == 0) return;
    const auto corrections = static_cast<uint16_t>(tables_.size() - 1);
    list.add.push_back({code_row, corrections, ReplayNetwork::kActivationRow});
    return;
  }
  const bool negate = (product.flags & accel::kNegate) != 0;
  (negate ? list.subtract : list.add).push_back({code_row, product.table, product.code});
  list.constant += negate ? network_.offset() : 0u - network_.offset();
}

void BlockReplay::list_golden_product(uint32_t k, int64_t n, LookupList& list) const {
  const auto place = static_cast<std::size_t>(k * layer_->n + n);
  const bool negate = (layer_->weights.flags[place] & accel::kNegate) != 0;
  const auto code_row = static_cast<uint32_t>(layer_->k) + k;
  (negate ? list.add : list.subtract).push_back({code_row, 0, layer_->weights.codes[place]});
  list.constant += negate ? 0u - network_.offset() : network_.offset();
}

const BlockReplay::LookupList& BlockReplay::dense_list(const LayerPlan* plan, int64_t n) {
  const auto column = static_cast<std::size_t>(n);
  LookupList& list = dense_lists_[column];
  if (has_dense_list_[column] != 0) return list;
  has_dense_list_[column] = 1;
  list.clear();
  const LayerWeights& weights = plan == nullptr ? layer_->weights : plan->weights();
  const auto touched = plan == nullptr ? std::span<const TouchedProduct>() : plan->touched(n);
  auto next = touched.begin();
  for (uint32_t k = 0; k < static_cast<uint32_t>(layer_->k); ++k) {
    const auto place = static_cast<std::size_t>(k * layer_->n + n);
    if (next != touched.end() && next->k == k) {
      list_product(*next++, k, list);
    } else {
      list_product({k, 0, weights.codes[place], weights.flags[place]}, k, list);
    }
  }
  list.constant += layer_->constants[column] + (plan == nullptr ? 0 : plan->constant_change(n));
  return list;
}

void BlockReplay::compute_column(const LayerPlan* plan, int64_t n, Window& window, uint32_t* sums) {
  if (network_.activation_factor() == 0) {
    std::fill_n(sums, window.count, 0u);
  } else {
    std::copy_n(activation_term(window), window.count, sums);
  }
  look_up(dense_list(plan, n), window.rows, window.count, sums);
}

void BlockReplay::list_touched(const LayerPlan& plan, int64_t n, LookupList& list) const {
  for (const TouchedProduct& product : plan.touched(n)) {
    list_golden_product(product.k, n, list);
    list_product(product, product.k, list);
  }
}

void BlockReplay::list_changed(const LayerPlan& plan, int64_t n, LookupList& list) const {
  const LayerWeights& weights = plan.weights();
  const auto touched = plan.touched(n);
  auto next = touched.begin();
  for (const uint32_t k : changed_inputs_) {
    while (next != touched.end() && next->k < k) ++next;
    if (next != touched.end() && next->k == k) continue;
    list_golden_product(k, n, list);
    const auto place = static_cast<std::size_t>(k * layer_->n + n);
    list_product({k, 0, weights.codes[place], weights.flags[place]}, k, list);
  }
}

void BlockReplay::add_differences(const LayerPlan& plan, int64_t n) {
  uint32_t* sums = column_sums(n);
  const uint32_t* golden = golden_sums(n);
  if (network_.activation_factor() == 0 || changed_inputs_.empty()) {
    std::copy_n(golden, count(), sums);
  } else {
    const uint32_t* change = activation_term_change();
    for (std::size_t i = 0; i < count(); ++i) sums[i] = golden[i] + change[i];
  }
  list_.clear();
  list_.constant = plan.constant_change(n);
  list_touched(plan, n, list_);
  if (!is_sparse_) list_changed(plan, n, list_);
  look_up(list_, all_.rows, count(), sums);
  if (!is_sparse_ || changed_images_.empty()) return;
  gathered_sums_.assign(changed_images_.size(), 0);
  if (2 * changed_inputs_.size() >= static_cast<std::size_t>(layer_->k)) {
    gather_changed(true);
    compute_column(&plan, n, changed_, gathered_sums_.data());
    for (std::size_t j = 0; j < gathered_sums_.size(); ++j) {
      sums[changed_images_[j]] = gathered_sums_[j];
    }
    return;
  }
  gather_changed(false);
  list_.clear();
  list_changed(plan, n, list_);
  look_up(list_, changed_.rows, changed_.count, gathered_sums_.data());
  for (std::size_t j = 0; j < gathered_sums_.size(); ++j) {
    sums[changed_images_[j]] += gathered_sums_[j];
  }
}

void BlockReplay::look_up(const LookupList& list, std::span<const uint8_t* const> code_rows,
                          std::size_t count, uint32_t* sums) {
  if (list.constant != 0) {
    for (std::size_t i = 0; i < count; ++i) sums[i] += list.constant;
  }
  if (!list.add.empty()) {
    bits::add_lookups(tables_.data(), list.add, code_rows.data(), 0, count, bits::LookupSign::kAdd,
                      sums);
  }
  if (!list.subtract.empty()) {
    bits::add_lookups(tables_.data(), list.subtract, code_rows.data(), 0, count,
                      bits::LookupSign::kSubtract, sums);
  }
  num_lookups_ += static_cast<int64_t>((list.add.size() + list.subtract.size()) * count);
}

const uint32_t* BlockReplay::activation_term(Window& window) {
  if (window.has_term) return window.term.data();
  window.has_term = true;
  window.term.assign(window.count, 0);
  for (std::size_t k = 0; k < static_cast<std::size_t>(layer_->k); ++k) {
    const uint8_t* codes = window.rows[k];
    for (std::size_t i = 0; i < window.count; ++i) window.term[i] += codes[i];
  }
  for (auto& term : window.term) term *= 0u - network_.activation_factor();
  return window.term.data();
}

const uint32_t* BlockReplay::activation_term_change() {
  if (!has_activation_term_change_) {
    has_activation_term_change_ = true;
    activation_term_change_.assign(count(), 0);
    for (const uint32_t k : changed_inputs_) {
      const uint8_t* codes = all_.rows[k];
      const uint8_t* golden = all_.rows[static_cast<std::size_t>(layer_->k) + k];
      for (std::size_t i = 0; i < count(); ++i) {
        activation_term_change_[i] += uint32_t{codes[i]} - uint32_t{golden[i]};
      }
    }
    for (auto& term : activation_term_change_) term *= 0u - network_.activation_factor();
  }
  return activation_term_change_.data();
}

const uint32_t* BlockReplay::golden_sums(int64_t n) const {
  return block_->sums[layer_index_].data() +
         static_cast<std::size_t>(position_ * layer_->n + n) * block_->stride;
}

void BlockReplay::find_group_images(const LayerPlan& plan) {
  const auto positions = static_cast<std::size_t>(layer_->num_positions);
  const auto& groups = plan.lane_groups();
  group_images_.resize(groups.size());
  const auto first_row =
      static_cast<uint32_t>((block_->first - block_->first_of_batch) * layer_->num_positions);
  const auto end_row = static_cast<uint32_t>(first_row + count() * positions);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const auto& all = *groups[g].groups;
    const auto rows_begin = all.rows.begin() + all.begins[groups[g].group];
    const auto rows_end = all.rows.begin() + all.begins[groups[g].group + 1];
    const auto first = std::lower_bound(rows_begin, rows_end, first_row);
    const auto last = std::lower_bound(first, rows_end, end_row);
    GroupImages& found = group_images_[g];
    found.begins.assign(positions + 1, 0);
    for (auto row = first; row != last; ++row) ++found.begins[(*row - first_row) % positions + 1];
    for (std::size_t p = 0; p < positions; ++p) found.begins[p + 1] += found.begins[p];
    found.images.resize(static_cast<std::size_t>(last - first));
    auto next = found.begins;
    for (auto row = first; row != last; ++row) {
      const std::size_t offset = *row - first_row;
      found.images[next[offset % positions]++] = static_cast<uint32_t>(offset / positions);
    }
  }
}

void BlockReplay::add_lane_groups(const LayerPlan& plan) {
  for (std::size_t g = 0; g < plan.lane_groups().size(); ++g) {
    const LaneGroup& group = plan.lane_groups()[g];
    const GroupImages& found = group_images_[g];
    const auto position = static_cast<std::size_t>(position_);
    const std::span<const uint32_t> images(found.images.data() + found.begins[position],
                                           found.begins[position + 1] - found.begins[position]);
    if (images.empty()) continue;
    const std::size_t stride = images.size();
    gathered_.resize(group.inputs.size() * stride + bits::kLookupPadding);
    gathered_rows_.clear();
    for (std::size_t i = 0; i < group.inputs.size(); ++i) {
      uint8_t* gathered = gathered_.data() + i * stride;
      const uint8_t* codes = all_.rows[group.inputs[i]];
      for (std::size_t j = 0; j < images.size(); ++j) gathered[j] = codes[images[j]];
      gathered_rows_.push_back(gathered);
    }
    for (const uint32_t n : group.columns) {
      list_.clear();
      for (std::size_t i = 0; i < group.inputs.size(); ++i) {
        const uint32_t k = group.inputs[i];
        const auto place = static_cast<std::size_t>(k * layer_->n + n);
        const auto code_row = static_cast<uint32_t>(i);
        const uint8_t code = plan.weights().codes[place];
        const uint8_t flags = plan.weights().flags[place];
        // In place of the healthy product of the same weight.
        list_product({k, 0, code, static_cast<uint8_t>(flags ^ accel::kNegate)}, code_row, list_);
        if (plan.bypasses()) {
          list_product({k, 0, code, accel::kBypass}, code_row, list_);
          list_.constant -=
              network_.weight_factor(*layer_) *
              static_cast<uint32_t>(static_cast<int32_t>(layer_->weight_terms[place]));
        } else {
          list_product({k, group.tables[i], code, flags}, code_row, list_);
        }
      }
      gathered_sums_.assign(images.size(), 0);
      look_up(list_, gathered_rows_, images.size(), gathered_sums_.data());
      uint32_t* sums = column_sums(n);
      if (is_computed_[n] == 0) {
        std::copy_n(golden_sums(n), count(), sums);
        is_computed_[n] = 1;
      }
      for (std::size_t j = 0; j < images.size(); ++j) sums[images[j]] += gathered_sums_[j];
    }
  }
}

void BlockReplay::finish_column(int64_t n) {
  const uint32_t* sums = column_sums(n);
  if (golden_ != nullptr) {
    uint32_t* kept = golden_->sums[layer_index_].data() +
                     static_cast<std::size_t>(position_ * layer_->n + n) * golden_->stride;
    std::copy_n(sums, count(), kept);
  }
  const auto* signed_sums = reinterpret_cast<const int32_t*>(sums);
  if (!layer_->stage) {
    const auto classes = static_cast<std::size_t>(layer_->n);
    if (golden_ == nullptr && std::equal(sums, sums + count(), golden_sums(n))) return;
    for (std::size_t i = 0; i < count(); ++i) {
      logits_[i * classes + static_cast<std::size_t>(n)] = signed_sums[i];
    }
    return;
  }
  const int output = layer_->layer->output;
  const auto feature = static_cast<std::size_t>(n * layer_->num_positions + position_);
  layer_->stage->quantize(n, signed_sums, block_->count, own_row(output, feature));
  keep_if_changed(output, feature);
}

}  // namespace faultwave::replay
