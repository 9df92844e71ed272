// What the results of a file can be grouped by.
#pragma once

#include <string>

namespace faultwave::campaign {

/// One way to group trials: a key of `faultwave query --by`.
struct QueryKey {
  const char* name;
  const char* expression;  ///< SQL over trial t, result r, cell c, fault f
  bool is_of_cells;        ///< its groups consist of whole strata of whole cells
  bool is_number;
};

/// UsageError with the nearest known name.
const QueryKey& find_query_key(const std::string& name);

}  // namespace faultwave::campaign
