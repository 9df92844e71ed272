#include "base/vcd.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/error.hpp"

namespace faultwave {
namespace {

TEST(VcdWriter, writes_the_dump_of_the_standard) {
  VcdWriter vcd("1 ns", "test");
  const auto bus = vcd.add({"top", "pe[3][7]"}, "psum", 4);
  const auto bit = vcd.add({"top", "pe[3][7]", "mult"}, "n1048.YC", 1);
  const auto text = vcd.add_text({"top"}, "cause");
  vcd.time(5);
  vcd.set(bus, 10);
  vcd.set(bit, 1);
  vcd.set_text(text, "weight shift");
  vcd.time(6);
  vcd.set(bus, 10);
  vcd.time(7);
  vcd.set_unknown(bit);
  vcd.set(bus, 0);
  EXPECT_EQ(vcd.path(bus), "top.pe[3][7].psum[3:0]");
  EXPECT_EQ(vcd.path(bit), "top.pe[3][7].mult.n1048:YC");
  EXPECT_EQ(vcd.finish(9),
            "$comment\ntest\n$end\n$timescale 1 ns $end\n"
            "$scope module top $end\n$scope module pe[3][7] $end\n"
            "$var wire 4 ! psum [3:0] $end\n"
            "$scope module mult $end\n$var wire 1 \" n1048:YC $end\n"
            "$upscope $end\n$upscope $end\n"
            "$var string 1 # cause $end\n$upscope $end\n$enddefinitions $end\n"
            "#5\nb1010 !\n1\"\nsweight_shift #\n#7\nx\"\nb0000 !\n#9\n");
}

TEST(VcdWriter, codes_of_many_signals_are_distinct) {
  VcdWriter vcd("1 ns", "");
  for (int i = 0; i < 20000; ++i) vcd.add({"top"}, fmt::format("n{}", i), 1);
  const std::string text = vcd.finish(0);
  std::set<std::string> codes;
  std::size_t count = 0;
  for (std::size_t at = text.find("$var wire 1 "); at != std::string::npos;
       at = text.find("$var wire 1 ", at + 1)) {
    const std::size_t begin = at + 12;
    codes.insert(text.substr(begin, text.find(' ', begin) - begin));
    ++count;
  }
  EXPECT_EQ(count, 20000u);
  EXPECT_EQ(codes.size(), 20000u);
}

}  // namespace
}  // namespace faultwave
