#include "verilated/model_builder.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/file.hpp"
#include "base/sha256.hpp"
#include "compile/compiler.hpp"
#include "compile/object_cache.hpp"

namespace faultwave::verilated {
namespace {

using compile::checked_output;
using compile::with_arguments;

constexpr const char* kRuntimeFlags = "-O2";

std::vector<std::string> compile_command(const Toolchain& tools, const std::string& flags) {
  const auto include = tools.verilator_include;
  return with_arguments(tools.compiler,
                        {"-std=c++17", flags, "-w", "-fPIC", "-fvisibility=hidden",
                         "-I" + include.string(), "-I" + (include / "vltstd").string()});
}

/// Verilator's own support code as one object file, shared by all models of a cache.
std::filesystem::path runtime_object(const Toolchain& tools, const std::filesystem::path& cache) {
  const std::string key =
      sha256_hex(fmt::format("{}\n{}\n{}\n{}", tools.verilator_version, tools.compiler_version,
                             fmt::join(tools.compiler, " "), kRuntimeFlags));
  return compile::cached_file(
      cache / fmt::format("verilator-runtime-{}.o", key.substr(0, 16)), "the Verilator runtime",
      [&](const std::filesystem::path& object) {
        const auto source = object.parent_path() / "runtime.cpp";
        write_file_atomically(source,
                              "#include \"verilated.cpp\"\n#include \"verilated_threads.cpp\"\n");
        checked_output(with_arguments(compile_command(tools, kRuntimeFlags),
                                      {"-c", source.string(), "-o", object.string()}),
                       "g++", "compiling the Verilator runtime");
      });
}

/// One translation unit: every file that Verilator wrote, and the C functions around the model.
std::string translation_unit(const std::filesystem::path& generated, const ModelSource& source) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(generated)) {
    if (entry.path().extension() == ".cpp") files.push_back(entry.path().filename().string());
  }
  std::sort(files.begin(), files.end());
  std::string text = source.prologue;
  for (const auto& file : files) text += fmt::format("#include \"{}\"\n", file);
  return text + source.wrapper;
}

/// Builds `source` into `shared_object`.
void build_shared_object(const ModelSource& source, const std::filesystem::path& cache,
                         const std::filesystem::path& shared_object) {
  const Toolchain& tools = Toolchain::get();
  const auto runtime = runtime_object(tools, cache);
  TemporaryDirectory folder("faultwave-build");
  const auto verilog = folder.path() / (source.module_name + ".v");
  const auto generated = folder.path() / "generated";
  write_file_atomically(verilog, source.verilog);
  std::vector<std::string> verilate = {"verilator",  "--cc",
                                       "-Wno-fatal", "-Wno-lint",
                                       "-Wno-style", "--x-assign",
                                       "fast",       "--x-initial",
                                       "fast",       "--noassert",
                                       "--prefix",   source.prefix,
                                       "--Mdir",     generated.string()};
  verilate.insert(verilate.end(), source.verilator_flags.begin(), source.verilator_flags.end());
  if (!source.settings.empty()) {
    const auto settings = folder.path() / "settings.vlt";
    write_file_atomically(settings, source.settings);
    verilate.push_back(settings.string());
  }
  verilate.push_back(verilog.string());
  checked_output(verilate, "verilator", "Verilator");
  const auto wrapper = generated / "wrapper.cc";
  write_file_atomically(wrapper, translation_unit(generated, source));
  const auto object = folder.path() / "model.o";
  auto compile = compile_command(tools, source.optimisation);
  compile.insert(compile.end(), source.compiler_flags.begin(), source.compiler_flags.end());
  compile.insert(compile.end(),
                 {"-I" + generated.string(), "-c", wrapper.string(), "-o", object.string()});
  checked_output(compile, "g++", "compiling the " + source.what);
  // Whatever the model needs must be found here, not when it is loaded. Clang calls libatomic.
  checked_output(
      with_arguments(tools.compiler, {"-shared", "-Wl,-Bsymbolic", "-Wl,-z,defs", "-o",
                                      shared_object.string(), object.string(), runtime.string(),
                                      "-pthread", "-Wl,--as-needed", "-latomic"}),
      "g++", "linking the " + source.what);
}

}  // namespace

const Toolchain& Toolchain::get() {
  static const Toolchain toolchain = [] {
    Toolchain found;
    found.verilator_version = compile::first_line(
        checked_output({"verilator", "--version"}, "verilator", "asking Verilator's version"));
    const std::string root = compile::first_line(checked_output(
        {"verilator", "--getenv", "VERILATOR_ROOT"}, "verilator", "asking Verilator's folder"));
    found.verilator_include = std::filesystem::path(root) / "include";
    found.compiler = compile::Compiler::get().command;
    found.compiler_version = compile::Compiler::get().version;
    return found;
  }();
  return toolchain;
}

std::string build_key(const ModelSource& source, const Toolchain& toolchain) {
  return compile::content_key({source.version, source.optimisation,
                               fmt::format("{}", fmt::join(source.compiler_flags, " ")),
                               fmt::format("{}", fmt::join(source.verilator_flags, " ")),
                               toolchain.verilator_version, toolchain.compiler_version,
                               fmt::format("{}", fmt::join(toolchain.compiler, " ")),
                               source.settings, source.prologue, source.wrapper, source.verilog});
}

std::filesystem::path build_model(const ModelSource& source, const std::filesystem::path& cache) {
  return compile::cached_object({.name = source.name,
                                 .what = fmt::format("{} {}", source.what, source.label),
                                 .key = build_key(source, Toolchain::get())},
                                cache, [&](const std::filesystem::path& shared_object) {
                                  build_shared_object(source, cache, shared_object);
                                });
}

}  // namespace faultwave::verilated
