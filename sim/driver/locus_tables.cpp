#include "driver/locus_tables.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/error.hpp"
#include "fault/locus_table.hpp"

namespace faultwave::driver {
namespace {

/// 128 KiB each: 1 GiB of product tables.
constexpr std::size_t kMaxTables = 8192;

/// What distinguishes two faults of one PE.
using FaultKey = std::tuple<int, uint32_t, int32_t, int, int, int>;

FaultKey key_of(const fault::Fault& fault) {
  return {static_cast<int>(fault.unit), fault.site.net, fault.site.gate, fault.site.pin, fault.bit,
          static_cast<int>(fault.kind)};
}

}  // namespace

int64_t LocusTables::num_faulty() const {
  return std::count_if(table_of_pe.begin(), table_of_pe.end(), [](uint16_t t) { return t != 0; });
}

LocusTables build_locus_tables(const netlist::Netlist& multiplier,
                               const std::vector<fault::Fault>& faults, int rows, int cols,
                               bool weight_on_port_a) {
  LocusTables result;
  result.rows = rows;
  result.cols = cols;
  result.table_of_pe.assign(static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols), 0);
  result.tables.push_back(fault::locus_table(multiplier, {}, weight_on_port_a).table);

  std::map<std::size_t, std::vector<fault::Fault>> faults_of_pe;
  for (const auto& fault : faults) {
    if (!fault.window.is_permanent() || fault.unit == fault::Unit::kPartialSum) continue;
    const bool spreads = fault.unit == fault::Unit::kActivation;
    const int last_col = spreads ? cols - 1 : fault.locus.col;
    for (int col = fault.locus.col; col <= last_col; ++col) {
      faults_of_pe[static_cast<std::size_t>(fault.locus.row) * static_cast<std::size_t>(cols) +
                   static_cast<std::size_t>(col)]
          .push_back(fault);
    }
  }
  std::map<std::vector<FaultKey>, uint16_t> known;
  for (const auto& [pe, own] : faults_of_pe) {
    std::vector<FaultKey> keys;
    for (const auto& fault : own) keys.push_back(key_of(fault));
    const auto [entry, is_new] = known.emplace(keys, static_cast<uint16_t>(result.tables.size()));
    if (is_new) {
      if (result.tables.size() >= kMaxTables) {
        throw UsageError(fmt::format(
            "more than {} distinct fault sets in one array\n  fix: use a lower rate or a smaller "
            "array, or mitigations: [none]",
            kMaxTables));
      }
      result.tables.push_back(fault::locus_table(multiplier, own, weight_on_port_a).table);
    }
    result.table_of_pe[pe] = entry->second;
  }
  return result;
}

}  // namespace faultwave::driver
