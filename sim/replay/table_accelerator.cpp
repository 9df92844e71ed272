#include "replay/table_accelerator.hpp"

#include <utility>

#include "base/error.hpp"
#include "replay/table_gemm.hpp"

namespace faultwave::replay {

TableAccelerator::TableAccelerator(const accel::PeMapping& mapping, ProductTables tables)
    : maps_(mapping), tables_(std::move(tables)) {
  check_tables();
}

void TableAccelerator::set_tables(ProductTables tables) {
  tables_ = std::move(tables);
  check_tables();
}

void TableAccelerator::check_tables() const {
  FAULTWAVE_CHECK(tables_.num_pes() == pes().size(), "tables of {} PEs, {}", tables_.num_pes(),
                  pes().description());
}

accel::CycleReport TableAccelerator::run_gemm(const accel::GemmJob& job, int32_t* sums) {
  table_gemm(job, maps_, tables_, bypassed_, sums);
  return {};
}

accel::CycleReport TableAccelerator::run_vector(const std::string&, int64_t) { return {}; }

}  // namespace faultwave::replay
