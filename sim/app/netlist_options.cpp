#include "app/netlist_options.hpp"

#include <string>

#include "base/error.hpp"
#include "netlist/front_end.hpp"

namespace faultwave::app {

namespace po = boost::program_options;

void add_netlist_options(po::options_description& options) {
  // clang-format off
  options.add_options()
      ("netlist", po::value<std::string>()->value_name("MULTIPLIER")->required(),
       "multiplier: a .v, .sv, .blif or Yosys .json file, or the name of a known one")
      ("top", po::value<std::string>()->value_name("MODULE")->default_value(""),
       "top module (default: the only one that nothing instantiates)")
      ("cells", po::value<std::string>()->value_name("FILE")->default_value(""),
       "Verilog file with further standard cells (rtl/cells is always read)")
      ("signed", "operands are in two's complement (default: as the file says)")
      ("unsigned", "operands are unsigned")
      ("any-function", "accept circuits that are far from a product");
  // clang-format on
}

LoadedNetlist load_named_netlist(const po::variables_map& values) {
  netlist::LoadOptions options;
  options.top = values["top"].as<std::string>();
  options.cell_library = values["cells"].as<std::string>();
  options.any_function = values.count("any-function") != 0;
  const bool is_signed = values.count("signed") != 0;
  const bool is_unsigned = values.count("unsigned") != 0;
  if (is_signed && is_unsigned) throw UsageError("--signed and --unsigned exclude each other");
  if (is_signed || is_unsigned) options.is_signed = is_signed;
  const auto path = netlist::find_netlist(values["netlist"].as<std::string>());
  return {path, netlist::load_netlist(path, options)};
}

}  // namespace faultwave::app
