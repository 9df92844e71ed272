// Which products does a fault make wrong? A 4x4 systolic array with one faulty PE is clocked from
// the outside and compared, product by product, with the tables computed from the netlist.
//
//   faulty_array [MULTIPLIER [FAULT [CSV]]]
//
// MULTIPLIER: a name ("fw8u_trunc6") or a file; FAULT: "pe[2][1].mult.O[12].sa1"; CSV: a file that
// gets every wrong product. Exit status 0, 1 when array and netlist disagree, 3 for bad input.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <faultwave/accel/systolic_array.hpp>
#include <faultwave/base/file.hpp>
#include <faultwave/base/tree.hpp>
#include <faultwave/fault/fault.hpp>
#include <faultwave/fault/locus_table.hpp>
#include <faultwave/netlist/front_end.hpp>
#include <faultwave/netlist/metrics.hpp>
#include <string>
#include <tuple>
#include <vector>

#include "product_probe.hpp"

namespace {

namespace fw = faultwave;
using fw::netlist::ProductTable;

constexpr int kRows = 4;
constexpr int kCols = 4;

struct WrongProduct {
  int weight, activation;
  int32_t product, golden;
  int32_t error() const { return product - golden; }
};

std::vector<WrongProduct> wrong_products(const ProductTable& table, const ProductTable& golden) {
  std::vector<WrongProduct> wrong;
  for (int activation = 0; activation < 256; ++activation) {
    for (int weight = 0; weight < 256; ++weight) {
      const int32_t product = table.at(weight, activation);
      const int32_t right = golden.at(weight, activation);
      if (product != right) wrong.push_back({weight, activation, product, right});
    }
  }
  return wrong;
}

/// The tables that the netlist and the fault give for every PE. An activation register hands its
/// fault on to the PEs to its right.
std::vector<ProductTable> expected_tables(const fw::netlist::Netlist& multiplier,
                                          const fw::fault::Fault& fault) {
  const auto healthy = fw::fault::locus_table(multiplier, {}, true).table;
  const auto faulty = fw::fault::locus_table(multiplier, {&fault, 1}, true).table;
  std::vector<ProductTable> tables(kRows * kCols, healthy);
  int last = fault.pe;
  if (fault.unit == fw::fault::Unit::kActivation) {
    last = fw::fault::PeSpace::array(kRows, kCols).activation_reach(fault.pe).second - 1;
  }
  for (int pe = fault.pe; pe <= last; ++pe) tables[static_cast<std::size_t>(pe)] = faulty;
  return tables;
}

void print_map(const std::vector<ProductTable>& tables, const ProductTable& golden) {
  fmt::print("\nwrong products of each PE, of 65,536\n");
  for (std::size_t pe = 0; pe < tables.size(); ++pe) {
    fmt::print("{:8}{}", wrong_products(tables[pe], golden).size(),
               (pe + 1) % kCols == 0 ? "\n" : "");
  }
}

/// Share of wrong products by operands, 32 codes in each step.
void print_operands(const std::vector<WrongProduct>& wrong) {
  int count[8][8] = {};
  for (const auto& product : wrong) ++count[product.weight / 32][product.activation / 32];
  fmt::print("\npercent wrong, by weight code (down) and activation code (right)\n      ");
  for (int column = 0; column < 8; ++column) fmt::print("{:>7}", fmt::format("{}..", column * 32));
  for (int row = 0; row < 8; ++row) {
    fmt::print("\n{:>6}", fmt::format("{}..", row * 32));
    for (const int wrong_here : count[row]) fmt::print("{:7.1f}", wrong_here * 100.0 / 1024);
  }
  fmt::print("\n");
}

void print_worst(std::vector<WrongProduct> wrong) {
  const auto shown = std::min<std::size_t>(wrong.size(), 5);
  std::partial_sort(wrong.begin(), wrong.begin() + static_cast<std::ptrdiff_t>(shown), wrong.end(),
                    [](const WrongProduct& x, const WrongProduct& y) {
                      return std::tuple(-std::abs(x.error()), x.weight, x.activation) <
                             std::tuple(-std::abs(y.error()), y.weight, y.activation);
                    });
  fmt::print("\nthe worst\n  weight  activation  product  fault-free    error\n");
  for (const auto& worst :
       std::vector(wrong.begin(), wrong.begin() + static_cast<std::ptrdiff_t>(shown))) {
    fmt::print("{:8}{:12}{:9}{:12}{:+9}\n", worst.weight, worst.activation, worst.product,
               worst.golden, worst.error());
  }
}

void write_csv(const std::string& path, const std::vector<WrongProduct>& wrong) {
  std::string text = "weight,activation,product,fault_free,error\n";
  for (const auto& product : wrong) {
    text += fmt::format("{},{},{},{},{}\n", product.weight, product.activation, product.product,
                        product.golden, product.error());
  }
  fw::write_file_atomically(path, text);
}

int run(const std::string& name, const std::string& fault_text, const std::string& csv) {
  const auto multiplier = fw::netlist::load_netlist(fw::netlist::find_netlist(name));
  const auto space = fw::fault::PeSpace::array(kRows, kCols);
  const auto fault = fw::fault::parse_fault(multiplier, fault_text, space);
  if (fault.unit == fw::fault::Unit::kPartialSum || !fault.window.is_permanent()) {
    throw fw::UsageError(fault_text +
                         ": partial sums and windows have no product table\n"
                         "  fix: a permanent fault of mult, weight or activation");
  }
  fmt::print("{}, {}x{} array, fault {}\n", multiplier.name, kRows, kCols, fault_text);

  fw::verilated::PeModelLibrary library;
  fw::accel::ArrayConfig config;
  config.rows = kRows;
  config.cols = kCols;
  config.product_is_signed = multiplier.is_signed;
  fw::accel::SystolicArray array(config, multiplier, library, {fault});
  const auto measured = measure_products(array);

  const auto golden = fw::fault::locus_table(multiplier, {}, true).table;
  print_map(measured, golden);
  const auto& table = measured[static_cast<std::size_t>(fault.pe)];
  const auto wrong = wrong_products(table, golden);
  const auto metrics = fw::netlist::error_metrics(table, golden);
  fmt::print("\n{}: {:.2f} % of its products are wrong, mean |error| {:.2f}, mean error {:+.2f}\n",
             space.pe_name(fault.pe), metrics.ep_percent, metrics.mae, metrics.mean_error);
  print_operands(wrong);
  print_worst(wrong);
  if (!csv.empty()) write_csv(csv, wrong);

  const bool agree = measured == expected_tables(multiplier, fault);
  fmt::print("\n{} x 65,536 products clocked through Verilated PEs: {}\n", measured.size(),
             agree ? "all as computed from the netlist" : "NOT as computed from the netlist");
  return agree ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto argument = [&](std::size_t index, const char* otherwise) {
    return index < arguments.size() ? arguments[index] : std::string(otherwise);
  };
  try {
    fw::set_tree_fallback(FAULTWAVE_DATA_DIR);
    return run(argument(0, "fw8u_trunc6"), argument(1, "pe[2][1].mult.O[12].sa1"), argument(2, ""));
  } catch (const fw::Error& error) {
    fmt::print(stderr, "faulty_array: {}\n", error.what());
    return 3;
  }
}
