#include "netlist/icarus_oracle.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/file.hpp"
#include "base/subprocess.hpp"
#include "netlist/circuits_fixture.hpp"
#include "netlist/validate.hpp"

namespace faultwave::netlist {
namespace {

using testing::HasSubstr;

bool has_icarus() {
  try {
    return run_process({"iverilog", "-V"}).exit_code == 0;
  } catch (const EnvironmentError&) {
    return false;
  }
}

class Icarus : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_icarus()) GTEST_SKIP() << "install it: apt-get install iverilog";
  }
};

/// Sets an environment variable for the life of the object.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const std::string& value)
      : name_(name), was_set_(std::getenv(name) != nullptr), before_(environment(name)) {
    ::setenv(name, value.c_str(), 1);
  }
  ~ScopedVariable() {
    if (was_set_) {
      ::setenv(name_, before_.c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  const char* name_;
  bool was_set_;
  std::string before_;
};

std::vector<NetFault> every_fault(const Netlist& netlist) {
  auto faults = enumerate_stuck_at_faults(netlist);
  for (const Site& site : enumerate_sites(netlist)) faults.push_back({site, FaultKind::kInvert});
  return faults;
}

TEST_F(Icarus, agrees_on_every_fault_of_random_circuits) {
  const uint64_t first_seed = std::stoull(environment("FAULTWAVE_TEST_SEED", "1"));
  for (uint64_t seed = first_seed; seed < first_seed + 3; ++seed) {
    SCOPED_TRACE(fmt::format("FAULTWAVE_TEST_SEED={}", seed));
    const Netlist netlist = random_netlist(seed, 100);
    IcarusOracle oracle(netlist);
    const OracleRun runs[] = {{&oracle, sample_operand_pairs(seed, 60)}};
    const auto report = validate_faults(netlist, every_fault(netlist), runs);
    EXPECT_EQ(report.num_disagreements(), 0u);
  }
}

TEST_F(Icarus, agrees_on_all_operands_of_a_few_faults) {
  const Netlist netlist = redundant_multiplier();
  auto faults = every_fault(netlist);
  std::vector<NetFault> few;
  for (std::size_t i = 0; i < faults.size(); i += faults.size() / 20) few.push_back(faults[i]);
  IcarusOracle oracle(netlist);
  const OracleRun runs[] = {{&oracle, all_operand_pairs()}};
  EXPECT_EQ(validate_faults(netlist, few, runs).num_disagreements(), 0u);
}

TEST_F(Icarus, of_another_netlist_disagrees) {
  const Netlist netlist = exact_array_multiplier();
  Netlist other = netlist;
  for (Gate& gate : other.gates) {
    if (gate.kind == GateKind::kXor) gate.kind = GateKind::kXnor;
  }
  IcarusOracle oracle(other);
  const OracleRun runs[] = {{&oracle, sample_operand_pairs(1, 30)}};
  auto faults = every_fault(netlist);
  faults.resize(10);
  const auto report = validate_faults(netlist, faults, runs);
  EXPECT_GT(report.num_disagreements(), 0u);
  EXPECT_FALSE(report.listed.empty());
}

TEST_F(Icarus, leaves_no_files_behind) {
  const TemporaryDirectory folder("icarus-test");
  const ScopedVariable temporary("TMPDIR", folder.path().string());
  const Netlist netlist = exact_array_multiplier();
  auto faults = every_fault(netlist);
  faults.resize(2);
  std::size_t num_products = 0;
  IcarusOracle(netlist).simulate(faults, sample_operand_pairs(1, 25),
                                 [&](std::size_t, std::size_t, std::span<const uint16_t> products) {
                                   EXPECT_FALSE(std::filesystem::is_empty(folder.path()));
                                   num_products += products.size();
                                 });
  EXPECT_EQ(num_products, 50u);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(IcarusMissing, is_an_error_that_names_the_package) {
  const TemporaryDirectory folder("icarus-test");
  const ScopedVariable path("PATH", folder.path().string());
  const Netlist netlist = exact_array_multiplier();
  try {
    IcarusOracle(netlist).prepare();
    FAIL() << "no error";
  } catch (const EnvironmentError& error) {
    EXPECT_THAT(error.what(), HasSubstr("cannot run 'iverilog'"));
    EXPECT_THAT(error.what(), HasSubstr("apt-get install iverilog"));
  }
}

}  // namespace
}  // namespace faultwave::netlist
