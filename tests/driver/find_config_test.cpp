#include "driver/find_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/tree.hpp"

namespace faultwave::driver {
namespace {

namespace fs = std::filesystem;

/// Works in an empty folder, away from the sources.
class FindConfig : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = tree_root();
    ::setenv("FAULTWAVE_ROOT", root_.c_str(), 1);
    before_ = fs::current_path();
    fs::current_path(folder_.path());
  }
  void TearDown() override {
    fs::current_path(before_);
    ::unsetenv("FAULTWAVE_ROOT");
  }
  TemporaryDirectory folder_;
  fs::path root_;
  fs::path before_;
};

TEST_F(FindConfig, shipped_ones_are_found_by_name_and_as_the_list_spells_them) {
  const fs::path quickstart = root_ / "configs" / "quickstart.yaml";
  for (const char* name : {"quickstart", "quickstart.yaml", "configs/quickstart.yaml"}) {
    EXPECT_EQ(find_config(name), quickstart) << name;
  }
  EXPECT_EQ(find_config("paper/2_nets"), root_ / "configs" / "paper" / "2_nets.yaml");
}

TEST_F(FindConfig, a_file_of_ones_own_comes_first_and_a_folder_of_that_name_does_not) {
  write_file_atomically("quickstart.yaml", "network: mine\n");
  EXPECT_EQ(find_config("quickstart.yaml"), fs::path("quickstart.yaml"));
  fs::create_directory("quickstart");
  EXPECT_EQ(find_config("quickstart"), root_ / "configs" / "quickstart.yaml");
}

TEST_F(FindConfig, a_slip_is_told_the_near_name) {
  try {
    find_config("quikstart");
    FAIL() << "found";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("did you mean 'quickstart'?"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("faultwave list configs"));
  }
}

TEST_F(FindConfig, paths_that_are_not_there_are_left_to_the_reader) {
  EXPECT_EQ(find_config("my_configs/none.yaml"), fs::path("my_configs/none.yaml"));
  EXPECT_EQ(find_config("/none/none.yaml"), fs::path("/none/none.yaml"));
}

}  // namespace
}  // namespace faultwave::driver
