#include "report/netlist_drawing.hpp"

#include <algorithm>

namespace faultwave::report {
namespace {

constexpr int kSweeps = 12;

class Drawer {
 public:
  explicit Drawer(const netlist::Netlist& netlist)
      : netlist_(netlist), levels_(netlist.levels()), node_of_net_(netlist.nets.size(), -1) {}

  NetlistDrawing draw() {
    add_inputs();
    add_gates();
    add_outputs();
    collect_neighbours();
    keep_best_sweep();
    count_rows();
    return std::move(drawing_);
  }

 private:
  int add_node(netlist::NetId net, std::string function, int column) {
    const auto node = static_cast<int>(drawing_.nodes.size());
    drawing_.nodes.push_back(
        {netlist_.nets[net].name, std::move(function), levels_[net], column, 0});
    drawing_.num_columns = std::max(drawing_.num_columns, column + 1);
    return node;
  }

  void add_inputs() {
    for (const auto* port : {&netlist_.port_a, &netlist_.port_b}) {
      for (const auto net : *port) {
        if (node_of_net_[net] < 0) node_of_net_[net] = add_node(net, "input", 0);
      }
    }
  }

  void add_gates() {
    for (const auto& gate : netlist_.gates) {
      int column = 0;
      const int pins = netlist::num_inputs(gate.kind);
      for (int pin = 0; pin < pins; ++pin) {
        column = std::max(column, 1 + drawing_.nodes[source(gate, pin)].column);
      }
      const int node = add_node(gate.out, std::string(netlist::gate_name(gate.kind)), column);
      node_of_net_[gate.out] = node;
      for (int pin = 0; pin < pins; ++pin) {
        drawing_.wires.push_back({static_cast<int>(source(gate, pin)), node,
                                  std::string(netlist::pin_name(gate.kind, pin))});
      }
    }
  }

  void add_outputs() {
    const int column = drawing_.num_columns;
    for (const auto net : netlist_.port_o) {
      const int from = node_of_net_[net];
      drawing_.wires.push_back({from, add_node(net, "output", column), ""});
    }
  }

  std::size_t source(const netlist::Gate& gate, int pin) const {
    return static_cast<std::size_t>(node_of_net_[gate.in[static_cast<std::size_t>(pin)]]);
  }

  void collect_neighbours() {
    const std::size_t n = drawing_.nodes.size();
    sources_.resize(n);
    readers_.resize(n);
    for (const auto& wire : drawing_.wires) {
      sources_[static_cast<std::size_t>(wire.to)].push_back(wire.from);
      readers_[static_cast<std::size_t>(wire.from)].push_back(wire.to);
    }
    columns_.resize(static_cast<std::size_t>(drawing_.num_columns));
    for (std::size_t node = 0; node < n; ++node) {
      columns_[static_cast<std::size_t>(drawing_.nodes[node].column)].push_back(
          static_cast<int>(node));
    }
    for (const auto& column : columns_) spread(column);
  }

  /// Nodes of a column at equal distances.
  void spread(const std::vector<int>& column) {
    for (std::size_t i = 0; i < column.size(); ++i) {
      drawing_.nodes[static_cast<std::size_t>(column[i])].y =
          (static_cast<double>(i) + 0.5) / static_cast<double>(column.size());
    }
  }

  double mean_place(int node, const std::vector<std::vector<int>>& neighbours) const {
    const auto& others = neighbours[static_cast<std::size_t>(node)];
    const double own = drawing_.nodes[static_cast<std::size_t>(node)].y;
    if (others.empty()) return own;
    double sum = 0;
    for (const int other : others) sum += drawing_.nodes[static_cast<std::size_t>(other)].y;
    return sum / static_cast<double>(others.size());
  }

  void keep_best_sweep() {
    auto best = drawing_.nodes;
    long fewest = num_crossings();
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      order_columns(sweep % 2 == 0);
      const long crossings = num_crossings();
      if (crossings >= fewest) continue;
      fewest = crossings;
      best = drawing_.nodes;
    }
    drawing_.nodes = std::move(best);
  }

  /// Of wires that lead from one column to one other.
  long num_crossings() const {
    const auto& nodes = drawing_.nodes;
    const auto& wires = drawing_.wires;
    long crossings = 0;
    for (std::size_t i = 0; i < wires.size(); ++i) {
      const auto& from = nodes[static_cast<std::size_t>(wires[i].from)];
      const auto& to = nodes[static_cast<std::size_t>(wires[i].to)];
      for (std::size_t j = 0; j < i; ++j) {
        const auto& other_from = nodes[static_cast<std::size_t>(wires[j].from)];
        const auto& other_to = nodes[static_cast<std::size_t>(wires[j].to)];
        if (from.column != other_from.column || to.column != other_to.column) continue;
        if ((from.y - other_from.y) * (to.y - other_to.y) < 0) ++crossings;
      }
    }
    return crossings;
  }

  void order_columns(bool is_forward) {
    const auto& neighbours = is_forward ? sources_ : readers_;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      // Ports keep their order: bit 0 on top.
      const std::size_t at = is_forward ? i : columns_.size() - 1 - i;
      if (at + 1 == columns_.size()) continue;
      auto& column = columns_[at];
      std::vector<std::pair<double, int>> keyed;
      for (const int node : column) {
        const bool is_input = drawing_.nodes[static_cast<std::size_t>(node)].function == "input";
        keyed.emplace_back(is_input ? -1.0 : mean_place(node, neighbours), node);
      }
      std::stable_sort(keyed.begin(), keyed.end(),
                       [](const auto& a, const auto& b) { return a.first < b.first; });
      for (std::size_t k = 0; k < column.size(); ++k) column[k] = keyed[k].second;
      spread(column);
    }
  }

  void count_rows() {
    for (const auto& column : columns_) {
      drawing_.max_rows = std::max(drawing_.max_rows, static_cast<int>(column.size()));
    }
  }

  const netlist::Netlist& netlist_;
  std::vector<int> levels_;
  std::vector<int> node_of_net_;
  std::vector<std::vector<int>> sources_;
  std::vector<std::vector<int>> readers_;
  std::vector<std::vector<int>> columns_;
  NetlistDrawing drawing_;
};

}  // namespace

NetlistDrawing draw_netlist(const netlist::Netlist& netlist) { return Drawer(netlist).draw(); }

}  // namespace faultwave::report
