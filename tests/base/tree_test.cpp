#include "base/tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/file.hpp"

namespace faultwave {
namespace {

namespace fs = std::filesystem;

/// Sets or clears an environment variable and restores it at the end.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const std::optional<std::string>& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    apply(value);
  }
  ~ScopedVariable() { apply(old_); }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  void apply(const std::optional<std::string>& value) {
    if (value) {
      ::setenv(name_, value->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  const char* name_;
  std::optional<std::string> old_;
};

void make_tree(const fs::path& root) {
  fs::create_directories(root / "models");
  fs::create_directories(root / "rtl" / "multipliers");
}

TEST(Tree, is_found_upward_from_the_current_folder) {
  const ScopedVariable unset("FAULTWAVE_ROOT", std::nullopt);
  const fs::path before = fs::current_path();
  fs::current_path(fs::path(FAULTWAVE_SOURCE_DIR) / "sim");
  const auto root = tree_root();
  fs::current_path(before);
  EXPECT_TRUE(fs::is_directory(root / "models"));
  EXPECT_TRUE(fs::is_directory(root / "rtl" / "multipliers"));
}

TEST(Tree, follows_the_environment) {
  const TemporaryDirectory folder;
  make_tree(folder.path());
  const ScopedVariable root("FAULTWAVE_ROOT", folder.path().string());
  EXPECT_EQ(tree_root(), folder.path());
}

TEST(Tree, refuses_a_root_without_its_folders) {
  const TemporaryDirectory folder;
  const ScopedVariable root("FAULTWAVE_ROOT", folder.path().string());
  try {
    tree_root();
    FAIL() << "accepted";
  } catch (const EnvironmentError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr(folder.path().string()));
    EXPECT_THAT(error.what(), testing::HasSubstr("rtl/multipliers"));
  }
}

TEST(Tree, data_come_from_the_environment_then_data_then_shared_then_home) {
  const TemporaryDirectory folder;
  const fs::path root = folder.path() / "tree";
  make_tree(root);
  const ScopedVariable tree("FAULTWAVE_ROOT", root.string());
  const ScopedVariable unset("FAULTWAVE_DATA", std::nullopt);
  const ScopedVariable home("HOME", folder.path().string());
  const ScopedVariable no_data_home("XDG_DATA_HOME", std::nullopt);
  EXPECT_EQ(data_root(), fs::path());
  const fs::path in_home = folder.path() / ".local" / "share" / "faultwave";
  fs::create_directories(in_home);
  EXPECT_EQ(data_root(), in_home);
  const ScopedVariable data_home("XDG_DATA_HOME", (folder.path() / "xdg").string());
  EXPECT_EQ(data_root(), fs::path());
  fs::create_directories(folder.path() / "xdg" / "faultwave");
  EXPECT_EQ(data_root(), folder.path() / "xdg" / "faultwave");
  fs::create_directories(folder.path() / "shared");
  EXPECT_EQ(data_root(), folder.path() / "shared");
  fs::create_directories(root / "data");
  EXPECT_EQ(data_root(), root / "data");
  const ScopedVariable chosen("FAULTWAVE_DATA", "/elsewhere");
  EXPECT_EQ(data_root(), fs::path("/elsewhere"));
}

TEST(Tree, fetch_command_is_short_in_the_sources_and_a_path_in_an_installation) {
  {
    const ScopedVariable root("FAULTWAVE_ROOT", FAULTWAVE_SOURCE_DIR);
    EXPECT_EQ(fetch_command("mnist"), "scripts/fetch_data.sh mnist");
  }
  const TemporaryDirectory folder;
  make_tree(folder.path());
  const ScopedVariable root("FAULTWAVE_ROOT", folder.path().string());
  EXPECT_EQ(fetch_command("mnist"), folder.path().string() + "/scripts/fetch_data.sh mnist");
}

}  // namespace
}  // namespace faultwave
