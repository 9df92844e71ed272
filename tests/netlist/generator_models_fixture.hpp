// Arithmetic models of the multiplier families, written apart from the generators.
#pragma once

#include "netlist/generator.hpp"
#include "netlist/product_table.hpp"

namespace faultwave::netlist {

/// The products that a family's paper and parameters call for, from integers and truth tables.
ProductTable family_model(const std::string& family, const GeneratorValues& values);

}  // namespace faultwave::netlist
