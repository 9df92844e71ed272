#include "verilated/pe_model_builder.hpp"

#include "netlist/verilog_writer.hpp"

namespace faultwave::verilated {
namespace {

/// The C functions around the model.
std::string wrapper_source(bool faultable) {
  std::string text = R"(#include <cstdint>
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

ModelSource pe_model_source(const netlist::Netlist& netlist, bool faultable) {
  const netlist::LaneModuleOptions options{64, faultable};
  ModelSource source;
  source.name = netlist.name;
  source.what = "PE model";
  source.label = fmt::format("{} ({})", netlist.name, faultable ? "faultable" : "clean");
  // Changes whenever the flags below or those of all models change: old entries are not used.
  source.version = "3";
  source.verilog = netlist::write_lane_verilog(netlist, options);
  source.module_name = netlist::lane_module_name(options);
  source.prefix = "Vpe";
  source.verilator_flags = {"-O3"};
  // -O1 beats -O2 on thousands of straight-line operations; so does not reordering them.
  source.optimisation = "-O1";
  source.compiler_flags = {"-fno-tree-ter"};
  source.wrapper = wrapper_source(faultable);
  return source;
}

}  // namespace faultwave::verilated
