// The families behind generator_families(): one function per source file.
#pragma once

#include "netlist/generator.hpp"

namespace faultwave::netlist {

GeneratorFamily array_family();
GeneratorFamily dadda_family();
GeneratorFamily baugh_wooley_family();
GeneratorFamily truncated_family();
GeneratorFamily signed_truncated_family();
GeneratorFamily broken_array_family();
GeneratorFamily signed_broken_array_family();
GeneratorFamily underdesigned_family();
GeneratorFamily compressor_family();
GeneratorFamily lower_or_family();
GeneratorFamily drum_family();
GeneratorFamily mitchell_family();

}  // namespace faultwave::netlist
