// A folder of compiled objects, named by what they were built from.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace faultwave::compile {

/// One object of the cache.
struct CachedObject {
  std::string name;  ///< begin of the file's name; unusual characters become '_'
  std::string what;  ///< for messages: "PE model fw8u_dadda (clean)"
  std::string key;   ///< identifies the content: see content_key
};

/// Path of `object` below `cache` ("<name>-<key>.so"), built when it is not there or damaged.
/// `build` writes it to the path it is given. It appears complete or not at all, with its sha256
/// beside it. Safe under concurrent builds by several processes and threads: one builds, the others
/// wait. A cache that cannot be written serves what it holds. EnvironmentError when `build` throws
/// one or the cache cannot be written.
std::filesystem::path cached_object(const CachedObject& object, const std::filesystem::path& cache,
                                    const std::function<void(const std::filesystem::path&)>& build);

/// The same for a file that other objects share, kept under the name given.
std::filesystem::path cached_file(const std::filesystem::path& file, const std::string& what,
                                  const std::function<void(const std::filesystem::path&)>& build);

}  // namespace faultwave::compile
