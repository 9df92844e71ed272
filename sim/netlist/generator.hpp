// Multipliers that Faultwave writes itself: exact ones and published approximate families.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "netlist/netlist.hpp"

namespace faultwave::netlist {

/// An integer knob of a family.
struct GeneratorParameter {
  std::string name;
  std::string meaning;
  int min = 0;
  int max = 0;
  int default_value = 0;
};

/// Values by parameter name.
using GeneratorValues = std::map<std::string, int>;

/// A family of 8x8 multipliers with one structure.
struct GeneratorFamily {
  std::string name;
  std::string summary;
  /// Authors, title, venue, year.
  std::string paper;
  /// How its nets are named, for the head of the generated file.
  std::string nets;
  std::vector<GeneratorParameter> parameters;
  /// Name of the circuit with these values, "fw8u_bam_h2_v6".
  std::string (*circuit_name)(const GeneratorValues& values);
  /// The circuit; every parameter has a value within its range.
  Netlist (*build)(const std::string& name, const GeneratorValues& values);
};

/// One circuit of a family.
struct GeneratorRequest {
  std::string family;
  /// Parameters that are absent take their default.
  GeneratorValues values;
  /// Empty: the family's own name for it.
  std::string name;
};

/// A multiplier of a family from the literature.
struct GeneratedMultiplier {
  std::string family;
  GeneratorValues values;
  Netlist netlist;
  /// The complete file: what it is, its paper, its errors, the module.
  std::string verilog;
};

/// All families, exact ones first.
const std::vector<GeneratorFamily>& generator_families();
/// UsageError that lists the families when there is none of this name.
const GeneratorFamily& find_generator_family(const std::string& name);

/// UsageError for an unknown family or parameter, a value out of range (the message names the
/// range), or a name that is no Verilog identifier.
GeneratedMultiplier generate_multiplier(const GeneratorRequest& request);

/// The circuits of rtl/multipliers, in the order of its catalog.
const std::vector<GeneratorRequest>& shipped_multipliers();

/// UsageError when `name` is no Verilog identifier.
void check_module_name(const std::string& name);

/// "h=2;v=6".
std::string values_text(const GeneratorValues& values);

/// CSV with one line per circuit: name, family, parameters, signed, gates, depth, the error metrics
/// over all 65,536 operand pairs, estimated energy and delay, sha256 of the product table.
std::string generator_catalog(std::span<const GeneratedMultiplier> multipliers);

}  // namespace faultwave::netlist
