#include "rtl/rtl_model_fixture.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstring>

#include "base/file.hpp"
#include "base/sha256.hpp"
#include "base/subprocess.hpp"
#include "compile/file_lock.hpp"
#include "netlist/exposed_sites.hpp"
#include "netlist/fault_site.hpp"
#include "netlist/verilog_writer.hpp"
#include "verilated/pe_model_builder.hpp"

namespace faultwave::test_support {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWrapper = R"(#include <cstdint>
#include <cstring>
namespace {
struct Instance { VerilatedContext context; Vtop model{&context, "rtl"}; };
}
#define FAULTWAVE_EXPORT extern "C" __attribute__((visibility("default")))
FAULTWAVE_EXPORT void* rtl_create() { return new Instance; }
FAULTWAVE_EXPORT void rtl_destroy(void* i) { delete static_cast<Instance*>(i); }
FAULTWAVE_EXPORT void rtl_eval(void* i) { static_cast<Instance*>(i)->model.eval(); }
// Verilator re-evaluates logic after a change of its inputs or clocks, not of a forced value: this
// is its own first evaluation of all combinational logic, once more.
FAULTWAVE_EXPORT void rtl_settle(void* i) {
  Vtop___024root___eval_settle(static_cast<Instance*>(i)->model.rootp);
}
)";

/// C++ that finds ports by name.
std::string port_source(const RtlDesign& design) {
  std::string text =
      "FAULTWAVE_EXPORT void* rtl_port(void* i, const char* name) {\n"
      "  Vtop& m = static_cast<Instance*>(i)->model;\n";
  for (const auto& port : design.ports) {
    text += fmt::format("  if (std::strcmp(name, \"{0}\") == 0) return &m.{0};\n", port);
  }
  return text + "  return nullptr;\n}\n";
}

/// C++ that fills the table of signals.
std::string signal_table_source(const RtlDesign& design, std::size_t num_sites) {
  std::string text = R"(namespace {
struct Signal { void *value, *enable, *forced; uint64_t num_bytes; };
#define FAULTWAVE_FORCEABLE(s) {&s, &s##__VforceEn, &s##__VforceVal, sizeof(s)}
#define FAULTWAVE_READABLE(s) {&s, nullptr, nullptr, sizeof(s)}
void sites(Vtop_multiplier& m, Signal* out) {
)";
  for (std::size_t i = 0; i < num_sites; ++i) {
    text += fmt::format("  out[{0}] = FAULTWAVE_FORCEABLE(m.site_{0});\n", i);
  }
  text +=
      "}\n}\nFAULTWAVE_EXPORT void rtl_signals(void* i, void* table) {\n"
      "  auto& r = *static_cast<Instance*>(i)->model.rootp;\n"
      "  Signal* out = static_cast<Signal*>(table);\n";
  for (const RtlSignal& signal : design.signals) {
    if (signal.kind == RtlSignal::Kind::kMultiplier) {
      text += fmt::format("  sites(*r.__PVT__{}, out);\n  out += {};\n", signal.name, num_sites);
      continue;
    }
    text += fmt::format("  *out++ = FAULTWAVE_{}(r.{});\n",
                        signal.kind == RtlSignal::Kind::kForceable ? "FORCEABLE" : "READABLE",
                        signal.name);
  }
  return text + "}\n";
}

std::string settings_source(const RtlDesign& design, RtlBuild build) {
  std::string text = "`verilator_config\n";
  if (build == RtlBuild::kFast) return text;
  for (const auto& [module, register_name] : design.forceable) {
    text += fmt::format("forceable -module \"{}\" -var \"{}\"\n", module, register_name);
    text += fmt::format("public_flat_rd -module \"{}\" -var \"*_q\"\n", module);
  }
  return text +
         "forceable -module \"multiplier\" -var \"site_*\"\n"
         "public_flat_rd -module \"multiplier\" -var \"site_*\"\n"
         "no_inline -module \"multiplier\"\n";
}

void run_or_throw(const std::vector<std::string>& command) {
  const auto result = run_process(command, command[0]);
  if (result.exit_code != 0) {
    throw EnvironmentError(
        fmt::format("'{}' failed:\n{}", command[0], result.output.substr(0, 4000)));
  }
}

std::string wrapper_source(const fs::path& generated, const std::string& wrapper) {
  std::vector<std::string> sources;
  for (const auto& entry : fs::directory_iterator(generated)) {
    if (entry.path().extension() == ".cpp") sources.push_back(entry.path().filename().string());
  }
  std::sort(sources.begin(), sources.end());
  std::string text = "#include \"verilated.cpp\"\n#include \"verilated_threads.cpp\"\n";
  for (const auto& source : sources) text += fmt::format("#include \"{}\"\n", source);
  return text + wrapper;
}

/// Flags that shape the model. Verilator's optimisations read through buffers and constants, past
/// the forced value: a forceable model is built without them.
std::vector<std::string> verilator_flags(const RtlDesign& design, RtlBuild build) {
  std::vector<std::string> flags = {"-O3"};
  if (build == RtlBuild::kForceable) flags = {"-O0", "-finline"};
  flags.insert(flags.end(),
               {"--x-assign", "fast", "--x-initial", "fast", "-DFAULTWAVE_MULTIPLIER=multiplier"});
  for (const auto& parameter : design.parameters) flags.push_back("-G" + parameter);
  return flags;
}

const char* compiler_flag(RtlBuild build) { return build == RtlBuild::kFast ? "-O2" : "-O0"; }

/// Everything that the compiler is given.
struct Sources {
  std::string multiplier;
  std::string wrapper;
  std::string settings;
};

void compile(const RtlDesign& design, const Sources& sources, RtlBuild build,
             const fs::path& shared_object) {
  TemporaryDirectory folder("faultwave-rtl");
  const fs::path generated = folder.path() / "generated";
  const fs::path settings = folder.path() / "settings.vlt";
  const fs::path netlist_file = folder.path() / "multiplier.v";
  write_file_atomically(netlist_file, sources.multiplier);
  write_file_atomically(settings, sources.settings);
  std::vector<std::string> verilate = {"verilator",        "--cc",         "-Wno-fatal",
                                       "--prefix",         "Vtop",         "--Mdir",
                                       generated.string(), "--top-module", design.top};
  for (const auto& flag : verilator_flags(design, build)) verilate.push_back(flag);
  verilate.push_back(settings.string());
  for (const auto& file : design.files) verilate.push_back(file.string());
  verilate.push_back(netlist_file.string());
  run_or_throw(verilate);
  const fs::path source = generated / "wrapper.cc";
  write_file_atomically(source, wrapper_source(generated, sources.wrapper));
  const auto& tools = verilated::Toolchain::get();
  const fs::path built = folder.path() / "model.so";
  std::vector<std::string> command = tools.compiler;
  command.insert(command.end(), {"-std=c++17", compiler_flag(build), "-w", "-fPIC", "-shared",
                                 "-fvisibility=hidden", "-Wl,-Bsymbolic", "-pthread",
                                 "-I" + tools.verilator_include.string(),
                                 "-I" + (tools.verilator_include / "vltstd").string(),
                                 "-I" + generated.string(), source.string(), "-o", built.string()});
  run_or_throw(command);
  write_file_atomically(shared_object, read_file(built));
}

template <typename Function>
Function* function(void* handle, const char* name) {
  void* symbol = ::dlsym(handle, name);
  FAULTWAVE_CHECK(symbol != nullptr, "{} is missing", name);
  return reinterpret_cast<Function*>(symbol);
}

uint64_t read_value(const void* storage, uint64_t num_bytes) {
  uint64_t value = 0;
  std::memcpy(&value, storage, num_bytes);
  return value;
}

uint64_t apply_fault(uint64_t value, const fault::Fault& fault) {
  const uint64_t bit = uint64_t{1} << (fault.unit == fault::Unit::kMultiplier ? 0 : fault.bit);
  switch (fault.kind) {
    case netlist::FaultKind::kStuckAt0:
      return value & ~bit;
    case netlist::FaultKind::kStuckAt1:
      return value | bit;
    case netlist::FaultKind::kInvert:
      return value ^ bit;
  }
  throw InternalError("unknown fault kind");
}

/// Builds the shared object below `cache`, safe when several processes do; returns its path.
fs::path build_model(const RtlDesign& design, const netlist::Netlist& multiplier, RtlBuild build,
                     const fs::path& cache) {
  netlist::Netlist circuit = multiplier;
  Sources sources;
  sources.wrapper = kWrapper + port_source(design);
  sources.settings = settings_source(design, build);
  if (build == RtlBuild::kForceable) {
    circuit = netlist::expose_sites(multiplier);
    sources.wrapper += signal_table_source(design, netlist::enumerate_sites(multiplier).size());
  }
  circuit.name = "multiplier";
  sources.multiplier = netlist::write_scalar_verilog(circuit);
  const auto& tools = verilated::Toolchain::get();
  auto identity = verilator_flags(design, build);
  identity.insert(identity.end(),
                  {sources.multiplier, sources.wrapper, sources.settings, compiler_flag(build),
                   tools.verilator_version, tools.compiler_version});
  for (const auto& file : design.files) identity.push_back(read_file(file));
  Sha256 digest;
  for (const auto& part : identity) {
    digest.update(part);
    digest.update(std::string_view("\0", 1));
  }
  fs::create_directories(cache);
  const fs::path path = cache / fmt::format("rtl-{}-{}.so", design.top, digest.hex().substr(0, 24));
  compile::FileLock lock(path.string() + ".lock");
  if (!fs::exists(path)) compile(design, sources, build, path);
  return path;
}

}  // namespace

RtlModel::RtlModel(const RtlDesign& design, const netlist::Netlist& multiplier, RtlBuild build) {
  const fs::path path = build_model(design, multiplier, build, cache_directory() / "rtl");
  handle_ = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  FAULTWAVE_CHECK(handle_ != nullptr, "cannot load {}", path.string());
  instance_ = function<void*()>(handle_, "rtl_create")();
  eval_ = function<void(void*)>(handle_, "rtl_eval");
  settle_ = function<void(void*)>(handle_, "rtl_settle");
  if (build == RtlBuild::kForceable) {
    std::size_t num_signals = 0;
    for (const RtlSignal& signal : design.signals) {
      num_signals += signal.kind == RtlSignal::Kind::kMultiplier
                         ? netlist::enumerate_sites(multiplier).size()
                         : 1;
    }
    signals_.resize(num_signals);
    function<void(void*, void*)>(handle_, "rtl_signals")(instance_, signals_.data());
  }
  clock_ = port("clk_i");
  clock();
  *port("rst_ni") = 1;
  eval_(instance_);
}

RtlModel::~RtlModel() {
  function<void(void*)>(handle_, "rtl_destroy")(instance_);
  ::dlclose(handle_);
}

uint8_t* RtlModel::port(const std::string& name) const {
  void* storage = function<void*(void*, const char*)>(handle_, "rtl_port")(instance_, name.c_str());
  FAULTWAVE_CHECK(storage != nullptr, "no port {}", name);
  return static_cast<uint8_t*>(storage);
}

void RtlModel::clock() {
  for (const uint8_t level : {uint8_t{0}, uint8_t{1}, uint8_t{0}}) {
    *clock_ = level;
    eval_(instance_);
  }
}

void RtlModel::add_fault(const fault::Fault& fault, std::size_t signal) {
  FAULTWAVE_CHECK(signal < signals_.size(), "faults need kForceable");
  faults_.push_back(fault);
  signal_of_fault_.push_back(signal);
}

/// A forced value may change the unforced value of a net behind it, so go on until nothing changes:
/// no longer than the circuit is deep.
void RtlModel::force_faults_of(uint64_t cycle) {
  if (faults_.empty()) return;
  for (const std::size_t index : forced_) {
    std::memset(signals_[index].enable, 0, signals_[index].num_bytes);
  }
  forced_.clear();
  for (std::size_t i = 0; i < faults_.size(); ++i) {
    if (!faults_[i].window.contains(cycle)) continue;
    const Signal& target = signals_[signal_of_fault_[i]];
    const bool one_bit = faults_[i].unit == fault::Unit::kMultiplier;
    std::memset(target.enable, one_bit ? 1 : 0xFF, target.num_bytes);
    forced_.push_back(signal_of_fault_[i]);
  }
  std::sort(forced_.begin(), forced_.end());
  forced_.erase(std::unique(forced_.begin(), forced_.end()), forced_.end());
  bool changed = true;
  for (int round = 0; changed; ++round) {
    FAULTWAVE_CHECK(round < 1000, "forced values do not settle");
    settle_(instance_);
    changed = false;
    for (const std::size_t index : forced_) {
      const Signal& target = signals_[index];
      uint64_t value = target.stored();
      for (std::size_t i = 0; i < faults_.size(); ++i) {
        if (signal_of_fault_[i] == index && faults_[i].window.contains(cycle)) {
          value = apply_fault(value, faults_[i]);
        }
      }
      if (read_value(target.forced, target.num_bytes) == value) continue;
      std::memcpy(target.forced, &value, target.num_bytes);
      changed = true;
    }
  }
}

uint64_t RtlModel::Signal::stored() const { return read_value(value, num_bytes); }

uint64_t RtlModel::Signal::seen() const {
  if (enable == nullptr) return stored();
  const uint64_t mask = read_value(enable, num_bytes);
  return (stored() & ~mask) | (read_value(forced, num_bytes) & mask);
}

}  // namespace faultwave::test_support
