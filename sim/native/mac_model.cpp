#include "native/mac_model.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/file.hpp"
#include "compile/compiler.hpp"
#include "compile/object_cache.hpp"
#include "native/mac_source.hpp"

namespace faultwave::native {
namespace {

// Reordering thousands of straight-line operations keeps too many values alive.
const std::vector<std::string> kFlags = {
    "-std=gnu++17", "-O1", "-fPIC", "-fvisibility=hidden", "-w", "-shared", "-Wl,-z,defs"};

void compile_source(const std::string& source, const std::vector<std::string>& flags,
                    const std::filesystem::path& shared_object) {
  const auto file = shared_object.parent_path() / "mac.cpp";
  write_file_atomically(file, source);
  auto command = compile::with_arguments(compile::Compiler::get().command, flags);
  command = compile::with_arguments(command, {file.string(), "-o", shared_object.string()});
  compile::checked_output(command, "g++", "compiling the native PE model");
}

}  // namespace

std::filesystem::path build_mac_model(const netlist::Netlist& netlist, bool faultable,
                                      const VectorTarget& target,
                                      const std::filesystem::path& cache) {
  const std::string source = write_mac_source(netlist, {target.lanes, faultable});
  const auto& compiler = compile::Compiler::get();
  const auto flags = compile::with_arguments(kFlags, target.compiler_flags);
  return compile::cached_object(
      {.name = "native_" + netlist.name,
       .what = fmt::format("native PE model {} ({}, {} lanes)", netlist.name,
                           faultable ? "faultable" : "clean", target.lanes),
       .key = compile::content_key({compiler.version,
                                    fmt::format("{}", fmt::join(compiler.command, " ")),
                                    fmt::format("{}", fmt::join(flags, " ")), source})},
      cache, [&](const std::filesystem::path& shared_object) {
        compile_source(source, flags, shared_object);
      });
}

MacModel::MacModel(const netlist::Netlist& netlist, const VectorTarget& target,
                   const std::filesystem::path& cache)
    : object_(build_mac_model(netlist, false, target, cache)),
      run_(object_.function<decltype(run_)>(kMacFunction)) {}

FaultyMacModel::FaultyMacModel(const netlist::Netlist& netlist, const VectorTarget& target,
                               const std::filesystem::path& cache)
    : object_(build_mac_model(netlist, true, target, cache)),
      run_(object_.function<decltype(run_)>(kFaultyMacFunction)),
      words_(target.words()),
      blocks_(mac_site_blocks(netlist)) {
  for (std::size_t site = 0; site < blocks_.size(); ++site) {
    masks_.insert(masks_.end(), words_, ~uint64_t{0});
    masks_.insert(masks_.end(), words_, 0);
  }
  is_block_masked_.resize(1u + *std::max_element(blocks_.begin(), blocks_.end()));
}

void FaultyMacModel::clear_masks() {
  for (uint64_t* at : masks_set_) {
    at[0] = ~uint64_t{0};
    at[words_] = 0;
  }
  masks_set_.clear();
  std::fill(is_block_masked_.begin(), is_block_masked_.end(), uint8_t{0});
}

}  // namespace faultwave::native
