#include "netlist/generator.hpp"

#include <algorithm>
#include <cctype>

#include "base/suggest.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/generator_columns.hpp"
#include "netlist/generator_families.hpp"
#include "netlist/metrics.hpp"
#include "netlist/verilog_writer.hpp"

namespace faultwave::netlist {
namespace {

/// Defaults overridden by `given`; UsageError for what the family does not know or allow.
GeneratorValues complete_values(const GeneratorFamily& family, const GeneratorValues& given) {
  GeneratorValues values;
  std::vector<std::string> names;
  for (const auto& parameter : family.parameters) {
    values[parameter.name] = parameter.default_value;
    names.push_back(parameter.name);
  }
  for (const auto& [name, value] : given) {
    const auto parameter = std::find_if(family.parameters.begin(), family.parameters.end(),
                                        [&](const auto& p) { return p.name == name; });
    if (parameter == family.parameters.end()) {
      throw UsageError(
          fmt::format("family '{}' has no parameter '{}'\n  fix: {}", family.name, name,
                      names.empty() ? std::string("it takes none") : suggestion(name, names)));
    }
    if (value < parameter->min || value > parameter->max) {
      throw UsageError(fmt::format("{}={} is out of range: family '{}' takes {} to {} ({})", name,
                                   value, family.name, parameter->min, parameter->max,
                                   parameter->meaning));
    }
    values[name] = value;
  }
  return values;
}

/// Breaks `text` at blanks to lines of at most 94 characters; later ones are indented.
std::string wrapped(const std::string& text) {
  constexpr std::size_t kWidth = 94;
  std::string result;
  std::size_t line_begin = 0;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const auto end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (result.size() - line_begin + 1 + word.size() > kWidth) {
      result += "\n ";
      line_begin = result.size() - 1;
    }
    if (!result.empty()) result += ' ';
    result += word;
    begin = end + 1;
  }
  return result + "\n";
}

std::string regenerate_command(const GeneratorFamily& family, const GeneratorValues& values,
                               const std::string& name) {
  std::string command = fmt::format("faultwave netlist generate --family {}", family.name);
  for (const auto& [parameter, value] : values) {
    command += fmt::format(" --param {}={}", parameter, value);
  }
  if (name != family.circuit_name(values)) command += fmt::format(" --name {}", name);
  return command;
}

std::string header(const GeneratorFamily& family, const GeneratorValues& values,
                   const Netlist& netlist) {
  std::string text = wrapped(fmt::format("{}: {}", netlist.name, family.summary));
  text += fmt::format("8x8 bits, {} operands and product\n",
                      netlist.is_signed ? "two's complement" : "unsigned");
  for (const auto& parameter : family.parameters) {
    text += wrapped(
        fmt::format("  {} = {}: {}", parameter.name, values.at(parameter.name), parameter.meaning));
  }
  const auto metrics = error_metrics(product_table(netlist));
  text += "\n" + wrapped("Paper: " + family.paper) + wrapped("Nets: " + family.nets);
  text += wrapped(
      metrics.wce == 0
          ? std::string("Error: none, over all 65,536 operand pairs")
          : fmt::format("Error over all 65,536 operand pairs: MAE {:.3f}, WCE {}, EP {:.3f} %, MRE "
                        "{:.3f} %, mean {:.3f}",
                        metrics.mae, metrics.wce, metrics.ep_percent, metrics.mre_percent,
                        metrics.mean_error));
  text += fmt::format("\nGenerated, do not edit:\n  {}\n",
                      regenerate_command(family, values, netlist.name));
  return text;
}

}  // namespace

void check_module_name(const std::string& name) {
  const auto is_letter = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  const bool is_identifier = !name.empty() &&
                             std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
                             std::all_of(name.begin(), name.end(), is_letter);
  if (!is_identifier) {
    throw UsageError(fmt::format(
        "'{}' is no module name: use letters, digits and _, not beginning with a digit", name));
  }
}

const std::vector<GeneratorFamily>& generator_families() {
  static const std::vector<GeneratorFamily> kFamilies = {array_family(),
                                                         dadda_family(),
                                                         baugh_wooley_family(),
                                                         truncated_family(),
                                                         broken_array_family(),
                                                         underdesigned_family(),
                                                         compressor_family(),
                                                         lower_or_family(),
                                                         drum_family(),
                                                         mitchell_family(),
                                                         signed_truncated_family(),
                                                         signed_broken_array_family()};
  return kFamilies;
}

const GeneratorFamily& find_generator_family(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& family : generator_families()) {
    if (family.name == name) return family;
    names.push_back(family.name);
  }
  throw UsageError(
      fmt::format("unknown multiplier family '{}'\n  fix: {}", name, suggestion(name, names)));
}

GeneratedMultiplier generate_multiplier(const GeneratorRequest& request) {
  const GeneratorFamily& family = find_generator_family(request.family);
  GeneratedMultiplier result;
  result.family = family.name;
  result.values = complete_values(family, request.values);
  const std::string name = request.name.empty() ? family.circuit_name(result.values) : request.name;
  check_module_name(name);
  result.netlist = without_dead_gates(family.build(name, result.values));
  result.verilog =
      write_scalar_verilog(result.netlist, header(family, result.values, result.netlist));
  return result;
}

std::string values_text(const GeneratorValues& values) {
  std::string text;
  for (const auto& [name, value] : values) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ";", name, value);
  }
  return text;
}

}  // namespace faultwave::netlist
