// A shared object that a model was compiled to.
#pragma once

#include <filesystem>

namespace faultwave::compile {

/// Loaded as long as the object lives.
class SharedObject {
 public:
  /// EnvironmentError when it cannot be loaded.
  explicit SharedObject(const std::filesystem::path& path);
  ~SharedObject();
  SharedObject(const SharedObject&) = delete;
  SharedObject& operator=(const SharedObject&) = delete;

  bool has(const char* name) const;
  /// An exported function; InternalError when there is none of that name.
  template <typename Function>
  Function function(const char* name) const {
    return reinterpret_cast<Function>(symbol(name));
  }

 private:
  void* symbol(const char* name) const;
  void* handle_;
};

}  // namespace faultwave::compile
