#include <map>

#include "netlist/fault_site.hpp"
#include "netlist/verilog_writer.hpp"

namespace faultwave::netlist {
namespace {

/// A name that stays on one comment line, whatever a file calls its module.
std::string comment_text(std::string name) {
  for (char& c : name) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\\') c = ' ';
  }
  return name;
}

class LaneWriter {
 public:
  LaneWriter(const Netlist& netlist, const LaneModuleOptions& options)
      : netlist_(netlist), options_(options), sites_(enumerate_sites(netlist)) {
    for (std::size_t i = 0; i < sites_.size(); ++i) {
      if (sites_[i].is_stem()) continue;
      branch_of_pin_[{sites_[i].gate, sites_[i].pin}] = static_cast<int>(i);
    }
  }

  std::string write() {
    const int msb = options_.lanes - 1;
    text_ = fmt::format(
        "// {}: {} lanes per net{}.\nmodule {} (\n  input  wire [{}:0] a_i [0:7],\n"
        "  input  wire [{}:0] b_i [0:7],\n",
        comment_text(netlist_.name), options_.lanes,
        options_.faultable ? ", every site maskable" : "", lane_module_name(options_), msb, msb);
    if (options_.faultable) {
      text_ += fmt::format("  input  wire [{}:0] mask_i [0:{}],\n", msb, 2 * sites_.size() - 1);
    }
    text_ += fmt::format("  output wire [{}:0] o_o [0:15]\n);\n", msb);
    for (std::size_t net = 0; net < netlist_.nets.size(); ++net) {
      text_ += fmt::format("  wire [{}:0] n{};\n", msb, net);
    }
    write_inputs(netlist_.port_a, "a_i");
    write_inputs(netlist_.port_b, "b_i");
    for (std::size_t g = 0; g < netlist_.gates.size(); ++g) write_gate(g);
    for (std::size_t bit = 0; bit < netlist_.port_o.size(); ++bit) {
      text_ += fmt::format("  assign o_o[{}] = n{};\n", bit, netlist_.port_o[bit]);
    }
    return text_ + "endmodule\n";
  }

 private:
  std::string masked(const std::string& value, int site) const {
    return options_.faultable
               ? fmt::format("(({}) & mask_i[{}]) ^ mask_i[{}]", value, 2 * site, 2 * site + 1)
               : value;
  }

  void write_inputs(const std::vector<NetId>& port, const char* name) {
    for (std::size_t bit = 0; bit < port.size(); ++bit) {
      text_ += fmt::format("  assign n{} = {};\n", port[bit],
                           masked(fmt::format("{}[{}]", name, bit), static_cast<int>(port[bit])));
    }
  }

  /// Input pin of a gate, through its branch site where it has one.
  std::string pin(std::size_t gate, int index) const {
    const std::string net =
        fmt::format("n{}", netlist_.gates[gate].in[static_cast<std::size_t>(index)]);
    const auto branch =
        branch_of_pin_.find({static_cast<int32_t>(gate), static_cast<int8_t>(index)});
    if (!options_.faultable || branch == branch_of_pin_.end()) return net;
    return "(" + masked(net, branch->second) + ")";
  }

  std::string expression(std::size_t g) const {
    const GateKind kind = netlist_.gates[g].kind;
    switch (kind) {
      case GateKind::kConst0:
        return fmt::format("{{{}{{1'b0}}}}", options_.lanes);
      case GateKind::kConst1:
        return fmt::format("{{{}{{1'b1}}}}", options_.lanes);
      case GateKind::kBuf:
        return pin(g, 0);
      case GateKind::kNot:
        return "~" + pin(g, 0);
      case GateKind::kAnd:
        return pin(g, 0) + " & " + pin(g, 1);
      case GateKind::kNand:
        return "~(" + pin(g, 0) + " & " + pin(g, 1) + ")";
      case GateKind::kOr:
        return pin(g, 0) + " | " + pin(g, 1);
      case GateKind::kNor:
        return "~(" + pin(g, 0) + " | " + pin(g, 1) + ")";
      case GateKind::kXor:
        return pin(g, 0) + " ^ " + pin(g, 1);
      case GateKind::kXnor:
        return "~(" + pin(g, 0) + " ^ " + pin(g, 1) + ")";
      case GateKind::kAndNot:
        return pin(g, 0) + " & ~" + pin(g, 1);
      case GateKind::kOrNot:
        return pin(g, 0) + " | ~" + pin(g, 1);
      case GateKind::kMux:
        return fmt::format("({2} & {1}) | (~{2} & {0})", pin(g, 0), pin(g, 1), pin(g, 2));
    }
    throw InternalError("unknown gate kind");
  }

  void write_gate(std::size_t g) {
    const NetId out = netlist_.gates[g].out;
    text_ += fmt::format("  assign n{} = {};\n", out, masked(expression(g), static_cast<int>(out)));
  }

  const Netlist& netlist_;
  const LaneModuleOptions& options_;
  std::vector<Site> sites_;
  std::map<std::pair<int32_t, int8_t>, int> branch_of_pin_;
  std::string text_;
};

}  // namespace

std::string lane_module_name(const LaneModuleOptions& options) {
  return fmt::format("pe_{}{}", options.lanes, options.faultable ? "_faultable" : "");
}

std::string write_lane_verilog(const Netlist& netlist, const LaneModuleOptions& options) {
  if (options.lanes < 1 || options.lanes > 64) {
    throw UsageError(fmt::format("{} lanes: use 1 to 64", options.lanes));
  }
  return LaneWriter(netlist, options).write();
}

}  // namespace faultwave::netlist
