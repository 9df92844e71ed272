// Pages as a reader gets them: what is in the file, and what headless Chromium makes of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/rng.hpp"
#include "base/subprocess.hpp"
#include "campaign/campaign_fixture.hpp"
#include "report/html_page.hpp"
#include "report/report.hpp"

namespace faultwave::report {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

constexpr int kSkipped = 77;

/// JSON of the page's data element.
Json data_of(const std::string& page) {
  const std::string begin = "<script type=\"application/json\" id=\"data\">";
  const auto from = page.find(begin) + begin.size();
  return Json::parse(page.substr(from, page.find("</script>", from) - from));
}

TEST(HtmlPage, text_of_users_cannot_leave_its_place) {
  const std::string evil = "</script><script>alert('\"&<!--\\u0000";
  const std::string page = html_page({{"title", evil}, {"sources", Json::array()}}, "library");
  EXPECT_EQ(data_of(page)["title"], evil);
  EXPECT_THAT(page, Not(HasSubstr(evil)));
  const auto head = page.substr(0, page.find("<body>"));
  EXPECT_THAT(head, HasSubstr("<title>&lt;/script>&lt;script>"));
}

TEST(HtmlPage, a_library_does_not_end_its_element) {
  const std::string page = html_page({{"title", ""}}, "x = '</script>';");
  EXPECT_THAT(page, HasSubstr("x = '<\\/script>';"));
}

TEST(ChartingLibrary, a_folder_without_it_is_an_error_that_says_what_to_install) {
  const TemporaryDirectory folder;
  const std::string before = environment("FAULTWAVE_CHARTS");
  setenv("FAULTWAVE_CHARTS", folder.path().c_str(), 1);
  try {
    charting_library();
    ADD_FAILURE();
  } catch (const EnvironmentError& error) {
    EXPECT_THAT(error.what(), HasSubstr("scripts/install_charts.sh"));
  }
  before.empty() ? unsetenv("FAULTWAVE_CHARTS") : setenv("FAULTWAVE_CHARTS", before.c_str(), 1);
}

class ReportInBrowser : public ::testing::Test {
 protected:
  void SetUp() override {
    try {
      charting_library();
    } catch (const EnvironmentError& error) {
      GTEST_SKIP() << error.what();
    }
  }

  std::filesystem::path path(const std::string& name) const { return folder_.path(name); }
  std::filesystem::path run(const std::string& name, const std::string& yaml) const {
    campaign::run_to(folder_.config(yaml), path(name));
    return path(name);
  }

  /// What tests/report/browser.mjs found; null when there is no browser.
  Json open(const std::vector<std::filesystem::path>& inputs,
            const std::vector<std::string>& options = {}) {
    ReportOptions report;
    report.command = "faultwave report";
    write_file_atomically(path("report.html"), make_report(inputs, report));
    std::vector<std::string> command = {
        "node", std::string(FAULTWAVE_SOURCE_DIR) + "/tests/report/browser.mjs",
        path("report.html").string()};
    command.insert(command.end(), options.begin(), options.end());
    ProcessResult result;
    try {
      result = run_process(command);
    } catch (const EnvironmentError&) {
      return {};  // no node
    }
    if (result.exit_code == kSkipped) return {};
    EXPECT_EQ(result.exit_code, 0) << result.output;
    const Json found = Json::parse(result.output.substr(result.output.find('{')), nullptr, false);
    EXPECT_TRUE(found.is_object()) << result.output;
    return found;
  }

  /// Holds for every page.
  static void expect_sound(const Json& found) {
    EXPECT_TRUE(found["ready"].get<bool>());
    EXPECT_THAT(found["errors"], IsEmpty()) << found["errors"].dump();
    EXPECT_THAT(found["requests"], IsEmpty()) << found["requests"].dump();
    EXPECT_EQ(found["overflow"], 0);
    for (const auto& figure : found["figures"]) {
      EXPECT_GT(figure["marks"].get<int>(), 3) << figure.dump();
      EXPECT_GT(figure["alternative"].get<std::string>().size(), 20u) << figure.dump();
      EXPECT_TRUE(figure["hasTable"].get<bool>()) << figure.dump();
      EXPECT_THAT(figure["csv"].get<std::string>(), HasSubstr(".csv"));
    }
  }

  /// Sorted, filtered and exported as the table says.
  static void expect_table_answers(const Json& table, std::size_t num_rows) {
    EXPECT_EQ(table["rows"], fmt::format("{} rows", with_commas(num_rows)));
    EXPECT_EQ(table["csvLines"].get<std::size_t>(), num_rows + 1);
    EXPECT_LT(table["rendered"].get<int>(), 100);
    const auto losses = numbers(table["descending"]);
    EXPECT_TRUE(std::is_sorted(losses.rbegin(), losses.rend())) << table["descending"].dump();
    ASSERT_FALSE(losses.empty());
    ASSERT_FALSE(table["last"].empty());
    // What was not tried comes last.
    for (const double last : numbers(table["last"])) EXPECT_LE(last, losses.back());
    ASSERT_FALSE(table["filtered"]["shown"].empty());
    for (const auto& shown : table["filtered"]["shown"]) {
      EXPECT_THAT(shown.get<std::string>(),
                  HasSubstr(table["filtered"]["wanted"].get<std::string>()));
    }
    EXPECT_THAT(table["filtered"]["status"].get<std::string>(), HasSubstr(" of "));
  }

  static std::vector<double> numbers(const Json& texts) {
    std::vector<double> values;
    for (std::string text : texts) {
      if (text == "\u2013") continue;  // no value
      if (const auto minus = text.find("\u2212"); minus == 0) text = "-" + text.substr(3);
      values.push_back(std::stod(text));
    }
    return values;
  }

  static std::string with_commas(std::size_t number) {
    std::string text = std::to_string(number);
    for (auto place = static_cast<int>(text.size()) - 3; place > 0; place -= 3) {
      text.insert(static_cast<std::size_t>(place), ",");
    }
    return text;
  }

 private:
  campaign::CampaignFolder folder_;
};

TEST_F(ReportInBrowser, a_campaign_over_nets_shows_its_parts_and_tables_answer) {
  const auto results = run(
      "nets.sqlite", campaign::small_yaml("  faults: {universe: nets}\n  sample: {count: 150}\n"));
  std::size_t num_faults = 0;
  for (const auto& fault : campaign::ResultsStore::open_read_only(results).faults()) {
    num_faults += static_cast<std::size_t>(fault.weight);
  }
  for (const bool is_dark : {false, true}) {
    const auto found = open({results}, is_dark ? std::vector<std::string>{"--dark"}
                                               : std::vector<std::string>{"--width", "420"});
    if (found.is_null()) GTEST_SKIP() << "no browser";
    expect_sound(found);
    EXPECT_THAT(found["sections"].get<std::vector<std::string>>(),
                UnorderedElementsAre("results", "exceedance", "bits", "depth", "pes", "netlist",
                                     "faults", "trials", "provenance"));
    ASSERT_EQ(found["tables"].size(), 2u);
    expect_table_answers(found["tables"][0], num_faults);
    expect_table_answers(found["tables"][1], campaign::trials_of(results).size());
    EXPECT_THAT(found["text"].get<std::string>(), HasSubstr("faultwave campaign campaign.yaml"));
  }
}

TEST_F(ReportInBrowser, rates_layers_and_several_multipliers_have_their_charts) {
  std::string yaml = campaign::small_yaml(
      "  faults: {universe: nets}\n  rates: [0.1, 1]\n  trials_per_rate: 3\n  layers: [each]\n",
      "fw8u_trunc6", "affine_u8", "{type: tpu, rows: 4, cols: 4}",
      "mitigations: [none, fap]\nvariants:\n"
      "  - {name: cheap, multiplier: {netlist: fw8u_trunc6, number_format: affine_u8}}\n"
      "  - {name: exact, multiplier: {netlist: fw8u_dadda, number_format: affine_u8}}\n");
  const auto from = yaml.find("multiplier: {netlist");
  yaml.erase(from, yaml.find("seed:") - from);
  const auto found = open({run("rates.sqlite", yaml)});
  if (found.is_null()) GTEST_SKIP() << "no browser";
  expect_sound(found);
  EXPECT_THAT(found["sections"].get<std::vector<std::string>>(),
              UnorderedElementsAre("results", "exceedance", "rates", "energy", "layers", "trials",
                                   "provenance"));
}

TEST_F(ReportInBrowser, a_hundred_thousand_trials_stay_usable) {
  // Rows as a campaign writes them, without the hours of running it.
  constexpr uint64_t kTrials = 100'000;
  const auto small =
      run("small.sqlite", campaign::small_yaml("  faults: {universe: output_bits}\n", "fw8u_trunc6",
                                               "affine_u8", "{type: tpu, preset: 16x16}"));
  const auto source = campaign::ResultsStore::open_read_only(small);
  auto info = source.info();
  info.num_trials = kTrials;
  info.population.reset();
  const auto faults = source.faults();
  {
    auto large = campaign::ResultsStore::create(path("large.sqlite"), info);
    large.add_cells(source.cells());
    large.add_faults(faults);
    std::vector<campaign::TrialRecord> records;
    for (uint64_t i = 0; i < kTrials; ++i) {
      const CounterRng rng(3, i);
      campaign::TrialRecord record;
      record.trial = i;
      record.fault = faults[rng.below_at(0, faults.size())].fault;
      record.pe = fmt::format("pe[{}][{}]", rng.below_at(1, 16), rng.below_at(2, 16));
      record.num_faulty_pes = 1;
      record.seed = rng.at(3);
      for (const char* mitigation : {"fal_retune", "fap", "none"}) {
        const auto sdc1 = static_cast<int64_t>(rng.below_at(4, 20));
        record.results.push_back({mitigation, 38 - sdc1, 10, 30 - sdc1, sdc1, sdc1 / 2, {}});
      }
      records.push_back(std::move(record));
    }
    large.commit(records);
  }
  const auto found = open({path("large.sqlite")});
  if (found.is_null()) GTEST_SKIP() << "no browser";
  expect_sound(found);
  ASSERT_EQ(found["tables"].size(), 2u);
  expect_table_answers(found["tables"][1], kTrials);
  RecordProperty("open_ms", found["open_ms"].dump());
}

}  // namespace
}  // namespace faultwave::report
