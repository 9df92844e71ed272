// Turns a netlist into a shared object with Verilator and the C++ compiler.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "netlist/netlist.hpp"

namespace faultwave::verilated {

/// Names of the C functions that every shared object exports.
inline constexpr const char* kCreateFunction = "faultwave_pe_create";
inline constexpr const char* kDestroyFunction = "faultwave_pe_destroy";
inline constexpr const char* kEvalFunction = "faultwave_pe_eval";
inline constexpr const char* kMasksFunction = "faultwave_pe_masks";
inline constexpr const char* kNumSitesFunction = "faultwave_pe_num_sites";

/// Versions of the tools that a build depends on. EnvironmentError names the missing package.
struct Toolchain {
  std::vector<std::string> compiler;  ///< $CXX split at blanks, else "g++"
  std::string compiler_version;
  std::string verilator_version;
  std::filesystem::path verilator_include;

  static const Toolchain& get();  ///< found once per process
};

/// What identifies a build: the emitted Verilog, the tools and the flags.
std::string build_key(const std::string& lane_verilog, const Toolchain& toolchain);

/// Builds `lane_verilog` (module `module_name`) into `shared_object`, which appears complete or not
/// at all, with its sha256 beside it. `cache` holds the Verilator runtime, compiled once.
void build_shared_object(const std::string& lane_verilog, const std::string& module_name,
                         bool faultable, const std::filesystem::path& cache,
                         const std::filesystem::path& shared_object);

/// Whether `shared_object` is there and is what was built.
bool is_intact(const std::filesystem::path& shared_object);

}  // namespace faultwave::verilated
