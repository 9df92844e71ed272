#include "base/terminal.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/error.hpp"

namespace faultwave {
namespace {

/// Whatever a test sets, the next one starts in the default mode.
class Terminal : public ::testing::Test {
 protected:
  void TearDown() override { set_color_mode(ColorMode::kAuto); }
};

TEST_F(Terminal, always_and_never_decide_alone) {
  setenv("NO_COLOR", "1", 1);
  set_color_mode(ColorMode::kAlways);
  EXPECT_EQ(styled(Stream::kOut, Style::kError, "x"), "\033[1;31mx\033[0m");
  unsetenv("NO_COLOR");
  set_color_mode(ColorMode::kNever);
  EXPECT_EQ(styled(Stream::kOut, Style::kError, "x"), "x");
}

TEST_F(Terminal, modes_have_names_and_others_get_a_suggestion) {
  EXPECT_EQ(parse_color_mode("auto"), ColorMode::kAuto);
  EXPECT_EQ(parse_color_mode("always"), ColorMode::kAlways);
  EXPECT_EQ(parse_color_mode("never"), ColorMode::kNever);
  try {
    parse_color_mode("allways");
    FAIL() << "no exception";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'always'?"), std::string::npos);
  }
}

}  // namespace
}  // namespace faultwave
