#include "app/sites_views.hpp"
namespace faultwave::app {
int run_sites_explain(const LoadedNetlist&, const boost::program_options::variables_map&) {
  return 0;
}
}  // namespace faultwave::app
