// Several SystemC models in one process: each accelerator has a simulation context of its own.
#pragma once

#include <systemc>

namespace faultwave::systemc {

/// Makes one SystemC context current as long as it lives.
class ContextScope {
 public:
  explicit ContextScope(sc_core::sc_simcontext* context);
  ~ContextScope();
  ContextScope(const ContextScope&) = delete;
  ContextScope& operator=(const ContextScope&) = delete;

 private:
  sc_core::sc_simcontext* before_;
  sc_core::sc_simcontext* default_before_;
};

}  // namespace faultwave::systemc
