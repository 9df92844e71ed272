#include "fault/fault.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/error.hpp"
#include "base/rng.hpp"
#include "netlist/netlist_builder.hpp"

namespace faultwave::fault {
namespace {

using netlist::NetId;
using netlist::NetlistBuilder;
using testing::HasSubstr;

/// 8x8 circuit (no multiplier: names are all that matters here) with a dotted net name, fan-out
/// branches and output bits that are aliases.
netlist::Netlist circuit() {
  NetlistBuilder builder("circuit");
  std::vector<NetId> outputs;
  for (int bit = 0; bit < 8; ++bit) {
    const NetId both = builder.op_and(builder.a(bit), builder.b(bit), fmt::format("sig_{}", bit));
    outputs.push_back(both);
    outputs.push_back(builder.op_xor(both, builder.b(bit), fmt::format("n{}.YS", bit)));
  }
  return builder.finish(outputs, false);
}

std::string message_of(const std::string& text) {
  static const netlist::Netlist kCircuit = circuit();
  try {
    parse_fault(kCircuit, text, 4, 8);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

Fault random_fault(CounterRng& rng, const std::vector<netlist::Site>& sites) {
  Fault fault;
  fault.locus = {static_cast<int>(rng.below(4)), static_cast<int>(rng.below(8))};
  fault.unit = static_cast<Unit>(rng.below(4));
  if (fault.unit == Unit::kMultiplier) {
    fault.site = sites[rng.below(sites.size())];
  } else {
    fault.bit = static_cast<int>(rng.below(fault.unit == Unit::kPartialSum ? 32 : 8));
  }
  fault.kind = static_cast<netlist::FaultKind>(rng.below(3));
  const uint64_t begin = rng.next() >> (1 + rng.below(63));
  switch (rng.below(4)) {
    case 0:
      fault.window = {begin, begin + 1 + rng.below(1000)};
      break;
    case 1:
      fault.window = {begin, UINT64_MAX};
      break;
    default:
      break;
  }
  return fault;
}

TEST(Fault, parsing_inverts_naming_for_random_faults) {
  constexpr uint64_t kSeed = 20;
  SCOPED_TRACE(fmt::format("seed {}", kSeed));
  const netlist::Netlist multiplier = circuit();
  const auto sites = netlist::enumerate_sites(multiplier);
  CounterRng rng(kSeed);
  for (int i = 0; i < 5000; ++i) {
    const Fault fault = random_fault(rng, sites);
    const std::string name = fault_name(multiplier, fault);
    ASSERT_EQ(parse_fault(multiplier, name, 4, 8), fault) << name;
  }
}

TEST(Fault, names_have_the_documented_form) {
  const netlist::Netlist multiplier = circuit();
  Fault fault;
  fault.locus = {3, 7};
  fault.site.net = multiplier.find("n4.YS");
  fault.kind = netlist::FaultKind::kStuckAt1;
  EXPECT_EQ(fault_name(multiplier, fault), "pe[3][7].mult.n4.YS.sa1");
  fault.window = {10, 20};
  EXPECT_EQ(fault_name(multiplier, fault), "pe[3][7].mult.n4.YS.sa1@10-20");
  fault.unit = Unit::kPartialSum;
  fault.bit = 31;
  fault.kind = netlist::FaultKind::kInvert;
  fault.window = {5, UINT64_MAX};
  EXPECT_EQ(fault_name(multiplier, fault), "pe[3][7].psum[31].inv@5-");
  fault.unit = Unit::kActivation;
  fault.bit = 0;
  fault.window = {0, UINT64_MAX};
  EXPECT_EQ(fault_name(multiplier, fault), "pe[3][7].activation[0].inv");
}

TEST(Fault, output_port_bits_are_accepted_as_aliases) {
  const netlist::Netlist multiplier = circuit();
  const Fault fault = parse_fault(multiplier, "pe[0][0].mult.O[1].sa0", 1, 1);
  EXPECT_EQ(fault.site.net, multiplier.find("n0.YS"));
  EXPECT_TRUE(fault.site.is_stem());
}

TEST(Fault, window_end_is_exclusive) {
  const netlist::Netlist multiplier = circuit();
  const Window window = parse_fault(multiplier, "pe[0][0].weight[0].sa0@7-9", 1, 1).window;
  EXPECT_FALSE(window.contains(6));
  EXPECT_TRUE(window.contains(7));
  EXPECT_TRUE(window.contains(8));
  EXPECT_FALSE(window.contains(9));
  EXPECT_FALSE(window.is_permanent());
}

TEST(Fault, last_row_and_column_are_valid_and_the_next_are_not) {
  EXPECT_EQ(message_of("pe[3][7].psum[31].sa0"), "accepted");
  EXPECT_THAT(message_of("pe[4][7].psum[31].sa0"),
              HasSubstr("row 4 is outside the array of 4x8 PEs; rows are 0 to 3"));
  EXPECT_THAT(message_of("pe[3][8].psum[31].sa0"),
              HasSubstr("column 8 is outside the array of 4x8 PEs; columns are 0 to 7"));
  EXPECT_THAT(message_of("pe[3][7].psum[32].sa0"),
              HasSubstr("psum has no bit '32'; bits are 0 to 31"));
}

struct Malformed {
  const char* text;
  const char* message;
};

class MalformedFault : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedFault, is_refused_with_its_text_and_what_is_wrong) {
  const std::string message = message_of(GetParam().text);
  EXPECT_THAT(message, HasSubstr(GetParam().message));
  EXPECT_THAT(message, HasSubstr(fmt::format("fault '{}'", GetParam().text)));
}

INSTANTIATE_TEST_SUITE_P(
    All, MalformedFault,
    testing::Values(
        Malformed{"", "is empty"}, Malformed{"banana", "must start with pe[ROW][COLUMN]"},
        Malformed{"pe", "must start with pe[ROW][COLUMN]"}, Malformed{"pe[3]", "lacks the column"},
        Malformed{"pe[3", "lacks the row"}, Malformed{"pe[3][4", "lacks the column"},
        Malformed{"pe[x][0].weight[0].sa0", "row 'x' is not a whole number"},
        Malformed{"pe[-1][0].weight[0].sa0", "row '-1' is not a whole number"},
        Malformed{"pe[0][].weight[0].sa0", "column '' is not a whole number"},
        Malformed{"pe[0][99999999999999999999].weight[0].sa0", "is not a whole number"},
        Malformed{"pe[9][0].weight[0].sa0", "row 9 is outside the array"},
        Malformed{"pe[0][0]", "expected '.' and a part of the PE"},
        Malformed{"pe[0][0]weight[0].sa0", "expected '.'"},
        Malformed{"pe[0][0].weight[0]", "has no fault kind"},
        Malformed{"pe[0][0].weight[0].sa2", "sa2"}, Malformed{"pe[0][0].weight[0].", "sa0"},
        Malformed{"pe[0][0].weight[0].sa1 please", "sa1 please"},
        Malformed{"pe[0][0].weight[8].sa0", "weight has no bit '8'; bits are 0 to 7"},
        Malformed{"pe[0][0].weight[b].sa0", "weight has no bit 'b'"},
        Malformed{"pe[0][0].weight.sa0", "names no bit; write weight[BIT]"},
        Malformed{"pe[0][0].weight[.sa0", "names no bit; write weight[BIT]"},
        Malformed{"pe[0][0].weight[1][2].sa0", "weight has no bit '1][2'"},
        Malformed{"pe[0][0].wieght[0].sa0", "did you mean 'weight'?"},
        Malformed{"pe[0][0].mul.O[7].sa0", "did you mean 'mult'?"},
        Malformed{"pe[0][0].mult.sa0", "names no net"},
        Malformed{"pe[0][0].mult.sig_9.sa0", "sig_"}, Malformed{"pe[0][0].mult.n4.YC.sa0", "n4.YS"},
        Malformed{"pe[0][0].mult..sa0", "fault"},
        Malformed{"pe[0][0].weight[0].sa0@", "bad window '@'"},
        Malformed{"pe[0][0].weight[0].sa0@5", "bad window '@5'"},
        Malformed{"pe[0][0].weight[0].sa0@a-b", "bad window '@a-b'"},
        Malformed{"pe[0][0].weight[0].sa0@5-9x", "bad window '@5-9x'"},
        Malformed{"pe[0][0].weight[0].sa0@9-9", "holds no cycle"},
        Malformed{"pe[0][0].weight[0].sa0@9-5", "holds no cycle"},
        Malformed{"pe[0][0].weight[0].sa0@1-2-3", "bad window '@1-2-3'"}));

TEST(Fault, no_truncation_or_changed_character_crashes_the_parser) {
  constexpr uint64_t kSeed = 21;
  SCOPED_TRACE(fmt::format("seed {}", kSeed));
  const netlist::Netlist multiplier = circuit();
  const std::string valid = "pe[3][7].mult.n4.YS.sa1@10-20";
  CounterRng rng(kSeed);
  int num_accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text = valid.substr(0, rng.below(valid.size() + 1));
    if (!text.empty()) text[rng.below(text.size())] = static_cast<char>(rng.below(256));
    try {
      const Fault fault = parse_fault(multiplier, text, 4, 8);
      ++num_accepted;
      EXPECT_EQ(parse_fault(multiplier, fault_name(multiplier, fault), 4, 8), fault) << text;
    } catch (const UsageError&) {
    }
  }
  EXPECT_GT(num_accepted, 0);
}

}  // namespace
}  // namespace faultwave::fault
