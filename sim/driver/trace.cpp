#include "driver/trace.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "base/vcd.hpp"
#include "base/version.hpp"
#include "driver/experiment_inputs.hpp"
#include "netlist/fault_site.hpp"
#include "verilated/scalar_model.hpp"

namespace faultwave::driver {
namespace {

/// GTKWave's flags of a trace in a save file.
constexpr const char* kDecimal = "@24";
constexpr const char* kSignedDecimal = "@420";
constexpr const char* kBit = "@28";
constexpr const char* kText = "@22";
constexpr const char* kGroupBegin = "@800200";
constexpr const char* kGroupEnd = "@1000200";
/// GTKWave's colour 1, red.
constexpr const char* kForcedColour = "[color] 1";

/// One of the two runs side by side.
struct Side {
  explicit Side(const TraceRequest& request, std::vector<int> units)
      : recorder(request.window, request.pes, std::move(units)) {}
  TraceRecorder recorder;
  std::vector<fault::Fault> faults;
  int label = 0;
};

/// The signals of one PE, in both runs.
struct PeSignals {
  struct Registers {
    VcdWriter::Signal valid, added, activation, weight, product, sum;
    VcdWriter::Signal edge_activation, edge_valid, column_sum;  ///< TPU
  };
  Registers golden, faulty;
  VcdWriter::Signal differs;
  std::vector<VcdWriter::Signal> golden_nets, faulty_nets, mismatches;
};

struct ControlSignals {
  VcdWriter::Signal cause, first, second, third;
};

std::string layer_of(const ExperimentInputs& inputs, const std::string& layer) {
  std::vector<std::string> names;
  for (const auto& entry : inputs.network.layers) {
    if (entry.kind == nn::LayerKind::kMatrix) names.push_back(entry.name);
  }
  if (layer.empty()) return {};
  if (std::find(names.begin(), names.end(), layer) == names.end()) {
    throw UsageError(fmt::format("the network has no layer '{}' that multiplies\n  fix: {}", layer,
                                 suggestion(layer, names)));
  }
  return layer;
}

/// Controllers of the PEs: the TPU's, or the sub-cores of the lanes.
std::vector<int> units_of(const ExperimentInputs& inputs, const std::vector<int>& pes) {
  if (inputs.space.kind() == fault::PeSpace::Kind::kArray) return {0};
  std::set<int> units;
  for (const int pe : pes) units.insert(pe / inputs.space.dim(2));
  return {units.begin(), units.end()};
}

/// "sm[0].sub[2]" -> top, sm[0], sub[2], and then `inner`.
std::vector<std::string> scopes(const std::string& name, const std::vector<std::string>& inner) {
  std::vector<std::string> result = {"top"};
  std::size_t begin = 0;
  for (std::size_t dot = 0; dot != std::string::npos; begin = dot + 1) {
    dot = name.find('.', begin);
    result.push_back(name.substr(begin, dot == std::string::npos ? dot : dot - begin));
  }
  result.insert(result.end(), inner.begin(), inner.end());
  return result;
}

const netlist::Netlist& scalar_netlist(const ExperimentInputs& inputs,
                                       const TraceRequest& request) {
  return request.scalar_netlist == nullptr ? inputs.multiplier.netlist : *request.scalar_netlist;
}

/// Draws the two runs.
class TraceDrawing {
 public:
  TraceDrawing(const RunConfig& config, const ExperimentInputs& inputs, const TraceRequest& request,
               const Side& golden, const Side& faulty)
      : inputs_(inputs),
        request_(request),
        golden_(golden),
        faulty_(faulty),
        is_gpu_(std::holds_alternative<systemc::GpuConfig>(config.accelerator)),
        sites_(netlist::enumerate_sites(inputs.multiplier.netlist)),
        golden_model_(scalar_netlist(inputs, request)),
        faulty_model_(scalar_netlist(inputs, request)),
        vcd_("1 ns", fmt::format("Faultwave {} ({}); one nanosecond is one cycle of the {}",
                                 version(), git_revision(), description(config.accelerator))) {}

  Trace draw(const std::string& dump_name) {
    declare();
    const uint64_t first = *faulty_.recorder.first_cycle();
    const uint64_t num_cycles = faulty_.recorder.num_cycles();
    for (uint64_t offset = 0; offset < num_cycles; ++offset) {
      vcd_.time(first + offset);
      draw_control(offset);
      for (std::size_t i = 0; i < request_.pes.size(); ++i) draw_pe(i, offset);
    }
    Trace trace;
    trace.gtkw = save_file(dump_name, first, num_cycles);
    trace.vcd = vcd_.finish(first + num_cycles);
    trace.pes = request_.pes;
    trace.first_cycle = first;
    trace.num_cycles = num_cycles;
    trace.num_products_compared = num_compared_;
    trace.golden_label = golden_.label;
    trace.faulty_label = faulty_.label;
    return trace;
  }

 private:
  void declare() {
    layer_ = vcd_.add_text({"top"}, "layer");
    for (const int unit : units_of(inputs_, request_.pes)) {
      const auto scope = scopes(unit_name(unit), {});
      ControlSignals signals{};
      signals.cause = vcd_.add_text(scope, "cause");
      if (is_gpu_) {
        signals.first = vcd_.add(scope, "resident_warps", 8);
        signals.second = vcd_.add(scope, "mma_in_flight", 8);
        signals.third = vcd_.add(scope, "mma_step", 8);
      } else {
        signals.first = vcd_.add(scope, "tile", 32);
        signals.second = vcd_.add(scope, "tiles_ready", 32);
        signals.third = vcd_.add(scope, "host_busy", 1);
      }
      control_.push_back(signals);
    }
    for (const int pe : request_.pes) {
      const std::string name = inputs_.space.pe_name(pe);
      PeSignals signals;
      signals.golden = declare_registers(scopes(name, {"golden"}));
      signals.faulty = declare_registers(scopes(name, {"faulty"}));
      signals.differs = vcd_.add(scopes(name, {}), "product_differs", 1);
      for (const auto& [scope, nets] :
           {std::pair("golden", &signals.golden_nets), std::pair("faulty", &signals.faulty_nets),
            std::pair("mismatch", &signals.mismatches)}) {
        for (const auto& net : inputs_.multiplier.netlist.nets) {
          nets->push_back(vcd_.add(scopes(name, {"mult", scope}), net.name, 1));
        }
      }
      pes_.push_back(std::move(signals));
    }
  }

  PeSignals::Registers declare_registers(const std::vector<std::string>& scope) {
    PeSignals::Registers signals{};
    signals.valid = vcd_.add(scope, "valid", 1);
    signals.added = vcd_.add(scope, "added", 1);
    signals.activation = vcd_.add(scope, "activation", 8);
    signals.weight = vcd_.add(scope, "weight", 8);
    signals.product = vcd_.add(scope, "product", 16);
    signals.sum = vcd_.add(scope, is_gpu_ ? "accumulator" : "psum", 32);
    if (!is_gpu_) {
      signals.edge_activation = vcd_.add(scope, "edge_activation", 8);
      signals.edge_valid = vcd_.add(scope, "edge_valid", 1);
      signals.column_sum = vcd_.add(scope, "column_sum", 32);
    }
    return signals;
  }

  std::string unit_name(int unit) const {
    if (!is_gpu_) return "controller";
    return fmt::format("sm[{}].sub[{}]", unit / inputs_.space.dim(1), unit % inputs_.space.dim(1));
  }

  void draw_control(uint64_t offset) {
    const uint64_t cycle = *faulty_.recorder.first_cycle() + offset;
    std::string layer = "-";
    for (const auto& [start, name] : faulty_.recorder.products()) {
      if (start <= cycle) layer = name;
    }
    vcd_.set_text(layer_, layer);
    const auto all = units_of(inputs_, request_.pes);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const accel::ControlProbe* probe = faulty_.recorder.control(all[i], offset);
      const accel::ControlProbe idle;
      if (probe == nullptr) probe = &idle;
      vcd_.set_text(control_[i].cause, accel::to_string(probe->cause));
      if (is_gpu_) {
        vcd_.set(control_[i].first, static_cast<uint64_t>(probe->resident_warps));
        vcd_.set(control_[i].second, static_cast<uint64_t>(probe->mma_in_flight));
        if (probe->step < 0) {
          vcd_.set_unknown(control_[i].third);
        } else {
          vcd_.set(control_[i].third, static_cast<uint64_t>(probe->step));
        }
      } else {
        vcd_.set(control_[i].first, static_cast<uint64_t>(probe->tile));
        vcd_.set(control_[i].second, static_cast<uint64_t>(probe->tiles_ready));
        vcd_.set(control_[i].third, probe->host_is_busy ? 1 : 0);
      }
    }
  }

  void draw_pe(std::size_t index, uint64_t offset) {
    const PeSignals& signals = pes_[index];
    const int pe = request_.pes[index];
    const accel::PeProbe* golden = golden_.recorder.pe(pe, offset);
    const accel::PeProbe* faulty = faulty_.recorder.pe(pe, offset);
    draw_registers(signals.golden, golden);
    draw_registers(signals.faulty, faulty);
    const bool is_valid =
        golden != nullptr && faulty != nullptr && golden->is_valid && faulty->is_valid;
    vcd_.set(signals.differs, is_valid && golden->product != faulty->product ? 1 : 0);
    // The registers of an idle PE hold operands all the same; those of an idle lane are not told.
    if (golden == nullptr || faulty == nullptr || (is_gpu_ && !is_valid)) {
      for (std::size_t net = 0; net < signals.mismatches.size(); ++net) {
        vcd_.set_unknown(signals.golden_nets[net]);
        vcd_.set_unknown(signals.faulty_nets[net]);
        vcd_.set(signals.mismatches[net], 0);
      }
      return;
    }
    const uint64_t cycle = *faulty_.recorder.first_cycle() + offset;
    const auto golden_nets = evaluate(golden_model_, {}, *golden, pe, cycle);
    const auto faulty_nets = evaluate(faulty_model_, forced_sites(pe, cycle), *faulty, pe, cycle);
    for (std::size_t net = 0; net < signals.mismatches.size(); ++net) {
      vcd_.set(signals.golden_nets[net], golden_nets[net]);
      vcd_.set(signals.faulty_nets[net], faulty_nets[net]);
      vcd_.set(signals.mismatches[net], golden_nets[net] ^ faulty_nets[net]);
    }
  }

  void draw_registers(const PeSignals::Registers& signals, const accel::PeProbe* probe) {
    const accel::PeProbe none;
    if (probe == nullptr) probe = &none;
    vcd_.set(signals.valid, probe->is_valid ? 1 : 0);
    vcd_.set(signals.added, probe->is_added ? 1 : 0);
    vcd_.set(signals.activation, probe->activation);
    vcd_.set(signals.weight, probe->weight);
    vcd_.set(signals.product, probe->product);
    vcd_.set(signals.sum, static_cast<uint32_t>(probe->sum));
    if (is_gpu_) return;
    vcd_.set(signals.edge_activation, probe->edge_activation);
    vcd_.set(signals.edge_valid, probe->edge_is_valid ? 1 : 0);
    vcd_.set(signals.column_sum, static_cast<uint32_t>(probe->column_sum));
  }

  /// Multiplier faults of a PE that act in `cycle`.
  std::vector<verilated::ForcedSite> forced_sites(int pe, uint64_t cycle) const {
    std::vector<verilated::ForcedSite> forced;
    for (const auto& fault : faulty_.faults) {
      if (fault.pe != pe || fault.unit != fault::Unit::kMultiplier) continue;
      if (!fault.window.contains(cycle)) continue;
      forced.push_back({netlist::site_index(sites_, fault.site), fault.kind});
    }
    return forced;
  }

  /// Values of all nets by the scalar model, whose product must be the lane model's.
  std::vector<uint8_t> evaluate(verilated::ScalarModel& model,
                                const std::vector<verilated::ForcedSite>& faults,
                                const accel::PeProbe& probe, int pe, uint64_t cycle) {
    const bool weight_on_a = inputs_.options.weight_on_port_a;
    const int a = weight_on_a ? probe.weight : probe.activation;
    const int b = weight_on_a ? probe.activation : probe.weight;
    std::vector<uint8_t> values(static_cast<std::size_t>(model.num_sites()));
    const uint16_t product =
        model.evaluate(faults, static_cast<netlist::OperandPair>(a + 256 * b), values.data());
    ++num_compared_;
    if (product != probe.product) {
      throw CheckError(fmt::format(
          "{} in cycle {}: the lane model multiplies {} and {} (ports A and B) to {:#06x}, the "
          "scalar model to {:#06x}\n  fix: this is a bug of Faultwave, please report it",
          inputs_.space.pe_name(pe), cycle, a, b, probe.product, product));
    }
    // Stems come first, in the order of the nets.
    values.resize(inputs_.multiplier.netlist.nets.size());
    return values;
  }

  bool is_forced(int pe, std::size_t net) const {
    return std::any_of(faulty_.faults.begin(), faulty_.faults.end(), [&](const auto& fault) {
      return fault.pe == pe && fault.unit == fault::Unit::kMultiplier && fault.site.net == net;
    });
  }

  std::string save_file(const std::string& dump_name, uint64_t first, uint64_t num_cycles) const {
    std::string text =
        fmt::format("[dumpfile] \"{}\"\n[timestart] {}\n[size] 1400 900\n*-5.000000 {}\n",
                    dump_name, first, first);
    text += "[sst_expanded] 1\n[signals_width] 330\n";
    const auto group = [&](const char* mark, const std::string& name) {
      text += fmt::format("{}\n-{}\n", mark, name);
    };
    const auto show = [&](const char* format, VcdWriter::Signal signal) {
      text += fmt::format("{}\n{}\n", format, vcd_.path(signal));
    };
    show(kText, layer_);
    for (const ControlSignals& signals : control_) {
      show(kText, signals.cause);
      show(kDecimal, signals.first);
      show(kDecimal, signals.second);
      show(is_gpu_ ? kDecimal : kBit, signals.third);
    }
    for (std::size_t i = 0; i < pes_.size(); ++i) {
      const std::string name = inputs_.space.pe_name(request_.pes[i]);
      group(kGroupBegin, name);
      for (const auto& [side, registers] :
           {std::pair("golden", &pes_[i].golden), std::pair("faulty", &pes_[i].faulty)}) {
        text += fmt::format("@200\n-{}\n", side);
        show(kBit, registers->valid);
        show(kDecimal, registers->activation);
        show(kDecimal, registers->weight);
        show(kDecimal, registers->product);
        show(kSignedDecimal, registers->sum);
        if (is_gpu_) continue;
        show(kBit, registers->edge_valid);
        show(kDecimal, registers->edge_activation);
        show(kSignedDecimal, registers->column_sum);
      }
      show(kBit, pes_[i].differs);
      text += "@200\n-nets: golden, faulty, mismatch\n";
      const auto reached = reached_nets(request_.pes[i]);
      for (const bool shows_forced : {true, false}) {
        for (std::size_t net = 0; net < reached.size(); ++net) {
          const bool forced = is_forced(request_.pes[i], net);
          if (forced != shows_forced || !(forced || reached[net])) continue;
          for (const auto* nets :
               {&pes_[i].golden_nets, &pes_[i].faulty_nets, &pes_[i].mismatches}) {
            if (forced) text += std::string(kForcedColour) + "\n";
            show(kBit, (*nets)[net]);
          }
        }
      }
      group(kGroupEnd, name);
    }
    return text + fmt::format("[pattern_trace] 1\n[pattern_trace] 0\n# {} cycles from {} on\n",
                              num_cycles, first);
  }

  /// Nets behind the forced sites of a PE, and the outputs.
  std::vector<bool> reached_nets(int pe) const {
    const auto& netlist = inputs_.multiplier.netlist;
    std::vector<bool> reached(netlist.nets.size());
    for (const auto& fault : faulty_.faults) {
      if (fault.pe != pe || fault.unit != fault::Unit::kMultiplier) continue;
      reached[fault.site.is_stem() ? fault.site.net
                                   : netlist.gates[static_cast<std::size_t>(fault.site.gate)].out] =
          true;
    }
    // Gates are in topological order.
    for (const auto& gate : netlist.gates) {
      for (const netlist::NetId input : gate.in) {
        if (input != netlist::kNoNet && reached[input]) reached[gate.out] = true;
      }
    }
    for (const netlist::NetId output : netlist.port_o) reached[output] = true;
    return reached;
  }

  const ExperimentInputs& inputs_;
  const TraceRequest& request_;
  const Side& golden_;
  const Side& faulty_;
  bool is_gpu_;
  std::vector<netlist::Site> sites_;
  verilated::ScalarModel golden_model_;
  verilated::ScalarModel faulty_model_;
  VcdWriter vcd_;
  VcdWriter::Signal layer_ = 0;
  std::vector<ControlSignals> control_;
  std::vector<PeSignals> pes_;
  int64_t num_compared_ = 0;
};

/// PEs of the request, or those that carry faults.
std::vector<int> chosen_pes(const ExperimentInputs& inputs, const TraceRequest& request) {
  std::set<int> pes(request.pes.begin(), request.pes.end());
  for (const auto& fault : inputs.faults) {
    if (request.pes.empty() && pes.size() < kMaxDefaultPes) pes.insert(fault.pe);
  }
  if (pes.empty()) {
    throw UsageError(
        "no PE to trace: the configuration has no fault\n  fix: name one with --pe R,C or --lane "
        "SM,SUB,LANE");
  }
  return {pes.begin(), pes.end()};
}

}  // namespace

int parse_pe(const fault::PeSpace& space, const std::string& option, const std::string& text) {
  const bool is_array = space.kind() == fault::PeSpace::Kind::kArray;
  const int num_axes = is_array ? 2 : 3;
  const std::string fix =
      is_array ? "--pe ROW,COLUMN, such as --pe 3,7" : "--lane SM,SUB,LANE, such as --lane 0,2,17";
  const auto fail = [&](const std::string& problem) {
    throw UsageError(fmt::format("{} {}: {}\n  fix: {}", option, text, problem, fix));
  };
  if ((option == "--pe") != is_array) {
    fail(is_array ? "the accelerator is a systolic array" : "the accelerator is a GPU");
  }
  int pe = 0;
  const char* at = text.data();
  const char* end = at + text.size();
  for (int axis = 0; axis < num_axes; ++axis) {
    int value = -1;
    const auto [next, error] = std::from_chars(at, end, value);
    const bool is_last = axis + 1 == num_axes;
    if (error != std::errc() || (is_last ? next != end : next == end || *next != ',')) {
      fail(fmt::format("not {} numbers", num_axes));
    }
    if (value < 0 || value >= space.dim(axis)) {
      fail(fmt::format("{} is outside the accelerator of {}", value, space.description()));
    }
    pe = pe * space.dim(axis) + value;
    at = next + 1;
  }
  return pe;
}

Trace run_trace(const RunConfig& config, const TraceRequest& original,
                const std::string& dump_name) {
  const ExperimentInputs inputs = load_experiment_inputs(config);
  TraceRequest request = original;
  request.pes = chosen_pes(inputs, original);
  request.window.layer = layer_of(inputs, original.window.layer);
  if (request.window.to <= request.window.from) {
    throw UsageError(fmt::format("the window {} to {} holds no cycle\n  fix: --to after --from",
                                 request.window.from, request.window.to));
  }
  const uint64_t num_cycles = request.window.to - request.window.from;
  if (num_cycles > kMaxTracedPeCycles / request.pes.size()) {
    throw UsageError(fmt::format("{} cycles of {} PEs are too many for one file\n  fix: at most {}",
                                 num_cycles, request.pes.size(),
                                 kMaxTracedPeCycles / request.pes.size()));
  }
  if (request.image < 0 || request.image >= inputs.data.num_images()) {
    throw UsageError(fmt::format("image {} does not exist\n  fix: 0 to {}", request.image,
                                 inputs.data.num_images() - 1));
  }
  const auto image = inputs.data.slice(request.image, 1);
  verilated::PeModelLibrary library;
  Side golden(request, units_of(inputs, request.pes));
  Side faulty(request, units_of(inputs, request.pes));
  faulty.faults = inputs.faults;
  uint64_t last_cycle = 0;
  for (Side* side : {&golden, &faulty}) {
    const auto accelerator =
        make_accelerator(config.accelerator, inputs.multiplier.netlist, library, side->faults,
                         {.weight_on_port_a = inputs.options.weight_on_port_a,
                          .product_is_signed = inputs.multiplier.netlist.is_signed});
    accelerator->set_trace_listener(&side->recorder);
    const auto result = run_network(inputs.network, load_unmodified(inputs.network), *accelerator,
                                    inputs.options, image.pixels.data(), 1);
    side->label = static_cast<int>(std::max_element(result.logits.begin(), result.logits.end()) -
                                   result.logits.begin());
    last_cycle = accelerator->cycle();
  }
  if (!faulty.recorder.first_cycle() || *faulty.recorder.first_cycle() >= last_cycle) {
    throw UsageError(
        fmt::format("the run of one image ends after {} cycles, before the window\n  "
                    "fix: an earlier --from",
                    last_cycle));
  }
  return TraceDrawing(config, inputs, request, golden, faulty).draw(dump_name);
}

}  // namespace faultwave::driver
