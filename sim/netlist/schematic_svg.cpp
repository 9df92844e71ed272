// The layered drawing of a schematic: columns of boxes, and points between them that long wires
// pass through.
#include <algorithm>

#include "netlist/schematic.hpp"

namespace faultwave::netlist {
namespace {

constexpr double kCharWidth = 6.7;  ///< of the 11 px monospace font
constexpr double kPinPitch = 15;
constexpr double kBoxPadding = 12;
constexpr double kRowGap = 14;
constexpr double kWireGap = 60;  ///< between columns, for the wires
constexpr double kMargin = 24;
constexpr double kTitleHeight = 30;
constexpr const char* kForcedColour = "#d62728";

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return result;
}

double text_width(const std::string& text) { return kCharWidth * static_cast<double>(text.size()); }

/// A box, or a point of a wire (`node < 0`).
struct Cell {
  int node = -1;
  std::size_t column = 0;
  double width = 0;
  double height = 4;
  double x = 0;  ///< left
  double y = 0;  ///< middle
};

/// A piece of wire between neighbouring columns.
struct Segment {
  std::size_t from = 0;
  std::size_t to = 0;
  int pin = -1;  ///< of the box at `to`, -1 for a point
  bool is_forced = false;
};

class Layout {
 public:
  explicit Layout(const Schematic& schematic) : schematic_(schematic) {
    make_cells();
    make_segments();
    order_columns();
    place();
  }

  std::string svg() const {
    std::string text = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
        "viewBox=\"0 0 {0:.0f} {1:.0f}\" font-family=\"monospace\" font-size=\"11\">\n"
        "<title>{2}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
        "<text x=\"{3:.0f}\" y=\"20\" font-size=\"14\">{2}</text>\n",
        width_, height_, escaped(schematic_.title), kMargin);
    // The forced wire comes last, so that it lies on top of the others.
    for (const bool forced : {false, true}) {
      for (const Segment& segment : segments_) {
        if (segment.is_forced == forced) text += wire(segment);
      }
    }
    for (const Cell& cell : cells_) {
      if (cell.node >= 0) text += box(cell);
    }
    return text + "</svg>\n";
  }

 private:
  const SchematicNode& node_of(const Cell& cell) const {
    return schematic_.nodes[static_cast<std::size_t>(cell.node)];
  }

  /// Each node one column behind the last of its sources; what has no source directly before its
  /// first reader.
  std::vector<std::size_t> columns() const {
    const std::size_t n = schematic_.nodes.size();
    std::vector<std::size_t> column(n, 0);
    // The graph has no loops: at most n rounds, in practice as many as there are columns.
    for (bool changed = true; changed;) {
      changed = false;
      for (const SchematicEdge& edge : schematic_.edges) {
        if (column[edge.to] > column[edge.from]) continue;
        column[edge.to] = column[edge.from] + 1;
        changed = true;
      }
    }
    std::vector<std::size_t> nearest(n, static_cast<std::size_t>(-1));
    std::vector<char> has_source(n, 0);
    for (const SchematicEdge& edge : schematic_.edges) {
      has_source[edge.to] = 1;
      nearest[edge.from] = std::min(nearest[edge.from], column[edge.to]);
    }
    for (std::size_t i = 0; i < n; ++i) {
      if (has_source[i] == 0 && nearest[i] != static_cast<std::size_t>(-1)) {
        column[i] = nearest[i] - 1;
      }
    }
    return column;
  }

  void make_cells() {
    const auto column = columns();
    for (std::size_t i = 0; i < schematic_.nodes.size(); ++i) {
      const SchematicNode& node = schematic_.nodes[i];
      const double text = std::max(text_width(node.function), text_width(node.label));
      const double pins = static_cast<double>(std::max<std::size_t>(2, node.pins.size()));
      cells_.push_back(
          {static_cast<int>(i), column[i], text + 2 * kBoxPadding, kPinPitch * pins + 8, 0, 0});
    }
  }

  void make_segments() {
    for (const SchematicEdge& edge : schematic_.edges) {
      std::size_t from = edge.from;
      for (std::size_t c = cells_[edge.from].column + 1; c < cells_[edge.to].column; ++c) {
        cells_.push_back({-1, c});
        segments_.push_back({from, cells_.size() - 1, -1, edge.is_forced});
        from = cells_.size() - 1;
      }
      segments_.push_back({from, edge.to, edge.pin, edge.is_forced});
    }
  }

  /// Sorts each column by the mean place of the neighbours, sweeping to and fro.
  void order_columns() {
    std::size_t num_columns = 0;
    for (const Cell& cell : cells_) num_columns = std::max(num_columns, cell.column + 1);
    order_.resize(num_columns);
    for (std::size_t i = 0; i < cells_.size(); ++i) order_[cells_[i].column].push_back(i);
    constexpr int kSweeps = 8;
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      const bool forward = sweep % 2 == 0;
      for (std::size_t i = 0; i < num_columns; ++i) {
        sort_column(forward ? i : num_columns - 1 - i, forward);
      }
    }
  }

  void sort_column(std::size_t column, bool by_sources) {
    std::vector<double> place(cells_.size(), 0);
    for (const auto& cells : order_) {
      for (std::size_t i = 0; i < cells.size(); ++i) {
        place[cells[i]] = (static_cast<double>(i) + 0.5) / static_cast<double>(cells.size());
      }
    }
    std::vector<double> sum(cells_.size(), 0);
    std::vector<double> count(cells_.size(), 0);
    for (const Segment& segment : segments_) {
      const std::size_t cell = by_sources ? segment.to : segment.from;
      const std::size_t neighbour = by_sources ? segment.from : segment.to;
      // Pins from top to bottom break the ties between the sources of one box.
      sum[cell] += place[neighbour] + (by_sources ? 0 : 1e-3 * std::max(0, segment.pin));
      count[cell] += 1;
    }
    const auto mean = [&](std::size_t cell) {
      return count[cell] > 0 ? sum[cell] / count[cell] : place[cell];
    };
    std::stable_sort(order_[column].begin(), order_[column].end(),
                     [&](std::size_t x, std::size_t y) { return mean(x) < mean(y); });
  }

  bool is_connected(std::size_t node, std::size_t pin) const {
    return std::any_of(schematic_.edges.begin(), schematic_.edges.end(), [&](const auto& edge) {
      return edge.to == node && edge.pin == static_cast<int>(pin);
    });
  }

  /// Room for the names of outside nets before the boxes of a column.
  double label_width(const std::vector<std::size_t>& cells) const {
    double width = 0;
    for (const std::size_t i : cells) {
      if (cells_[i].node < 0) continue;
      const SchematicNode& node = node_of(cells_[i]);
      for (std::size_t pin = 0; pin < node.pins.size(); ++pin) {
        if (!is_connected(i, pin)) width = std::max(width, text_width(node.pins[pin]) + 16);
      }
    }
    return width;
  }

  void place() {
    std::vector<double> heights;
    for (const auto& cells : order_) {
      double height = -kRowGap;
      for (const std::size_t i : cells) height += cells_[i].height + kRowGap;
      heights.push_back(height);
    }
    const double tallest = *std::max_element(heights.begin(), heights.end());
    height_ = tallest + 2 * kMargin + kTitleHeight;
    double x = kMargin;
    for (std::size_t c = 0; c < order_.size(); ++c) {
      if (c > 0) x += kWireGap;
      columns_.push_back({x, 0});
      x += label_width(order_[c]);
      double widest = 0;
      for (const std::size_t i : order_[c]) widest = std::max(widest, cells_[i].width);
      double y = kMargin + kTitleHeight + (tallest - heights[c]) / 2;
      for (const std::size_t i : order_[c]) {
        Cell& cell = cells_[i];
        if (cell.node < 0) cell.width = widest;
        cell.x = x + (widest - cell.width) / 2;
        cell.y = y + cell.height / 2;
        y += cell.height + kRowGap;
      }
      x += widest;
      columns_.back().right = x;
    }
    width_ = std::max(x, kMargin + 1.3 * text_width(schematic_.title)) + kMargin;
  }

  double pin_y(const Cell& cell, std::size_t pin) const {
    const double middle = static_cast<double>(node_of(cell).pins.size() - 1) / 2;
    return cell.y + (static_cast<double>(pin) - middle) * kPinPitch;
  }

  std::string wire(const Segment& segment) const {
    const Cell& from = cells_[segment.from];
    const Cell& to = cells_[segment.to];
    const double x0 = columns_[from.column].right;
    const double y0 = from.y;
    const double x1 = columns_[to.column].left;
    const double y1 = to.node < 0 ? to.y : pin_y(to, static_cast<std::size_t>(segment.pin));
    const double middle = (x0 + x1) / 2;
    // Straight past the names at the pins, so that none is crossed.
    std::string path =
        fmt::format("M{:.1f} {:.1f} H{:.1f} C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f} H{:.1f}",
                    from.x + from.width, y0, x0, middle, y0, middle, y1, x1, y1, to.x);
    if (to.node < 0) path += fmt::format(" H{:.1f}", to.x + to.width);
    return fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"/>\n", path,
                       segment.is_forced ? kForcedColour : "#555555",
                       segment.is_forced ? "2.5" : "1");
  }

  std::string box(const Cell& cell) const {
    const SchematicNode& node = node_of(cell);
    const bool is_gate = node.kind == SchematicNode::Kind::kGate;
    const double top = cell.y - cell.height / 2;
    std::string text = fmt::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"{}\" fill=\"{}\" "
        "stroke=\"#333333\"/>\n",
        cell.x, top, cell.width, cell.height, is_gate ? 3 : 12, is_gate ? "#eef3fa" : "#f6f6e8");
    const double centre = cell.x + cell.width / 2;
    text += fmt::format(
        "<text x=\"{0:.1f}\" y=\"{1:.1f}\" text-anchor=\"middle\" font-weight=\"bold\">{2}</text>\n"
        "<text x=\"{0:.1f}\" y=\"{3:.1f}\" text-anchor=\"middle\">{4}</text>\n",
        centre, cell.y - 3, escaped(node.function), cell.y + 11, escaped(node.label));
    for (std::size_t pin = 0; pin < node.pins.size(); ++pin) {
      const double y = pin_y(cell, pin);
      if (!is_connected(static_cast<std::size_t>(cell.node), pin)) {
        text += fmt::format(
            "<path d=\"M{0:.1f} {1:.1f} H{2:.1f}\" stroke=\"#999999\"/>\n"
            "<text x=\"{3:.1f}\" y=\"{4:.1f}\" text-anchor=\"end\" fill=\"#777777\">{5}</text>\n",
            cell.x - 10, y, cell.x, cell.x - 13, y + 4, escaped(node.pins[pin]));
      }
      if (is_gate && node.pins.size() > 1) {
        text += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"8\">{}</text>\n",
                            cell.x + 3, y + 3, pin_name(GateKind::kMux, static_cast<int>(pin)));
      }
    }
    return text;
  }

  const Schematic& schematic_;
  std::vector<Cell> cells_;  ///< [nodes, points]
  std::vector<Segment> segments_;
  std::vector<std::vector<std::size_t>> order_;  ///< per column its cells from top to bottom
  /// What a column covers, the names before its boxes included.
  struct Column {
    double left;
    double right;
  };
  std::vector<Column> columns_;
  double width_ = 0;
  double height_ = 0;
};

}  // namespace

std::string schematic_svg(const Schematic& schematic) { return Layout(schematic).svg(); }

}  // namespace faultwave::netlist
