// Where the files that ship with Faultwave lie: models, multipliers, and the user's data.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace faultwave {

/// The folder that holds `models/` and `rtl/multipliers/`: $FAULTWAVE_ROOT, else the first such
/// folder upward from the executable, then upward from the current directory. Beside every folder
/// on the way `share/faultwave` in it counts too, so that an installed program finds its files.
/// Last comes the folder of set_tree_fallback. EnvironmentError with advice when there is none, or
/// when $FAULTWAVE_ROOT is not one.
std::filesystem::path tree_root();

/// For programs of others that link Faultwave's libraries: the folder to take when nothing else
/// leads to one, `faultwave_DATA_DIR` of the CMake package. Call it before threads start.
void set_tree_fallback(std::filesystem::path folder);

/// How to get public data: the command line of fetch_data.sh with `what` ("mnist") behind it.
std::string fetch_command(std::string_view what);

/// The folder of downloaded data (data sets, published circuits): $FAULTWAVE_DATA, else
/// tree_root()/data, tree_root()/../shared, $XDG_DATA_HOME/faultwave (~/.local/share/faultwave),
/// whichever exists first; empty when none does.
std::filesystem::path data_root();

}  // namespace faultwave
