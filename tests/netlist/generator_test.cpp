#include "netlist/generator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/file.hpp"
#include "base/subprocess.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/front_end.hpp"
#include "netlist/generator_models_fixture.hpp"
#include "netlist/metrics.hpp"

namespace faultwave::netlist {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

std::filesystem::path multipliers_folder() {
  return std::filesystem::path(FAULTWAVE_SOURCE_DIR) / "rtl" / "multipliers";
}

/// Every combination of the family's parameter values.
std::vector<GeneratorValues> all_values(const GeneratorFamily& family) {
  std::vector<GeneratorValues> all = {{}};
  for (const auto& parameter : family.parameters) {
    std::vector<GeneratorValues> extended;
    for (const auto& values : all) {
      for (int value = parameter.min; value <= parameter.max; ++value) {
        extended.push_back(values);
        extended.back()[parameter.name] = value;
      }
    }
    all = std::move(extended);
  }
  return all;
}

/// Constants are no gates.
std::ptrdiff_t num_gates(const Netlist& netlist) {
  return std::count_if(netlist.gates.begin(), netlist.gates.end(),
                       [](const Gate& gate) { return num_inputs(gate.kind) > 0; });
}

class EveryFamily : public testing::TestWithParam<std::string> {};

TEST_P(EveryFamily, equals_its_arithmetic_model_over_all_operand_pairs_at_every_setting) {
  const auto& family = find_generator_family(GetParam());
  for (const auto& values : all_values(family)) {
    SCOPED_TRACE(values_text(values));
    const auto multiplier = generate_multiplier({family.name, values, {}});
    const auto table = product_table(multiplier.netlist);
    const auto model = family_model(family.name, values);
    ASSERT_EQ(table.is_signed, model.is_signed);
    for (int b = 0; b < 256; ++b) {
      for (int a = 0; a < 256; ++a) {
        ASSERT_EQ(table.at(a, b), model.at(a, b)) << "A code " << a << ", B code " << b;
      }
    }
  }
}

TEST_P(EveryFamily, has_unique_net_names_and_no_gate_that_reaches_nothing) {
  const auto& family = find_generator_family(GetParam());
  for (const auto& values : all_values(family)) {
    SCOPED_TRACE(values_text(values));
    const auto netlist = generate_multiplier({family.name, values, {}}).netlist;
    std::set<std::string> names;
    for (const auto& net : netlist.nets) EXPECT_TRUE(names.insert(net.name).second) << net.name;
    const auto fanouts = netlist.fanouts();
    for (const auto& gate : netlist.gates) {
      EXPECT_GT(fanouts[gate.out], 0) << netlist.nets[gate.out].name;
    }
  }
}

TEST_P(EveryFamily, refuses_values_just_outside_its_ranges_and_names_the_range) {
  const auto& family = find_generator_family(GetParam());
  for (const auto& parameter : family.parameters) {
    const auto range = fmt::format("takes {} to {}", parameter.min, parameter.max);
    for (const int value : {parameter.min - 1, parameter.max + 1}) {
      EXPECT_THAT(
          [&] {
            generate_multiplier({family.name, {{parameter.name, value}}, {}});
          },
          ThrowsMessage<UsageError>(AllOf(HasSubstr(parameter.name), HasSubstr(range))));
    }
    for (const int value : {parameter.min, parameter.max}) {
      EXPECT_NO_THROW(generate_multiplier({family.name, {{parameter.name, value}}, {}}));
    }
  }
  EXPECT_THAT(
      [&] {
        generate_multiplier({family.name, {{"colour", 1}}, {}});
      },
      ThrowsMessage<UsageError>(HasSubstr("has no parameter 'colour'")));
}

TEST_P(EveryFamily, names_settings_differently) {
  const auto& family = find_generator_family(GetParam());
  std::set<std::string> names;
  for (const auto& values : all_values(family)) {
    EXPECT_TRUE(names.insert(family.circuit_name(values)).second) << values_text(values);
  }
}

std::vector<std::string> family_names() {
  std::vector<std::string> names;
  for (const auto& family : generator_families()) names.push_back(family.name);
  return names;
}
INSTANTIATE_TEST_SUITE_P(Generator, EveryFamily, testing::ValuesIn(family_names()),
                         [](const auto& family) { return family.param; });

TEST(Generator, published_error_figures_are_met) {
  const auto metrics = [](const GeneratorRequest& request) {
    return error_metrics(product_table(generate_multiplier(request).netlist));
  };
  // Kulkarni et al.: mean error 3.3 %, at most 22.2 %. Mitchell: mean 3.8 %, at most 11.1 %.
  EXPECT_NEAR(metrics({"underdesigned", {}, {}}).mre_percent, 3.3, 0.1);
  EXPECT_EQ(metrics({"underdesigned", {}, {}}).wce, 255 * 255 - 255 * 255 * 7 / 9);
  EXPECT_NEAR(metrics({"mitchell", {}, {}}).mre_percent, 3.8, 0.1);
  // Hashemi et al., for 16 bits: 5.9 % with k = 4, 1.5 % with k = 6.
  EXPECT_NEAR(metrics({"drum", {{"k", 4}}, {}}).mre_percent, 5.9, 0.1);
  // A truncated multiplier errs most when all it leaves out is ones: (k - 1) 2^k + 1.
  EXPECT_EQ(metrics({"truncated", {{"columns", 8}}, {}}).wce, 7 * 256 + 1);
}

TEST(Generator, families_without_constants_keep_the_product_with_zero_at_zero) {
  for (const char* family : {"truncated", "broken_array", "underdesigned", "lower_or", "mitchell",
                             "signed_truncated", "signed_broken_array"}) {
    const auto table = product_table(generate_multiplier({family, {}, {}}).netlist);
    for (int code = 0; code < 256; ++code) {
      ASSERT_EQ(table.at(code, 0), 0) << family;
      ASSERT_EQ(table.at(0, code), 0) << family;
    }
  }
}

TEST(Generator, absent_parameters_take_their_defaults) {
  const auto given = generate_multiplier({"broken_array", {{"h", 2}, {"v", 6}}, {}});
  const auto absent = generate_multiplier({"broken_array", {}, {}});
  EXPECT_EQ(absent.verilog, given.verilog);
  EXPECT_EQ(absent.netlist.name, "fw8u_bam_h2_v6");
}

TEST(Generator, unknown_families_and_bad_names_are_usage_errors) {
  EXPECT_THAT(
      [] {
        generate_multiplier({"dada", {}, {}});
      },
      ThrowsMessage<UsageError>(HasSubstr("did you mean 'dadda'")));
  for (const char* name : {"3x", "a b", "x-y", "../x", "\xC3\xA4"}) {
    EXPECT_THAT(
        [&] {
          generate_multiplier({"dadda", {}, name});
        },
        ThrowsMessage<UsageError>(HasSubstr("is no module name")));
  }
}

TEST(Generator, files_name_their_paper_and_the_command_that_writes_them) {
  for (const auto& family : generator_families()) {
    const auto named = generate_multiplier({family.name, {}, "mine"});
    EXPECT_THAT(named.verilog, HasSubstr("module mine ("));
    EXPECT_THAT(named.verilog, HasSubstr("--name mine"));
    const auto file = generate_multiplier({family.name, {}, {}}).verilog;
    EXPECT_THAT(file, HasSubstr("--family " + family.name));
    EXPECT_THAT(file, HasSubstr("// Paper: " + family.paper.substr(0, 10)));
  }
}

TEST(Generator, tree_holds_exactly_what_the_generator_writes) {
  std::vector<GeneratedMultiplier> multipliers;
  std::set<std::string> expected = {"catalog.csv"};
  for (const auto& request : shipped_multipliers()) {
    multipliers.push_back(generate_multiplier(request));
    const auto file = multipliers.back().netlist.name + ".v";
    EXPECT_TRUE(expected.insert(file).second) << file << " is listed twice";
    EXPECT_EQ(multipliers.back().verilog, read_file(multipliers_folder() / file))
        << file << " is stale: faultwave netlist generate --all --out-dir rtl/multipliers";
  }
  EXPECT_EQ(generator_catalog(multipliers), read_file(multipliers_folder() / "catalog.csv"));
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(multipliers_folder())) {
    if (entry.is_regular_file()) found.insert(entry.path().filename().string());
  }
  EXPECT_EQ(found, expected);
}

TEST(Generator, shipped_files_load_with_the_gates_and_names_of_the_generated_netlist) {
  for (const auto& request : shipped_multipliers()) {
    const auto generated = generate_multiplier(request).netlist;
    SCOPED_TRACE(generated.name);
    const auto loaded = load_netlist(multipliers_folder() / (generated.name + ".v"));
    EXPECT_EQ(loaded.name, generated.name);
    EXPECT_EQ(loaded.is_signed, generated.is_signed);
    EXPECT_EQ(num_gates(loaded), num_gates(generated));
    EXPECT_EQ(product_table(loaded), product_table(generated));
    for (const auto& gate : generated.gates) {
      if (num_inputs(gate.kind) == 0) continue;
      const auto net = loaded.find(generated.nets[gate.out].name);
      ASSERT_NE(net, kNoNet) << generated.nets[gate.out].name;
      EXPECT_EQ(loaded.nets[net].name, generated.nets[gate.out].name);
    }
  }
}

TEST(Generator, shipped_files_pass_the_linter) {
  for (const auto& request : shipped_multipliers()) {
    const auto name = generate_multiplier(request).netlist.name;
    const auto path = multipliers_folder() / (name + ".v");
    ProcessResult result;
    try {
      result = run_process({"verilator", "--lint-only", "-Wall", path.string()}, "verilator");
    } catch (const EnvironmentError& error) {
      GTEST_SKIP() << error.what();
    }
    EXPECT_EQ(result.exit_code, 0) << name << "\n" << result.output;
  }
}

}  // namespace
}  // namespace faultwave::netlist
