#include "campaign/fault_universe.hpp"

#include <algorithm>
#include <bit>
#include <set>

#include "base/error.hpp"
#include "base/file.hpp"
#include "fault/locus_table.hpp"
#include "netlist/collapse.hpp"
#include "netlist/metrics.hpp"

namespace faultwave::campaign {
namespace {

/// A fault as a class of its own has it, without its PE.
std::string name_in_pe(const netlist::Netlist& multiplier, fault::Fault fault,
                       const fault::PeSpace& space) {
  fault.pe = 0;
  return fault::fault_name(multiplier, fault, space).substr(space.pe_name(0).size() + 1);
}

std::string unit_name(fault::Unit unit, const fault::PeSpace& space) {
  switch (unit) {
    case fault::Unit::kMultiplier:
      return "mult";
    case fault::Unit::kWeight:
      return "weight";
    case fault::Unit::kActivation:
      return "activation";
    case fault::Unit::kPartialSum:
      return space.kind() == fault::PeSpace::Kind::kArray ? "psum" : "accumulator";
  }
  throw InternalError("unit out of range");
}

class UniverseBuilder {
 public:
  UniverseBuilder(const CampaignConfig& config, const netlist::Netlist& multiplier,
                  const fault::PeSpace& space, bool weight_on_port_a, bool gate_level)
      : config_(config),
        multiplier_(multiplier),
        space_(space),
        weight_on_port_a_(weight_on_port_a),
        gate_level_(gate_level),
        levels_(multiplier.levels()) {}

  TriedFaults build() {
    switch (config_.universe) {
      case Universe::kNets: {
        std::vector<netlist::NetFault> faults;
        for (const auto& site : netlist::enumerate_sites(multiplier_)) add_kinds(site, faults);
        add_net_faults(std::move(faults));
        break;
      }
      case Universe::kOutputBits: {
        std::vector<netlist::NetFault> faults;
        // Bits that one net drives are one site.
        std::set<netlist::NetId> nets;
        for (const auto net : multiplier_.port_o) {
          if (nets.insert(net).second) add_kinds({net, -1, -1}, faults);
        }
        add_net_faults(std::move(faults));
        break;
      }
      case Universe::kRegisters:
        add_registers();
        break;
      case Universe::kFile:
        add_file();
        break;
    }
    return std::move(tried_);
  }

 private:
  void add_kinds(const netlist::Site& site, std::vector<netlist::NetFault>& faults) const {
    for (const auto kind : config_.kinds) faults.push_back({site, kind});
  }

  static fault::Fault of_net(const netlist::NetFault& net_fault) {
    fault::Fault fault;
    fault.site = net_fault.site;
    fault.kind = net_fault.kind;
    return fault;
  }

  FaultRow describe(const fault::Fault& fault) const {
    FaultRow row;
    row.name = name_in_pe(multiplier_, fault, space_);
    row.unit = unit_name(fault.unit, space_);
    row.kind = netlist::to_string(fault.kind);
    if (fault.unit == fault::Unit::kMultiplier) {
      row.net = netlist::site_name(multiplier_, {fault.site.net, -1, -1});
      row.level = levels_[fault.site.net];
    } else {
      row.net = fmt::format("{}[{}]", row.unit, fault.bit);
    }
    return row;
  }

  static void set_effect(FaultRow& row, double mae, int64_t wce, double ep_percent,
                         double mean_error, uint16_t changed_outputs) {
    row.mae = mae;
    row.wce = static_cast<double>(wce);
    row.error_probability = ep_percent / 100;
    row.mean_error = mean_error;
    if (changed_outputs == 0) return;
    row.lowest_output_bit = std::countr_zero(changed_outputs);
    row.highest_output_bit = std::bit_width(changed_outputs) - 1;
  }

  void add_class(TriedClass tried) {
    const auto index = static_cast<uint32_t>(tried_.classes.size());
    for (const uint32_t member : tried.members) {
      if (member >= tried_.class_of.size()) tried_.class_of.resize(member + 1);
      tried_.class_of[member] = index;
    }
    tried_.classes.push_back(std::move(tried));
  }

  void add_net_faults(std::vector<netlist::NetFault> faults) {
    const auto universe = netlist::collapse_faults(multiplier_, std::move(faults));
    const auto name = [&](uint32_t i) {
      return name_in_pe(multiplier_, of_net(universe.faults[i]), space_);
    };
    const auto add = [&](const std::vector<uint32_t>& members, const netlist::FaultEffect& effect,
                         bool is_undetectable) {
      TriedClass tried;
      tried.representative = of_net(universe.faults[members[0]]);
      tried.is_undetectable = is_undetectable;
      tried.row = describe(tried.representative);
      tried.row.weight = static_cast<int64_t>(members.size());
      set_effect(tried.row, effect.mae, effect.wce, effect.ep_percent, effect.mean_error,
                 effect.changed_outputs);
      for (const uint32_t member : members) tried.row.members.push_back(name(member));
      tried.members = members;
      add_class(std::move(tried));
    };
    std::vector<uint32_t> undetectable;
    for (uint32_t i = 0; i < universe.faults.size(); ++i) {
      if (universe.class_of[i] == netlist::FaultUniverse::kUndetectable) undetectable.push_back(i);
    }
    for (const auto& fault_class : universe.classes) {
      if (config_.collapse) {
        add(fault_class.members, fault_class.effect, false);
        continue;
      }
      for (const uint32_t member : fault_class.members) add({member}, fault_class.effect, false);
    }
    if (undetectable.empty()) return;
    if (config_.collapse) return add(undetectable, {}, true);
    for (const uint32_t member : undetectable) add({member}, {}, true);
  }

  /// A class of one fault whose effect is worked out from its table.
  void add_single(const fault::Fault& fault, bool has_pe) {
    TriedClass tried;
    tried.representative = fault;
    tried.has_pe = has_pe;
    tried.row = describe(fault);
    if (fault.unit != fault::Unit::kPartialSum) {
      if (!has_healthy_) {
        healthy_ = fault::locus_table(multiplier_, {}, weight_on_port_a_).table;
        has_healthy_ = true;
      }
      fault::Fault permanent = fault;
      permanent.window = {};
      const auto table = fault::locus_table(multiplier_, {&permanent, 1}, weight_on_port_a_).table;
      const auto metrics = netlist::error_metrics(table, healthy_);
      uint16_t changed = 0;
      for (std::size_t i = 0; i < table.raw.size(); ++i)
        changed = static_cast<uint16_t>(changed | (table.raw[i] ^ healthy_.raw[i]));
      set_effect(tried.row, metrics.mae, metrics.wce, metrics.ep_percent, metrics.mean_error,
                 changed);
      tried.is_undetectable = changed == 0;
    }
    tried.row.members = {tried.row.name};
    tried.members = {static_cast<uint32_t>(tried_.class_of.size())};
    add_class(std::move(tried));
  }

  void add_registers() {
    const auto add_bits = [&](fault::Unit unit, int bits) {
      for (int bit = 0; bit < bits; ++bit) {
        for (const auto kind : config_.kinds) {
          fault::Fault fault;
          fault.unit = unit;
          fault.bit = bit;
          fault.kind = kind;
          add_single(fault, false);
        }
      }
    };
    add_bits(fault::Unit::kWeight, 8);
    add_bits(fault::Unit::kActivation, 8);
    if (gate_level_) add_bits(fault::Unit::kPartialSum, 32);
  }

  void add_file() {
    const std::string text = read_file(config_.fault_file);
    int line_number = 0;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      std::string line = text.substr(begin, end - begin);
      begin = end + 1;
      ++line_number;
      line = line.substr(0, line.find('#'));
      while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0) {
        line.pop_back();
      }
      line.erase(0, line.find_first_not_of(" \t"));
      if (line.empty()) continue;
      const bool has_pe = line.starts_with("pe[") || line.starts_with("sm[");
      try {
        const auto fault =
            fault::parse_fault(multiplier_, has_pe ? line : space_.pe_name(0) + "." + line, space_);
        if (!gate_level_ &&
            (!fault.window.is_permanent() || fault.unit == fault::Unit::kPartialSum)) {
          throw UsageError(
              "a fault with a window or in a partial sum needs the gate engine\n  fix: engine: "
              "gate");
        }
        check_file_fault(fault, has_pe);
        add_single(fault, has_pe);
      } catch (const UsageError& error) {
        throw ConfigError({config_.fault_file.string(), line_number}, error.what());
      }
    }
    if (tried_.classes.empty()) {
      throw ConfigError({config_.fault_file.string()}, "names no fault");
    }
  }

  void check_file_fault(const fault::Fault& fault, bool has_pe) const {
    if (has_pe && !config_.rates.empty()) {
      throw UsageError("names a PE, but rates draw the PEs\n  fix: the fault alone");
    }
    if (fault.window.is_permanent()) return;
    if (config_.window_cycles > 0) {
      throw UsageError("has a window of its own beside faults.window_cycles\n  fix: one of them");
    }
    for (const auto& cell : config_.cells) {
      if (config_.each_layer || mitigations_of(cell).size() > 1) {
        throw UsageError(
            "a fault with a window goes with neither layers nor mitigations\n  fix: mitigations: "
            "[none], no campaign.layers");
      }
    }
  }

  const CampaignConfig& config_;
  const netlist::Netlist& multiplier_;
  const fault::PeSpace& space_;
  bool weight_on_port_a_;
  bool gate_level_;
  std::vector<int> levels_;
  netlist::ProductTable healthy_;
  bool has_healthy_ = false;
  TriedFaults tried_;
};

}  // namespace

TriedFaults tried_faults(const CampaignConfig& config, const netlist::Netlist& multiplier,
                         const fault::PeSpace& space, bool weight_on_port_a, bool gate_level) {
  return UniverseBuilder(config, multiplier, space, weight_on_port_a, gate_level).build();
}

std::string stratum_of(const TriedClass& tried, Strata strata) {
  const auto text = [](const std::optional<int64_t>& value) {
    return value ? std::to_string(*value) : std::string("none");
  };
  switch (strata) {
    case Strata::kNone:
      return "";
    case Strata::kOutputBit:
      return text(tried.row.highest_output_bit);
    case Strata::kLevel:
      return text(tried.row.level);
  }
  throw InternalError("strata out of range");
}

}  // namespace faultwave::campaign
