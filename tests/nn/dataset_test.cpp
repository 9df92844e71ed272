#include "nn/dataset.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <array>
#include <numeric>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/tree.hpp"

namespace faultwave::nn {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// The files that ship, also when the build folder lies outside of the sources.
class TreeOfTheSources : public testing::Environment {
  void SetUp() override { ::setenv("FAULTWAVE_ROOT", FAULTWAVE_SOURCE_DIR, 0); }
};
const auto* const kTree = testing::AddGlobalTestEnvironment(new TreeOfTheSources);

std::string big_endian(uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift));
  return bytes;
}

std::string header(uint32_t magic, const std::vector<uint32_t>& dims) {
  std::string bytes = big_endian(magic);
  for (const uint32_t dim : dims) bytes += big_endian(dim);
  return bytes;
}

std::string gzip(const std::string& content) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, content.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

/// Three 2x2 images with pixels 0 to 11 and labels 4, 9, 0.
class Idx : public testing::Test {
 protected:
  std::string images = header(0x803, {3, 2, 2}) + counting(12);
  std::string labels = header(0x801, {3}) + std::string("\x04\x09\x00", 3);

  static std::string counting(int count) {
    std::string bytes(static_cast<std::size_t>(count), '\0');
    std::iota(bytes.begin(), bytes.end(), '\0');
    return bytes;
  }

  Dataset load() const {
    write_file_atomically(folder_.path() / "images", images);
    write_file_atomically(folder_.path() / "labels", labels);
    return load_idx(folder_.path() / "images", folder_.path() / "labels");
  }

  /// The message of the refusal, which names the file; "" when the files are accepted.
  std::string refusal(std::string_view file) const {
    try {
      load();
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr((folder_.path() / file).string() + ": "));
      return error.what();
    }
    return {};
  }

 private:
  TemporaryDirectory folder_;
};

TEST_F(Idx, plain_and_gzip_files_give_the_same_data) {
  const Dataset plain = load();
  EXPECT_EQ(plain.shape, (Shape{1, 2, 2}));
  EXPECT_THAT(plain.labels, testing::ElementsAre(4, 9, 0));
  EXPECT_EQ(plain.image(1)[0], 4);
  images = gzip(images);
  labels = gzip(labels);
  EXPECT_EQ(load().pixels, plain.pixels);
  EXPECT_EQ(load().labels, plain.labels);
}

TEST_F(Idx, slices_are_clipped_to_the_end) {
  const Dataset data = load();
  EXPECT_EQ(data.slice(1, 100).num_images(), 2);
  EXPECT_EQ(data.slice(1, 1).image(0)[3], 7);
  EXPECT_EQ(data.slice(3, 1).num_images(), 0);
  EXPECT_EQ(data.slice(-5, -1).num_images(), 0);
}

TEST_F(Idx, truncated_files_are_refused) {
  const std::string whole = images;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    images = whole.substr(0, size);
    EXPECT_THAT(refusal("images"), HasSubstr(size < 16 ? "truncated" : "announces 12")) << size;
  }
  images = whole;
  labels.pop_back();
  EXPECT_THAT(refusal("labels"), HasSubstr("2 bytes of data, the header at offset 4 announces 3"));
}

TEST_F(Idx, trailing_bytes_are_refused) {
  images += '\0';
  EXPECT_THAT(refusal("images"), HasSubstr("trailing"));
}

TEST_F(Idx, wrong_magic_is_refused) {
  images[3] = 4;
  EXPECT_THAT(refusal("images"), HasSubstr("offset 0: magic 0x00000804"));
  images[3] = 3;
  labels[2] = 13;
  EXPECT_THAT(refusal("labels"), HasSubstr("offset 0: magic 0x00000d01"));
}

TEST_F(Idx, swapped_files_are_refused) {
  std::swap(images, labels);
  EXPECT_THAT(refusal("images"), HasSubstr("truncated"));
  images = header(0x801, {30}) + counting(30);
  EXPECT_THAT(refusal("images"), HasSubstr("are images and labels swapped?"));
}

TEST_F(Idx, other_numbers_of_labels_than_images_are_refused) {
  labels = header(0x801, {2}) + std::string("\x01\x02", 2);
  EXPECT_THAT(refusal("labels"), HasSubstr("2 labels for the 3 images of"));
}

TEST_F(Idx, labels_beyond_9_are_refused_with_their_offset) {
  labels[8 + 1] = 10;
  EXPECT_THAT(refusal("labels"), HasSubstr("offset 9: label 10, there are 10 classes"));
  labels[8 + 1] = 9;
  EXPECT_EQ(refusal("labels"), "");
}

TEST_F(Idx, empty_files_and_files_of_no_images_are_refused) {
  images.clear();
  EXPECT_THAT(refusal("images"), HasSubstr("truncated: 0 bytes"));
  images = header(0x803, {0, 2, 2});
  EXPECT_THAT(refusal("images"), HasSubstr("offset 4: the file holds nothing"));
}

TEST_F(Idx, absurd_sizes_are_refused_before_anything_is_allocated) {
  images = header(0x803, {0xffffffff, 0xffffffff, 0xffffffff});
  EXPECT_THAT(refusal("images"), HasSubstr("offset 8: image side 4294967295"));
  images = header(0x803, {0xffffffff, 4096, 4096});
  EXPECT_THAT(refusal("images"), HasSubstr("0 bytes of data"));
  images = header(0x803, {3, 0, 2});
  EXPECT_THAT(refusal("images"), HasSubstr("offset 8: image side 0"));
}

TEST_F(Idx, damaged_gzip_is_refused) {
  const std::string packed = gzip(images);
  images = packed;
  images[packed.size() - 6] = static_cast<char>(images[packed.size() - 6] ^ 0x55);  // checksum
  EXPECT_THAT(refusal("images"), HasSubstr("damaged gzip data"));
  for (std::size_t size = 19; size < packed.size(); ++size) {
    images = packed.substr(0, size);
    EXPECT_THAT(refusal("images"), HasSubstr("damaged gzip data")) << size;
  }
}

TEST_F(Idx, damaged_bytes_inside_gzip_never_crash) {
  const std::string packed = gzip(images);
  const Dataset whole = load();
  for (std::size_t at = 0; at < packed.size(); ++at) {
    images = packed;
    images[at] = static_cast<char>(images[at] ^ 0x41);
    try {
      EXPECT_EQ(load().pixels, whole.pixels) << at;  // time stamp, file name: no effect
    } catch (const InputError&) {
    }
  }
}

TEST(DatasetFiles, missing_files_and_folders_are_refused) {
  const TemporaryDirectory folder;
  for (const fs::path& path : {folder.path() / "nothing", folder.path()}) {
    try {
      load_idx(path, path);
      FAIL() << path;
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr("no such file"));
    }
  }
}

// ---- CIFAR-10

std::string cifar_record(int label, char pixel) {
  return static_cast<char>(label) + std::string(3072, pixel);
}

std::string cifar_refusal(const std::string& bytes) {
  const TemporaryDirectory folder;
  const auto path = folder.path() / "batch.bin";
  write_file_atomically(path, bytes);
  try {
    load_cifar10({path});
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr(path.string()));
    return error.what();
  }
  return {};
}

TEST(Cifar, batches_are_concatenated) {
  const TemporaryDirectory folder;
  write_file_atomically(folder.path() / "a", cifar_record(3, 1) + cifar_record(9, 2));
  write_file_atomically(folder.path() / "b", gzip(cifar_record(0, 3)));
  const Dataset data = load_cifar10({folder.path() / "a", folder.path() / "b"});
  EXPECT_EQ(data.shape, (Shape{3, 32, 32}));
  EXPECT_THAT(data.labels, testing::ElementsAre(3, 9, 0));
  EXPECT_EQ(data.image(2)[3071], 3);
}

TEST(Cifar, sizes_that_are_no_multiple_of_a_record_are_refused) {
  const std::string two = cifar_record(1, 0) + cifar_record(2, 0);
  EXPECT_EQ(cifar_refusal(two), "");
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{3072}, std::size_t{3074}, two.size() - 1}) {
    EXPECT_THAT(cifar_refusal(two.substr(0, size)), HasSubstr("3073-byte records")) << size;
  }
}

TEST(Cifar, labels_beyond_9_are_refused_with_their_offset) {
  EXPECT_THAT(cifar_refusal(cifar_record(1, 0) + cifar_record(10, 0)),
              HasSubstr("offset 3073: label 10"));
}

// ---- by name

TEST(NamedDatasets, unknown_names_and_splits_get_a_suggestion) {
  try {
    load_dataset("stroke", "test");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean 'strokes'"));
  }
  try {
    load_dataset("strokes", "tests");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean 'test'"));
  }
}

TEST(NamedDatasets, the_shipped_data_set_has_balanced_classes_and_two_disjoint_splits) {
  const Dataset test = load_dataset("strokes", "test");
  EXPECT_EQ(test.name, "strokes");
  EXPECT_GE(test.num_images(), 1000);
  EXPECT_EQ(test.shape, (Shape{1, 28, 28}));
  std::array<int64_t, 10> count{};
  for (const uint8_t label : test.labels) ++count[label];
  for (const int64_t of_class : count) EXPECT_EQ(of_class * 10, test.num_images());
  const Dataset calib = load_dataset("strokes", "calib");
  EXPECT_GE(calib.num_images(), 500);
  EXPECT_FALSE(std::equal(calib.image(0), calib.image(1), test.image(0)));
}

TEST(NamedDatasets, absent_public_data_say_how_to_get_them) {
  const TemporaryDirectory folder;
  const std::string before = environment("FAULTWAVE_DATA");
  ::setenv("FAULTWAVE_DATA", folder.path().c_str(), 1);
  std::string message;
  try {
    load_dataset("mnist", "test");
  } catch (const InputError& error) {
    message = error.what();
  }
  if (before.empty()) {
    ::unsetenv("FAULTWAVE_DATA");
  } else {
    ::setenv("FAULTWAVE_DATA", before.c_str(), 1);
  }
  EXPECT_THAT(message, HasSubstr((folder.path() / "datasets" / "mnist").string()));
  EXPECT_THAT(message, HasSubstr("FAULTWAVE_DATA"));
  EXPECT_THAT(message, HasSubstr("scripts/fetch_data.sh mnist"));
}

TEST(NamedDatasets, public_data_have_their_published_order) {
  if (!fs::is_directory(data_root() / "datasets" / "mnist") ||
      !fs::is_directory(data_root() / "datasets" / "cifar10")) {
    GTEST_SKIP() << "set FAULTWAVE_DATA to a folder that holds datasets";
  }
  const auto first = [](const Dataset& data) { return data.slice(0, 10).labels; };
  const Dataset mnist = load_dataset("mnist", "test");
  EXPECT_EQ(mnist.num_images(), 10'000);
  EXPECT_THAT(first(mnist), testing::ElementsAre(7, 2, 1, 0, 4, 1, 4, 9, 5, 9));
  const Dataset cifar = load_dataset("cifar10", "test");
  EXPECT_EQ(cifar.num_images(), 10'000);
  EXPECT_THAT(first(cifar), testing::ElementsAre(3, 8, 8, 0, 6, 6, 1, 6, 3, 1));
}

}  // namespace
}  // namespace faultwave::nn
