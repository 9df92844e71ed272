#include "netlist/yosys_json.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/suggest.hpp"
#include "netlist/net_names.hpp"

namespace faultwave::netlist {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxNets = 1'000'000;

const std::map<std::string, GateKind>& cell_kinds() {
  static const std::map<std::string, GateKind> kinds = {
      {"$_BUF_", GateKind::kBuf},       {"$_NOT_", GateKind::kNot},
      {"$_AND_", GateKind::kAnd},       {"$_NAND_", GateKind::kNand},
      {"$_OR_", GateKind::kOr},         {"$_NOR_", GateKind::kNor},
      {"$_XOR_", GateKind::kXor},       {"$_XNOR_", GateKind::kXnor},
      {"$_ANDNOT_", GateKind::kAndNot}, {"$_ORNOT_", GateKind::kOrNot},
      {"$_MUX_", GateKind::kMux}};
  return kinds;
}

/// "mult.v:12.3-12.10|..." -> mult.v, line 12, column 3.
SourcePlace place_of(const json& object, const std::string& file) {
  SourcePlace place{file};
  if (!object.is_object()) return place;
  const auto attributes = object.find("attributes");
  if (attributes == object.end() || !attributes->is_object()) return place;
  const auto src = attributes->find("src");
  if (src == attributes->end() || !src->is_string()) return place;
  const std::string text = src->get<std::string>();
  const std::string first = text.substr(0, text.find('|'));
  const auto colon = first.rfind(':');
  if (colon == std::string::npos) return place;
  place.file = first.substr(0, colon);
  // Yosys ran on the absolute path; show the one that the user gave.
  if (place.file == std::filesystem::absolute(file).string()) place.file = file;
  const char* at = first.data() + colon + 1;
  const char* end = first.data() + first.size();
  const auto parsed = std::from_chars(at, end, place.line);
  if (parsed.ptr < end && *parsed.ptr == '.') {
    std::from_chars(parsed.ptr + 1, end, place.column);
  }
  return place;
}

/// Builds one Netlist from the JSON of one module.
class ModuleReader {
 public:
  ModuleReader(const json& module, std::string name, std::string file)
      : module_(module), file_(std::move(file)) {
    result_.netlist.name = std::move(name);
  }

  ParsedModule read() {
    read_ports();
    read_cells();
    read_outputs();
    name_nets(result_.netlist, raw_names());
    check_driven();
    sort_gates();
    result_.netlist.validate();
    return std::move(result_);
  }

 private:
  [[noreturn]] void fail(const std::string& problem, const std::string& fix = {}) const {
    throw InputError({file_}, problem, fix);
  }

  /// Where a wire is declared, as far as the JSON says.
  SourcePlace wire_place(const std::string& name) const {
    const auto netnames = module_.find("netnames");
    if (netnames == module_.end() || !netnames->is_object()) return {file_};
    const auto wire = netnames->find(name);
    return wire == netnames->end() || !wire->is_object() ? SourcePlace{file_}
                                                         : place_of(*wire, file_);
  }

  const json& member(const json& object, const char* key) const {
    const auto found = object.find(key);
    if (found == object.end()) fail(fmt::format("not Yosys JSON: '{}' is missing", key));
    return *found;
  }

  const json& object_member(const json& object, const char* key) const {
    const json& value = member(object, key);
    if (!value.is_object()) fail(fmt::format("not Yosys JSON: '{}' is not an object", key));
    return value;
  }

  /// Net of a bit number, made at first sight.
  NetId net_of(int64_t bit) {
    const auto [entry, is_new] =
        net_of_bit_.emplace(bit, static_cast<NetId>(result_.netlist.nets.size()));
    if (is_new) {
      if (result_.netlist.nets.size() >= kMaxNets) fail(fmt::format("more than {} nets", kMaxNets));
      result_.netlist.nets.emplace_back();
      bits_.push_back(bit);
      driven_.push_back(0);
      place_.push_back({file_});
    }
    return entry->second;
  }

  /// A number, or a constant "0"/"1".
  struct Bit {
    int64_t number = -1;
    bool constant = false;
    bool is_constant = false;
  };
  Bit read_bit(const json& bit, const SourcePlace& place, const std::string& what) const {
    if (bit.is_number_integer()) {
      const auto number = bit.get<int64_t>();
      if (number < 0 || number > INT32_MAX) {
        throw InputError(place, fmt::format("{}: bit number {} is out of range", what, number));
      }
      return {number, false, false};
    }
    if (bit.is_string()) {
      const auto text = bit.get<std::string>();
      if (text == "0" || text == "1") return {-1, text == "1", true};
      if (text == "x" || text == "z") {
        throw InputError(place, fmt::format("{} is undriven or undefined ('{}')", what, text),
                         "drive it with a gate or a constant 0 or 1");
      }
    }
    throw InputError(place, fmt::format("{}: not a bit: {}", what, bit.dump()));
  }

  NetId add_gate(GateKind kind, std::array<NetId, 3> in, NetId out, const SourcePlace& place) {
    if (driven_[out] != 0) {
      throw InputError(place, fmt::format("net '{}' has more than one driver", name_of(out)),
                       "remove one of them");
    }
    driven_[out] = 1;
    place_[out] = place;
    result_.netlist.gates.push_back({kind, in, out});
    return out;
  }

  NetId new_constant_net(bool value, const std::string& name) {
    const NetId net = net_of(next_constant_--);
    result_.netlist.nets[net].name = name;
    return add_gate(value ? GateKind::kConst1 : GateKind::kConst0, {kNoNet, kNoNet, kNoNet}, net,
                    {file_});
  }

  NetId constant_net(bool value) {
    NetId& net = constants_[value ? 1 : 0];
    if (net == kNoNet) net = new_constant_net(value, value ? "const1" : "const0");
    return net;
  }

  void read_ports() {
    const json& ports = object_member(module_, "ports");
    for (const auto& [name, port] : ports.items()) {
      if (name != "A" && name != "B" && name != "O") {
        throw InputError(
            wire_place(name),
            fmt::format("unexpected port '{}': a multiplier has the ports A[7:0], B[7:0], O[15:0]",
                        name),
            "rename the ports, or wrap the module");
      }
      if (port.is_object() && port.contains("signed") && port["signed"] != 0)
        result_.has_signed_port = true;
    }
    for (const char* name : {"A", "B", "O"}) {
      if (!ports.contains(name)) {
        fail(fmt::format("port '{}' is missing: a multiplier has the ports A[7:0], B[7:0], O[15:0]",
                         name),
             "rename the ports, or wrap the module");
      }
      const json& port = ports.at(name);
      const json& bits = member(port, "bits");
      const bool is_output = std::string(name) == "O";
      const std::size_t width = is_output ? 16 : 8;
      if (!bits.is_array() || bits.size() != width) {
        throw InputError(
            wire_place(name),
            fmt::format("port '{}' is {} bits wide, {} are needed", name, bits.size(), width),
            is_output ? "the product of two 8-bit operands has 16 bits" : "operands have 8 bits");
      }
      const json& direction = member(port, "direction");
      if (direction != (is_output ? "output" : "input")) {
        throw InputError(wire_place(name), fmt::format("port '{}' is not an {}", name,
                                                       is_output ? "output" : "input"));
      }
      if (!is_output)
        read_input_port(bits, name,
                        name[0] == 'A' ? result_.netlist.port_a : result_.netlist.port_b);
    }
  }

  void read_input_port(const json& bits, const std::string& name, std::vector<NetId>& port) {
    for (std::size_t i = 0; i < bits.size(); ++i) {
      const Bit bit = read_bit(bits[i], {file_}, fmt::format("port {}[{}]", name, i));
      if (bit.is_constant) fail(fmt::format("input port bit {}[{}] is a constant", name, i));
      const NetId net = net_of(bit.number);
      if (driven_[net] != 0) {
        throw InputError(
            wire_place(name),
            fmt::format("input bits {} and {}[{}] are joined: a net has more than one driver",
                        name_of(net), name, i),
            "remove one of the assignments");
      }
      driven_[net] = 1;
      result_.netlist.nets[net].name = fmt::format("{}[{}]", name, i);
      port.push_back(net);
    }
  }

  void read_cells() {
    for (const auto& [name, cell] : object_member(module_, "cells").items()) {
      const SourcePlace place = place_of(cell, file_);
      const json& type = member(cell, "type");
      if (!type.is_string()) fail(fmt::format("cell '{}' has no type", name));
      read_cell(name, type.get<std::string>(), object_member(cell, "connections"), place);
    }
  }

  void read_cell(const std::string& name, const std::string& type, const json& connections,
                 const SourcePlace& place) {
    const auto kind = cell_kinds().find(type);
    if (kind == cell_kinds().end()) refuse_cell(name, type, place);
    const auto pin = [&](const std::string& pin_text) -> Bit {
      const auto found = connections.find(pin_text);
      if (found == connections.end() || !found->is_array() || found->size() != 1) {
        throw InputError(place, fmt::format("cell '{}' ({}): pin {} must be connected to one bit",
                                            name, type, pin_text));
      }
      return read_bit((*found)[0], place, fmt::format("pin {} of cell '{}'", pin_text, name));
    };
    std::array<NetId, 3> in = {kNoNet, kNoNet, kNoNet};
    for (int i = 0; i < num_inputs(kind->second); ++i) {
      const Bit bit = pin(std::string(pin_name(kind->second, i)));
      in[static_cast<std::size_t>(i)] =
          bit.is_constant ? constant_net(bit.constant) : net_of(bit.number);
    }
    const Bit out = pin("Y");
    if (out.is_constant) {
      throw InputError(place, fmt::format("cell '{}' drives a constant", name));
    }
    add_gate(kind->second, in, net_of(out.number), place);
  }

  [[noreturn]] void refuse_cell(const std::string& name, const std::string& type,
                                const SourcePlace& place) const {
    if (type.find("DFF") != std::string::npos || type.find("LATCH") != std::string::npos ||
        type.find("SR_") != std::string::npos || type.find("$dff") != std::string::npos) {
      throw InputError(place, fmt::format("a register or latch ({}, cell '{}')", type, name),
                       "a PE multiplier must be combinational: assign every output on every path");
    }
    throw InputError(
        place, fmt::format("cell '{}' has the unknown type '{}'", name, type),
        "define it in the file or with a cell library; JSON must hold 1-bit cells ($_AND_, ...)");
  }

  void read_outputs() {
    const json& bits = module_.at("ports").at("O").at("bits");
    for (std::size_t i = 0; i < bits.size(); ++i) {
      const std::string name = fmt::format("O[{}]", i);
      const Bit bit = read_bit(bits[i], wire_place("O"), fmt::format("output bit {}", name));
      // A constant output bit is a wire of its own: a fault on it must not reach the others.
      const NetId net = bit.is_constant ? new_constant_net(bit.constant, name) : net_of(bit.number);
      result_.netlist.port_o.push_back(net);
    }
  }

  /// Every name that the JSON gives to the nets of the circuit.
  std::vector<RawNetName> raw_names() const {
    std::vector<RawNetName> names;
    for (std::size_t i = 0; i < result_.netlist.port_o.size(); ++i) {
      names.push_back({result_.netlist.port_o[i], "O", static_cast<int64_t>(i), false});
    }
    const auto netnames = module_.find("netnames");
    if (netnames == module_.end()) return names;
    if (!netnames->is_object()) fail("not Yosys JSON: 'netnames' is not an object");
    for (const auto& [name, entry] : netnames->items()) {
      const json& bits = member(entry, "bits");
      if (!bits.is_array()) fail(fmt::format("not Yosys JSON: bits of net '{}'", name));
      const bool hidden = entry.contains("hide_name") && entry["hide_name"] == 1;
      const int64_t offset = entry.value("offset", int64_t{0});
      for (std::size_t i = 0; i < bits.size(); ++i) {
        if (!bits[i].is_number_integer()) continue;
        const auto found = net_of_bit_.find(bits[i].get<int64_t>());
        if (found == net_of_bit_.end()) continue;
        const int64_t index = bits.size() == 1 ? -1 : static_cast<int64_t>(i) + offset;
        names.push_back({found->second, name, index, hidden});
      }
    }
    return names;
  }

  /// Name of a net before name_nets ran, for errors.
  std::string name_of(NetId id) const {
    if (!result_.netlist.nets[id].name.empty()) return result_.netlist.nets[id].name;
    for (const RawNetName& raw : raw_names()) {
      if (raw.net == id && !raw.hidden) return raw.full_name();
    }
    return fmt::format("bit {}", bits_[id]);
  }

  void check_driven() const {
    std::vector<NetId> undriven;
    for (std::size_t i = 0; i < driven_.size(); ++i) {
      if (driven_[i] == 0) undriven.push_back(static_cast<NetId>(i));
    }
    if (undriven.empty()) return;
    const NetId first = undriven.front();
    std::string name = fmt::format("bit {}", bits_[first]);
    const std::string more =
        undriven.size() > 1 ? fmt::format(" (and {} more)", undriven.size() - 1) : "";
    SourcePlace place{file_};
    for (const RawNetName& raw : raw_names()) {
      if (raw.net != first || raw.hidden || place.line != 0) continue;
      name = raw.full_name();
      place = wire_place(raw.name);
    }
    throw InputError(place, fmt::format("net '{}' is read but nothing drives it{}", name, more),
                     "drive it with a gate or a constant");
  }

  void sort_gates() {
    const auto loop = sort_topologically(result_.netlist);
    if (loop.empty()) return;
    std::string path;
    for (const NetId net : loop) path += result_.netlist.nets[net].name + " -> ";
    throw InputError(
        place_[loop.front()],
        fmt::format("combinational loop: {}{}", path, result_.netlist.nets[loop.front()].name),
        "a PE multiplier must be free of loops");
  }

  const json& module_;
  std::string file_;
  ParsedModule result_;
  std::map<int64_t, NetId> net_of_bit_;
  std::vector<int64_t> bits_;
  std::vector<char> driven_;
  std::vector<SourcePlace> place_;
  NetId constants_[2] = {kNoNet, kNoNet};
  int64_t next_constant_ = -1;
};

std::string find_top(const json& modules, const std::string& file, const std::string& wanted) {
  std::set<std::string> tops;
  std::vector<std::string> names;
  for (const auto& [name, module] : modules.items()) {
    if (!module.is_object()) throw InputError({file}, "not Yosys JSON: a module is not an object");
    tops.insert(name);
    names.push_back(name);
  }
  if (!wanted.empty()) {
    if (tops.count(wanted) != 0) return wanted;
    throw InputError({file}, fmt::format("has no module '{}'", wanted), suggestion(wanted, names));
  }
  for (const auto& [name, module] : modules.items()) {
    const auto cells = module.find("cells");
    if (cells == module.end() || !cells->is_object()) continue;
    for (const auto& [cell_name, cell] : cells->items()) {
      if (cell.is_object() && cell.contains("type") && cell["type"].is_string()) {
        tops.erase(cell["type"].get<std::string>());
      }
    }
  }
  if (tops.size() != 1) {
    throw InputError(
        {file},
        tops.empty() ? "has no top module"
                     : fmt::format("has {} top modules: {}", tops.size(), fmt::join(tops, ", ")),
        "choose one with --top NAME");
  }
  return *tops.begin();
}

}  // namespace

ParsedModule parse_yosys_json(const std::string& text, const std::string& file,
                              const std::string& top) {
  json document;
  try {
    document = json::parse(text);
  } catch (const json::parse_error& error) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, text.size()));
    const int line = 1 + static_cast<int>(std::count(text.begin(), end, '\n'));
    throw InputError({file, line}, "not valid JSON (is the file truncated?)");
  }
  if (!document.is_object() || !document.contains("modules") || !document["modules"].is_object() ||
      document["modules"].empty()) {
    throw InputError({file}, "not Yosys JSON: no 'modules'", "write it with yosys' write_json");
  }
  const std::string name = find_top(document["modules"], file, top);
  try {
    return ModuleReader(document["modules"][name], name, file).read();
  } catch (const json::exception& error) {
    throw InputError({file}, fmt::format("not Yosys JSON: {}", error.what()));
  }
}

}  // namespace faultwave::netlist
