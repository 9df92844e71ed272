#include "base/file.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/error.hpp"

namespace faultwave {
namespace {

TEST(File, written_content_reads_back_and_leaves_nothing_beside_it) {
  TemporaryDirectory folder;
  const auto path = folder.path() / "new" / "file.bin";
  const std::string content("a\0b\n", 4);
  write_file_atomically(path, content);
  write_file_atomically(path, content);
  EXPECT_EQ(read_file(path), content);
  int files = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator(path.parent_path())) {
    ++files;
  }
  EXPECT_EQ(files, 1);
}

TEST(File, reading_refuses_missing_files_folders_and_oversize) {
  TemporaryDirectory folder;
  EXPECT_THROW(read_file(folder.path() / "missing"), InputError);
  EXPECT_THROW(read_file(folder.path()), InputError);
  write_file_atomically(folder.path() / "file", "12345");
  EXPECT_EQ(read_file(folder.path() / "file", 5).size(), 5u);
  EXPECT_THROW(read_file(folder.path() / "file", 4), InputError);
}

TEST(File, devices_are_written_to_and_links_followed_never_replaced) {
  write_file_atomically("/dev/null", "x");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
  TemporaryDirectory folder;
  write_file_atomically(folder.path() / "target", "old");
  std::filesystem::create_symlink(folder.path() / "target", folder.path() / "link");
  write_file_atomically(folder.path() / "link", "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path() / "link"));
  EXPECT_EQ(read_file(folder.path() / "target"), "new");
  EXPECT_THROW(write_file_atomically("/dev/full", "x"), EnvironmentError);
}

TEST(File, writing_where_no_folder_can_be_is_an_environment_error) {
  EXPECT_THROW(write_file_atomically("/dev/null/x/file", "a"), EnvironmentError);
}

TEST(File, temporary_directory_disappears_with_its_content) {
  std::filesystem::path path;
  {
    TemporaryDirectory folder;
    path = folder.path();
    write_file_atomically(path / "a" / "b", "x");
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(File, cache_directory_follows_the_environment) {
  setenv("FAULTWAVE_TEST_VARIABLE", "", 1);
  EXPECT_EQ(environment("FAULTWAVE_TEST_VARIABLE", "fallback"), "fallback");
  const std::string before = environment("FAULTWAVE_CACHE");
  setenv("FAULTWAVE_CACHE", "/somewhere", 1);
  EXPECT_EQ(cache_directory(), "/somewhere");
  setenv("FAULTWAVE_CACHE", before.c_str(), 1);
}

}  // namespace
}  // namespace faultwave
