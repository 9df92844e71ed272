#include "campaign/results_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "base/error.hpp"
#include "base/file.hpp"
#include "campaign/small_campaign.hpp"
#include "campaign/sqlite_database.hpp"

namespace faultwave::campaign {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

template <typename ErrorType>
std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const ErrorType& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

class ResultsStoreTest : public ::testing::Test {
 protected:
  TemporaryDirectory folder_;
  std::filesystem::path path_ = folder_.path() / "results.sqlite";

  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }
  /// Changes the file behind the store's back.
  void tamper(const std::string& sql) {
    Database database(path_, Database::Access::kReadWrite);
    database.execute(sql);
  }
};

TEST_F(ResultsStoreTest, every_row_reads_back_as_it_was_written) {
  const auto trials = small_trials();
  const std::vector<StratumRow> strata = {{0, "", 12}, {1, "low", 5}};
  const std::vector<VerificationRow> verifications = {{3, "none", 8, true}, {9, "fap", 4, false}};
  const auto check = [&](const ResultsStore& store) {
    EXPECT_EQ(store.info().seed, UINT64_MAX);
    EXPECT_EQ(store.info().config, small_info().config);
    EXPECT_EQ(store.info().population, 3000u);
    EXPECT_EQ(store.cells(), small_cells());
    EXPECT_EQ(store.faults(), small_faults());
    EXPECT_EQ(store.strata(), strata);
    EXPECT_EQ(store.verifications(), verifications);
    EXPECT_EQ(store.notes(), (std::map<std::string, std::string>{{"stopped_after", "60"}}));
    EXPECT_EQ(store.num_finished(), trials.size());
    std::vector<TrialRecord> seen;
    store.for_each_trial([&](const TrialRecord& trial) { seen.push_back(trial); });
    EXPECT_EQ(seen, trials);
    EXPECT_EQ(store.trial(17), trials[17]);
    EXPECT_EQ(store.trial(60), std::nullopt);
  };
  {
    auto store = create_small(path_);
    store.add_strata(strata);
    store.commit(trials);
    store.add_verifications({{{3, "none", 8, false}}});
    store.add_verifications(verifications);
    store.set_note("stopped_after", "60");
    check(store);
  }
  check(ResultsStore::open_read_only(path_));
  check(ResultsStore::open_for_resume(path_, small_info()));
}

TEST_F(ResultsStoreTest, a_closed_file_is_alone_in_its_folder) {
  create_small(path_).commit(small_trials());
  EXPECT_EQ(files(), std::vector<std::string>{"results.sqlite"});
}

TEST_F(ResultsStoreTest, content_depends_on_the_plan_and_not_on_order_batches_or_resuming) {
  create_small(path_).commit(small_trials());
  const std::string expected = ResultsStore::open_read_only(path_).content_sha256();
  const auto other = folder_.path() / "other.sqlite";
  auto info = small_info();
  create_small(other, info);
  info.revision = "another";
  for (uint64_t end = kSmallTrials; end > 0; end -= 12) {
    auto store = ResultsStore::open_for_resume(other, info);
    store.add_cells(small_cells());
    store.add_faults(small_faults());
    EXPECT_EQ(store.finished_trials().size(), kSmallTrials - end);
    EXPECT_NE(store.content_sha256(), expected);
    auto batch = small_trials(end - 12, end);
    std::reverse(batch.begin(), batch.end());
    store.commit(batch);
  }
  auto store = ResultsStore::open_for_resume(other, info);
  store.add_verifications({{{5, "none", 10, true}}});
  EXPECT_EQ(store.content_sha256(), expected);
}

/// One statement each that changes one value; content_sha256 must see every one.
TEST_F(ResultsStoreTest, content_depends_on_every_value) {
  create_small(path_).commit(small_trials());
  const std::string expected = ResultsStore::open_read_only(path_).content_sha256();
  const std::string original = read_file(path_);
  for (const char* sql :
       {"UPDATE trial SET pe='pe[0][99]' WHERE trial=0", "UPDATE trial SET pe=NULL WHERE trial=0",
        "UPDATE trial SET rate=0.5 WHERE trial=4", "UPDATE trial SET seed=1 WHERE trial=0",
        "UPDATE trial SET weight=9.5 WHERE trial=0", "UPDATE trial SET stratum='x' WHERE trial=0",
        "UPDATE result SET sdc5=sdc5+1 WHERE trial=1 AND mitigation='fap'",
        "UPDATE fault SET mae=0.25 WHERE fault=3", "UPDATE cell SET energy_pj=1 WHERE cell=1",
        "DELETE FROM fault_member WHERE fault=3 AND name LIKE 'mult.n%'",
        "DELETE FROM outcome WHERE trial=0", "UPDATE meta SET value='3' WHERE key='population'",
        "INSERT INTO stratum VALUES(0,'',7)", "INSERT INTO meta VALUES('note','x')"}) {
    tamper(sql);
    EXPECT_NE(ResultsStore::open_read_only(path_).content_sha256(), expected) << sql;
    write_file_atomically(path_, original);
  }
  tamper("INSERT INTO verification VALUES(0,'fap',1,1)");
  EXPECT_EQ(ResultsStore::open_read_only(path_).content_sha256(), expected);
}

TEST_F(ResultsStoreTest, a_batch_is_stored_whole_or_not_at_all) {
  auto store = create_small(path_);
  store.commit(small_trials(0, 10));
  auto bad = small_trials(10, 20);
  bad.push_back(small_trial(3));  // there already
  EXPECT_THROW(store.commit(bad), InternalError);
  EXPECT_EQ(store.num_finished(), 10u);
  bad.back() = small_trial(20);
  bad.back().results[1].masked += 1;
  EXPECT_THROW(store.commit(bad), InternalError);
  bad.back() = small_trial(20);
  bad.back().trial = kSmallTrials;
  EXPECT_THROW(store.commit(bad), InternalError);
  bad.back() = small_trial(20);
  bad.back().fault = 999;
  EXPECT_THROW(store.commit(bad), InternalError);
  EXPECT_EQ(store.num_finished(), 10u);
  store.commit(small_trials(10, 20));
  EXPECT_EQ(store.finished_trials().back(), 19u);
}

TEST_F(ResultsStoreTest, rows_of_the_plan_may_come_again_but_not_differ) {
  auto store = create_small(path_);
  store.add_cells(small_cells());
  store.add_faults(small_faults());
  auto cells = small_cells();
  cells[1].golden_correct -= 1;
  EXPECT_THAT(message_of<InputError>([&] { store.add_cells(cells); }),
              AllOf(HasSubstr("results.sqlite: holds another cell 1"), HasSubstr("fix: ")));
  auto faults = small_faults();
  faults[4].members[1] += "x";
  EXPECT_THAT(message_of<InputError>([&] { store.add_faults(faults); }),
              HasSubstr("holds another fault 4"));
}

TEST_F(ResultsStoreTest, another_plan_is_refused_and_what_differs_is_named) {
  { create_small(path_); }
  auto info = small_info();
  info.plan_sha256[0] = 'f';
  EXPECT_THAT(message_of<InputError>([&] { ResultsStore::open_for_resume(path_, info); }),
              HasSubstr("a network, data set or netlist that the configuration names has changed"));
  info.seed = 5;
  info.config = "name: small\nseed: 5\nfaults: all\n";
  EXPECT_THAT(message_of<InputError>([&] { ResultsStore::open_for_resume(path_, info); }),
              AllOf(HasSubstr("seed is '18446744073709551615' in the file and '5' now"),
                    HasSubstr("line 2 of the configuration"), HasSubstr("fix: ")));
}

TEST_F(ResultsStoreTest, an_existing_file_is_never_overwritten) {
  { create_small(path_); }
  EXPECT_THAT(message_of<EnvironmentError>([&] { ResultsStore::create(path_, small_info()); }),
              AllOf(HasSubstr("exists already"), HasSubstr("fix: ")));
  EXPECT_EQ(ResultsStore::open_read_only(path_).cells().size(), 2u);
}

TEST_F(ResultsStoreTest, files_that_are_no_results_are_refused_with_a_fix) {
  const auto open = [&] { ResultsStore::open_read_only(path_); };
  EXPECT_THAT(message_of<InputError>(open), HasSubstr("no such file"));
  write_file_atomically(path_, "");
  EXPECT_THAT(message_of<InputError>(open), AllOf(HasSubstr("is empty"), HasSubstr("fix: ")));
  for (const std::string& content : {std::string("SQLite"), std::string(5000, 'x')}) {
    write_file_atomically(path_, content);
    EXPECT_THAT(message_of<InputError>(open),
                AllOf(HasSubstr("results.sqlite: is no results file"), HasSubstr("fix: ")));
    EXPECT_THAT(message_of<InputError>([&] { ResultsStore::open_for_resume(path_, small_info()); }),
                HasSubstr("is no results file"));
  }
  std::filesystem::remove(path_);
  std::filesystem::create_directory(path_);
  EXPECT_THAT(message_of<InputError>(open), HasSubstr("is no regular file"));
  EXPECT_THAT(message_of<EnvironmentError>([&] { ResultsStore::create(path_, small_info()); }),
              HasSubstr("exists already"));
  std::filesystem::remove(path_);
  {
    Database database(path_, Database::Access::kCreate);
    database.execute("CREATE TABLE meta(key TEXT, value TEXT)");
  }
  EXPECT_THAT(message_of<InputError>(open), HasSubstr("no results file of Faultwave"));
  EXPECT_THAT(message_of<EnvironmentError>(
                  [&] { ResultsStore::create(folder_.path() / "no" / "x", small_info()); }),
              AllOf(HasSubstr("no/x"), HasSubstr("fix: ")));
}

TEST_F(ResultsStoreTest, other_formats_and_changed_tables_are_refused) {
  { create_small(path_); }
  const std::string original = read_file(path_);
  const struct {
    const char* sql;
    const char* message;
  } cases[] = {
      {"UPDATE meta SET value='2' WHERE key='format_version'", "format version '2', this program"},
      {"DELETE FROM meta WHERE key='format_version'", "format version ''"},
      {"DROP TABLE outcome", "table 'outcome' is missing"},
      {"ALTER TABLE result ADD COLUMN extra", "table 'result' has the columns"},
      {"DELETE FROM meta WHERE key='seed'", "meta 'seed' is missing"},
      {"UPDATE meta SET value='many' WHERE key='num_trials'", "meta 'num_trials' is 'many'"}};
  for (const auto& [sql, message] : cases) {
    tamper(sql);
    EXPECT_THAT(message_of<InputError>([&] { ResultsStore::open_read_only(path_); }),
                AllOf(HasSubstr("results.sqlite: "), HasSubstr(message), HasSubstr("fix: ")));
    EXPECT_THAT(message_of<InputError>([&] { ResultsStore::open_for_resume(path_, small_info()); }),
                HasSubstr(message));
    write_file_atomically(path_, original);
  }
}

TEST_F(ResultsStoreTest, damage_anywhere_is_an_error_or_harmless_and_never_a_crash) {
  create_small(path_).commit(small_trials());
  const std::string original = read_file(path_);
  const std::string expected = ResultsStore::open_read_only(path_).content_sha256();
  const auto survives = [&](const std::string& content) {
    write_file_atomically(path_, content);
    try {
      auto store = ResultsStore::open_for_resume(path_, small_info());
      store.for_each_trial([](const TrialRecord&) {});
      return store.content_sha256() == expected;
    } catch (const Error&) {
      return false;
    }
  };
  ASSERT_TRUE(survives(original));
  for (std::size_t size = 16; size + 4096 < original.size(); size += 1009) {
    EXPECT_FALSE(survives(original.substr(0, size))) << size;
  }
  const CounterRng rng(5);
  int harmful = 0;
  for (uint64_t i = 0; i < 100; ++i) {
    std::string damaged = original;
    const std::size_t begin = rng.below_at(2 * i, damaged.size() - 200);
    for (std::size_t k = 0; k < 200; ++k) {
      damaged[begin + k] = static_cast<char>(rng.at(1000 + 200 * i + k));
    }
    harmful += survives(damaged) ? 0 : 1;
  }
  EXPECT_GT(harmful, 10);  // much of so small a file is unused space
}

}  // namespace
}  // namespace faultwave::campaign
