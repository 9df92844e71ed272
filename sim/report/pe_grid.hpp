// Where the PEs of an accelerator lie in a picture.
#pragma once

#include <string>
#include <vector>

#include "fault/pe_space.hpp"

namespace faultwave::report {

/// A systolic array is one panel of rows x columns. A GPU has a panel per sub-core; in it a row is
/// a dot-product unit and a column one of the lanes that share its accumulator.
struct PeGrid {
  int num_panel_rows = 1;     ///< SMs
  int num_panel_columns = 1;  ///< sub-cores
  int num_rows = 0;
  int num_columns = 0;
  std::string row_name;
  std::string column_name;
  std::string panel_row_name;     ///< empty: one panel
  std::string panel_column_name;  ///< empty: one panel
};

PeGrid make_pe_grid(const fault::PeSpace& space);

/// The accelerators of a campaign's configuration, one per variant. ConfigError when the text is
/// not a configuration that this version reads.
std::vector<fault::PeSpace> pe_spaces_of_config(const std::string& yaml, const std::string& file);

}  // namespace faultwave::report
