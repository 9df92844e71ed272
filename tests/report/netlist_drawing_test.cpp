#include "report/netlist_drawing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "netlist/front_end.hpp"
#include "netlist/generator.hpp"

namespace faultwave::report {
namespace {

class Drawings : public ::testing::TestWithParam<const char*> {
 protected:
  const netlist::Netlist multiplier_ = netlist::load_netlist(netlist::find_netlist(GetParam()));
  const NetlistDrawing drawing_ = draw_netlist(multiplier_);
};

TEST_P(Drawings, hold_every_gate_port_and_pin_once) {
  std::map<std::string, int> gates;
  int inputs = 0;
  int outputs = 0;
  for (const auto& node : drawing_.nodes) {
    if (node.function == "input") {
      ++inputs;
    } else if (node.function == "output") {
      ++outputs;
    } else {
      ++gates[node.net];
    }
  }
  EXPECT_EQ(inputs, 16);
  EXPECT_EQ(outputs, 16);
  EXPECT_EQ(gates.size(), multiplier_.gates.size());
  std::size_t pins = 16;
  std::multiset<std::string> expected;
  for (const auto& gate : multiplier_.gates) {
    EXPECT_EQ(gates[multiplier_.nets[gate.out].name], 1);
    for (int pin = 0; pin < netlist::num_inputs(gate.kind); ++pin, ++pins) {
      expected.insert(multiplier_.nets[gate.in[static_cast<std::size_t>(pin)]].name + " " +
                      multiplier_.nets[gate.out].name + " " +
                      std::string(netlist::pin_name(gate.kind, pin)));
    }
  }
  ASSERT_EQ(drawing_.wires.size(), pins);
  std::multiset<std::string> found;
  for (const auto& wire : drawing_.wires) {
    if (wire.pin.empty()) continue;
    found.insert(drawing_.nodes[static_cast<std::size_t>(wire.from)].net + " " +
                 drawing_.nodes[static_cast<std::size_t>(wire.to)].net + " " + wire.pin);
  }
  EXPECT_EQ(found, expected);
}

TEST_P(Drawings, lead_every_wire_to_the_right_and_no_two_nodes_to_one_place) {
  std::set<std::pair<int, double>> places;
  for (const auto& node : drawing_.nodes) {
    EXPECT_TRUE(places.emplace(node.column, node.y).second) << node.net;
    EXPECT_GT(node.y, 0);
    EXPECT_LT(node.y, 1);
    EXPECT_LT(node.column, drawing_.num_columns);
  }
  for (const auto& wire : drawing_.wires) {
    EXPECT_LT(drawing_.nodes[static_cast<std::size_t>(wire.from)].column,
              drawing_.nodes[static_cast<std::size_t>(wire.to)].column);
  }
}

TEST_P(Drawings, show_ports_in_the_order_of_their_bits) {
  std::vector<std::pair<double, std::string>> inputs;
  for (const auto& node : drawing_.nodes) {
    if (node.function == "input") inputs.emplace_back(node.y, node.net);
  }
  std::sort(inputs.begin(), inputs.end());
  ASSERT_EQ(inputs.size(), 16u);
  for (std::size_t bit = 0; bit < 8; ++bit) {
    EXPECT_EQ(inputs[bit].second, multiplier_.nets[multiplier_.port_a[bit]].name);
    EXPECT_EQ(inputs[8 + bit].second, multiplier_.nets[multiplier_.port_b[bit]].name);
  }
}

/// Crossings of wires between neighbouring columns.
long crossings(const NetlistDrawing& drawing) {
  long count = 0;
  for (std::size_t i = 0; i < drawing.wires.size(); ++i) {
    for (std::size_t j = i + 1; j < drawing.wires.size(); ++j) {
      const auto& a = drawing.nodes[static_cast<std::size_t>(drawing.wires[i].from)];
      const auto& b = drawing.nodes[static_cast<std::size_t>(drawing.wires[i].to)];
      const auto& c = drawing.nodes[static_cast<std::size_t>(drawing.wires[j].from)];
      const auto& d = drawing.nodes[static_cast<std::size_t>(drawing.wires[j].to)];
      if (a.column == c.column && b.column == d.column && (a.y - c.y) * (b.y - d.y) < 0) ++count;
    }
  }
  return count;
}

TEST_P(Drawings, cross_no_more_wires_than_gates_in_the_order_of_the_file) {
  NetlistDrawing plain = drawing_;
  std::map<int, int> sizes;
  for (const auto& node : plain.nodes) ++sizes[node.column];
  std::map<int, int> next;
  for (auto& node : plain.nodes) {
    node.y = (next[node.column]++ + 0.5) / sizes[node.column];
  }
  EXPECT_LE(crossings(drawing_), crossings(plain));
}

INSTANTIATE_TEST_SUITE_P(OwnMultipliers, Drawings,
                         ::testing::Values("fw8u_array", "fw8u_trunc6", "fw8u_dadda", "fw8u_drum6",
                                           "fw8u_mitchell", "fw8s_bw"));

}  // namespace
}  // namespace faultwave::report
