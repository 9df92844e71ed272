#include "rtl/rtl_array_fixture.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "accel/gemm_job.hpp"
#include "base/file.hpp"
#include "base/sha256.hpp"
#include "base/subprocess.hpp"
#include "netlist/fault_site.hpp"
#include "netlist/verilog_writer.hpp"
#include "verilated/file_lock.hpp"
#include "verilated/pe_model_builder.hpp"

namespace faultwave::test_support {
namespace {

using accel::ArrayConfig;
namespace fs = std::filesystem;

/// Registers of a PE in the order of the signal table; the sites of its multiplier follow.
enum Register : std::size_t {
  kAct,
  kWeight,
  kPsum,
  kValid,
  kSwap,
  kShift,
  kNegate,
  kBypass,
  kNextWeight,
  kNextNegate,
  kNextBypass,
  kNumRegisters
};
constexpr std::array<const char*, kNumRegisters> kRegisterNames = {
    "act_q",      "w_q",        "psum_q", "valid_q",     "swap_q",     "shift_q",
    "w_negate_q", "w_bypass_q", "wn_q",   "wn_negate_q", "wn_bypass_q"};
constexpr std::size_t kNumForceableRegisters = 3;

fs::path rtl_folder() { return fs::path(FAULTWAVE_SOURCE_DIR) / "rtl" / "tpu"; }

constexpr const char* kVerilatorSettings = R"(`verilator_config
forceable -module "pe" -var "act_q"
forceable -module "pe" -var "w_q"
forceable -module "pe" -var "psum_q"
public_flat_rd -module "pe" -var "*_q"
forceable -module "multiplier" -var "site_*"
public_flat_rd -module "multiplier" -var "site_*"
no_inline -module "multiplier"
)";

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
FAULTWAVE_EXPORT void* rtl_port(void* i, const char* name) {
  Vtop& m = static_cast<Instance*>(i)->model;
#define FAULTWAVE_PORT(p) if (std::strcmp(name, #p) == 0) return &m.p;
  FAULTWAVE_PORT(clk_i) FAULTWAVE_PORT(rst_ni) FAULTWAVE_PORT(act_i) FAULTWAVE_PORT(valid_i)
  FAULTWAVE_PORT(swap_i) FAULTWAVE_PORT(shift_i) FAULTWAVE_PORT(weight_i) FAULTWAVE_PORT(negate_i)
  FAULTWAVE_PORT(bypass_i) FAULTWAVE_PORT(psum_o)
  return nullptr;
}
)";

/// C++ that fills the table of signals: [pe][registers, sites].
std::string signal_table_source(const ArrayConfig& config, std::size_t num_sites) {
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
  for (int row = 0; row < config.rows; ++row) {
    for (int col = 0; col < config.cols; ++col) {
      const std::string pe = fmt::format(
          "systolic_array__DOT__g_row__BRA__{}__KET____DOT__g_col__BRA__{}__KET____DOT__u_pe__DOT_"
          "_",
          row, col);
      for (std::size_t i = 0; i < kNumRegisters; ++i) {
        text += fmt::format("  *out++ = FAULTWAVE_{}(r.{}{});\n",
                            i < kNumForceableRegisters ? "FORCEABLE" : "READABLE", pe,
                            kRegisterNames[i]);
      }
      text += fmt::format("  sites(*r.__PVT__{}u_mult, out);\n  out += {};\n", pe, num_sites);
    }
  }
  return text + "}\n";
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
std::vector<std::string> verilator_flags(const ArrayConfig& config, RtlBuild build) {
  std::vector<std::string> flags = {"-O3"};
  if (build == RtlBuild::kForceable) flags = {"-O0", "-finline"};
  flags.insert(flags.end(),
               {"--x-assign", "fast", "--x-initial", "fast", "-DFAULTWAVE_MULTIPLIER=multiplier",
                fmt::format("-GROWS={}", config.rows), fmt::format("-GCOLS={}", config.cols),
                fmt::format("-GPRODUCT_IS_SIGNED=1'b{}", config.product_is_signed ? 1 : 0),
                fmt::format("-GWEIGHT_ON_PORT_A=1'b{}", config.weight_on_port_a ? 1 : 0)});
  return flags;
}

const char* compiler_flag(RtlBuild build) { return build == RtlBuild::kFast ? "-O2" : "-O0"; }

void compile(const ArrayConfig& config, const std::string& multiplier, RtlBuild build,
             const std::string& wrapper, const fs::path& shared_object) {
  TemporaryDirectory folder("faultwave-rtl");
  const fs::path generated = folder.path() / "generated";
  const fs::path settings = folder.path() / "settings.vlt";
  const fs::path netlist_file = folder.path() / "multiplier.v";
  write_file_atomically(netlist_file, multiplier);
  write_file_atomically(settings,
                        build == RtlBuild::kForceable ? kVerilatorSettings : "`verilator_config\n");
  std::vector<std::string> verilate = {"verilator",        "--cc",         "-Wno-fatal",
                                       "--prefix",         "Vtop",         "--Mdir",
                                       generated.string(), "--top-module", "systolic_array"};
  for (const auto& flag : verilator_flags(config, build)) verilate.push_back(flag);
  verilate.insert(verilate.end(), {settings.string(), (rtl_folder() / "systolic_array.sv").string(),
                                   (rtl_folder() / "pe.sv").string(), netlist_file.string()});
  run_or_throw(verilate);
  const fs::path source = generated / "wrapper.cc";
  write_file_atomically(source, wrapper_source(generated, wrapper));
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

/// Ports are packed, least significant bit first.
void write_bits(uint8_t* port, const std::vector<uint8_t>& values, int shift) {
  std::memset(port, 0, (values.size() + 7) / 8);
  for (std::size_t i = 0; i < values.size(); ++i) {
    port[i / 8] = static_cast<uint8_t>(port[i / 8] | ((values[i] >> shift) & 1) << (i % 8));
  }
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

}  // namespace

netlist::Netlist with_site_nets(const netlist::Netlist& multiplier) {
  using netlist::Gate;
  using netlist::GateKind;
  using netlist::NetId;
  const auto sites = netlist::enumerate_sites(multiplier);
  netlist::Netlist result;
  result.name = "multiplier";
  result.is_signed = multiplier.is_signed;
  for (std::size_t net = 0; net < multiplier.nets.size(); ++net) {
    FAULTWAVE_CHECK(sites[net].is_stem() && sites[net].net == net, "stems are not in net order");
  }
  for (std::size_t i = 0; i < sites.size(); ++i) {
    result.nets.push_back({fmt::format("site_{}", i), {}});
  }
  const auto add_port = [&](const std::vector<NetId>& port, const char* name,
                            std::vector<NetId>& copy) {
    for (std::size_t bit = 0; bit < port.size(); ++bit) {
      copy.push_back(static_cast<NetId>(result.nets.size()));
      result.nets.push_back({fmt::format("{}[{}]", name, bit), {}});
      result.gates.push_back(
          Gate{GateKind::kBuf, {copy.back(), netlist::kNoNet, netlist::kNoNet}, port[bit]});
    }
  };
  add_port(multiplier.port_a, "A", result.port_a);
  add_port(multiplier.port_b, "B", result.port_b);
  const std::size_t first_gate = result.gates.size();
  result.gates.insert(result.gates.end(), multiplier.gates.begin(), multiplier.gates.end());
  for (std::size_t i = 0; i < sites.size(); ++i) {
    if (sites[i].is_stem()) continue;
    const auto branch = static_cast<NetId>(i);
    Gate& reader = result.gates[first_gate + static_cast<std::size_t>(sites[i].gate)];
    reader.in[static_cast<std::size_t>(sites[i].pin)] = branch;
    result.gates.push_back(
        Gate{GateKind::kBuf, {sites[i].net, netlist::kNoNet, netlist::kNoNet}, branch});
  }
  result.port_o = multiplier.port_o;
  FAULTWAVE_CHECK(netlist::sort_topologically(result).empty(), "a loop");
  result.validate();
  return result;
}

fs::path build_rtl_array(const ArrayConfig& config, const netlist::Netlist& multiplier,
                         RtlBuild build, const fs::path& cache) {
  netlist::Netlist circuit = multiplier;
  std::string wrapper = kWrapper;
  if (build == RtlBuild::kForceable) {
    circuit = with_site_nets(multiplier);
    wrapper += signal_table_source(config, netlist::enumerate_sites(multiplier).size());
  }
  circuit.name = "multiplier";
  const std::string verilog = netlist::write_scalar_verilog(circuit);
  const auto& tools = verilated::Toolchain::get();
  auto identity = verilator_flags(config, build);
  identity.insert(identity.end(), {verilog, wrapper, kVerilatorSettings, compiler_flag(build),
                                   tools.verilator_version, tools.compiler_version,
                                   read_file(rtl_folder() / "pe.sv"),
                                   read_file(rtl_folder() / "systolic_array.sv")});
  Sha256 digest;
  for (const auto& part : identity) {
    digest.update(part);
    digest.update(std::string_view("\0", 1));
  }
  fs::create_directories(cache);
  const fs::path path = cache / fmt::format("rtl-array-{}x{}-{}.so", config.rows, config.cols,
                                            digest.hex().substr(0, 24));
  verilated::FileLock lock(path.string() + ".lock");
  if (!fs::exists(path)) compile(config, verilog, build, wrapper, path);
  return path;
}

RtlArray::RtlArray(const ArrayConfig& config, const netlist::Netlist& multiplier, RtlBuild build,
                   std::vector<fault::Fault> faults)
    : config_(config), faults_(std::move(faults)) {
  const fs::path path = build_rtl_array(config, multiplier, build, cache_directory() / "rtl");
  handle_ = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  FAULTWAVE_CHECK(handle_ != nullptr, "cannot load {}", path.string());
  instance_ = function<void*()>(handle_, "rtl_create")();
  eval_ = function<void(void*)>(handle_, "rtl_eval");
  settle_ = function<void(void*)>(handle_, "rtl_settle");
  const auto sites = netlist::enumerate_sites(multiplier);
  if (build == RtlBuild::kForceable) {
    num_signals_ = kNumRegisters + sites.size();
    signals_.resize(static_cast<std::size_t>(config.rows * config.cols) * num_signals_);
    function<void(void*, void*)>(handle_, "rtl_signals")(instance_, signals_.data());
  }
  FAULTWAVE_CHECK(faults_.empty() || build == RtlBuild::kForceable, "faults need kForceable");
  for (const auto& fault : faults_) {
    std::size_t index = kAct;
    if (fault.unit == fault::Unit::kWeight) index = kWeight;
    if (fault.unit == fault::Unit::kPartialSum) index = kPsum;
    if (fault.unit == fault::Unit::kMultiplier) {
      index = kNumRegisters + static_cast<std::size_t>(netlist::site_index(sites, fault.site));
    }
    key_of_fault_.emplace_back(static_cast<std::size_t>(fault.pe), index);
  }
  const std::array<std::pair<uint8_t**, const char*>, 10> ports = {{{&clock_, "clk_i"},
                                                                    {&reset_, "rst_ni"},
                                                                    {&act_, "act_i"},
                                                                    {&valid_, "valid_i"},
                                                                    {&swap_, "swap_i"},
                                                                    {&shift_, "shift_i"},
                                                                    {&weight_, "weight_i"},
                                                                    {&negate_, "negate_i"},
                                                                    {&bypass_, "bypass_i"},
                                                                    {&psum_, "psum_o"}}};
  for (const auto& [storage, name] : ports) *storage = static_cast<uint8_t*>(port(name));
  for (const uint8_t level : {uint8_t{0}, uint8_t{1}, uint8_t{0}}) {
    *clock_ = level;
    eval_(instance_);
  }
  *reset_ = 1;
  eval_(instance_);
  force_faults_of(0);
}

RtlArray::~RtlArray() {
  function<void(void*)>(handle_, "rtl_destroy")(instance_);
  ::dlclose(handle_);
}

void* RtlArray::port(const char* name) const {
  void* storage = function<void*(void*, const char*)>(handle_, "rtl_port")(instance_, name);
  FAULTWAVE_CHECK(storage != nullptr, "no port {}", name);
  return storage;
}

/// Forces what the faults of `cycle` make of the unforced values. A forced value may change the
/// unforced value of a net behind it, so go on until nothing changes: no longer than the circuit is
/// deep.
void RtlArray::force_faults_of(uint64_t cycle) {
  if (faults_.empty()) return;
  for (const Key& key : forced_) std::memset(signal(key).enable, 0, signal(key).num_bytes);
  forced_.clear();
  for (std::size_t i = 0; i < faults_.size(); ++i) {
    if (!faults_[i].window.contains(cycle)) continue;
    const Key key = key_of_fault_[i];
    const bool one_bit = faults_[i].unit == fault::Unit::kMultiplier;
    std::memset(signal(key).enable, one_bit ? 1 : 0xFF, signal(key).num_bytes);
    forced_.push_back(key);
  }
  std::sort(forced_.begin(), forced_.end());
  forced_.erase(std::unique(forced_.begin(), forced_.end()), forced_.end());
  bool changed = true;
  for (int round = 0; changed; ++round) {
    FAULTWAVE_CHECK(round < 1000, "forced values do not settle");
    settle_(instance_);
    changed = false;
    for (const Key& key : forced_) {
      Signal& target = signal(key);
      uint64_t value = target.stored();
      for (std::size_t i = 0; i < faults_.size(); ++i) {
        if (key_of_fault_[i] == key && faults_[i].window.contains(cycle)) {
          value = apply_fault(value, faults_[i]);
        }
      }
      if (read_value(target.forced, target.num_bytes) == value) continue;
      std::memcpy(target.forced, &value, target.num_bytes);
      changed = true;
    }
  }
}

void RtlArray::step(uint64_t cycle, const accel::ArrayInputs& inputs) {
  std::memcpy(act_, inputs.activation.data(), inputs.activation.size());
  std::memcpy(weight_, inputs.weight.data(), inputs.weight.size());
  write_bits(valid_, inputs.valid, 0);
  write_bits(swap_, inputs.swap, 0);
  write_bits(shift_, inputs.shift, 0);
  static_assert(accel::kNegate == 1 && accel::kBypass == 2);
  write_bits(negate_, inputs.weight_flags, 0);
  write_bits(bypass_, inputs.weight_flags, 1);
  for (const uint8_t level : {uint8_t{0}, uint8_t{1}, uint8_t{0}}) {
    *clock_ = level;
    eval_(instance_);
  }
  force_faults_of(cycle + 1);
}

void RtlArray::bottom_psums(int32_t* psums) const {
  std::memcpy(psums, psum_, sizeof(int32_t) * static_cast<std::size_t>(config_.cols));
}

uint64_t RtlArray::Signal::stored() const { return read_value(value, num_bytes); }

uint64_t RtlArray::Signal::seen() const {
  if (enable == nullptr) return stored();
  const uint64_t mask = read_value(enable, num_bytes);
  return (stored() & ~mask) | (read_value(forced, num_bytes) & mask);
}

const RtlArray::Signal& RtlArray::reg(int row, int col, std::size_t index) const {
  return signals_.at(static_cast<std::size_t>(row * config_.cols + col) * num_signals_ + index);
}

accel::SystolicArray::PeState RtlArray::pe(int row, int col) const {
  const auto byte = [&](std::size_t index) {
    return static_cast<uint8_t>(reg(row, col, index).seen());
  };
  const auto flags = [&](std::size_t negate, std::size_t bypass) {
    return static_cast<uint8_t>(byte(negate) * accel::kNegate + byte(bypass) * accel::kBypass);
  };
  accel::SystolicArray::PeState state{};
  state.activation = byte(kAct);
  state.valid = byte(kValid);
  state.swap = byte(kSwap);
  state.shift = byte(kShift);
  state.weight = static_cast<uint8_t>(reg(row, col, kWeight).stored());
  state.weight_flags = flags(kNegate, kBypass);
  state.next_weight = byte(kNextWeight);
  state.next_weight_flags = flags(kNextNegate, kNextBypass);
  state.psum = static_cast<int32_t>(static_cast<uint32_t>(reg(row, col, kPsum).seen()));
  return state;
}

}  // namespace faultwave::test_support
