#include "base/version.hpp"

#include "faultwave_git_revision.hpp"

namespace faultwave {

std::string version() { return FAULTWAVE_VERSION; }

std::string git_revision() { return FAULTWAVE_GIT_REVISION; }

}  // namespace faultwave
