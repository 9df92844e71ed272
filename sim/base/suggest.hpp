// "Did you mean": the nearest known name.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace faultwave {

/// The known name at the smallest edit distance, or "" when none is near (at most a third of the
/// length, at least 1, at most 3 edits).
std::string nearest_name(std::string_view name, std::span<const std::string> known);

/// "did you mean 'x'? known: a, b, c" for the fix line of an error.
std::string suggestion(std::string_view name, const std::vector<std::string>& known);

}  // namespace faultwave
