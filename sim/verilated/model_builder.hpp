// Turns Verilog and a C++ wrapper into a cached shared object with Verilator and the C++ compiler.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace faultwave::verilated {

/// Versions of the tools that a build depends on. EnvironmentError names the missing package.
struct Toolchain {
  std::vector<std::string> compiler;  ///< $CXX split at blanks, else "g++"
  std::string compiler_version;
  std::string verilator_version;
  std::filesystem::path verilator_include;

  static const Toolchain& get();  ///< found once per process
};

/// What a model is made of.
struct ModelSource {
  std::string name;     ///< begin of the file's name in the cache
  std::string what;     ///< for messages: "PE model"
  std::string label;    ///< for messages: "fw8u_dadda (clean)"
  std::string version;  ///< part of the key
  std::string verilog;
  std::string module_name;
  std::string prefix;    ///< class name of the Verilated model
  std::string settings;  ///< Verilator control file, may be empty
  std::vector<std::string> verilator_flags;
  std::string optimisation;  ///< of the C++ compiler: "-O1"
  std::vector<std::string> compiler_flags;
  std::string prologue;  ///< C++ before the files that Verilator wrote
  std::string wrapper;   ///< C++ behind them: the exported C functions
};

/// What identifies a build: the sources, the tools and the flags.
std::string build_key(const ModelSource& source, const Toolchain& toolchain);

/// Path of the model's shared object below `cache`, building it when it is not there or damaged. It
/// appears complete or not at all. Safe under concurrent builds by several processes and threads:
/// one builds, the others wait. `cache` also holds the Verilator runtime, compiled once.
/// EnvironmentError when a tool is missing or fails, with the tool's output.
std::filesystem::path build_model(const ModelSource& source, const std::filesystem::path& cache);

}  // namespace faultwave::verilated
