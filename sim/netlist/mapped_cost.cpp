#include "netlist/mapped_cost.hpp"

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "base/subprocess.hpp"
#include "bits/plane_ops.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/verilog_writer.hpp"

namespace faultwave::netlist {
namespace {

using nlohmann::json;

constexpr std::size_t kWords = ProductTable::kSize / 64;
constexpr const char* kAbcScript = "+strash;ifraig;dch;amap,-m";

/// A mapped circuit: signals by Yosys' bit number; constants are their own.
struct MappedCell {
  const Cell* cell = nullptr;
  std::vector<std::size_t> inputs;
  std::size_t output = 0;
};

class MappedCircuit {
 public:
  MappedCircuit(const json& module, const CellLibrary& library) : library_(library) {
    for (const bool value : {false, true}) signals_[value ? "1" : "0"] = num_signals_++;
    const auto& ports = module.at("ports");
    a_ = port(ports.at("A").at("bits"));
    b_ = port(ports.at("B").at("bits"));
    o_ = port(ports.at("O").at("bits"));
    for (const auto& [name, cell] : module.at("cells").items()) add(cell);
    sort();
  }

  MappedCost cost(ProductTable& table) {
    simulate(table);
    std::vector<double> load_pf(num_signals_, 0);
    for (const auto& mapped : cells_) {
      for (std::size_t i = 0; i < mapped.inputs.size(); ++i) {
        load_pf[mapped.inputs[i]] += mapped.cell->input_pf[i];
      }
    }
    MappedCost cost;
    std::vector<double> arrival_ns(num_signals_, 0);
    for (const auto& mapped : cells_) {
      const Cell& cell = *mapped.cell;
      ++cost.num_cells[cell.name];
      cost.area_um2 += cell.area_um2;
      cost.leakage_nw += cell.leakage_nw;
      int64_t ones = 0;
      for (std::size_t w = 0; w < kWords; ++w) ones += std::popcount(plane(mapped.output)[w]);
      const double p = static_cast<double>(ones) / ProductTable::kSize;
      const double load = load_pf[mapped.output];
      cost.energy_pj +=
          2 * p * (1 - p) * (cell.energy_pj + load * library_.voltage * library_.voltage / 2);
      double latest = 0;
      for (const std::size_t input : mapped.inputs) latest = std::max(latest, arrival_ns[input]);
      arrival_ns[mapped.output] = latest + cell.delay_ns + load * cell.delay_ns_per_pf;
    }
    for (const std::size_t output : o_) {
      cost.delay_ns = std::max(cost.delay_ns, arrival_ns[output]);
    }
    return cost;
  }

 private:
  std::size_t signal(const json& bit) {
    const std::string key =
        bit.is_string() ? bit.get<std::string>() : "n" + std::to_string(bit.get<int64_t>());
    const auto [entry, is_new] = signals_.emplace(key == "x" ? "0" : key, num_signals_);
    if (is_new) ++num_signals_;
    return entry->second;
  }
  std::vector<std::size_t> port(const json& bits) {
    std::vector<std::size_t> result;
    for (const auto& bit : bits) result.push_back(signal(bit));
    return result;
  }

  void add(const json& cell) {
    MappedCell mapped;
    mapped.cell = &library_.at(cell.at("type").get<std::string>());
    const auto& connections = cell.at("connections");
    for (const auto& pin : mapped.cell->inputs) {
      mapped.inputs.push_back(signal(connections.at(pin).at(0)));
    }
    mapped.output = signal(connections.at(mapped.cell->output).at(0));
    cells_.push_back(std::move(mapped));
  }

  void sort() {
    std::vector<char> is_known(num_signals_, 1);
    for (const auto& mapped : cells_) is_known[mapped.output] = 0;
    std::vector<MappedCell> sorted;
    while (sorted.size() < cells_.size()) {
      const std::size_t before = sorted.size();
      for (auto& mapped : cells_) {
        if (mapped.cell == nullptr) continue;
        const bool is_ready = std::all_of(mapped.inputs.begin(), mapped.inputs.end(),
                                          [&](std::size_t s) { return is_known[s] != 0; });
        if (!is_ready) continue;
        is_known[mapped.output] = 1;
        sorted.push_back(mapped);
        mapped.cell = nullptr;
      }
      FAULTWAVE_CHECK(sorted.size() > before, "the mapped circuit has a loop");
    }
    cells_ = std::move(sorted);
  }

  uint64_t* plane(std::size_t signal) { return planes_.data() + signal * kWords; }

  void simulate(ProductTable& table) {
    planes_.assign(num_signals_ * kWords, 0);
    std::fill_n(plane(1), kWords, ~uint64_t{0});
    for (std::size_t pair = 0; pair < ProductTable::kSize; ++pair) {
      for (std::size_t bit = 0; bit < 8; ++bit) {
        plane(a_[bit])[pair / 64] |= ((pair >> bit) & 1u) << (pair % 64);
        plane(b_[bit])[pair / 64] |= ((pair >> (8 + bit)) & 1u) << (pair % 64);
      }
    }
    for (const auto& mapped : cells_) {
      uint64_t* y = plane(mapped.output);
      for (std::size_t row = 0; row < mapped.cell->truth_table.size(); ++row) {
        if (!mapped.cell->truth_table[row]) continue;
        for (std::size_t w = 0; w < kWords; ++w) {
          uint64_t term = ~uint64_t{0};
          for (std::size_t i = 0; i < mapped.inputs.size(); ++i) {
            const uint64_t x = plane(mapped.inputs[i])[w];
            term &= ((row >> i) & 1u) != 0 ? x : ~x;
          }
          y[w] |= term;
        }
      }
    }
    std::vector<const uint64_t*> outputs;
    for (const std::size_t output : o_) outputs.push_back(plane(output));
    bits::planes_to_u16(outputs.data(), kWords, table.raw.data());
  }

  const CellLibrary& library_;
  std::map<std::string, std::size_t> signals_;
  std::size_t num_signals_ = 0;
  std::vector<std::size_t> a_, b_, o_;
  std::vector<MappedCell> cells_;
  std::vector<uint64_t> planes_;
};

}  // namespace

MappedCost mapped_cost(const Netlist& netlist, const CellLibrary& library) {
  FAULTWAVE_CHECK(netlist.is_multiplier_8x8(), "'{}' is no 8x8 multiplier", netlist.name);
  const TemporaryDirectory folder("faultwave-map");
  Netlist renamed = netlist;
  renamed.name = "mapped";
  write_file_atomically(folder.path() / "source.v", write_scalar_verilog(renamed));
  // A copy: the library's own path may hold characters that Yosys' scripts cannot.
  write_file_atomically(folder.path() / "cells.lib", read_file(library.path));
  write_file_atomically(folder.path() / "map.ys",
                        fmt::format("read_verilog source.v\nhierarchy -top mapped\ntechmap\nopt\n"
                                    "abc -liberty cells.lib -script {}\nopt_clean\n"
                                    "write_json mapped.json\n",
                                    kAbcScript));
  const auto run = run_process({"yosys", "-q", "-s", "map.ys"}, "yosys", folder.path());
  if (run.exit_code != 0) {
    throw EnvironmentError(
        fmt::format("Yosys cannot map '{}':\n{}\n  fix: install yosys and "
                    "berkeley-abc",
                    netlist.name, run.output));
  }
  const json mapped = json::parse(read_file(folder.path() / "mapped.json"));
  MappedCircuit circuit(mapped.at("modules").at("mapped"), library);
  ProductTable table;
  table.is_signed = netlist.is_signed;
  const MappedCost cost = circuit.cost(table);
  if (table != product_table(netlist)) {
    throw CheckError(fmt::format("'{}' mapped to cells computes other products", netlist.name));
  }
  return cost;
}

}  // namespace faultwave::netlist
