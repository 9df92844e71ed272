#include "compile/shared_object.hpp"

#include <dlfcn.h>

#include "base/error.hpp"

namespace faultwave::compile {

SharedObject::SharedObject(const std::filesystem::path& path)
    : handle_(::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
  if (handle_ == nullptr) {
    throw EnvironmentError(fmt::format("{}: cannot load: {}", path.string(), ::dlerror()));
  }
}

SharedObject::~SharedObject() { ::dlclose(handle_); }

bool SharedObject::has(const char* name) const { return ::dlsym(handle_, name) != nullptr; }

void* SharedObject::symbol(const char* name) const {
  void* found = ::dlsym(handle_, name);
  FAULTWAVE_CHECK(found != nullptr, "{} is missing", name);
  return found;
}

}  // namespace faultwave::compile
