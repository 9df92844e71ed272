#include "netlist/circuits_fixture.hpp"

#include <cstdlib>

#include "base/file.hpp"
#include "base/rng.hpp"
#include "netlist/netlist_builder.hpp"

namespace faultwave::netlist {
namespace {

/// The front end finds rtl/cells in the sources wherever the build folder lies.
[[maybe_unused]] const int kRootIsSet = setenv("FAULTWAVE_ROOT", FAULTWAVE_SOURCE_DIR, 1);

std::vector<NetId> array_outputs(NetlistBuilder& builder) {
  const auto partial = [&](int row, int column) {
    return builder.op_and(builder.a(column), builder.b(row), fmt::format("pp_{}_{}", row, column));
  };
  std::vector<NetId> row;
  for (int column = 0; column < 8; ++column) row.push_back(partial(0, column));
  std::vector<NetId> outputs = {row[0]};
  NetId top = kNoNet;
  for (int i = 1; i < 8; ++i) {
    std::vector<NetId> next;
    NetId carry = kNoNet;
    for (int column = 0; column < 8; ++column) {
      const NetId above = column < 7 ? row[static_cast<std::size_t>(column) + 1] : top;
      const NetId product = partial(i, column);
      const std::string name = fmt::format("s_{}_{}", i, column);
      NetlistBuilder::SumCarry sum{};
      if (above == kNoNet) {
        sum = builder.half_adder(product, carry, name);
      } else if (carry == kNoNet) {
        sum = builder.half_adder(product, above, name);
      } else {
        sum = builder.full_adder(product, above, carry, name);
      }
      next.push_back(sum.sum);
      carry = sum.carry;
    }
    top = carry;
    row = next;
    outputs.push_back(row[0]);
  }
  outputs.insert(outputs.end(), row.begin() + 1, row.end());
  outputs.push_back(top);
  return outputs;
}

}  // namespace

Netlist random_netlist(uint64_t seed, int num_gates) {
  CounterRng rng(seed);
  NetlistBuilder builder("random");
  std::vector<NetId> nets;
  for (int bit = 0; bit < 8; ++bit) {
    nets.push_back(builder.a(bit));
    nets.push_back(builder.b(bit));
  }
  for (int g = 0; g < num_gates; ++g) {
    const auto kind = static_cast<GateKind>(rng.below(static_cast<uint64_t>(GateKind::kMux) + 1));
    std::vector<NetId> inputs;
    for (int i = 0; i < num_inputs(kind); ++i) inputs.push_back(nets[rng.below(nets.size())]);
    nets.push_back(builder.gate(kind, inputs));
  }
  std::vector<NetId> outputs;
  for (int bit = 0; bit < 16; ++bit) outputs.push_back(nets[rng.below(nets.size())]);
  return builder.finish(outputs, rng.below(2) == 1);
}

std::vector<NetFault> random_faults(const Netlist& netlist, uint64_t seed, int count) {
  CounterRng rng(seed, 1);
  const auto sites = enumerate_sites(netlist);
  std::vector<NetFault> faults;
  for (int i = 0; i < count; ++i) {
    faults.push_back({sites[rng.below(sites.size())], static_cast<FaultKind>(rng.below(3))});
  }
  return faults;
}

Netlist exact_array_multiplier() {
  NetlistBuilder builder("array");
  const auto outputs = array_outputs(builder);
  return builder.finish(outputs, false);
}

Netlist redundant_multiplier() {
  NetlistBuilder builder("redundant");
  auto outputs = array_outputs(builder);
  // O[3] | (O[3] & A[0]) = O[3]: stuck-at-0 on the AND shows nowhere.
  const NetId absorbed = builder.op_and(outputs[3], builder.a(0), "absorbed");
  outputs[3] = builder.op_or(outputs[3], absorbed, "o3");
  // A net that nothing reads.
  builder.op_xor(builder.a(1), builder.b(1), "dangling");
  return builder.finish(outputs, false);
}

std::filesystem::path circuit_file(const std::string& name) {
  return std::filesystem::path(FAULTWAVE_SOURCE_DIR) / "tests" / "netlist" / "data" / name;
}

std::filesystem::path test_data_root() {
  const std::string set = environment("FAULTWAVE_DATA");
  if (!set.empty()) return set;
  const auto shared = std::filesystem::path(FAULTWAVE_SOURCE_DIR).parent_path() / "shared";
  return std::filesystem::is_directory(shared) ? shared : std::filesystem::path();
}

}  // namespace faultwave::netlist
