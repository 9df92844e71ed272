// Saliency-driven fault-aware mapping: Hanif and Shafique, "SalvageDNN: salvaging deep neural
// network accelerators with permanent faults through saliency-driven fault-aware mapping", Phil.
// Trans. R. Soc. A 378, 2020. There, filters are permuted so that what bypassed PEs would compute
// matters least, and the next layer's inputs follow. Here inputs and outputs are permuted in turn,
// and a PE is weighed by the error that the mitigation behind leaves on its own product table.
#include "base/error.hpp"
#include "mitigation/builtin_mitigations.hpp"
#include "mitigation/fault_aware_order.hpp"

namespace faultwave::mitigation {
namespace {

class FaultAwareMapping : public Mitigation {
 public:
  explicit FaultAwareMapping(std::unique_ptr<Mitigation> next) : next_(std::move(next)) {}

  bool needs_arriving_rows() const override { return next_->needs_arriving_rows(); }
  LeftError left_error() const override { return next_->left_error(); }
  std::vector<std::unique_ptr<Mitigation>> rivals() const override {
    std::vector<std::unique_ptr<Mitigation>> result;
    for (auto& rival : next_->rivals()) {
      result.push_back(std::make_unique<FaultAwareMapping>(std::move(rival)));
    }
    return result;
  }
  LayerOrder order(const LayerContext& context) const override {
    return fault_aware_order(context, next_->left_error());
  }
  LoadedLayer apply(const LayerContext& context) const override { return next_->apply(context); }
  std::unique_ptr<Mitigation> followed_by(std::unique_ptr<Mitigation> next) const override {
    if (dynamic_cast<const FaultAwareMapping*>(next.get()) != nullptr) {
      throw UsageError("a mapping cannot follow a mapping\n  fix: name it once");
    }
    return std::make_unique<FaultAwareMapping>(std::move(next));
  }

 private:
  std::unique_ptr<Mitigation> next_;
};

}  // namespace

std::unique_ptr<Mitigation> make_fault_aware_mapping() {
  return std::make_unique<FaultAwareMapping>(make_none());
}

}  // namespace faultwave::mitigation
