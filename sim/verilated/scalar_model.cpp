#include "verilated/scalar_model.hpp"

#include "base/file.hpp"
#include "compile/shared_object.hpp"
#include "netlist/exposed_sites.hpp"
#include "netlist/verilog_writer.hpp"
#include "verilated/model_builder.hpp"

namespace faultwave::verilated {
namespace {

constexpr const char* kCreateFunction = "faultwave_scalar_create";
constexpr const char* kDestroyFunction = "faultwave_scalar_destroy";
constexpr const char* kNumSitesFunction = "faultwave_scalar_num_sites";
constexpr const char* kProductsFunction = "faultwave_scalar_products";
constexpr const char* kEvaluateFunction = "faultwave_scalar_evaluate";

/// Public, so that Verilator keeps the sites that nothing reads, too.
constexpr const char* kSettings = R"(`verilator_config
forceable -module "scalar" -var "site_*"
public_flat_rd -module "scalar" -var "site_*"
)";

/// Verilator marks the settling of all logic as rarely run, which makes the compiler optimise it
/// for size. Here it is all that runs.
constexpr const char* kPrologue = R"(#include "verilated.h"
#undef VL_ATTR_COLD
#define VL_ATTR_COLD
)";

/// The fault kinds as numbers: 0 stuck-at-0, 1 stuck-at-1, 2 inverted.
constexpr const char* kWrapperBegin = R"(
#include <cstddef>
#include <cstdint>
#include <vector>
namespace {
struct Site {
  CData* enable;
  CData* forced;
  const CData* driven;
};
struct Instance {
  VerilatedContext context;
  Vscalar model{&context, "scalar"};
  std::vector<Site> sites;
  Instance();
  // Verilator evaluates logic again after a change of its inputs, not of a forced value: this is
  // its own first evaluation of all combinational logic, once more.
  void settle() { Vscalar___024root___eval_settle(model.rootp); }
};
}
#define FAULTWAVE_EXPORT extern "C" __attribute__((visibility("default")))
FAULTWAVE_EXPORT void* faultwave_scalar_create() { return new Instance; }
FAULTWAVE_EXPORT void faultwave_scalar_destroy(void* pointer) {
  // Scopes leave the context of the thread, which may be that of another instance, even of one that
  // is gone.
  Instance* instance = static_cast<Instance*>(pointer);
  Verilated::threadContextp(&instance->context);
  delete instance;
}
FAULTWAVE_EXPORT int faultwave_scalar_num_sites(void* instance) {
  return static_cast<int>(static_cast<Instance*>(instance)->sites.size());
}
FAULTWAVE_EXPORT void faultwave_scalar_products(void* pointer, int site, int kind,
                                                const uint16_t* pairs, size_t num_pairs,
                                                uint16_t* products) {
  Instance& instance = *static_cast<Instance*>(pointer);
  const Site* forced = site < 0 ? nullptr : &instance.sites[static_cast<size_t>(site)];
  if (forced != nullptr) {
    *forced->enable = 1;
    *forced->forced = kind == 1 ? 1 : 0;
  }
  for (size_t i = 0; i < num_pairs; ++i) {
    instance.model.A = static_cast<CData>(pairs[i] & 0xFF);
    instance.model.B = static_cast<CData>(pairs[i] >> 8);
    instance.settle();
    if (kind == 2 && forced != nullptr) {
      // There are no loops: what drives the net does not depend on what is forced on it.
      *forced->forced = *forced->driven ? 0 : 1;
      instance.settle();
    }
    products[i] = instance.model.O;
  }
  if (forced != nullptr) *forced->enable = 0;
}
// Later faults of a site act on what earlier ones show. Forced values may change what drives other
// forced sites: go on until nothing changes.
FAULTWAVE_EXPORT uint16_t faultwave_scalar_evaluate(void* pointer, const int* sites,
                                                    const int* kinds, size_t num_faults,
                                                    uint16_t pair, uint8_t* seen) {
  Instance& instance = *static_cast<Instance*>(pointer);
  instance.model.A = static_cast<CData>(pair & 0xFF);
  instance.model.B = static_cast<CData>(pair >> 8);
  for (size_t i = 0; i < num_faults; ++i) {
    *instance.sites[static_cast<size_t>(sites[i])].enable = 1;
  }
  bool changed = true;
  while (changed) {
    instance.settle();
    changed = false;
    for (size_t i = 0; i < num_faults; ++i) {
      const Site& site = instance.sites[static_cast<size_t>(sites[i])];
      int value = *site.driven;
      for (size_t j = 0; j < num_faults; ++j) {
        if (sites[j] == sites[i]) value = kinds[j] == 2 ? 1 - value : kinds[j];
      }
      if (*site.forced == value) continue;
      *site.forced = static_cast<CData>(value);
      changed = true;
    }
  }
  for (size_t i = 0; i < instance.sites.size(); ++i) {
    const Site& site = instance.sites[i];
    seen[i] = *site.enable ? *site.forced : *site.driven;
  }
  const uint16_t product = instance.model.O;
  for (size_t i = 0; i < num_faults; ++i) {
    *instance.sites[static_cast<size_t>(sites[i])].enable = 0;
  }
  return product;
}
namespace {
Instance::Instance() {
  model.eval();
  auto& root = *model.rootp;
#define FAULTWAVE_SITE(s) sites.push_back({&s##__VforceEn, &s##__VforceVal, &s});
)";

std::string wrapper_source(std::size_t num_sites) {
  std::string text = kWrapperBegin;
  for (std::size_t i = 0; i < num_sites; ++i) {
    text += fmt::format("  FAULTWAVE_SITE(root.scalar__DOT__{})\n", netlist::site_net_name(i));
  }
  return text + "}\n}\n";
}

ModelSource scalar_model_source(const netlist::Netlist& original) {
  auto exposed = netlist::expose_sites(original);
  exposed.name = "scalar";
  ModelSource source;
  source.name = original.name + "-scalar";
  source.what = "scalar model";
  source.label = original.name;
  source.version = "3";
  source.verilog = netlist::write_scalar_verilog(exposed);
  source.module_name = "scalar";
  source.prefix = "Vscalar";
  source.settings = kSettings;
  // Verilator's own optimisations read through buffers and constants, past the forced value.
  source.verilator_flags = {"-O0", "-finline"};
  source.optimisation = "-O1";
  source.prologue = kPrologue;
  source.wrapper = wrapper_source(netlist::enumerate_sites(original).size());
  return source;
}

}  // namespace

std::filesystem::path build_scalar_model(const netlist::Netlist& netlist,
                                         const std::filesystem::path& cache) {
  return build_model(scalar_model_source(netlist), cache);
}

struct ScalarModel::Loaded {
  explicit Loaded(const std::filesystem::path& path)
      : object(path),
        instance(object.function<void* (*)()>(kCreateFunction)()),
        num_sites(object.function<int (*)(void*)>(kNumSitesFunction)(instance)) {}
  ~Loaded() { object.function<void (*)(void*)>(kDestroyFunction)(instance); }
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;

  compile::SharedObject object;
  void* instance;
  int num_sites;
};

ScalarModel::ScalarModel(const netlist::Netlist& netlist, const std::filesystem::path& cache)
    : loaded_(std::make_unique<Loaded>(build_scalar_model(netlist, cache))) {}

ScalarModel::ScalarModel(const netlist::Netlist& netlist)
    : ScalarModel(netlist, cache_directory() / "scalar-models") {}

ScalarModel::~ScalarModel() = default;

int ScalarModel::num_sites() const { return loaded_->num_sites; }

void ScalarModel::products(std::optional<ForcedSite> fault,
                           std::span<const netlist::OperandPair> pairs, uint16_t* products) {
  FAULTWAVE_CHECK(!fault || (fault->site >= 0 && fault->site < num_sites()), "no such site");
  using Function = void (*)(void*, int, int, const uint16_t*, std::size_t, uint16_t*);
  loaded_->object.function<Function>(kProductsFunction)(loaded_->instance, fault ? fault->site : -1,
                                                        fault ? static_cast<int>(fault->kind) : 0,
                                                        pairs.data(), pairs.size(), products);
}

uint16_t ScalarModel::evaluate(std::span<const ForcedSite> faults, netlist::OperandPair pair,
                               uint8_t* sites) {
  std::vector<int> indices;
  std::vector<int> kinds;
  for (const ForcedSite& fault : faults) {
    FAULTWAVE_CHECK(fault.site >= 0 && fault.site < num_sites(), "no such site");
    indices.push_back(fault.site);
    kinds.push_back(static_cast<int>(fault.kind));
  }
  using Function = uint16_t (*)(void*, const int*, const int*, std::size_t, uint16_t, uint8_t*);
  return loaded_->object.function<Function>(kEvaluateFunction)(
      loaded_->instance, indices.data(), kinds.data(), indices.size(), pair, sites);
}

void VerilatorOracle::prepare() {
  if (model_ == nullptr) model_ = std::make_unique<ScalarModel>(netlist_);
}

void VerilatorOracle::simulate(std::span<const netlist::NetFault> faults,
                               std::span<const netlist::OperandPair> pairs, const Sink& sink) {
  prepare();
  const auto sites = netlist::enumerate_sites(netlist_);
  std::vector<uint16_t> products(pairs.size());
  for (std::size_t i = 0; i < faults.size(); ++i) {
    model_->products(ForcedSite{netlist::site_index(sites, faults[i].site), faults[i].kind}, pairs,
                     products.data());
    sink(i, 0, products);
  }
}

}  // namespace faultwave::verilated
