#include "base/csv.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"

namespace faultwave {
namespace {

TEST(Csv, fields_are_quoted_where_they_hold_separators) {
  EXPECT_EQ(csv_field("n12/pin0"), "n12/pin0");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"a\""), "\"say \"\"a\"\"\"");
  EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
}

TEST(Csv, lists_lose_the_blanks_and_empty_parts) {
  EXPECT_EQ(split_at_commas(" a b, ,c,"), (std::vector<std::string>{"a b", "c"}));
  EXPECT_TRUE(split_at_commas("").empty());
}

TEST(Csv, rows_are_read_by_column_and_faults_name_their_line) {
  TemporaryDirectory folder;
  const auto path = folder.path() / "table.csv";
  write_file_atomically(path, "name,area\r\nfirst,1\r\nsecond,\r\n");
  const auto rows = read_csv(path);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].at("area"), "1");
  EXPECT_EQ(rows[1].at("name"), "second");
  EXPECT_EQ(rows[1].at("area"), "");
  try {
    rows[1].at("power");
    FAIL() << "a column that is not there was read";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("table.csv:1: column 'power'"), std::string::npos)
        << error.what();
  }
  write_file_atomically(path, "name,area\nfirst,1\nsecond\n");
  try {
    read_csv(path);
    FAIL() << "a line without a field was read";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("table.csv:3: 1 fields, 2"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace faultwave
