// Labelled images: IDX (MNIST, Fashion-MNIST, our own) and CIFAR-10 binary, plain or gzip.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "nn/network.hpp"

namespace faultwave::nn {

/// Images of one size with their labels.
struct Dataset {
  std::string name;
  Shape shape;                  ///< of one image
  std::vector<uint8_t> pixels;  ///< [num_images][channels][height][width]
  std::vector<uint8_t> labels;  ///< [num_images]
  int num_classes = 10;

  int64_t num_images() const { return static_cast<int64_t>(labels.size()); }
  const uint8_t* image(int64_t index) const { return pixels.data() + index * shape.size(); }
  /// Images [first, first + count), clipped to the end.
  Dataset slice(int64_t first, int64_t count) const;
};

/// `images` and `labels`: IDX files, plain or gzip. InputError names file and offset.
Dataset load_idx(const std::filesystem::path& images, const std::filesystem::path& labels);
/// CIFAR-10 binary batches, plain or gzip, concatenated.
Dataset load_cifar10(const std::vector<std::filesystem::path>& batches);

/// A data set by name ("strokes", "mnist", "fashion-mnist", "cifar10") and split ("train", "test"),
/// looked up in the tree (models/data) and in $FAULTWAVE_DATA/datasets. InputError says how to
/// fetch it when it is absent.
Dataset load_dataset(const std::string& name, const std::string& split);
std::vector<std::string> known_datasets();

}  // namespace faultwave::nn
