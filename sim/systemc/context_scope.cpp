#include "systemc/context_scope.hpp"

namespace faultwave::systemc {

ContextScope::ContextScope(sc_core::sc_simcontext* context)
    : before_(sc_core::sc_curr_simcontext), default_before_(sc_core::sc_default_global_context) {
  sc_core::sc_curr_simcontext = context;
  sc_core::sc_default_global_context = context;
}

ContextScope::~ContextScope() {
  sc_core::sc_curr_simcontext = before_;
  sc_core::sc_default_global_context = default_before_;
}

}  // namespace faultwave::systemc

/// libsystemc.so refers to it; Faultwave has its own main and never calls it.
int sc_main(int, char**) { return 1; }
