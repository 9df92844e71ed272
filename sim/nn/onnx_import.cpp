#include "nn/onnx_import.hpp"

#include "nn/onnx_lowering.hpp"
#include "nn/onnx_model.hpp"

namespace faultwave::nn {

Network import_onnx(const std::filesystem::path& path) {
  return OnnxLowering(read_onnx(path)).run();
}

}  // namespace faultwave::nn
