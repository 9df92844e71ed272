#include "verilated/pe_model_builder.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <sstream>

#include "base/file.hpp"
#include "base/progress.hpp"
#include "base/sha256.hpp"
#include "base/subprocess.hpp"
#include "verilated/file_lock.hpp"

namespace faultwave::verilated {
namespace {

/// Changes whenever the wrapper or the flags change, so that old cache entries are not used.
constexpr const char* kBuilderVersion = "2";
/// -O1 beats -O2 on thousands of straight-line operations; so does not reordering them.
constexpr const char* kModelFlags = "-O1";
constexpr const char* kModelTuning = "-fno-tree-ter";
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

std::vector<std::string> compile_command(const Toolchain& tools, const char* flags) {
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
std::string wrapper_source(const std::filesystem::path& generated, bool faultable) {
  std::vector<std::string> sources;
  for (const auto& entry : std::filesystem::directory_iterator(generated)) {
    if (entry.path().extension() == ".cpp") sources.push_back(entry.path().filename().string());
  }
  std::sort(sources.begin(), sources.end());
  std::string text;
  for (const auto& source : sources) text += fmt::format("#include \"{}\"\n", source);
  text += R"(#include <cstdint>
#include <cstring>
namespace {
struct Instance {
  VerilatedContext context;
  Vpe model{&context, "pe"};
};
Vpe& model_of(void* instance) { return static_cast<Instance*>(instance)->model; }
}
#define FAULTWAVE_EXPORT extern "C" __attribute__((visibility("default")))
FAULTWAVE_EXPORT void* faultwave_pe_create() { return new Instance; }
FAULTWAVE_EXPORT void faultwave_pe_destroy(void* instance) { delete static_cast<Instance*>(instance); }
FAULTWAVE_EXPORT void faultwave_pe_eval(void* instance, const uint64_t* a, const uint64_t* b,
                                        uint64_t* o) {
  Vpe& model = model_of(instance);
  std::memcpy(&model.a_i[0], a, sizeof(uint64_t) * 8);
  std::memcpy(&model.b_i[0], b, sizeof(uint64_t) * 8);
  model.eval();
  std::memcpy(o, &model.o_o[0], sizeof(uint64_t) * 16);
}
)";
  if (faultable) {
    text += R"(FAULTWAVE_EXPORT void* faultwave_pe_masks(void* instance) {
  return &model_of(instance).mask_i[0];
}
FAULTWAVE_EXPORT int faultwave_pe_num_sites(void* instance) {
  return static_cast<int>(sizeof(model_of(instance).mask_i) / sizeof(uint64_t) / 2);
}
)";
  }
  return text;
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

std::string build_key(const std::string& lane_verilog, const Toolchain& toolchain) {
  Sha256 digest;
  for (const auto& part :
       {std::string(kBuilderVersion), std::string(kModelFlags), std::string(kModelTuning),
        toolchain.verilator_version, toolchain.compiler_version,
        fmt::format("{}", fmt::join(toolchain.compiler, " ")), lane_verilog}) {
    digest.update(part);
    digest.update(std::string_view("\0", 1));
  }
  return digest.hex();
}

void build_shared_object(const std::string& lane_verilog, const std::string& module_name,
                         bool faultable, const std::filesystem::path& cache,
                         const std::filesystem::path& shared_object) {
  const Toolchain& tools = Toolchain::get();
  const auto runtime = runtime_object(tools, cache);
  TemporaryDirectory folder("faultwave-build");
  const auto verilog = folder.path() / (module_name + ".v");
  const auto generated = folder.path() / "generated";
  write_file_atomically(verilog, lane_verilog);
  checked_output({"verilator", "--cc", "-Wno-fatal", "-Wno-lint", "-Wno-style", "-O3", "--x-assign",
                  "fast", "--x-initial", "fast", "--noassert", "--prefix", "Vpe", "--Mdir",
                  generated.string(), verilog.string()},
                 "verilator", "Verilator");
  const auto wrapper = generated / "wrapper.cc";
  write_file_atomically(wrapper, wrapper_source(generated, faultable));
  const auto object = folder.path() / "model.o";
  auto compile = compile_command(tools, kModelFlags);
  compile.insert(compile.end(), {kModelTuning, "-I" + generated.string(), "-c", wrapper.string(),
                                 "-o", object.string()});
  checked_output(compile, "g++", "compiling the PE model");
  const auto library = folder.path() / "model.so";
  // Whatever the model needs must be found here, not when it is loaded. Clang calls libatomic.
  checked_output(compiler_command(tools, {"-shared", "-Wl,-Bsymbolic", "-Wl,-z,defs", "-o",
                                          library.string(), object.string(), runtime.string(),
                                          "-pthread", "-Wl,--as-needed", "-latomic"}),
                 "g++", "linking the PE model");
  write_with_digest(shared_object, read_file(library));
}

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

}  // namespace faultwave::verilated
