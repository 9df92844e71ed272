// Random quantised networks that between them use every operator of the import.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "nn/onnx_builder_fixture.hpp"

namespace faultwave::nn::test {

struct NetworkFamily {
  std::string name;
  std::function<OnnxBuilder(uint64_t seed)> build;
};

/// Every family's networks have an input of uint8 or float and one output.
std::vector<NetworkFamily> network_families();

}  // namespace faultwave::nn::test
