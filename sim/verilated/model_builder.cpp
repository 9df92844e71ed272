#include "verilated/model_builder.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <iterator>
#include <sstream>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/progress.hpp"
#include "base/sha256.hpp"
#include "base/subprocess.hpp"
#include "verilated/file_lock.hpp"

namespace faultwave::verilated {
namespace {

constexpr const char* kRuntimeFlags = "-O2";

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string checked_output(const std::vector<std::string>& command, const std::string& package,
                           const std::string& action, const std::filesystem::path& folder = {}) {
  const auto result = run_process(command, package, folder);
  if (result.exit_code != 0) {
    throw EnvironmentError(fmt::format("{} failed ('{}', exit status {}):\n{}", action, command[0],
                                       result.exit_code, result.output.substr(0, 4000)));
  }
  return result.output;
}

/// The compiler with `arguments` behind its own.
std::vector<std::string> compiler_command(const Toolchain& tools,
                                          const std::vector<std::string>& arguments) {
  auto command = tools.compiler;
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

std::vector<std::string> compile_command(const Toolchain& tools, const std::string& flags) {
  const auto include = tools.verilator_include;
  return compiler_command(tools, {"-std=c++17", flags, "-w", "-fPIC", "-fvisibility=hidden",
                                  "-I" + include.string(), "-I" + (include / "vltstd").string()});
}

/// $CXX as a program and its arguments ("ccache g++"), split at blanks; "g++" when unset.
std::vector<std::string> compiler_from_environment() {
  std::istringstream words(environment("CXX", "g++"));
  std::vector<std::string> command{std::istream_iterator<std::string>(words), {}};
  if (command.empty()) command.emplace_back("g++");
  return command;
}

/// Writes `content` with its digest beside it: the digest first, so that the file counts as intact
/// only when it is complete.
void write_with_digest(const std::filesystem::path& path, const std::string& content) {
  write_file_atomically(path.string() + ".sha256", sha256_hex(content) + "\n");
  write_file_atomically(path, content);
}

/// Whether `shared_object` is there and is what was built.
bool is_intact(const std::filesystem::path& shared_object) {
  const std::filesystem::path digest = shared_object.string() + ".sha256";
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(shared_object, ignored) ||
      !std::filesystem::is_regular_file(digest, ignored)) {
    return false;
  }
  try {
    return read_file(digest) == sha256_hex(read_file(shared_object)) + "\n";
  } catch (const InputError&) {  // unreadable, or another process is replacing it
    return false;
  }
}

/// Verilator's own support code as one object file, shared by all models of a cache.
std::filesystem::path runtime_object(const Toolchain& tools, const std::filesystem::path& cache) {
  const std::string key =
      sha256_hex(fmt::format("{}\n{}\n{}\n{}", tools.verilator_version, tools.compiler_version,
                             fmt::join(tools.compiler, " "), kRuntimeFlags));
  const auto object = cache / fmt::format("verilator-runtime-{}.o", key.substr(0, 16));
  FileLock lock(object.string() + ".lock");
  if (is_intact(object)) return object;
  log_line("building the Verilator runtime (once)");
  TemporaryDirectory folder("faultwave-build");
  const auto source = folder.path() / "runtime.cpp";
  write_file_atomically(source, "#include \"verilated.cpp\"\n#include \"verilated_threads.cpp\"\n");
  auto command = compile_command(tools, kRuntimeFlags);
  const auto built = folder.path() / "runtime.o";
  command.insert(command.end(), {"-c", source.string(), "-o", built.string()});
  checked_output(command, "g++", "compiling the Verilator runtime");
  write_with_digest(object, read_file(built));
  return object;
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

/// A module name as part of a file name: anything unusual becomes '_'.
std::string file_stem(std::string name) {
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name.substr(0, 64);
}

/// Builds `source` into `shared_object`, which appears complete or not at all, with its sha256
/// beside it.
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
  const auto library = folder.path() / "model.so";
  // Whatever the model needs must be found here, not when it is loaded. Clang calls libatomic.
  checked_output(compiler_command(tools, {"-shared", "-Wl,-Bsymbolic", "-Wl,-z,defs", "-o",
                                          library.string(), object.string(), runtime.string(),
                                          "-pthread", "-Wl,--as-needed", "-latomic"}),
                 "g++", "linking the " + source.what);
  write_with_digest(shared_object, read_file(library));
}

}  // namespace

const Toolchain& Toolchain::get() {
  static const Toolchain toolchain = [] {
    Toolchain found;
    found.compiler = compiler_from_environment();
    found.verilator_version = first_line(
        checked_output({"verilator", "--version"}, "verilator", "asking Verilator's version"));
    const std::string root = first_line(checked_output({"verilator", "--getenv", "VERILATOR_ROOT"},
                                                       "verilator", "asking Verilator's folder"));
    found.verilator_include = std::filesystem::path(root) / "include";
    found.compiler_version = first_line(checked_output(compiler_command(found, {"--version"}),
                                                       "g++", "asking the C++ compiler's version"));
    return found;
  }();
  return toolchain;
}

std::string build_key(const ModelSource& source, const Toolchain& toolchain) {
  Sha256 digest;
  for (const auto& part :
       {source.version, source.optimisation,
        fmt::format("{}", fmt::join(source.compiler_flags, " ")),
        fmt::format("{}", fmt::join(source.verilator_flags, " ")), toolchain.verilator_version,
        toolchain.compiler_version, fmt::format("{}", fmt::join(toolchain.compiler, " ")),
        source.settings, source.prologue, source.wrapper, source.verilog}) {
    digest.update(part);
    digest.update(std::string_view("\0", 1));
  }
  return digest.hex();
}

std::filesystem::path build_model(const ModelSource& source, const std::filesystem::path& cache) {
  const std::string key = build_key(source, Toolchain::get());
  std::error_code failed;
  std::filesystem::create_directories(cache, failed);
  if (failed) {
    throw EnvironmentError(
        fmt::format("{}: cannot create: {}\n  fix: set FAULTWAVE_CACHE to a "
                    "folder that can be written",
                    cache.string(), failed.message()));
  }
  const auto path = cache / fmt::format("{}-{}.so", file_stem(source.name), key.substr(0, 24));
  // A cache that cannot be written serves what it holds.
  if (is_intact(path)) return path;
  // The first to come builds, the others wait and find the result.
  FileLock lock(path.string() + ".lock");
  if (is_intact(path)) return path;
  log_line(fmt::format("building {} {}", source.what, source.label));
  const auto start = std::chrono::steady_clock::now();
  build_shared_object(source, cache, path);
  log_line(
      fmt::format("built {} {} in {:.1f} s", source.what, source.label,
                  std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()));
  return path;
}

}  // namespace faultwave::verilated
