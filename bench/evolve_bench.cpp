// Candidates per second of the evolver on one core, at every SIMD level: decoding, exhaustive
// evaluation over all 65,536 operand pairs and the error sum, without early abort. `ratio` is
// against a straightforward 64-bit implementation: one word at a time, a switch per gate, products
// put together bit by bit. Goal: 20,000 candidates/s of a 400-gate circuit.
#include <benchmark/benchmark.h>

#include <ctime>
#include <limits>
#include <memory>

#include "base/rng.hpp"
#include "bits/plane_code.hpp"
#include "evolve/decoder.hpp"
#include "evolve/pair_chunks.hpp"
#include "netlist/generator.hpp"
#include "netlist/metrics.hpp"

namespace faultwave::evolve {
namespace {

constexpr double kGoal = 20000;
constexpr std::size_t kNumGates = 400;

/// An exact multiplier, padded to 400 active gates with pairs of inverters' equivalents: XORs of an
/// output with a constant that the decoder cannot see.
Genome candidate() {
  const auto multiplier = netlist::generate_multiplier({"dadda", {}, {}});
  Genome genome = to_genome(multiplier.netlist, 0);
  Decoder decoder({});
  for (std::size_t bit = 0; decoder.decode(genome).gates.size() + 2 <= kNumGates; ++bit) {
    Value& output = genome.outputs[bit % 16];
    for (int i = 0; i < 2; ++i) {
      genome.nodes.push_back({netlist::GateKind::kXor, output, static_cast<Value>(bit % 8)});
      output = static_cast<Value>(kNumOperands + genome.nodes.size() - 1);
    }
  }
  return genome;
}

uint64_t plain_gate(netlist::GateKind kind, uint64_t a, uint64_t b) {
  switch (kind) {
    case netlist::GateKind::kNot:
      return ~a;
    case netlist::GateKind::kAnd:
      return a & b;
    case netlist::GateKind::kNand:
      return ~(a & b);
    case netlist::GateKind::kOr:
      return a | b;
    case netlist::GateKind::kNor:
      return ~(a | b);
    case netlist::GateKind::kXor:
      return a ^ b;
    case netlist::GateKind::kXnor:
      return ~(a ^ b);
    case netlist::GateKind::kAndNot:
      return a & ~b;
    case netlist::GateKind::kOrNot:
      return a | ~b;
    default:
      return a;
  }
}

/// Sum of |error|: operand planes word by word, then every product bit by bit.
uint64_t plain_error(const Circuit& circuit, std::size_t num_values) {
  static const uint64_t kLow[6] = {0xAAAAAAAAAAAAAAAA, 0xCCCCCCCCCCCCCCCC, 0xF0F0F0F0F0F0F0F0,
                                   0xFF00FF00FF00FF00, 0xFFFF0000FFFF0000, 0xFFFFFFFF00000000};
  std::vector<uint64_t> values(num_values);
  uint64_t total = 0;
  for (unsigned w = 0; w < 1024; ++w) {
    for (unsigned bit = 0; bit < 16; ++bit) {
      values[bit] = bit < 6 ? kLow[bit] : ((w >> (bit - 6)) & 1u) != 0 ? ~uint64_t{0} : 0;
    }
    for (const auto& gate : circuit.gates) {
      values[gate.y] = plain_gate(gate.kind, values[gate.a], values[gate.b]);
    }
    for (unsigned lane = 0; lane < 64; ++lane) {
      int32_t product = 0;
      for (unsigned bit = 0; bit < 16; ++bit) {
        product |= static_cast<int32_t>((values[circuit.outputs[bit]] >> lane) & 1u) << bit;
      }
      const unsigned pair = 64 * w + lane;
      const auto exact = static_cast<int32_t>((pair & 255u) * (pair >> 8));
      total += static_cast<uint64_t>(product < exact ? exact - product : product - exact);
    }
  }
  return total;
}

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

double plain_rate(const Genome& genome) {
  Decoder decoder({});
  double best = 0;
  for (int repeat = 0; repeat < 3; ++repeat) {
    const double start = cpu_seconds();
    constexpr int kRuns = 50;
    for (int i = 0; i < kRuns; ++i) {
      benchmark::DoNotOptimize(
          plain_error(decoder.decode(genome), kNumOperands + genome.nodes.size()));
    }
    best = std::max(best, kRuns / (cpu_seconds() - start));
  }
  return best;
}

void candidates(benchmark::State& state, const std::string& level) {
  const Genome genome = candidate();
  static const double plain = plain_rate(genome);
  bits::force_simd_level(level);
  Decoder decoder({});
  const auto pairs = make_pair_chunks(shuffled_order(), false, false);
  bits::AlignedVector<uint64_t> slots((kNumOperands + genome.nodes.size() + 2) * bits::kChunkWords);
  constexpr auto kNoLimit = std::numeric_limits<uint64_t>::max();
  constexpr auto kMetric = bits::ErrorMetric::kAbsolute;
  const bool has_code = bits::PlaneCode::is_available();
  const auto code = has_code ? std::make_unique<bits::PlaneCode>() : nullptr;
  const auto run = [&] {
    decoder.decode(genome);
    if (!has_code) {
      return bits::run_program(decoder.sorted_program(), pairs, kMetric, 0, kNoLimit, slots.data());
    }
    code->compile(decoder.program());
    return bits::run_program(*code, pairs, kMetric, 0, kNoLimit);
  };
  const double start = cpu_seconds();
  for (auto _ : state) benchmark::DoNotOptimize(run());
  const auto runs = static_cast<double>(state.iterations());
  state.counters["gates"] = static_cast<double>(decoder.decode(genome).gates.size());
  state.counters["candidates/s"] = benchmark::Counter(runs, benchmark::Counter::kIsRate);
  state.counters["plain"] = plain;
  state.counters["ratio"] = runs / (cpu_seconds() - start) / plain;
  state.counters["goal"] = kGoal;
  bits::force_simd_level("");
}

/// What is left when nothing runs: from the genome to machine code.
void compile(benchmark::State& state) {
  const Genome genome = candidate();
  Decoder decoder({});
  bits::PlaneCode code;
  for (auto _ : state) {
    decoder.decode(genome);
    code.compile(decoder.program());
    benchmark::ClobberMemory();
  }
  state.counters["bytes"] = static_cast<double>(code.num_code_bytes());
  state.counters["spills"] = static_cast<double>(code.num_spills());
}

void decode(benchmark::State& state) {
  const Genome genome = candidate();
  Decoder decoder({});
  for (auto _ : state) {
    decoder.decode(genome);
    benchmark::DoNotOptimize(decoder.sorted_program());
  }
}

void register_all() {
  for (const auto& level : bits::simd_levels()) {
    benchmark::RegisterBenchmark(("candidates/" + level).c_str(), candidates, level);
  }
  benchmark::RegisterBenchmark("decode", decode);
  if (bits::PlaneCode::is_available()) benchmark::RegisterBenchmark("compile", compile);
}

}  // namespace
}  // namespace faultwave::evolve

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  faultwave::evolve::register_all();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
