// One block of images through the layers of a network, where something changed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "replay/differential_replay.hpp"

namespace faultwave::replay {

/// What a trial's layers look like in one batch shape: one plan per network layer, empty for vector
/// layers.
using LayerPlans = std::vector<std::optional<LayerPlan>>;

/// Differential replay of one block of images, with the memory that it needs.
class BlockReplay {
 public:
  explicit BlockReplay(const ReplayNetwork& network);

  /// Computes the golden codes and sums of `block`, whose input codes are set; its logits go to
  /// `logits` [image][classes].
  void run_golden(GoldenBlock& block, int32_t* logits);

  /// Replays; `logits` holds the golden ones and is overwritten where they change. `tables[i]`:
  /// bytes of table i, 0 being the healthy one.
  void run(const GoldenBlock& block, const LayerPlans& plans,
           const std::vector<const uint8_t*>& tables, bool dense, int32_t* logits);

  int64_t num_lookups() const { return num_lookups_; }

 private:
  /// Look-ups of one output for all images of a block.
  struct LookupList {
    std::vector<bits::Lookup> add;
    std::vector<bits::Lookup> subtract;
    uint32_t constant = 0;
    void clear() {
      add.clear();
      subtract.clear();
      constant = 0;
    }
  };
  /// Codes of one value: golden rows, or own ones where they changed.
  struct Value {
    std::vector<uint8_t> changed;  ///< per feature
    std::vector<uint32_t> changed_features;
    std::vector<uint8_t> rows;  ///< [feature][kBlockImages]
  };

  const uint8_t* row(int value, std::size_t feature) const;
  uint8_t* own_row(int value, std::size_t feature);
  /// Marks the row written by own_row when it differs from the golden one.
  void keep_if_changed(int value, std::size_t feature);
  void forget_changes();
  /// Logits that are codes of the output value.
  void hand_out_codes();

  void run_rows(std::size_t index);
  void run_matrix(std::size_t index, const LayerPlan* plan);
  /// Activations of one position for some images: rows [0, K) as they are, [K, 2K) golden.
  struct Window {
    std::vector<const uint8_t*> rows;
    std::size_t count = 0;
    std::vector<uint32_t> term;  ///< -activation_factor * sum over k
    bool has_term = false;
  };

  /// Finds the activations of one position, those that changed, and the images in which one did.
  void enter_position(int64_t position);
  void find_changed_images();
  /// Fills changed_ with the activations of the changed images; `all_inputs`: all of them, not only
  /// those that changed.
  void gather_changed(bool all_inputs);
  void start_column(const LayerPlan* plan, int64_t n);
  /// All products of a column.
  const LookupList& dense_list(const LayerPlan* plan, int64_t n);
  void compute_column(const LayerPlan* plan, int64_t n, Window& window, uint32_t* sums);
  /// Golden sums plus what changed.
  void add_differences(const LayerPlan& plan, int64_t n);
  void list_touched(const LayerPlan& plan, int64_t n, LookupList& list) const;
  void list_changed(const LayerPlan& plan, int64_t n, LookupList& list) const;
  /// Adds the product to `list` as it is now, or takes the golden one out of it.
  void list_product(const TouchedProduct& product, uint32_t code_row, LookupList& list) const;
  void list_golden_product(uint32_t k, int64_t n, LookupList& list) const;
  void look_up(const LookupList& list, std::span<const uint8_t* const> code_rows, std::size_t count,
               uint32_t* sums);
  void add_lane_groups(const LayerPlan& plan);
  void find_group_images(const LayerPlan& plan);
  void finish_column(int64_t n);

  const uint32_t* activation_term(Window& window);
  /// How much the term changed, for all images.
  const uint32_t* activation_term_change();
  uint32_t* column_sums(int64_t n) {
    return sums_.data() + static_cast<std::size_t>(n * kBlockImages);
  }
  const uint32_t* golden_sums(int64_t n) const;
  std::size_t count() const { return static_cast<std::size_t>(block_->count); }

  const ReplayNetwork& network_;
  std::vector<Value> values_;
  int64_t num_lookups_ = 0;

  // The block at hand.
  const GoldenBlock* block_ = nullptr;
  GoldenBlock* golden_ = nullptr;  ///< when it is being made
  std::vector<const uint8_t*> tables_;
  bool dense_ = false;
  int32_t* logits_ = nullptr;

  // The layer and position at hand.
  std::size_t layer_index_ = 0;
  const ReplayLayer* layer_ = nullptr;
  int64_t position_ = 0;
  Window all_;
  std::vector<uint32_t> changed_inputs_;  ///< k, ascending
  std::vector<uint32_t> changed_images_;  ///< ascending
  bool is_sparse_ = false;                ///< so few images that they are worth gathering
  Window changed_;                        ///< of changed_images_
  std::vector<uint8_t> changed_codes_;
  std::vector<uint8_t> image_changes_;
  bool has_changed_inputs_ = false, has_all_inputs_ = false;  ///< what changed_ holds
  std::vector<uint32_t> activation_term_change_;
  bool has_activation_term_change_ = false;
  std::vector<uint32_t> sums_;           ///< [n][kBlockImages]
  std::vector<uint8_t> is_computed_;     ///< per n: sums_ holds the column
  std::vector<LookupList> dense_lists_;  ///< per n
  std::vector<uint8_t> has_dense_list_;
  LookupList list_;
  /// Per lane group: images by position.
  struct GroupImages {
    std::vector<uint32_t> begins;
    std::vector<uint32_t> images;
  };
  std::vector<GroupImages> group_images_;
  std::vector<uint8_t> gathered_;
  std::vector<const uint8_t*> gathered_rows_;
  std::vector<uint32_t> gathered_sums_;
};

}  // namespace faultwave::replay
