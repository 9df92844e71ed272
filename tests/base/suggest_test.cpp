#include "base/suggest.hpp"

#include <gtest/gtest.h>

namespace faultwave {
namespace {

TEST(Suggest, nearest_name_is_within_a_third_of_the_length) {
  const std::vector<std::string> known = {"accelerator", "multiplier", "mitigations"};
  EXPECT_EQ(nearest_name("acelerator", known), "accelerator");
  EXPECT_EQ(nearest_name("multipliers", known), "multiplier");
  EXPECT_EQ(nearest_name("data", known), "");
}

TEST(Suggest, swapped_letters_are_one_edit) {
  EXPECT_EQ(nearest_name("tabel", std::vector<std::string>{"gate", "table"}), "table");
  EXPECT_EQ(nearest_name("ab", std::vector<std::string>{"ba"}), "ba");
  EXPECT_EQ(nearest_name("abc", std::vector<std::string>{"cba"}), "");
}

TEST(Suggest, text_lists_the_known_names) {
  EXPECT_EQ(suggestion("rows2", {"rows", "cols"}), "did you mean 'rows'? known: rows, cols");
  EXPECT_EQ(suggestion("x", {"rows", "cols"}), "known: rows, cols");
}

}  // namespace
}  // namespace faultwave
