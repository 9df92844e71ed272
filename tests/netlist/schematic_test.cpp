#include "netlist/schematic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "netlist/circuits_fixture.hpp"
#include "netlist/netlist_builder.hpp"

namespace faultwave::netlist {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

/// n1 -> n2 -> ... -> n9, a chain of inverters from A[0] to all output bits.
Netlist chain() {
  NetlistBuilder builder("chain");
  NetId net = builder.a(0);
  for (int i = 1; i <= 9; ++i) net = builder.op_not(net, fmt::format("n{}", i));
  return builder.finish(std::vector<NetId>(16, net), false);
}

std::vector<std::string> labels(const Schematic& schematic) {
  std::vector<std::string> result;
  for (const auto& node : schematic.nodes) result.push_back(node.label);
  return result;
}

TEST(Schematic, reaches_two_levels_in_both_directions) {
  const Netlist netlist = chain();
  EXPECT_THAT(labels(draw_neighbourhood(netlist, parse_site(netlist, "n5"))),
              UnorderedElementsAre("n4", "n5", "n6", "n7"));
  EXPECT_THAT(labels(draw_neighbourhood(netlist, parse_site(netlist, "n1"))),
              UnorderedElementsAre("A[0]", "n1", "n2", "n3"));
  EXPECT_THAT(labels(draw_neighbourhood(netlist, parse_site(netlist, "n5"), 3)),
              UnorderedElementsAre("n3", "n4", "n5", "n6", "n7", "n8"));
}

TEST(Schematic, marks_the_wires_that_the_fault_acts_on) {
  const Netlist netlist = random_netlist(11, 120);
  const auto fanouts = netlist.fanouts();
  for (const Site& site : enumerate_sites(netlist)) {
    const auto schematic = draw_neighbourhood(netlist, site);
    const auto num_forced = std::count_if(schematic.edges.begin(), schematic.edges.end(),
                                          [](const SchematicEdge& edge) { return edge.is_forced; });
    EXPECT_EQ(num_forced, site.is_stem() ? fanouts[site.net] : 1) << schematic.title;
    for (const auto& edge : schematic.edges) {
      EXPECT_EQ(schematic.nodes[edge.to].pins.at(static_cast<std::size_t>(edge.pin)),
                netlist.nets[schematic.nodes[edge.from].net].name);
    }
  }
}

struct Box {
  double x, y, width, height;
};

std::vector<Box> boxes_of(const std::string& svg) {
  const std::regex pattern(
      R"re(<rect x="([-0-9.]+)" y="([-0-9.]+)" width="([0-9.]+)" height="([0-9.]+)" rx)re");
  std::vector<Box> boxes;
  for (std::sregex_iterator it(svg.begin(), svg.end(), pattern), end; it != end; ++it) {
    boxes.push_back(
        {std::stod((*it)[1]), std::stod((*it)[2]), std::stod((*it)[3]), std::stod((*it)[4])});
  }
  return boxes;
}

TEST(SchematicSvg, boxes_lie_within_the_page_and_do_not_overlap) {
  const Netlist netlist = random_netlist(12, 120);
  const std::regex page("<svg [^>]* width=\"([0-9]+)\" height=\"([0-9]+)\"");
  for (const Site& site : enumerate_sites(netlist)) {
    const auto schematic = draw_neighbourhood(netlist, site);
    const std::string svg = schematic_svg(schematic);
    std::smatch size;
    ASSERT_TRUE(std::regex_search(svg, size, page));
    const auto boxes = boxes_of(svg);
    ASSERT_EQ(boxes.size(), schematic.nodes.size());
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      const Box& box = boxes[i];
      EXPECT_GE(box.x, 0);
      EXPECT_GE(box.y, 0);
      EXPECT_LE(box.x + box.width, std::stod(size[1]));
      EXPECT_LE(box.y + box.height, std::stod(size[2]));
      for (std::size_t j = 0; j < i; ++j) {
        const Box& other = boxes[j];
        const bool is_apart = box.x >= other.x + other.width || other.x >= box.x + box.width ||
                              box.y >= other.y + other.height || other.y >= box.y + box.height;
        EXPECT_TRUE(is_apart) << schematic.title;
      }
    }
  }
}

TEST(SchematicSvg, wires_run_from_left_to_right) {
  const Netlist netlist = random_netlist(13, 120);
  for (const Site& site : enumerate_sites(netlist)) {
    const auto schematic = draw_neighbourhood(netlist, site);
    const auto boxes = boxes_of(schematic_svg(schematic));
    for (const SchematicEdge& edge : schematic.edges) {
      EXPECT_LT(boxes[edge.from].x + boxes[edge.from].width, boxes[edge.to].x) << schematic.title;
    }
  }
}

TEST(SchematicText, names_of_any_characters_are_escaped) {
  NetlistBuilder builder("odd");
  const NetId odd = builder.op_and(builder.a(0), builder.b(0), "a<b&\"c\\d");
  const Netlist netlist = builder.finish(std::vector<NetId>(16, builder.op_not(odd)), false);
  const auto schematic = draw_neighbourhood(netlist, {odd, -1, -1});
  EXPECT_THAT(schematic_svg(schematic), HasSubstr("a&lt;b&amp;&quot;c\\d"));
  EXPECT_THAT(schematic_svg(schematic), Not(HasSubstr("a<b")));
  EXPECT_THAT(schematic_dot(schematic), HasSubstr("AND\\na<b&\\\"c\\\\d\""));
}

}  // namespace
}  // namespace faultwave::netlist
