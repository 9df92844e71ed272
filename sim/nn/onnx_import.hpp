// Reads quantised ONNX files into Network.
#pragma once

#include <filesystem>

#include "nn/network.hpp"

namespace faultwave::nn {

/// QOperator form (QLinearConv, QLinearMatMul, QGemm, MatMulInteger + Add, QLinearAdd, ...) and QDQ
/// form. InputError names the file, the node and the supported operators when something is missing.
Network import_onnx(const std::filesystem::path& path);

}  // namespace faultwave::nn
