#include "nn/dataset.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <system_error>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "base/tree.hpp"

namespace faultwave::nn {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 30;
constexpr uint32_t kImagesMagic = 0x00000803;
constexpr uint32_t kLabelsMagic = 0x00000801;
constexpr std::size_t kCifarRecordBytes = 1 + 3072;
constexpr int kMaxSide = 4096;
constexpr uint8_t kNumClasses = 10;

bool is_file(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

/// Whole content, inflated when it is gzip. Grows with what is read, whatever headers announce.
std::vector<uint8_t> read_maybe_gzip(const std::filesystem::path& path) {
  if (!is_file(path)) throw InputError({path.string()}, "no such file", "check the path");
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  if (file == nullptr) throw InputError({path.string()}, "cannot open");
  std::vector<uint8_t> content;
  std::array<uint8_t, 1 << 16> buffer{};
  for (;;) {
    const int count = gzread(file.get(), buffer.data(), buffer.size());
    if (count == 0) break;
    if (count > 0) content.insert(content.end(), buffer.data(), buffer.data() + count);
    if (content.size() > kMaxBytes) {
      throw InputError({path.string()}, fmt::format("larger than {} bytes", kMaxBytes));
    }
    if (count < 0) break;
  }
  int code = Z_OK;
  const char* message = gzerror(file.get(), &code);
  if (code != Z_OK && code != Z_STREAM_END) {
    throw InputError({path.string()},
                     fmt::format("damaged gzip data after {} bytes: {}", content.size(),
                                 code == Z_BUF_ERROR ? "truncated" : message),
                     "fetch the file again");
  }
  return content;
}

uint32_t big_endian(const std::vector<uint8_t>& bytes, std::size_t offset) {
  return uint32_t{bytes[offset]} << 24 | uint32_t{bytes[offset + 1]} << 16 |
         uint32_t{bytes[offset + 2]} << 8 | uint32_t{bytes[offset + 3]};
}

/// Checks an IDX header of `num_dims` axes against the file's size; returns the axes.
std::vector<uint32_t> read_header(const std::vector<uint8_t>& bytes,
                                  const std::filesystem::path& path, uint32_t magic,
                                  std::size_t num_dims) {
  const std::size_t header = 4 + 4 * num_dims;
  if (bytes.size() < header) {
    throw InputError({path.string()},
                     fmt::format("truncated: {} bytes, the header has {}", bytes.size(), header));
  }
  if (big_endian(bytes, 0) != magic) {
    throw InputError({path.string()},
                     fmt::format("offset 0: magic {:#010x}, an IDX file of {} starts with {:#010x}",
                                 big_endian(bytes, 0), num_dims == 3 ? "images" : "labels", magic),
                     "are images and labels swapped?");
  }
  std::vector<uint32_t> dims;
  uint64_t size = 1;
  for (std::size_t i = 0; i < num_dims; ++i) {
    dims.push_back(big_endian(bytes, 4 + 4 * i));
    if (i > 0 && (dims[i] == 0 || dims[i] > kMaxSide)) {
      throw InputError({path.string()}, fmt::format("offset {}: image side {} is not 1 to {}",
                                                    4 + 4 * i, dims[i], kMaxSide));
    }
    size *= dims[i];
  }
  if (dims[0] == 0) throw InputError({path.string()}, "offset 4: the file holds nothing");
  if (size != bytes.size() - header) {
    throw InputError({path.string()},
                     fmt::format("{} bytes of data, the header at offset 4 announces {}",
                                 bytes.size() - header, size),
                     "the file is truncated or has trailing bytes");
  }
  return dims;
}

void check_labels(const std::vector<uint8_t>& labels, std::size_t offset, std::size_t stride,
                  const std::filesystem::path& path) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] >= kNumClasses) {
      throw InputError({path.string()}, fmt::format("offset {}: label {}, there are {} classes",
                                                    offset + stride * i, labels[i], kNumClasses));
    }
  }
}

/// `path` or `path`.gz, whichever exists; empty otherwise.
std::filesystem::path plain_or_gz(const std::filesystem::path& path) {
  if (is_file(path)) return path;
  const std::filesystem::path packed = path.string() + ".gz";
  return is_file(packed) ? packed : std::filesystem::path();
}

std::filesystem::path find(const std::filesystem::path& folder, const std::string& file,
                           const std::string& advice) {
  auto path = plain_or_gz(folder / file);
  if (path.empty()) throw InputError({(folder / file).string()}, "no such file", advice);
  return path;
}

Dataset load_pair(const std::filesystem::path& folder, const std::string& prefix,
                  const std::string& advice) {
  return load_idx(find(folder, prefix + "-images-idx3-ubyte", advice),
                  find(folder, prefix + "-labels-idx1-ubyte", advice));
}

Dataset load_strokes(const std::string& split) {
  const auto shipped = tree_root() / "models" / "data";
  const std::string prefix = "strokes-" + split;
  const bool ships = !plain_or_gz(shipped / (prefix + "-images-idx3-ubyte")).empty();
  const auto own = data_root() / "datasets" / "strokes";
  return load_pair(ships || data_root().empty() ? shipped : own, prefix,
                   fmt::format("'test' and 'calib' ship with Faultwave; draw the others with "
                               "python3 models/make_strokes.py --split {} --out FOLDER, FOLDER "
                               "being $FAULTWAVE_DATA/datasets/strokes",
                               split));
}

/// Batches 1 to 5 as far as they are there, or the test batch.
Dataset load_cifar10_split(const std::filesystem::path& folder, const std::string& split,
                           const std::string& advice) {
  if (split == "test") return load_cifar10({find(folder, "test_batch.bin", advice)});
  std::vector<std::filesystem::path> batches{find(folder, "data_batch_1.bin", advice)};
  for (int i = 2; i <= 5; ++i) {
    const auto path = plain_or_gz(folder / fmt::format("data_batch_{}.bin", i));
    if (!path.empty()) batches.push_back(path);
  }
  return load_cifar10(batches);
}

/// A public data set of FAULTWAVE_DATA.
Dataset load_public(const std::string& name, const std::string& split) {
  if (split == "calib") {
    throw UsageError(fmt::format("data set '{}' has no split 'calib'\n  fix: use 'train'", name));
  }
  const auto folder = data_root() / "datasets" / name;
  const std::string advice =
      fmt::format("run {}, or set FAULTWAVE_DATA to a folder that holds datasets/{}",
                  fetch_command(name), name);
  if (name == "cifar10") return load_cifar10_split(folder, split, advice);
  return load_pair(folder, split == "test" ? "t10k" : "train", advice);
}

}  // namespace

Dataset Dataset::slice(int64_t first, int64_t count) const {
  const int64_t begin = std::clamp<int64_t>(first, 0, num_images());
  const int64_t end = begin + std::clamp<int64_t>(count, 0, num_images() - begin);
  Dataset part;
  part.name = name;
  part.shape = shape;
  part.num_classes = num_classes;
  part.pixels.assign(image(begin), image(end));
  part.labels.assign(labels.begin() + begin, labels.begin() + end);
  return part;
}

Dataset load_idx(const std::filesystem::path& images, const std::filesystem::path& labels) {
  const auto image_bytes = read_maybe_gzip(images);
  const auto label_bytes = read_maybe_gzip(labels);
  const auto image_dims = read_header(image_bytes, images, kImagesMagic, 3);
  const auto label_dims = read_header(label_bytes, labels, kLabelsMagic, 1);
  if (image_dims[0] != label_dims[0]) {
    throw InputError({labels.string()},
                     fmt::format("{} labels for the {} images of {}", label_dims[0], image_dims[0],
                                 images.string()),
                     "use files of the same split");
  }
  Dataset data;
  data.shape = {1, static_cast<int>(image_dims[1]), static_cast<int>(image_dims[2])};
  data.pixels.assign(image_bytes.begin() + 16, image_bytes.end());
  data.labels.assign(label_bytes.begin() + 8, label_bytes.end());
  data.num_classes = kNumClasses;
  check_labels(data.labels, 8, 1, labels);
  return data;
}

Dataset load_cifar10(const std::vector<std::filesystem::path>& batches) {
  Dataset data;
  data.shape = {3, 32, 32};
  data.num_classes = kNumClasses;
  for (const auto& path : batches) {
    const auto bytes = read_maybe_gzip(path);
    if (bytes.empty() || bytes.size() % kCifarRecordBytes != 0) {
      throw InputError({path.string()},
                       fmt::format("{} bytes are no whole number of {}-byte records", bytes.size(),
                                   kCifarRecordBytes),
                       "the file is truncated or not CIFAR-10 binary");
    }
    std::vector<uint8_t> labels;
    for (std::size_t at = 0; at < bytes.size(); at += kCifarRecordBytes) {
      labels.push_back(bytes[at]);
      const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
      data.pixels.insert(data.pixels.end(), begin + 1, begin + kCifarRecordBytes);
    }
    check_labels(labels, 0, kCifarRecordBytes, path);
    data.labels.insert(data.labels.end(), labels.begin(), labels.end());
  }
  return data;
}

std::vector<std::string> known_datasets() {
  return {"strokes", "mnist", "fashion-mnist", "cifar10"};
}

Dataset load_dataset(const std::string& name, const std::string& split) {
  const auto known = known_datasets();
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    throw UsageError(
        fmt::format("unknown data set '{}'\n  fix: {}", name, suggestion(name, known)));
  }
  if (split != "train" && split != "test" && split != "calib") {
    throw UsageError(fmt::format("unknown split '{}'\n  fix: {}", split,
                                 suggestion(split, {"train", "test", "calib"})));
  }
  Dataset data = name == "strokes" ? load_strokes(split) : load_public(name, split);
  data.name = name;
  return data;
}

}  // namespace faultwave::nn
