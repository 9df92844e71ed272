#include <algorithm>
#include <cctype>
#include <set>

#include "netlist/verilog_writer.hpp"

namespace faultwave::netlist {
namespace {

bool is_simple_identifier(const std::string& name) {
  static const std::set<std::string, std::less<>> kKeywords = {
      "and",       "always",  "assign",  "begin",   "buf",    "case",   "cell",    "config",
      "default",   "design",  "do",      "edge",    "else",   "end",    "event",   "for",
      "force",     "if",      "include", "initial", "inout",  "input",  "int",     "logic",
      "medium",    "module",  "nand",    "new",     "nor",    "not",    "or",      "output",
      "parameter", "reg",     "release", "repeat",  "signed", "small",  "strong0", "strong1",
      "supply0",   "supply1", "table",   "task",    "this",   "time",   "tri",     "type",
      "unsigned",  "use",     "var",     "wait",    "wand",   "weak0",  "weak1",   "while",
      "wire",      "wor",     "xnor",    "xor",     "bit",    "byte",   "local",   "pure",
      "rand",      "ref",     "super",   "void",    "with",   "within", "alias",   "any"};
  if (name.empty() || kKeywords.contains(name)) return false;
  const auto first = static_cast<unsigned char>(name.front());
  if (std::isalpha(first) == 0 && first != '_') return false;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && c != '$') return false;
  }
  return true;
}

/// Verilog's spelling of a name: as it is, or escaped ("\n1048.YC ", the blank belongs to it).
std::string spelled(const std::string& name) {
  return is_simple_identifier(name) ? name : fmt::format("\\{} ", name);
}

class ScalarWriter {
 public:
  explicit ScalarWriter(const Netlist& netlist) : netlist_(netlist) {
    for (const Net& net : netlist.nets) taken_.insert(net.name);
    spelling_.resize(netlist.nets.size());
    spell_port(netlist.port_a, "A");
    spell_port(netlist.port_b, "B");
    for (std::size_t bit = 0; bit < netlist.port_o.size(); ++bit) {
      const NetId net = netlist.port_o[bit];
      if (netlist.nets[net].name == fmt::format("O[{}]", bit)) {
        spelling_[net] = netlist.nets[net].name;
      }
    }
    for (NetId net = 0; net < netlist.nets.size(); ++net) {
      if (!spelling_[net].empty()) continue;
      spelling_[net] = spelled(free_name(netlist.nets[net].name));
      wires_.push_back(net);
    }
  }

  std::string write(const std::string& header) const {
    std::string text = comment(header);
    const std::string sign = netlist_.is_signed ? "signed " : "";
    text += fmt::format("module {} (\n", spelled(netlist_.name));
    text += lint_off_begin();
    text += fmt::format("  input  wire {}[{}:0] A,\n  input  wire {}[{}:0] B,\n", sign,
                        netlist_.port_a.size() - 1, sign, netlist_.port_b.size() - 1);
    text += lint_off_end();
    text += fmt::format("  output wire {}[{}:0] O\n);\n", sign, netlist_.port_o.size() - 1);
    for (const NetId net : wires_) text += fmt::format("  wire {};\n", spelling_[net]);
    text += "\n";
    for (const Gate& gate : netlist_.gates) {
      text += fmt::format("  assign {} = {};\n", spelling_[gate.out], expression(gate));
    }
    text += "\n";
    for (std::size_t bit = 0; bit < netlist_.port_o.size(); ++bit) {
      const std::string port = fmt::format("O[{}]", bit);
      const std::string& source = spelling_[netlist_.port_o[bit]];
      if (source != port) text += fmt::format("  assign {} = {};\n", port, source);
    }
    return text + "endmodule\n";
  }

 private:
  static std::string comment(const std::string& header) {
    std::string text;
    std::size_t begin = 0;
    while (begin < header.size()) {
      const auto end = std::min(header.find('\n', begin), header.size());
      const std::string line = header.substr(begin, end - begin);
      text += line.empty() ? "//\n" : fmt::format("// {}\n", line);
      begin = end + 1;
    }
    return text;
  }

  void spell_port(const std::vector<NetId>& port, const char* name) {
    for (std::size_t bit = 0; bit < port.size(); ++bit) {
      spelling_[port[bit]] = fmt::format("{}[{}]", name, bit);
    }
  }

  /// `name`, changed when it is a port's or holds characters that no Verilog name can hold.
  std::string free_name(const std::string& name) {
    std::string candidate = name.empty() ? "_" : name;
    for (char& c : candidate) {
      if (std::isgraph(static_cast<unsigned char>(c)) == 0) c = '_';
    }
    while (candidate == "A" || candidate == "B" || candidate == "O" ||
           (candidate != name && taken_.contains(candidate))) {
      candidate += "_";
    }
    taken_.insert(candidate);
    return candidate;
  }

  bool has_unread_input() const {
    const auto fanouts = netlist_.fanouts();
    for (const auto* port : {&netlist_.port_a, &netlist_.port_b}) {
      for (const NetId net : *port) {
        if (fanouts[net] == 0) return true;
      }
    }
    return false;
  }
  std::string lint_off_begin() const {
    return has_unread_input() ? "  // verilator lint_off UNUSED\n" : "";
  }
  std::string lint_off_end() const {
    return has_unread_input() ? "  // verilator lint_on UNUSED\n" : "";
  }

  std::string expression(const Gate& gate) const {
    std::array<std::string, 3> operands;
    for (int pin = 0; pin < num_inputs(gate.kind); ++pin) {
      const auto index = static_cast<std::size_t>(pin);
      operands[index] = spelling_[gate.in[index]];
    }
    return gate_expression(gate.kind, operands);
  }

  const Netlist& netlist_;
  std::set<std::string> taken_;
  std::vector<std::string> spelling_;
  std::vector<NetId> wires_;
};

}  // namespace

std::string gate_expression(GateKind kind, const std::array<std::string, 3>& in) {
  switch (kind) {
    case GateKind::kConst0:
      return "1'b0";
    case GateKind::kConst1:
      return "1'b1";
    case GateKind::kBuf:
      return in[0];
    case GateKind::kNot:
      return fmt::format("~{}", in[0]);
    case GateKind::kAnd:
      return in[0] + " & " + in[1];
    case GateKind::kNand:
      return fmt::format("~({} & {})", in[0], in[1]);
    case GateKind::kOr:
      return in[0] + " | " + in[1];
    case GateKind::kNor:
      return fmt::format("~({} | {})", in[0], in[1]);
    case GateKind::kXor:
      return in[0] + " ^ " + in[1];
    case GateKind::kXnor:
      return in[0] + " ~^ " + in[1];
    case GateKind::kAndNot:
      return in[0] + " & ~" + in[1];
    case GateKind::kOrNot:
      return in[0] + " | ~" + in[1];
    case GateKind::kMux:
      return in[2] + " ? " + in[1] + " : " + in[0];
  }
  throw InternalError("unknown gate kind");
}

std::string write_scalar_verilog(const Netlist& netlist, const std::string& header) {
  return ScalarWriter(netlist).write(header);
}

}  // namespace faultwave::netlist
