// Reads the `accelerator` part of a configuration.
#pragma once

#include "driver/accelerator.hpp"
#include "driver/yaml_reader.hpp"

namespace faultwave::driver {

/// `batch_images` receives the key of that name. ConfigError with file, line and column for keys
/// and values that do not exist and for sizes that do not fit together.
AcceleratorConfig read_accelerator(YamlMap map, int64_t* batch_images);

}  // namespace faultwave::driver
