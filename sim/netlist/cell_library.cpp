#include "netlist/cell_library.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/tree.hpp"
#include "netlist/liberty.hpp"

namespace faultwave::netlist {
namespace {

class CellReader {
 public:
  CellReader(const std::filesystem::path& path, const LibertyGroup& group)
      : path_(path), group_(group) {}

  Cell read() {
    if (group_.arguments.size() != 1) fail("a cell without a name", "write cell (NAME) {");
    cell_.name = group_.arguments[0];
    cell_.area_um2 = number(group_, "area");
    cell_.leakage_nw = group_.attribute("cell_leakage_power") == nullptr
                           ? 0
                           : number(group_, "cell_leakage_power");
    const LibertyGroup* output = nullptr;
    for (const LibertyGroup* pin : group_.all("pin")) {
      const std::string* direction = pin->attribute("direction");
      const bool is_output = direction != nullptr && *direction == "output";
      if (pin->arguments.size() != 1) fail("a pin without a name", "write pin (NAME) {");
      if (!is_output) {
        cell_.inputs.push_back(pin->arguments[0]);
        cell_.input_pf.push_back(number(*pin, "capacitance"));
      } else if (output != nullptr) {
        fail("cells of more than one output are not known here", "remove the cell");
      } else {
        output = pin;
      }
    }
    if (output == nullptr) fail("a cell without an output", "give one pin direction : output");
    cell_.output = output->arguments[0];
    read_function(*output);
    read_delay(*output);
    read_energy(*output);
    return std::move(cell_);
  }

 private:
  [[noreturn]] void fail(const std::string& problem, const std::string& fix) const {
    throw InputError({path_.string(), group_.line}, fmt::format("cell {}: {}", cell_.name, problem),
                     fix);
  }

  double parse(const std::string& text) const {
    double value = 0;
    const auto begin = text.find_first_not_of(' ');
    const char* first = text.data() + (begin == std::string::npos ? text.size() : begin);
    const char* last = text.data() + text.find_last_not_of(' ') + 1;
    const auto result = std::from_chars(first, last, value);
    if (result.ec != std::errc{} || result.ptr != last) {
      fail(fmt::format("'{}' is no number", text), "write a decimal number");
    }
    return value;
  }

  double number(const LibertyGroup& group, const char* name) const {
    const std::string* text = group.attribute(name);
    if (text == nullptr) fail(fmt::format("no {}", name), fmt::format("add {} : NUMBER;", name));
    return parse(*text);
  }

  /// All numbers of the "values" of a table.
  std::vector<double> table(const LibertyGroup& group) const {
    std::vector<double> numbers;
    for (const LibertyGroup* values : group.all("values")) {
      for (const auto& row : values->arguments) {
        std::size_t begin = 0;
        while (begin <= row.size()) {
          const auto end = std::min(row.find(',', begin), row.size());
          numbers.push_back(parse(row.substr(begin, end - begin)));
          begin = end + 1;
        }
      }
    }
    return numbers;
  }

  /// Tables are (input transition, load at 0 and 0.1 pF); the first row is what counts.
  void read_delay(const LibertyGroup& output) {
    constexpr double kLoadPf = 0.1;
    int count = 0;
    for (const LibertyGroup* timing : output.all("timing")) {
      for (const char* kind : {"cell_rise", "cell_fall"}) {
        for (const LibertyGroup* group : timing->all(kind)) {
          const auto values = table(*group);
          if (values.size() != 4) {
            fail("delay tables have two transitions and two loads here",
                 "write values (\"d0, d1\", \"d0, d1\") for loads of 0 and 0.1 pF");
          }
          cell_.delay_ns += values[0];
          cell_.delay_ns_per_pf += (values[1] - values[0]) / kLoadPf;
          ++count;
        }
      }
    }
    if (count == 0) fail("no delay", "add timing () groups");
    cell_.delay_ns /= count;
    cell_.delay_ns_per_pf /= count;
  }

  void read_energy(const LibertyGroup& output) {
    double sum = 0;
    int count = 0;
    for (const LibertyGroup* power : output.all("internal_power")) {
      for (const char* kind : {"rise_power", "fall_power"}) {
        for (const LibertyGroup* group : power->all(kind)) {
          for (const double value : table(*group)) {
            sum += value;
            ++count;
          }
        }
      }
    }
    cell_.energy_pj = count == 0 ? 0 : sum / count;
  }

  void read_function(const LibertyGroup& output) {
    const std::string* text = output.attribute("function");
    if (text == nullptr) fail("no function", "add function : \"...\"; to the output");
    if (cell_.inputs.size() > 6) fail("more than six inputs", "remove the cell");
    function_ = *text;
    for (unsigned row = 0; row < (1u << cell_.inputs.size()); ++row) {
      at_ = 0;
      cell_.truth_table.push_back(any_of(row));
      if (peek() != '\0')
        fail(fmt::format("function \"{}\" does not end", function_), "correct it");
    }
  }

  // Expressions: + | or; ^ xor; * & blank and; ! before and ' behind invert.
  char peek() {
    while (at_ < function_.size() && function_[at_] == ' ') ++at_;
    return at_ < function_.size() ? function_[at_] : '\0';
  }
  bool any_of(unsigned row) {
    bool value = parity_of(row);
    while (peek() == '+' || peek() == '|') {
      ++at_;
      value = parity_of(row) || value;
    }
    return value;
  }
  bool parity_of(unsigned row) {
    bool value = all_of(row);
    while (peek() == '^') {
      ++at_;
      value = all_of(row) != value;
    }
    return value;
  }
  bool all_of(unsigned row) {
    bool value = factor(row);
    while (true) {
      const char c = peek();
      if (c == '*' || c == '&') {
        ++at_;
      } else if (c != '!' && c != '(' && !is_letter(c)) {
        return value;
      }
      value = factor(row) && value;
    }
  }
  bool factor(unsigned row) {
    bool value = false;
    const char c = peek();
    if (c == '!') {
      ++at_;
      return !factor(row);
    }
    if (c == '(') {
      ++at_;
      value = any_of(row);
      if (peek() != ')') fail(fmt::format("function \"{}\": ) is missing", function_), "add it");
      ++at_;
    } else {
      std::string name;
      while (at_ < function_.size() && is_letter(function_[at_])) name += function_[at_++];
      const auto pin = std::find(cell_.inputs.begin(), cell_.inputs.end(), name);
      if (pin == cell_.inputs.end()) {
        fail(fmt::format("function \"{}\" reads '{}', which is no input", function_, name),
             "use the names of input pins");
      }
      value = ((row >> (pin - cell_.inputs.begin())) & 1u) != 0;
    }
    while (peek() == '\'') {
      ++at_;
      value = !value;
    }
    return value;
  }
  static bool is_letter(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  }

  std::filesystem::path path_;
  const LibertyGroup& group_;
  Cell cell_;
  std::string function_;
  std::size_t at_ = 0;
};

}  // namespace

const Cell& CellLibrary::at(const std::string& name) const {
  const auto found = cells.find(name);
  if (found == cells.end()) {
    throw InputError({path.string()}, fmt::format("this cell library has no cell {}", name),
                     "use rtl/cells/faultwave45.lib or add the cell");
  }
  return found->second;
}

double CellLibrary::gate_area_um2(GateKind kind) const {
  const auto area = [this](const char* name) { return at(name).area_um2; };
  switch (kind) {
    case GateKind::kConst0:
    case GateKind::kConst1:
    case GateKind::kBuf:
      return 0;
    case GateKind::kNot:
      return area("INVX1");
    case GateKind::kAnd:
      return area("AND2X1");
    case GateKind::kNand:
      return area("NAND2X1");
    case GateKind::kOr:
      return area("OR2X1");
    case GateKind::kNor:
      return area("NOR2X1");
    case GateKind::kXor:
      return area("XOR2X1");
    case GateKind::kXnor:
      return area("XNOR2X1");
    case GateKind::kAndNot:  // !(!A | B)
      return area("INVX1") + std::min(area("NOR2X1"), area("AND2X1"));
    case GateKind::kOrNot:  // !(!A & B)
      return area("INVX1") + std::min(area("NAND2X1"), area("OR2X1"));
    case GateKind::kMux:
      return 2 * area("INVX1") + area("AOI22X1");
  }
  throw InternalError("unknown gate kind");
}

CellLibrary load_cell_library(const std::filesystem::path& path) {
  const LibertyGroup group = read_liberty(path);
  CellLibrary library;
  library.path = path;
  if (const std::string* voltage = group.attribute("nom_voltage")) {
    library.voltage = std::atof(voltage->c_str());
  }
  if (library.voltage <= 0) {
    throw InputError({path.string(), group.line}, "no nom_voltage", "add nom_voltage : VOLTS;");
  }
  for (const LibertyGroup* cell : group.all("cell")) {
    Cell read = CellReader(path, *cell).read();
    const std::string name = read.name;
    if (!library.cells.emplace(name, std::move(read)).second) {
      throw InputError({path.string(), cell->line}, fmt::format("cell {} is there twice", name),
                       "remove one");
    }
  }
  return library;
}

std::filesystem::path default_cell_library() {
  return tree_root() / "rtl" / "cells" / "faultwave45.lib";
}

}  // namespace faultwave::netlist
