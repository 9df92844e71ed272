#include "verilated/pe_model.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cctype>
#include <chrono>

#include "base/file.hpp"
#include "base/progress.hpp"
#include "netlist/verilog_writer.hpp"
#include "verilated/file_lock.hpp"
#include "verilated/pe_model_builder.hpp"

namespace faultwave::verilated {
namespace {

/// A module name as part of a file name: anything unusual becomes '_'.
std::string file_stem(std::string name) {
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name.substr(0, 64);
}

/// A model behind the C functions of a shared object.
class LoadedPeModel : public PeModel {
 public:
  explicit LoadedPeModel(const std::filesystem::path& path)
      : handle_(::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) {
      throw EnvironmentError(fmt::format("{}: cannot load: {}", path.string(), ::dlerror()));
    }
    eval_ = function<EvalFunction>(kEvalFunction);
    destroy_ = function<void (*)(void*)>(kDestroyFunction);
    context_ = function<void* (*)()>(kCreateFunction)();
    if (::dlsym(handle_, kMasksFunction) == nullptr) return;
    masks_ = function<SiteMask* (*)(void*)>(kMasksFunction)(context_);
    num_sites_ = function<int (*)(void*)>(kNumSitesFunction)(context_);
    std::fill(masks_, masks_ + num_sites_, SiteMask{});
  }

  ~LoadedPeModel() override {
    if (context_ != nullptr) destroy_(context_);
    ::dlclose(handle_);
  }

  LoadedPeModel(const LoadedPeModel&) = delete;
  LoadedPeModel& operator=(const LoadedPeModel&) = delete;

 private:
  template <typename Function>
  Function function(const char* name) const {
    void* symbol = ::dlsym(handle_, name);
    FAULTWAVE_CHECK(symbol != nullptr, "{} is missing", name);
    return reinterpret_cast<Function>(symbol);
  }

  void* handle_;
  void (*destroy_)(void*) = nullptr;
};

}  // namespace

PeModelLibrary::PeModelLibrary(std::filesystem::path cache) : cache_(std::move(cache)) {}

PeModelLibrary::PeModelLibrary() : PeModelLibrary(cache_directory() / "pe-models") {}

std::filesystem::path PeModelLibrary::build(const netlist::Netlist& netlist, bool faultable) {
  const netlist::LaneModuleOptions options{64, faultable};
  const std::string verilog = netlist::write_lane_verilog(netlist, options);
  const std::string key = build_key(verilog, Toolchain::get());
  std::error_code failed;
  std::filesystem::create_directories(cache_, failed);
  if (failed) {
    throw EnvironmentError(
        fmt::format("{}: cannot create: {}\n  fix: set FAULTWAVE_CACHE to a "
                    "folder that can be written",
                    cache_.string(), failed.message()));
  }
  const auto path = cache_ / fmt::format("{}-{}.so", file_stem(netlist.name), key.substr(0, 24));
  // A cache that cannot be written serves what it holds.
  if (is_intact(path)) return path;
  // The first to come builds, the others wait and find the result.
  FileLock lock(path.string() + ".lock");
  if (is_intact(path)) return path;
  log_line(
      fmt::format("building PE model {} ({})", netlist.name, faultable ? "faultable" : "clean"));
  const auto start = std::chrono::steady_clock::now();
  build_shared_object(verilog, netlist::lane_module_name(options), faultable, cache_, path);
  log_line(fmt::format(
      "built PE model {} ({}) in {:.1f} s", netlist.name, faultable ? "faultable" : "clean",
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()));
  return path;
}

std::unique_ptr<PeModel> PeModelLibrary::load(const netlist::Netlist& netlist, bool faultable) {
  return std::make_unique<LoadedPeModel>(build(netlist, faultable));
}

}  // namespace faultwave::verilated
