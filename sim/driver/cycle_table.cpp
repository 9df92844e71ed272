#include "driver/cycle_table.hpp"

namespace faultwave::driver {

int64_t cycles_per_unit(const accel::CycleReport& report, accel::Cause cause) {
  return (report[cause] + report.num_units / 2) / report.num_units;
}

nlohmann::ordered_json cycles_by_cause_json(const accel::CycleReport& report,
                                            std::span<const accel::Cause> causes) {
  nlohmann::ordered_json json;
  for (const accel::Cause cause : causes) json[accel::to_string(cause)] = report[cause];
  return json;
}

}  // namespace faultwave::driver
