#include "report/pe_grid.hpp"

#include "driver/accelerator_reader.hpp"
#include "driver/yaml_reader.hpp"

namespace faultwave::report {

PeGrid make_pe_grid(const fault::PeSpace& space) {
  PeGrid grid;
  if (space.kind() == fault::PeSpace::Kind::kArray) {
    grid.num_rows = space.dim(0);
    grid.num_columns = space.dim(1);
    grid.row_name = "row";
    grid.column_name = "column";
    return grid;
  }
  grid.num_panel_rows = space.dim(0);
  grid.num_panel_columns = space.dim(1);
  grid.num_columns = space.lanes_per_dpu();
  grid.num_rows = (space.dim(2) + grid.num_columns - 1) / grid.num_columns;
  grid.row_name = "dot-product unit";
  grid.column_name = "lane of the unit";
  grid.panel_row_name = "SM";
  grid.panel_column_name = "sub-core";
  return grid;
}

std::vector<fault::PeSpace> pe_spaces_of_config(const std::string& yaml, const std::string& file) {
  std::vector<fault::PeSpace> spaces;
  const auto document = driver::YamlDocument::from_text(yaml, file);
  for (const auto& [name, variant] : document.variants()) {
    driver::YamlMap root(variant, variant.root(), "");
    int64_t batch_images = 0;
    spaces.push_back(
        driver::pe_space(driver::read_accelerator(root.map("accelerator"), &batch_images)));
  }
  return spaces;
}

}  // namespace faultwave::report
