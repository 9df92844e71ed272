#include "evolve/search.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "bits/plane_ops.hpp"
#include "evolve/checkpoint.hpp"
#include "evolve/random_circuit_fixture.hpp"
#include "evolve/report.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/generator.hpp"
#include "netlist/metrics.hpp"
#include "netlist/verilog_writer.hpp"

namespace faultwave::evolve {
namespace {

using testing::HasSubstr;

GateCosts costs() {
  return gate_costs(netlist::load_cell_library(netlist::default_cell_library()));
}

netlist::Netlist exact() { return netlist::generate_multiplier({"dadda", {}, {}}).netlist; }

SearchSettings settings_for(double mae, uint64_t num_epochs) {
  SearchSettings settings;
  settings.target.limit = mae;
  settings.num_islands = 3;
  settings.num_offspring = 2;
  settings.generations = num_epochs * epoch_generations(settings.target.objective);
  return settings;
}

std::string verilog(const SearchResult& result) {
  return netlist::write_scalar_verilog(result.netlist);
}

TEST(Search, finds_a_smaller_circuit_within_the_limit) {
  const auto result = search(exact(), costs(), settings_for(200, 1), "m");
  EXPECT_LE(netlist::error_metrics(netlist::product_table(result.netlist)).mae, 200);
  Decoder decoder(costs());
  const uint64_t before = decoder.decode(to_genome(exact(), 0)).area;
  EXPECT_LT(result.cost, before * 3 / 4);
  EXPECT_EQ(decoder.decode(to_genome(result.netlist, 0)).area, result.cost);
}

TEST(Search, result_does_not_depend_on_the_number_of_threads) {
  auto settings = settings_for(50, 1);
  const auto one = verilog(search(exact(), costs(), settings, "m"));
  settings.num_threads = 3;
  EXPECT_EQ(verilog(search(exact(), costs(), settings, "m")), one);
  settings.seed = 2;
  EXPECT_NE(verilog(search(exact(), costs(), settings, "m")), one);
}

TEST(Search, result_does_not_depend_on_the_instruction_set) {
  const std::string expected = verilog(search(exact(), costs(), settings_for(30, 1), "small"));
  for (const auto& level :
       bits::simd_levels()) {  // machine code at some, the interpreter at others
    bits::force_simd_level(level);
    EXPECT_EQ(verilog(search(exact(), costs(), settings_for(30, 1), "small")), expected) << level;
  }
  bits::force_simd_level("");
}

TEST(Search, interrupted_and_resumed_gives_what_it_gives_at_once) {
  const TemporaryDirectory folder;
  auto settings = settings_for(50, 3);
  const auto at_once = search(exact(), costs(), settings, "m");
  settings.checkpoint = folder.path() / "state";
  settings.checkpoint_seconds = 0;
  struct Interruption {};
  const auto epoch = epoch_generations(settings.target.objective);
  const auto interrupt = [epoch](const SearchProgress& progress) {
    if (progress.generation == 2 * epoch) throw Interruption{};
  };
  EXPECT_THROW(search(exact(), costs(), settings, "m", interrupt), Interruption);
  ASSERT_TRUE(std::filesystem::exists(settings.checkpoint));
  const auto resumed = search(exact(), costs(), settings, "m");
  EXPECT_TRUE(resumed.is_resumed);
  EXPECT_EQ(verilog(resumed), verilog(at_once));
  EXPECT_FALSE(std::filesystem::exists(settings.checkpoint));
}

TEST(Search, checkpoint_of_another_search_is_refused) {
  const TemporaryDirectory folder;
  auto settings = settings_for(50, 1);
  settings.checkpoint = folder.path() / "state";
  Checkpoint other;
  other.settings = "other";
  write_checkpoint(settings.checkpoint, other);
  try {
    search(exact(), costs(), settings, "m");
    FAIL() << "took up the checkpoint of another search";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("another search"));
    EXPECT_THAT(error.what(), HasSubstr("fix: delete"));
  }
}

TEST(Search, start_that_breaks_the_limit_is_refused) {
  const auto truncated = netlist::generate_multiplier({"truncated", {}, {}}).netlist;
  EXPECT_THROW(search(truncated, costs(), settings_for(0.5, 1), "m"), UsageError);
}

TEST(Search, fault_objective_keeps_error_and_area_and_lowers_the_expected_error) {
  const auto start = netlist::generate_multiplier({"truncated", {{"columns", 8}}, {}}).netlist;
  auto settings = settings_for(500, 1);
  settings.target.objective = Objective::kFault;
  settings.num_islands = 1;
  Decoder decoder(costs());
  settings.target.area_limit = decoder.decode(to_genome(start, 0)).area;
  settings.generations = epoch_generations(Objective::kFault);
  const auto result = search(start, costs(), settings, "m");
  EXPECT_LE(netlist::error_metrics(netlist::product_table(result.netlist)).mae, 500);
  EXPECT_LE(decoder.decode(to_genome(result.netlist, 0)).area, settings.target.area_limit);
  EXPECT_LT(expected_fault_mae(result.netlist), expected_fault_mae(start));
  EXPECT_NEAR(static_cast<double>(result.cost) / 1048576, expected_fault_mae(result.netlist), 1e-3);
}

TEST(Checkpoint, survives_a_round_trip_and_refuses_damage) {
  const TemporaryDirectory folder;
  const auto path = folder.path() / "state";
  EXPECT_FALSE(read_checkpoint(path, "s", 2));
  Checkpoint state;
  state.settings = "s";
  state.generation = 123456789012345;
  state.seconds = 1.5;
  state.islands = {mutated_multiplier("dadda", 0, 0), mutated_multiplier("dadda", 9, 1)};
  write_checkpoint(path, state);
  const auto read = read_checkpoint(path, "s", 2);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->generation, state.generation);
  EXPECT_EQ(read->islands, state.islands);
  EXPECT_THROW(read_checkpoint(path, "t", 2), InputError);
  EXPECT_THROW(read_checkpoint(path, "s", 3), InputError);
  const std::string text = read_file(path);
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, text.size() / 2, text.size() - 3}) {
    write_file_atomically(path, text.substr(0, size));
    EXPECT_THROW(read_checkpoint(path, "s", 2), InputError) << size;
  }
  std::string flipped = text;
  flipped[flipped.find("123456789012345")] = '2';
  write_file_atomically(path, flipped);
  EXPECT_THROW(read_checkpoint(path, "s", 2), InputError);
}

}  // namespace
}  // namespace faultwave::evolve
