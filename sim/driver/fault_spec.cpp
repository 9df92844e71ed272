#include "driver/fault_spec.hpp"

#include "base/rng.hpp"

namespace faultwave::driver {
namespace {

constexpr int kNumRegisterBits = 8 + 8 + 32;

/// Draws of one PE: streams are keyed by its linear index, so that they do not depend on the rate.
class TargetDraw {
 public:
  TargetDraw(uint64_t seed, uint64_t pe_index) : rng_(seed, pe_index + 1) {}

  netlist::FaultKind kind(const std::string& text) {
    const uint64_t draw = rng_.below(2);
    if (text == "any") {
      return draw == 0 ? netlist::FaultKind::kStuckAt0 : netlist::FaultKind::kStuckAt1;
    }
    return netlist::parse_fault_kind(text);
  }
  uint64_t below(uint64_t bound) { return rng_.below(bound); }

 private:
  CounterRng rng_;
};

fault::Fault draw_fault(const FaultSpec& spec, const netlist::Netlist& multiplier,
                        const std::vector<netlist::Site>& sites, TargetDraw draw) {
  fault::Fault fault;
  fault.kind = draw.kind(spec.kind);
  if (spec.target == "random_net") {
    fault.site = sites[draw.below(sites.size())];
  } else if (spec.target == "random_output") {
    fault.site.net = multiplier.port_o[draw.below(multiplier.port_o.size())];
  } else {
    const int bit = static_cast<int>(draw.below(kNumRegisterBits));
    fault.unit = bit < 8    ? fault::Unit::kWeight
                 : bit < 16 ? fault::Unit::kActivation
                            : fault::Unit::kPartialSum;
    fault.bit = bit < 16 ? bit % 8 : bit - 16;
  }
  return fault;
}

std::vector<fault::Fault> expand(const FaultSpec& spec, const netlist::Netlist& multiplier,
                                 const std::vector<netlist::Site>& sites,
                                 const fault::PeSpace& space, uint64_t default_seed) {
  if (!spec.site.empty()) return {fault::parse_fault(multiplier, spec.site, space)};
  const uint64_t seed = spec.seed.value_or(default_seed);
  const bool is_random = spec.target.starts_with("random_");
  fault::Fault common;
  if (!is_random) {
    common = fault::parse_fault(multiplier, space.pe_name(0) + "." + spec.target, space);
  }
  std::vector<fault::Fault> faults;
  for (const int pe : fault::sample_loci(space.size(), spec.rate, seed)) {
    fault::Fault fault =
        is_random ? draw_fault(spec, multiplier, sites, TargetDraw(seed, static_cast<uint64_t>(pe)))
                  : common;
    fault.pe = pe;
    if (!spec.window.is_permanent()) fault.window = spec.window;
    faults.push_back(fault);
  }
  return faults;
}

}  // namespace

std::vector<fault::Fault> expand_fault_specs(const std::vector<FaultSpec>& specs,
                                             const netlist::Netlist& multiplier,
                                             const fault::PeSpace& space, uint64_t default_seed) {
  const auto sites = netlist::enumerate_sites(multiplier);
  std::vector<fault::Fault> faults;
  for (const auto& spec : specs) {
    try {
      const auto expanded = expand(spec, multiplier, sites, space, default_seed);
      faults.insert(faults.end(), expanded.begin(), expanded.end());
    } catch (const UsageError& error) {
      throw ConfigError(spec.place, error.what());
    }
  }
  return faults;
}

}  // namespace faultwave::driver
