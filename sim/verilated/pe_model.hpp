// PE models: the multiplier of 64 processing elements in one Verilated netlist.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "netlist/fault_site.hpp"
#include "netlist/netlist.hpp"

namespace faultwave::verilated {

/// What the 64 lanes of one site show: y = (x & keep) ^ flip. Stuck-at-0: keep 0, flip 0;
/// stuck-at-1: keep 0, flip 1; inverted: keep 1, flip 1; healthy: keep 1, flip 0.
struct SiteMask {
  uint64_t keep = ~uint64_t{0};
  uint64_t flip = 0;
};

/// One instance of a Verilated 64-lane multiplier, clean or faultable. Not thread-safe; instances
/// are independent. The shared object stays loaded as long as an instance lives.
class PeModel {
 public:
  virtual ~PeModel() = default;
  /// One evaluation of 64 multipliers. `a`, `b`: 8 bit planes of 64 lanes (port A, port B), `o`: 16
  /// planes. Lane l of plane i is bit l of word i.
  void eval(const uint64_t* a, const uint64_t* b, uint64_t* o) { eval_(context_, a, b, o); }
  /// Masks of the faultable model, [num_sites] in enumerate_sites order; nullptr in the clean
  /// model. All of them are healthy after construction; they may be written freely between
  /// evaluations.
  SiteMask* masks() { return masks_; }
  int num_sites() const { return num_sites_; }

 protected:
  using EvalFunction = void (*)(void*, const uint64_t*, const uint64_t*, uint64_t*);
  EvalFunction eval_ = nullptr;
  void* context_ = nullptr;
  SiteMask* masks_ = nullptr;
  int num_sites_ = 0;
};

/// Builds models at first use with Verilator and the C++ compiler, caches the shared objects by
/// content hash below `cache` and loads them. Safe under concurrent builds by several processes.
class PeModelLibrary {
 public:
  explicit PeModelLibrary(std::filesystem::path cache);
  PeModelLibrary();  ///< below cache_directory()

  /// EnvironmentError when Verilator or the compiler is missing or fails, with the tool's output.
  std::unique_ptr<PeModel> load(const netlist::Netlist& netlist, bool faultable);
  /// Path of the cached shared object, building it when needed.
  std::filesystem::path build(const netlist::Netlist& netlist, bool faultable);
  /// Folder of the shared objects.
  const std::filesystem::path& cache() const { return cache_; }

 private:
  std::filesystem::path cache_;
};

}  // namespace faultwave::verilated
