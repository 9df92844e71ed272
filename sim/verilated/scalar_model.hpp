// The scalar Verilated model of a multiplier whose sites Verilator's own `forceable` forces: one
// product at a time, no masks in the netlist.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "netlist/fault_oracle.hpp"
#include "netlist/netlist.hpp"

namespace faultwave::verilated {

/// One fault by the index of its site in netlist::enumerate_sites.
struct ForcedSite {
  int site = 0;
  netlist::FaultKind kind = netlist::FaultKind::kStuckAt0;
};

/// An instance of the scalar model. Not thread-safe; instances are independent.
class ScalarModel {
 public:
  /// Builds the model at first use below `cache` (see build_model) and loads it.
  ScalarModel(const netlist::Netlist& netlist, const std::filesystem::path& cache);
  /// Below cache_directory().
  explicit ScalarModel(const netlist::Netlist& netlist);
  ~ScalarModel();
  ScalarModel(const ScalarModel&) = delete;
  ScalarModel& operator=(const ScalarModel&) = delete;

  int num_sites() const;
  /// The products (raw output bits) of `pairs`, one `products` entry each, with `fault` forced or,
  /// without it, nothing. InternalError when there is no such site.
  void products(std::optional<ForcedSite> fault, std::span<const netlist::OperandPair> pairs,
                uint16_t* products);
  /// What every site shows for one pair with all of `faults` forced at once, [num_sites()] values 0
  /// or 1; returns the product.
  uint16_t evaluate(std::span<const ForcedSite> faults, netlist::OperandPair pair, uint8_t* sites);

 private:
  struct Loaded;
  std::unique_ptr<Loaded> loaded_;
};

/// Path of the shared object, building it when needed.
std::filesystem::path build_scalar_model(const netlist::Netlist& netlist,
                                         const std::filesystem::path& cache);

/// Simulates faults with a ScalarModel of `netlist`.
class VerilatorOracle : public netlist::FaultOracle {
 public:
  /// Keeps a reference to `netlist`.
  explicit VerilatorOracle(const netlist::Netlist& netlist) : netlist_(netlist) {}
  std::string name() const override { return "Verilator"; }
  void prepare() override;
  void simulate(std::span<const netlist::NetFault> faults,
                std::span<const netlist::OperandPair> pairs, const Sink& sink) override;

 private:
  const netlist::Netlist& netlist_;
  std::unique_ptr<ScalarModel> model_;
};

}  // namespace faultwave::verilated
