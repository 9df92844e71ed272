#include "campaign/config_reference.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/error.hpp"
#include "campaign/key_meanings.hpp"

namespace faultwave::campaign {
namespace {

/// "accelerator(tpu).clock_mhz" is described as "accelerator.clock_mhz".
std::string shared_path(const std::string& path) {
  const auto begin = path.find('(');
  return begin == std::string::npos ? path
                                    : path.substr(0, begin) + path.substr(path.find(')') + 1);
}

TEST(ConfigReference, every_key_that_is_read_is_described_and_no_other) {
  const auto& meanings = key_meanings();
  std::set<std::string> used;
  for (const auto& path : config_key_paths()) {
    const auto& found = meanings.count(path) != 0 ? path : shared_path(path);
    EXPECT_EQ(meanings.count(found), 1u) << path;
    used.insert(found);
  }
  for (const auto& [path, meaning] : meanings) EXPECT_EQ(used.count(path), 1u) << path;
}

TEST(ConfigReference, types_limits_and_defaults_are_those_of_the_readers) {
  const auto keys = config_keys();
  const auto* data = keys.root.find("data");
  ASSERT_NE(data, nullptr);
  EXPECT_TRUE(data->find("name")->is_required);
  EXPECT_FALSE(data->find("split")->is_required);
  EXPECT_EQ(data->find("split")->fallback, "test");
  EXPECT_EQ(keys.tpu.find("rows")->low, 1);
  EXPECT_EQ(keys.tpu.find("rows")->high, 512);
  EXPECT_EQ(keys.gpu.find("sms")->fallback, "108");
  EXPECT_EQ(keys.tpu.find("sms"), nullptr);
  // Optional keys without a default are asked for before they are read.
  EXPECT_FALSE(keys.root.find("multiplier")->find("power_mw")->is_required);
  EXPECT_FALSE(keys.root.find("campaign")->is_required);
}

TEST(ConfigReference, unknown_parts_are_refused) {
  for (const auto& name : key_table_names()) EXPECT_NE(key_table(name), "");
  EXPECT_THROW(key_table("tpus"), UsageError);
}

}  // namespace
}  // namespace faultwave::campaign
