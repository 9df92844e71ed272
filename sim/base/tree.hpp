// Where the files that ship with Faultwave lie: models, multipliers, and the user's data.
#pragma once

#include <filesystem>

namespace faultwave {

/// The folder that holds `models/` and `rtl/multipliers/`: $FAULTWAVE_ROOT, else the first such
/// folder upward from the executable, then upward from the current directory. Beside every folder
/// on the way `share/faultwave` in it counts too, so that an installed program finds its files.
/// EnvironmentError with advice when there is none, or when $FAULTWAVE_ROOT is not one.
std::filesystem::path tree_root();

/// The folder of downloaded data (data sets, published circuits): $FAULTWAVE_DATA, else
/// tree_root()/data, else tree_root()/../shared, whichever exists first; empty when none does.
std::filesystem::path data_root();

}  // namespace faultwave
