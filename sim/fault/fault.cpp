#include "fault/fault.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/error.hpp"
#include "base/suggest.hpp"

namespace faultwave::fault {
namespace {

constexpr std::string_view kArrayExample =
    "pe[3][7].mult.O[7].sa1 or pe[3][7].weight[6].sa0@100-200";
constexpr std::string_view kGpuExample =
    "sm[0].sub[2].lane[17].mult.O[7].sa1 or sm[0].sub[2].lane[17].weight[6].sa0@100-200";

struct RegisterUnit {
  Unit unit;
  std::string_view name;
  int num_bits;
};
using Registers = std::array<RegisterUnit, 3>;
constexpr Registers kArrayRegisters = {{{Unit::kWeight, "weight", 8},
                                        {Unit::kActivation, "activation", 8},
                                        {Unit::kPartialSum, "psum", 32}}};
constexpr Registers kGpuRegisters = {{{Unit::kWeight, "weight", 8},
                                      {Unit::kActivation, "activation", 8},
                                      {Unit::kPartialSum, "accumulator", 32}}};

const Registers& registers_of(const PeSpace& space) {
  return space.kind() == PeSpace::Kind::kArray ? kArrayRegisters : kGpuRegisters;
}

const RegisterUnit& register_of(const PeSpace& space, Unit unit) {
  const auto* found = std::ranges::find(registers_of(space), unit, &RegisterUnit::unit);
  FAULTWAVE_CHECK(found != registers_of(space).end(), "unit {} is no register",
                  static_cast<int>(unit));
  return *found;
}

std::string window_suffix(const Window& window) {
  if (window.is_permanent()) return {};
  if (window.end_cycle == UINT64_MAX) return fmt::format("@{}-", window.begin_cycle);
  return fmt::format("@{}-{}", window.begin_cycle, window.end_cycle);
}

/// Digits only; nothing when there is anything else, or more than fits.
std::optional<uint64_t> parse_whole_number(std::string_view text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  uint64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Reads one fault name; every error names the whole text.
class FaultParser {
 public:
  FaultParser(const netlist::Netlist& multiplier, std::string_view text, const PeSpace& space)
      : multiplier_(multiplier), space_(space), text_(text), rest_(text) {}

  Fault parse() {
    if (text_.empty()) fail(fmt::format("is empty; write for instance {}", example()));
    Fault fault;
    fault.pe = read_pe();
    if (!rest_.starts_with('.')) {
      fail(fmt::format("expected '.' and a part of the PE after {}; write for instance {}",
                       space_.pe_name(fault.pe), example()));
    }
    rest_.remove_prefix(1);
    const auto last_dot = rest_.rfind('.');
    if (last_dot == std::string_view::npos) {
      fail("has no fault kind; end it with .sa0, .sa1 or .inv");
    }
    read_kind_and_window(rest_.substr(last_dot + 1), fault);
    read_target(rest_.substr(0, last_dot), fault);
    return fault;
  }

 private:
  [[noreturn]] void fail(std::string_view problem) const {
    throw UsageError(fmt::format("fault '{}': {}", text_, problem));
  }

  /// Runs `parse`, whose UsageError then names the whole fault.
  template <typename Parse>
  auto in_this_fault(Parse parse) const {
    try {
      return parse();
    } catch (const UsageError& error) {
      fail(error.what());
    }
  }

  std::string_view example() const {
    return space_.kind() == PeSpace::Kind::kArray ? kArrayExample : kGpuExample;
  }

  int read_pe() {
    if (space_.kind() == PeSpace::Kind::kArray) {
      if (text_.starts_with("sm[")) {
        fail(
            fmt::format("names a lane of a GPU, the accelerator is an array of {}; write for "
                        "instance {}",
                        space_.description(), example()));
      }
      const int row = read_index("pe[", "row", 0);
      return row * space_.dim(1) + read_index("[", "column", 1);
    }
    if (text_.starts_with("pe[")) {
      fail(
          fmt::format("names a PE of a systolic array, the accelerator is a GPU of {}; write for "
                      "instance {}",
                      space_.description(), example()));
    }
    const int sm = read_index("sm[", "SM", 0);
    const int sub_core = read_index(".sub[", "sub-core", 1);
    return (sm * space_.dim(1) + sub_core) * space_.dim(2) + read_index(".lane[", "lane", 2);
  }

  int read_index(std::string_view opening, std::string_view axis, int dim) {
    const auto closing = rest_.find(']');
    if (!rest_.starts_with(opening) || closing == std::string_view::npos) {
      const bool is_array = space_.kind() == PeSpace::Kind::kArray;
      fail(fmt::format("must start with {} and lacks the {}; write for instance {}",
                       is_array ? "pe[ROW][COLUMN]." : "sm[SM].sub[SUB].lane[LANE].", axis,
                       example()));
    }
    const auto digits = rest_.substr(opening.size(), closing - opening.size());
    const auto value = parse_whole_number(digits);
    if (!value) fail(fmt::format("{} '{}' is not a whole number", axis, digits));
    const int limit = space_.dim(dim);
    if (*value >= static_cast<uint64_t>(limit)) {
      fail(fmt::format("{} {} is outside the {} {}; {}s are 0 to {}", axis, *value,
                       space_.kind() == PeSpace::Kind::kArray ? "array of" : "GPU of",
                       space_.description(), axis, limit - 1));
    }
    rest_.remove_prefix(closing + 1);
    return static_cast<int>(*value);
  }

  void read_kind_and_window(std::string_view text, Fault& fault) const {
    const auto at_sign = text.find('@');
    fault.kind = in_this_fault([&] { return netlist::parse_fault_kind(text.substr(0, at_sign)); });
    if (at_sign != std::string_view::npos) fault.window = read_window(text.substr(at_sign + 1));
  }

  Window read_window(std::string_view text) const {
    const auto dash = text.find('-');
    const auto begin = parse_whole_number(text.substr(0, dash));
    const auto end_text = dash == std::string_view::npos ? "?" : text.substr(dash + 1);
    const auto end = end_text.empty() ? UINT64_MAX : parse_whole_number(end_text);
    if (!begin || !end) {
      fail(fmt::format(
          "bad window '@{}'; write @BEGIN-END in cycles, END exclusive, or @BEGIN- for no end",
          text));
    }
    if (*begin >= *end) {
      fail(
          fmt::format("window '@{}' holds no cycle; END is exclusive and must exceed BEGIN", text));
    }
    return {*begin, *end};
  }

  void read_target(std::string_view target, Fault& fault) const {
    constexpr std::string_view kMultiplierPrefix = "mult.";
    if (target.starts_with(kMultiplierPrefix)) {
      fault.unit = Unit::kMultiplier;
      fault.site = in_this_fault([&] {
        return netlist::parse_site(multiplier_, target.substr(kMultiplierPrefix.size()));
      });
      return;
    }
    if (target == "mult") fail("names no net; write mult.NET, such as mult.O[7]");
    read_register_bit(target, fault);
  }

  void read_register_bit(std::string_view target, Fault& fault) const {
    const auto opening = target.find_first_of("[.");
    const auto name = target.substr(0, opening);
    const Registers& registers = registers_of(space_);
    const auto* found = std::ranges::find(registers, name, &RegisterUnit::name);
    if (found == registers.end()) {
      fail(fmt::format(
          "a {} has no part '{}'; {}", space_.kind() == PeSpace::Kind::kArray ? "PE" : "lane", name,
          suggestion(name, {"mult", "weight", "activation", std::string(registers.back().name)})));
    }
    const bool is_indexed =
        opening != std::string_view::npos && target[opening] == '[' && target.ends_with(']');
    if (!is_indexed) {
      fail(fmt::format("names no bit; write {}[BIT], bits 0 to {}", name, found->num_bits - 1));
    }
    const auto digits = target.substr(opening + 1, target.size() - opening - 2);
    const auto bit = parse_whole_number(digits);
    if (!bit || *bit >= static_cast<uint64_t>(found->num_bits)) {
      fail(fmt::format("{} has no bit '{}'; bits are 0 to {}", name, digits, found->num_bits - 1));
    }
    fault.unit = found->unit;
    fault.bit = static_cast<int>(*bit);
  }

  const netlist::Netlist& multiplier_;
  const PeSpace& space_;
  std::string_view text_;
  std::string_view rest_;
};

}  // namespace

std::string fault_name(const netlist::Netlist& multiplier, const Fault& fault,
                       const PeSpace& space) {
  std::string target;
  if (fault.unit == Unit::kMultiplier) {
    target = "mult." + netlist::site_name(multiplier, fault.site);
  } else {
    target = fmt::format("{}[{}]", register_of(space, fault.unit).name, fault.bit);
  }
  return fmt::format("{}.{}.{}{}", space.pe_name(fault.pe), target, netlist::to_string(fault.kind),
                     window_suffix(fault.window));
}

Fault parse_fault(const netlist::Netlist& multiplier, std::string_view text, const PeSpace& space) {
  return FaultParser(multiplier, text, space).parse();
}

}  // namespace faultwave::fault
