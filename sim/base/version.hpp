// Version and revision that every result records.
#pragma once

#include <string>

namespace faultwave {

/// "0.1.0".
std::string version();
/// Abbreviated git revision of the sources, "+changes" when they were modified, or "unknown".
std::string git_revision();

}  // namespace faultwave
