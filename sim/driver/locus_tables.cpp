#include "driver/locus_tables.hpp"

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

/// PEs that show the same faults.
struct FaultSet {
  std::vector<fault::Fault> faults;
  std::vector<int> pes;
};

/// The faults that product tables can express, by what each PE shows.
std::vector<FaultSet> group_faults(const std::vector<fault::Fault>& faults,
                                   const fault::PeSpace& space) {
  std::map<int, std::vector<fault::Fault>> faults_of_pe;
  for (const auto& fault : faults) {
    if (!fault.window.is_permanent() || fault.unit == fault::Unit::kPartialSum) continue;
    auto reach = std::pair(fault.pe, fault.pe + 1);
    if (fault.unit == fault::Unit::kActivation) reach = space.activation_reach(fault.pe);
    for (int pe = reach.first; pe < reach.second; ++pe) faults_of_pe[pe].push_back(fault);
  }
  std::vector<FaultSet> sets;
  std::map<std::vector<FaultKey>, std::size_t> known;
  for (const auto& [pe, own] : faults_of_pe) {
    std::vector<FaultKey> keys;
    for (const auto& fault : own) keys.push_back(key_of(fault));
    const auto [entry, is_new] = known.emplace(std::move(keys), sets.size());
    if (is_new) {
      if (sets.size() + 1 >= kMaxTables) {
        throw UsageError(fmt::format(
            "more than {} distinct fault sets in one accelerator\n  fix: use a lower rate or a "
            "smaller accelerator, or mitigations: [none]",
            kMaxTables));
      }
      sets.push_back({own, {}});
    }
    sets[entry->second].pes.push_back(pe);
  }
  return sets;
}

}  // namespace

std::vector<int> LocusTables::faulty_pes() const {
  std::vector<int> pes;
  for (std::size_t pe = 0; pe < table_of_pe.size(); ++pe) {
    if (table_of_pe[pe] != 0) pes.push_back(static_cast<int>(pe));
  }
  return pes;
}

void check_locus_tables(const std::vector<fault::Fault>& faults, const fault::PeSpace& space) {
  group_faults(faults, space);
}

LocusTables build_locus_tables(const netlist::Netlist& multiplier,
                               const std::vector<fault::Fault>& faults, const fault::PeSpace& space,
                               bool weight_on_port_a) {
  return build_locus_tables(faults, space, [&](std::span<const fault::Fault> of_pe) {
    return fault::locus_table(multiplier, of_pe, weight_on_port_a).table;
  });
}

LocusTables build_locus_tables(const std::vector<fault::Fault>& faults, const fault::PeSpace& space,
                               const TableOfFaults& table_of) {
  LocusTables result;
  result.table_of_pe.assign(static_cast<std::size_t>(space.size()), 0);
  result.tables.push_back(table_of({}));
  for (const FaultSet& set : group_faults(faults, space)) {
    for (const int pe : set.pes) {
      result.table_of_pe[static_cast<std::size_t>(pe)] =
          static_cast<uint16_t>(result.tables.size());
    }
    result.tables.push_back(table_of(set.faults));
  }
  return result;
}

}  // namespace faultwave::driver
