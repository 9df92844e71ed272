// What the keys of a configuration mean, in a sentence each.
#pragma once

#include <map>
#include <string>

namespace faultwave::campaign {

/// By dotted path; keys of list items as "faults[].rate", those of one accelerator as
/// "accelerator(tpu).rows".
const std::map<std::string, std::string>& key_meanings();

}  // namespace faultwave::campaign
