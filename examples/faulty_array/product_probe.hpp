// Measures what the PEs of a systolic array multiply, from the outside.
#pragma once

#include <faultwave/accel/systolic_array.hpp>
#include <faultwave/netlist/product_table.hpp>
#include <vector>

/// Product tables of all PEs, [row * cols + col]: every weight is loaded into the array, every
/// activation is streamed through one row at a time, and the sums at the bottom are read. All
/// other rows are idle, so that a sum is one product. `array` has not been stepped before.
std::vector<faultwave::netlist::ProductTable> measure_products(
    faultwave::accel::SystolicArray& array);
