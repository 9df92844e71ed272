// How PE models are built and cached: one build per content, whatever happens meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <thread>

#include "base/error.hpp"
#include "base/file.hpp"
#include "netlist/evaluate.hpp"
#include "verilated/lane_check_fixture.hpp"
#include "verilated/pe_model.hpp"
#include "verilated/pe_model_builder.hpp"

namespace faultwave::verilated {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

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

/// Path of a program in PATH; fails the test when there is none.
fs::path find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  std::string path = environment("PATH");
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    const fs::path candidate = fs::path(path.substr(begin, end - begin)) / name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    begin = end + 1;
  }
  ADD_FAILURE() << name << " is not in PATH";
  return name;
}

void write_script(const fs::path& path, const std::string& body) {
  write_file_atomically(path, "#!/bin/sh\n" + body);
  fs::permissions(path, fs::perms::owner_all);
}

std::size_t count_lines(const fs::path& file) {
  if (!fs::exists(file)) return 0;
  const std::string text = read_file(file);
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// A cache of its own, beside the shared runtime object, and a `verilator` in front of PATH that
/// notes each build in a log.
class PeModelBuild : public ::testing::Test {
 protected:
  void SetUp() override {
    // Finds the tools and compiles the Verilator runtime once for all tests.
    const auto built = shared_library().build(netlist_, false);
    fs::create_directories(cache_);
    for (const auto& entry : fs::directory_iterator(built.parent_path())) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("verilator-runtime-")) fs::copy_file(entry.path(), cache_ / name);
    }
    write_script(tools_ / "verilator",
                 fmt::format("case \"$*\" in *--cc*) echo build >> '{}';; esac\nexec '{}' \"$@\"\n",
                             log_.string(), find_program("verilator").string()));
    path_ = tools_.string() + ":" + environment("PATH");
  }

  std::size_t num_builds() const { return count_lines(log_); }

  const TemporaryDirectory folder_{"pe-model-build"};
  const fs::path cache_ = folder_.path() / "cache";
  const fs::path tools_ = folder_.path() / "tools";
  const fs::path log_ = folder_.path() / "builds.log";
  const netlist::Netlist netlist_ = every_gate_kind();
  const netlist::ProductTable golden_ = netlist::product_table(netlist_);
  std::string path_;
};

TEST_F(PeModelBuild, is_done_once_and_then_read_from_the_cache) {
  const ScopedVariable path("PATH", path_);
  const auto first = PeModelLibrary(cache_).build(netlist_, false);
  EXPECT_EQ(num_builds(), 1u);
  EXPECT_EQ(PeModelLibrary(cache_).build(netlist_, false), first);
  EXPECT_EQ(table_of_model(*PeModelLibrary(cache_).load(netlist_, false)).raw, golden_.raw);
  EXPECT_EQ(num_builds(), 1u);
  EXPECT_NE(PeModelLibrary(cache_).build(netlist_, true), first);
  EXPECT_EQ(num_builds(), 2u);
}

TEST_F(PeModelBuild, is_another_one_for_other_gates_or_other_tools) {
  PeModelLibrary library(cache_);
  const auto path = library.build(netlist_, false);
  netlist::Netlist other = netlist_;
  for (auto& gate : other.gates) {
    if (gate.kind == netlist::GateKind::kNor) gate.kind = netlist::GateKind::kOr;
  }
  EXPECT_NE(library.build(other, false), path);
  const auto& tools = Toolchain::get();
  Toolchain newer = tools;
  newer.verilator_version += "1";
  Toolchain other_compiler = tools;
  other_compiler.compiler_version += "1";
  const auto source = pe_model_source(netlist_, false);
  EXPECT_EQ(build_key(source, tools), build_key(source, tools));
  EXPECT_NE(build_key(source, tools), build_key(source, newer));
  EXPECT_NE(build_key(source, tools), build_key(source, other_compiler));
  auto other_source = source;
  other_source.verilog += " ";
  EXPECT_NE(build_key(source, tools), build_key(other_source, tools));
}

TEST_F(PeModelBuild, happens_once_when_several_processes_ask_at_once) {
  const ScopedVariable path("PATH", path_);
  std::vector<pid_t> children;
  for (int i = 0; i < 3; ++i) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      int status = 1;
      try {
        PeModelLibrary library(cache_);
        status = table_of_model(*library.load(netlist_, true)) == golden_ ? 0 : 2;
      } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
      }
      ::_exit(status);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
  }
  EXPECT_EQ(num_builds(), 1u);
}

TEST_F(PeModelBuild, happens_once_when_several_threads_ask_at_once) {
  const ScopedVariable path("PATH", path_);
  std::vector<std::thread> threads;
  std::vector<netlist::ProductTable> tables(6);
  std::vector<std::string> errors(tables.size());
  for (std::size_t i = 0; i < tables.size(); ++i) {
    threads.emplace_back([&, i] {
      try {
        // Half of them clean, half faultable: two builds at the same time.
        PeModelLibrary library(cache_);
        tables[i] = table_of_model(*library.load(netlist_, i % 2 == 0));
      } catch (const std::exception& error) {
        errors[i] = error.what();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 0; i < tables.size(); ++i) {
    EXPECT_EQ(errors[i], "");
    EXPECT_EQ(tables[i].raw, golden_.raw) << i;
  }
  EXPECT_EQ(num_builds(), 2u);
}

TEST_F(PeModelBuild, is_repeated_when_the_cached_file_is_damaged) {
  const ScopedVariable path("PATH", path_);
  const auto file = PeModelLibrary(cache_).build(netlist_, false);
  const std::string content = read_file(file);
  const fs::path digest = file.string() + ".sha256";
  std::string flipped = content;
  flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 1);
  const std::vector<std::pair<std::string, std::function<void()>>> damages = {
      {"empty", [&] { write_file_atomically(file, ""); }},
      {"truncated", [&] { write_file_atomically(file, content.substr(0, content.size() / 2)); }},
      {"one bit flipped", [&] { write_file_atomically(file, flipped); }},
      {"removed", [&] { fs::remove(file); }},
      {"digest removed", [&] { fs::remove(digest); }},
      {"digest cut", [&] { write_file_atomically(digest, "12"); }},
  };
  std::size_t expected_builds = 1;
  for (const auto& [name, damage] : damages) {
    SCOPED_TRACE(name);
    damage();
    EXPECT_EQ(table_of_model(*PeModelLibrary(cache_).load(netlist_, false)).raw, golden_.raw);
    EXPECT_EQ(num_builds(), ++expected_builds);
  }
}

TEST_F(PeModelBuild, repairs_a_damaged_verilator_runtime) {
  // One per compiler that has used the cache; all are damaged, the one in use is made again.
  std::vector<fs::path> runtimes;
  for (const auto& entry : fs::directory_iterator(cache_)) {
    if (entry.path().extension() == ".o") runtimes.push_back(entry.path());
  }
  ASSERT_FALSE(runtimes.empty());
  for (const auto& runtime : runtimes) write_file_atomically(runtime, "damaged");
  EXPECT_EQ(table_of_model(*PeModelLibrary(cache_).load(netlist_, false)).raw, golden_.raw);
  EXPECT_EQ(std::count_if(runtimes.begin(), runtimes.end(),
                          [](const fs::path& runtime) { return fs::file_size(runtime) > 10000; }),
            1);
}

TEST_F(PeModelBuild, needs_no_writable_cache_once_the_model_is_there) {
  const auto file = PeModelLibrary(cache_).build(netlist_, false);
  fs::remove(file.string() + ".lock");
  // A folder in the lock's place: the lock cannot be made, whoever runs the test.
  fs::create_directory(file.string() + ".lock");
  EXPECT_EQ(table_of_model(*PeModelLibrary(cache_).load(netlist_, false)).raw, golden_.raw);
  write_file_atomically(file, "damaged");
  EXPECT_THROW(PeModelLibrary(cache_).build(netlist_, false), EnvironmentError);
}

TEST_F(PeModelBuild, leaves_nothing_in_the_cache_when_it_fails) {
  write_script(tools_ / "verilator", "echo '%Error: no good'\nexit 7\n");
  const ScopedVariable path("PATH", path_);
  try {
    PeModelLibrary(cache_).build(netlist_, false);
    FAIL() << "no error";
  } catch (const EnvironmentError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("Verilator failed"), HasSubstr("exit status 7"),
                                    HasSubstr("%Error: no good")));
  }
  for (const auto& entry : fs::directory_iterator(cache_)) {
    const auto extension = entry.path().extension();
    const std::string name = entry.path().filename().string();
    EXPECT_TRUE(extension == ".lock" || name.starts_with("verilator-runtime-")) << entry.path();
  }
}

TEST_F(PeModelBuild, succeeds_after_one_that_failed) {
  const fs::path good = tools_ / "good";
  fs::rename(tools_ / "verilator", good);
  write_script(tools_ / "verilator", "exit 1\n");
  const ScopedVariable path("PATH", path_);
  EXPECT_THROW(PeModelLibrary(cache_).build(netlist_, false), EnvironmentError);
  fs::rename(good, tools_ / "verilator");
  EXPECT_EQ(table_of_model(*PeModelLibrary(cache_).load(netlist_, false)).raw, golden_.raw);
}

/// Message of the EnvironmentError of a build with only `tools` in PATH.
std::string error_with_path(const netlist::Netlist& netlist, const fs::path& cache,
                            const fs::path& tools) {
  const ScopedVariable path("PATH", tools.string());
  try {
    PeModelLibrary(cache).build(netlist, false);
  } catch (const EnvironmentError& error) {
    return error.what();
  }
  return "no error";
}

TEST_F(PeModelBuild, names_the_package_when_verilator_is_missing) {
  fs::remove(tools_ / "verilator");
  EXPECT_THAT(error_with_path(netlist_, cache_, tools_),
              AllOf(HasSubstr("cannot run 'verilator'"), HasSubstr("apt-get install verilator")));
}

TEST_F(PeModelBuild, names_the_package_when_the_compiler_is_missing) {
  if (Toolchain::get().compiler[0].find('/') != std::string::npos) {
    GTEST_SKIP() << "CXX is a path: hiding it from PATH has no effect";
  }
  for (const char* needed : {"perl", "env", "sh"}) {
    fs::create_symlink(find_program(needed), tools_ / needed);
  }
  EXPECT_THAT(error_with_path(netlist_, cache_, tools_),
              AllOf(HasSubstr(fmt::format("cannot run '{}'", Toolchain::get().compiler[0])),
                    HasSubstr("apt-get install g++")));
}

TEST_F(PeModelBuild, shows_what_the_compiler_said_when_it_fails) {
  if (Toolchain::get().compiler[0].find('/') != std::string::npos) {
    GTEST_SKIP() << "CXX is a path: PATH has no effect";
  }
  write_script(tools_ / Toolchain::get().compiler[0],
               "echo 'fatal error: no space left' >&2\nexit 4\n");
  EXPECT_THAT(error_with_path(netlist_, cache_, path_),
              AllOf(HasSubstr("compiling the PE model failed"), HasSubstr("exit status 4"),
                    HasSubstr("fatal error: no space left")));
}

TEST_F(PeModelBuild, refuses_a_cache_folder_that_cannot_be_made) {
  const fs::path file = folder_.path() / "file";
  write_file_atomically(file, "not a folder");
  try {
    PeModelLibrary(file / "cache").build(netlist_, false);
    FAIL() << "no error";
  } catch (const EnvironmentError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("cannot create"), HasSubstr("FAULTWAVE_CACHE")));
  }
}

TEST_F(PeModelBuild, accepts_names_that_no_file_system_or_compiler_would) {
  netlist::Netlist strange = netlist_;
  strange.name = "../we?rd \n name/\"; `x` " + std::string(300, 'n');
  const auto file = PeModelLibrary(cache_).build(strange, false);
  EXPECT_EQ(file.parent_path(), cache_);
  EXPECT_EQ(table_of_model(*PeModelLibrary(cache_).load(strange, false)).raw, golden_.raw);
}

}  // namespace
}  // namespace faultwave::verilated
