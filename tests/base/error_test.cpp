#include "base/error.hpp"

#include <gtest/gtest.h>

namespace faultwave {
namespace {

TEST(Error, message_names_place_problem_and_fix) {
  const InputError error({"mult.v", 12, 3}, "net 'x' has two drivers", "remove one");
  EXPECT_STREQ(error.what(), "mult.v:12:3: net 'x' has two drivers\n  fix: remove one");
  EXPECT_STREQ(ConfigError({"a.yaml", 4}, "bad").what(), "a.yaml:4: bad");
  EXPECT_STREQ(InputError({"a.idx"}, "truncated").what(), "a.idx: truncated");
}

TEST(Error, failed_check_throws_with_its_expression_and_message) {
  try {
    FAULTWAVE_CHECK(1 + 1 == 3, "sum was {}", 2);
    FAIL() << "no exception";
  } catch (const InternalError& error) {
    EXPECT_NE(std::string(error.what()).find("1 + 1 == 3: sum was 2"), std::string::npos);
  }
  EXPECT_NO_THROW(FAULTWAVE_CHECK(true));
}

}  // namespace
}  // namespace faultwave
