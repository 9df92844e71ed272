#include "verilated/pe_model.hpp"

#include <algorithm>

#include "base/file.hpp"
#include "compile/shared_object.hpp"
#include "verilated/pe_model_builder.hpp"

namespace faultwave::verilated {
namespace {

/// A model behind the C functions of a shared object.
class LoadedPeModel : public PeModel {
 public:
  explicit LoadedPeModel(const std::filesystem::path& path) : object_(path) {
    eval_ = object_.function<EvalFunction>(kEvalFunction);
    destroy_ = object_.function<void (*)(void*)>(kDestroyFunction);
    context_ = object_.function<void* (*)()>(kCreateFunction)();
    if (!object_.has(kMasksFunction)) return;
    masks_ = object_.function<SiteMask* (*)(void*)>(kMasksFunction)(context_);
    num_sites_ = object_.function<int (*)(void*)>(kNumSitesFunction)(context_);
    std::fill(masks_, masks_ + num_sites_, SiteMask{});
  }

  ~LoadedPeModel() override { destroy_(context_); }

  LoadedPeModel(const LoadedPeModel&) = delete;
  LoadedPeModel& operator=(const LoadedPeModel&) = delete;

 private:
  compile::SharedObject object_;
  void (*destroy_)(void*) = nullptr;
};

}  // namespace

PeModelLibrary::PeModelLibrary(std::filesystem::path cache) : cache_(std::move(cache)) {}

PeModelLibrary::PeModelLibrary() : PeModelLibrary(cache_directory() / "pe-models") {}

std::filesystem::path PeModelLibrary::build(const netlist::Netlist& netlist, bool faultable) {
  return build_model(pe_model_source(netlist, faultable), cache_);
}

std::unique_ptr<PeModel> PeModelLibrary::load(const netlist::Netlist& netlist, bool faultable) {
  return std::make_unique<LoadedPeModel>(build(netlist, faultable));
}

}  // namespace faultwave::verilated
