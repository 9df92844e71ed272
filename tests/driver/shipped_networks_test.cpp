// The networks of the tree on gate-level accelerators.
#include <gtest/gtest.h>

#include "base/tree.hpp"
#include "driver/accelerator.hpp"
#include "driver/network_runner.hpp"
#include "netlist/front_end.hpp"
#include "nn/dataset.hpp"
#include "nn/kernels.hpp"
#include "nn/onnx_import.hpp"
#include "systemc/gpu_config.hpp"

namespace faultwave::driver {
namespace {

struct Case {
  const char* network;
  const char* data;
  int64_t num_images;
};

class ShippedNetwork : public testing::TestWithParam<Case> {};

TEST_P(ShippedNetwork, has_the_exact_logits_on_tpu_and_gpu_with_an_exact_multiplier) {
  nn::Dataset data;
  try {
    data = nn::load_dataset(GetParam().data, "test").slice(0, GetParam().num_images);
  } catch (const Error& error) {
    GTEST_SKIP() << error.what();
  }
  const auto network =
      nn::import_onnx(tree_root() / "models" / (std::string(GetParam().network) + ".onnx"));
  const auto exact = nn::run_exact(network, data.pixels.data(), data.num_images()).logits;
  systemc::GpuConfig gpu = systemc::gpu_preset("ampere_a100");
  gpu.sms = 2;
  systemc::GpuConfig turing = systemc::gpu_preset("turing");
  turing.sms = 1;
  verilated::PeModelLibrary library;
  for (const auto format : {netlist::NumberFormat::kAffineU8, netlist::NumberFormat::kInt8,
                            netlist::NumberFormat::kSignMagnitude}) {
    const bool is_signed = format == netlist::NumberFormat::kInt8;
    const auto multiplier =
        netlist::load_netlist(netlist::find_netlist(is_signed ? "fw8s_bw" : "fw8u_dadda"));
    for (const AcceleratorConfig& config : {AcceleratorConfig(systemc::tpu_preset("16x16")),
                                            AcceleratorConfig(gpu), AcceleratorConfig(turing)}) {
      const auto accelerator =
          make_accelerator(config, multiplier, library, {},
                           {.weight_on_port_a = true, .product_is_signed = is_signed});
      RunnerOptions options;
      options.format = format;
      options.batch_images = 9;
      const auto result = run_network(network, load_unmodified(network), *accelerator, options,
                                      data.pixels.data(), data.num_images());
      EXPECT_EQ(result.logits, exact) << description(config) << ", " << netlist::to_string(format);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Models, ShippedNetwork,
    testing::Values(Case{"strokes_mlp", "strokes", 20}, Case{"strokes_lenet", "strokes", 10},
                    Case{"mnist_mlp", "mnist", 20}, Case{"mnist_lenet", "mnist", 10},
                    Case{"fashion_mlp", "fashion-mnist", 20},
                    Case{"fashion_lenet", "fashion-mnist", 10}, Case{"cifar10_cnn", "cifar10", 2},
                    Case{"cifar10_resnet8", "cifar10", 2}),
    [](const auto& test) { return std::string(test.param.network); });

}  // namespace
}  // namespace faultwave::driver
