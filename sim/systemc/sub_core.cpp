#include "systemc/sub_core.hpp"

#include <algorithm>
#include <cmath>

#include "base/rng.hpp"

namespace faultwave::systemc {
namespace {

using accel::Cause;

constexpr int kThreadsPerWarp = 32;
constexpr int kRegisterBytesPerWarp = 4 * kThreadsPerWarp;
constexpr int kSumBytes = 4;
/// Operands of the microbenchmark.
constexpr uint64_t kBenchmarkSeed = 1;

int ceil_div(int a, int b) { return (a + b - 1) / b; }

/// Cycles in which an mma reads A, B and C of a warp through the register ports.
int operand_cycles(const GpuConfig& config) {
  const auto& core = config.tensor_core;
  const int registers = ceil_div(core.mma_m * core.mma_k, kRegisterBytesPerWarp) +
                        ceil_div(core.mma_n * core.mma_k, kRegisterBytesPerWarp) +
                        ceil_div(core.mma_m * core.mma_n * kSumBytes, kRegisterBytesPerWarp);
  return ceil_div(registers, config.register_read_ports);
}

}  // namespace

/// A warp slot and its registers.
struct SubCore::Warp {
  bool is_resident = false;
  int64_t age = 0;  ///< launched as number
  CtaContext* cta = nullptr;
  int index = 0;  ///< within the CTA
  int slot = 0;   ///< within the sub-core

  enum class Section : uint8_t { kPrologue, kBody, kEpilogue } section = Section::kPrologue;
  std::size_t counter = 0;
  int64_t iteration = 0;
  int slots_done = 0;  ///< issue slots of the present instruction already taken
  bool is_at_barrier = false;
  int loads_pending[2] = {};  ///< by stage
  int stores_pending = 0;

  std::vector<accel::ActivationFragment> activations[2];  ///< [buffer][block m]
  std::vector<accel::WeightFragment> weights[2];          ///< [buffer][block n]
  std::vector<accel::AccumulatorFragment> sums;           ///< [block m][block n]
  bool is_loading[2] = {};
  int64_t last_use[2] = {};         ///< cycle of the last step that reads the buffer
  std::vector<int64_t> sums_ready;  ///< [block m][block n]
};

SubCore::SubCore(sc_core::sc_module_name name, const GpuConfig& config,
                 const KernelClock& kernel_clock, accel::TensorCore tensor_core, int index,
                 Queue<WarpCommand>& commands, Queue<WarpEvent>& events,
                 Queue<MemoryRequest>& requests, Queue<MemoryResponse>& responses)
    : sc_module(name),
      clock("clock"),
      is_replaying("is_replaying"),
      config_(config),
      kernel_clock_(kernel_clock),
      tensor_core_(std::move(tensor_core)),
      index_(index),
      commands_(commands),
      events_(events),
      requests_(requests),
      responses_(responses),
      operand_cycles_(operand_cycles(config)) {
  SC_METHOD(on_clock);
  sensitive << clock.pos();
  dont_initialize();
}

SubCore::~SubCore() = default;

void SubCore::start_kernel(const GpuKernel& kernel) {
  kernel_ = &kernel;
  warps_.clear();
  mmas_.clear();
  last_issued_ = -1;
  num_launched_ = 0;
  collector_free_ = operands_read_ = tensor_core_free_ = 0;
  result_of_step_ = nullptr;
  counters_ = {};
}

void SubCore::on_clock() {
  if (sleeper_.wakes_up()) return;
  if (num_resident_ == 0 && mmas_.empty() && result_of_step_ == nullptr && commands_.empty()) {
    sleeper_.fall_asleep();
    next_trigger(commands_.arrival());
    return;
  }
  const int64_t now = kernel_clock_.now();
  receive();
  step_tensor_core(now);
  if (num_resident_ == 0) return;
  counters_.warp_cycles += num_resident_;
  order_warps();
  std::optional<Cause> reason;
  for (const int slot : order_) {
    Warp& warp = *warps_[static_cast<std::size_t>(slot)];
    skip_satisfied(warp, now);
    const auto blocked = blocked_by(warp, now);
    if (!blocked) {
      last_issued_ = slot;
      issue(warp, now);
      reason = Cause::kIssue;
      break;
    }
    // The warp that the scheduler prefers tells why the slot is lost.
    if (!reason) reason = blocked;
  }
  ++counters_.by_cause[static_cast<std::size_t>(*reason)];
  if (listener_ != nullptr) {
    accel::ControlProbe probe;
    probe.cause = *reason;
    probe.resident_warps = num_resident_;
    probe.mma_in_flight = static_cast<int>(mmas_.size());
    probe.step = step_;
    listener_->on_control(static_cast<uint64_t>(now), unit_, probe);
  }
}

void SubCore::receive() {
  for (; !commands_.empty(); commands_.pop()) {
    const WarpCommand& command = commands_.front();
    if (command.kind == WarpCommand::Kind::kLaunch) {
      launch(command);
      continue;
    }
    for (const auto& warp : warps_) {
      if (!warp->is_resident || !warp->is_at_barrier || warp->cta != command.cta) continue;
      warp->is_at_barrier = false;
      advance(*warp);
    }
  }
  for (; !responses_.empty(); responses_.pop()) finish(responses_.front());
}

std::unique_ptr<SubCore::Warp> SubCore::make_warp() const {
  auto warp = std::make_unique<Warp>();
  const auto blocks_m = static_cast<std::size_t>(kernel_->blocks_m);
  const auto blocks_n = static_cast<std::size_t>(kernel_->blocks_n);
  for (int buffer = 0; buffer < 2; ++buffer) {
    warp->activations[buffer].assign(blocks_m, accel::ActivationFragment(config_.tensor_core));
    warp->weights[buffer].assign(blocks_n, accel::WeightFragment(config_.tensor_core));
  }
  warp->sums.assign(blocks_m * blocks_n, accel::AccumulatorFragment(config_.tensor_core));
  warp->sums_ready.resize(blocks_m * blocks_n);
  warp->slot = static_cast<int>(warps_.size());
  if (kernel_->job == nullptr) fill_benchmark_operands(*warp);
  return warp;
}

void SubCore::launch(const WarpCommand& command) {
  auto free = std::find_if(warps_.begin(), warps_.end(),
                           [](const auto& warp) { return !warp->is_resident; });
  if (free == warps_.end()) {
    warps_.push_back(make_warp());
    free = std::prev(warps_.end());
  }
  Warp& warp = **free;
  warp.is_resident = true;
  warp.age = num_launched_++;
  warp.cta = command.cta;
  warp.index = command.warp;
  warp.section = Warp::Section::kPrologue;
  warp.counter = 0;
  warp.iteration = 0;
  warp.slots_done = 0;
  for (auto& sums : warp.sums) sums.clear();
  std::fill(warp.sums_ready.begin(), warp.sums_ready.end(), 0);
  ++num_resident_;
  while (current(warp) == nullptr) advance(warp);
}

void SubCore::fill_benchmark_operands(Warp& warp) const {
  const auto& core = config_.tensor_core;
  CounterRng rng(kBenchmarkSeed, static_cast<uint64_t>(index_));
  std::vector<uint8_t> codes(static_cast<std::size_t>(std::max(core.mma_m, core.mma_n)) *
                             static_cast<std::size_t>(core.mma_k));
  const std::vector<uint8_t> flags(codes.size());
  for (int buffer = 0; buffer < 2; ++buffer) {
    for (auto& fragment : warp.activations[buffer]) {
      for (auto& code : codes) code = static_cast<uint8_t>(rng.below(256));
      fragment.pack(codes.data(), core.mma_k, core.mma_m);
    }
    for (auto& fragment : warp.weights[buffer]) {
      for (auto& code : codes) code = static_cast<uint8_t>(rng.below(256));
      fragment.pack(codes.data(), flags.data(), core.mma_k);
    }
  }
}

void SubCore::finish(const MemoryResponse& response) {
  const MemoryRequest& request = response.request;
  Warp& warp = *warps_[static_cast<std::size_t>(request.warp_slot)];
  const auto stage = static_cast<std::size_t>(request.tile % 2);
  switch (request.op) {
    case WarpOp::kLoadGlobal:
      --warp.loads_pending[stage];
      return;
    case WarpOp::kStoreShared:
      --warp.stores_pending;
      return;
    default:
      break;
  }
  // Fragments: from the tile in shared memory to bit planes.
  const auto& core = config_.tensor_core;
  const CtaContext::Stage& tile = warp.cta->stages[stage];
  const int warps_n = config_.cta_n / config_.warp_n;
  const int first_m = warp.index / warps_n * config_.warp_m;
  const int first_n = warp.index % warps_n * config_.warp_n;
  const int64_t first_k = int64_t{request.detail.step} * core.mma_k;
  const std::size_t buffer = request.detail.buffer;
  const int64_t rows_in_cta =
      kernel_->job->m - warp.cta->cta / kernel_->mapping->grid_n() * config_.cta_m;
  for (int block = 0; block < kernel_->blocks_m; ++block) {
    const int m = first_m + block * core.mma_m;
    const int64_t rows = std::clamp<int64_t>(rows_in_cta - m, 0, core.mma_m);
    warp.activations[buffer][static_cast<std::size_t>(block)].pack(
        tile.activations.data() + m * config_.cta_k + first_k, config_.cta_k,
        static_cast<int>(rows));
  }
  for (int block = 0; block < kernel_->blocks_n; ++block) {
    const int64_t place = int64_t{first_n + block * core.mma_n} * config_.cta_k + first_k;
    warp.weights[buffer][static_cast<std::size_t>(block)].pack(
        tile.weights.data() + place, tile.weight_flags.data() + place, config_.cta_k);
  }
  warp.is_loading[buffer] = false;
}

void SubCore::step_tensor_core(int64_t now) {
  accel::StepOperands operands;
  uint64_t* sums = nullptr;
  int step = -1;
  if (!mmas_.empty() && now >= mmas_.front().start) {
    const Mma& mma = mmas_.front();
    const auto& core = config_.tensor_core;
    step = static_cast<int>(now - mma.start);
    const int step_n = step % core.steps_n();
    const int step_m = step / core.steps_n() % core.steps_m();
    const int step_k = step / (core.steps_n() * core.steps_m());
    const WarpInstruction& what = mma.instruction;
    const auto& activations = mma.warp->activations[what.buffer][static_cast<std::size_t>(what.m)];
    const auto& weights = mma.warp->weights[what.buffer][static_cast<std::size_t>(what.n)];
    sums = mma.warp->sums[static_cast<std::size_t>(what.m * kernel_->blocks_n + what.n)].planes(
        step_m, step_n);
    operands = {activations.planes(step_m, step_k), activations.enable(step_m),
                weights.planes(step_n, step_k), sums};
    if (step + 1 == core.num_steps()) mmas_.pop_front();
  }
  step_ = step;
  if (sums == nullptr && result_of_step_ == nullptr) return;
  if (listener_ != nullptr) probe_lanes(static_cast<uint64_t>(now));
  tensor_core_.step(static_cast<uint64_t>(now), sums == nullptr ? nullptr : &operands);
  if (result_of_step_ != nullptr) std::copy_n(tensor_core_.result(), 32, result_of_step_);
  result_of_step_ = sums;
}

void SubCore::probe_lanes(uint64_t cycle) {
  if (!listener_->wants(cycle)) return;
  const int num_lanes = config_.tensor_core.num_lanes();
  for (const int pe : listener_->pes()) {
    if (pe / num_lanes == unit_) {
      listener_->on_pe(cycle, pe, tensor_core_.probe(pe % num_lanes, cycle));
    }
  }
}

void SubCore::order_warps() {
  order_.clear();
  const auto num_slots = static_cast<int>(warps_.size());
  if (config_.scheduler == WarpScheduler::kLooseRoundRobin) {
    for (int i = 1; i <= num_slots; ++i) {
      const int slot = (last_issued_ + i) % num_slots;
      if (warps_[static_cast<std::size_t>(slot)]->is_resident) order_.push_back(slot);
    }
    return;
  }
  for (int slot = 0; slot < num_slots; ++slot) {
    if (warps_[static_cast<std::size_t>(slot)]->is_resident) order_.push_back(slot);
  }
  std::sort(order_.begin(), order_.end(), [this](int a, int b) {
    if ((a == last_issued_) != (b == last_issued_)) return a == last_issued_;
    return warps_[static_cast<std::size_t>(a)]->age < warps_[static_cast<std::size_t>(b)]->age;
  });
}

const WarpInstruction* SubCore::current(const Warp& warp) const {
  const WarpProgram& program = kernel_->program;
  const auto& code = warp.section == Warp::Section::kPrologue ? program.prologue
                     : warp.section == Warp::Section::kBody   ? program.body
                                                              : program.epilogue;
  if (warp.counter >= code.size()) return nullptr;
  if (warp.section == Warp::Section::kBody && warp.iteration >= program.iterations) return nullptr;
  const WarpInstruction& instruction = code[warp.counter];
  const bool is_beyond_last_tile = warp.section == Warp::Section::kBody && instruction.tile > 0 &&
                                   warp.iteration + instruction.tile >= program.iterations;
  return is_beyond_last_tile ? nullptr : &instruction;
}

void SubCore::advance(Warp& warp) {
  const WarpProgram& program = kernel_->program;
  warp.slots_done = 0;
  do {
    ++warp.counter;
    if (warp.section == Warp::Section::kPrologue && warp.counter >= program.prologue.size()) {
      warp.section = program.iterations > 0 ? Warp::Section::kBody : Warp::Section::kEpilogue;
      warp.counter = 0;
    } else if (warp.section == Warp::Section::kBody && warp.counter >= program.body.size()) {
      warp.counter = 0;
      if (++warp.iteration >= program.iterations) warp.section = Warp::Section::kEpilogue;
    }
  } while (warp.is_resident && current(warp) == nullptr);
}

void SubCore::skip_satisfied(Warp& warp, int64_t now) {
  for (;;) {
    const WarpInstruction& instruction = *current(warp);
    if (instruction.op == WarpOp::kWaitGlobal) {
      if (warp.loads_pending[(warp.iteration + instruction.tile) % 2] > 0) return;
    } else if (instruction.op == WarpOp::kWaitResults) {
      if (*std::max_element(warp.sums_ready.begin(), warp.sums_ready.end()) > now) return;
    } else if (instruction.op == WarpOp::kLoadGlobal || instruction.op == WarpOp::kStoreShared) {
      // A warp beyond the tile's loads has none.
      if (loads_of_warp(config_, warp.index) > 0) return;
    } else {
      return;
    }
    advance(warp);
  }
}

Cause SubCore::shared_wait() const {
  return is_replaying.read() ? Cause::kSharedConflict : Cause::kSharedWait;
}

std::optional<Cause> SubCore::blocked_by(const Warp& warp, int64_t now) const {
  const WarpInstruction& instruction = *current(warp);
  switch (instruction.op) {
    case WarpOp::kWaitGlobal:
      return Cause::kGlobalWait;
    case WarpOp::kWaitResults:
      return Cause::kDependency;
    case WarpOp::kBarrier:
      if (warp.is_at_barrier) return Cause::kBarrier;
      if (warp.stores_pending > 0) return shared_wait();
      return std::nullopt;
    case WarpOp::kLoadFragments:
      if (warp.is_loading[instruction.buffer]) return shared_wait();
      if (now + config_.shared_latency_cycles <= warp.last_use[instruction.buffer]) {
        return Cause::kTensorBusy;
      }
      return std::nullopt;
    case WarpOp::kMma:
      return mma_blocked_by(warp, instruction, now);
    default:
      return std::nullopt;
  }
}

std::optional<Cause> SubCore::mma_blocked_by(const Warp& warp, const WarpInstruction& instruction,
                                             int64_t now) const {
  if (warp.is_loading[instruction.buffer]) return shared_wait();
  const auto block = static_cast<std::size_t>(instruction.m * kernel_->blocks_n + instruction.n);
  if (warp.sums_ready[block] > now) return Cause::kDependency;
  if (now >= collector_free_) return std::nullopt;
  return now < operands_read_ ? Cause::kOperand : Cause::kTensorBusy;
}

void SubCore::issue(Warp& warp, int64_t now) {
  const WarpInstruction& instruction = *current(warp);
  const int64_t tile = warp.iteration + instruction.tile;
  int slots = instruction.slots;
  switch (instruction.op) {
    case WarpOp::kLoadGlobal:
    case WarpOp::kStoreShared:
      slots = loads_of_warp(config_, warp.index);
      issue_transfer(warp, instruction.op, warp.index + warp.slots_done * config_.warps_per_cta(),
                     tile);
      break;
    case WarpOp::kBarrier:
      warp.is_at_barrier = true;
      events_.push({WarpEvent::Kind::kAtBarrier, warp.cta});
      return;
    case WarpOp::kLoadFragments:
      if (warp.slots_done + 1 == slots) {
        warp.is_loading[instruction.buffer] = true;
        requests_.push({.op = instruction.op,
                        .sub_core = index_,
                        .warp_slot = warp.slot,
                        .cta = warp.cta,
                        .tile = tile,
                        .detail = instruction});
      }
      break;
    case WarpOp::kMma:
      issue_mma(warp, instruction, now);
      break;
    case WarpOp::kStoreGlobal:
      issue_store(warp);
      break;
    case WarpOp::kExit:
      warp.is_resident = false;
      --num_resident_;
      // The slot's next warp is the youngest, not the one to be greedy with.
      if (config_.scheduler == WarpScheduler::kGreedyThenOldest) last_issued_ = -1;
      events_.push({WarpEvent::Kind::kDone, warp.cta});
      return;
    default:
      break;
  }
  if (++warp.slots_done >= slots) advance(warp);
}

void SubCore::issue_mma(Warp& warp, const WarpInstruction& instruction, int64_t now) {
  const int steps = config_.tensor_core.num_steps();
  operands_read_ = now + operand_cycles_;
  const int64_t start = std::max(operands_read_, tensor_core_free_);
  // The operands leave the collector when the first step starts.
  collector_free_ = start;
  tensor_core_free_ = start + steps;
  const auto block = static_cast<std::size_t>(instruction.m * kernel_->blocks_n + instruction.n);
  warp.sums_ready[block] = start + steps + config_.mma_pipe_cycles;
  warp.last_use[instruction.buffer] = start + steps;
  mmas_.push_back({&warp, instruction, start});
  if (counters_.first_mma_issue < 0) counters_.first_mma_issue = now;
  counters_.last_mma_ready = warp.sums_ready[block];
}

void SubCore::issue_transfer(Warp& warp, WarpOp op, int load, int64_t tile) {
  MemoryRequest request{.op = op,
                        .sub_core = index_,
                        .warp_slot = warp.slot,
                        .cta = warp.cta,
                        .tile = tile,
                        .load = load};
  if (op == WarpOp::kLoadGlobal) {
    request.bytes = load_bytes(*warp.cta, load, tile);
    ++warp.loads_pending[tile % 2];
  } else {
    ++warp.stores_pending;
  }
  requests_.push(std::move(request));
}

int SubCore::load_bytes(const CtaContext& cta, int load, int64_t tile) const {
  const int chunks_per_row = config_.cta_k / kChunkBytes;
  const accel::GemmJob& job = *kernel_->job;
  const int64_t m0 = cta.cta / kernel_->mapping->grid_n() * config_.cta_m;
  const int64_t n0 = cta.cta % kernel_->mapping->grid_n() * config_.cta_n;
  double bytes = 0;
  const int end = std::min((load + 1) * kChunksPerLoad, chunks_per_tile(config_));
  for (int chunk = load * kChunksPerLoad; chunk < end; ++chunk) {
    const int row = chunk / chunks_per_row;
    const int64_t k = tile * config_.cta_k + chunk % chunks_per_row * kChunkBytes;
    if (k >= job.k) continue;
    if (row < config_.cta_m) {
      if (m0 + row < job.m) bytes += kChunkBytes * kernel_->activation_traffic;
    } else if (n0 + row - config_.cta_m < job.n) {
      bytes += kChunkBytes;
    }
  }
  return static_cast<int>(std::ceil(bytes));
}

void SubCore::issue_store(Warp& warp) {
  const auto& core = config_.tensor_core;
  const accel::GemmJob& job = *kernel_->job;
  const int warps_n = config_.cta_n / config_.warp_n;
  const int64_t grid_n = kernel_->mapping->grid_n();
  const int64_t m0 = warp.cta->cta / grid_n * config_.cta_m + warp.index / warps_n * config_.warp_m;
  const int64_t n0 = warp.cta->cta % grid_n * config_.cta_n + warp.index % warps_n * config_.warp_n;
  std::vector<int32_t> sums(static_cast<std::size_t>(core.mma_m * core.mma_n));
  int64_t num_values = 0;
  for (int block_m = 0; block_m < kernel_->blocks_m; ++block_m) {
    for (int block_n = 0; block_n < kernel_->blocks_n; ++block_n) {
      warp.sums[static_cast<std::size_t>(block_m * kernel_->blocks_n + block_n)].unpack(
          sums.data());
      const int64_t n = n0 + block_n * core.mma_n;
      const int64_t cols = std::clamp<int64_t>(job.n - n, 0, core.mma_n);
      for (int row = 0; row < core.mma_m; ++row) {
        const int64_t m = m0 + block_m * core.mma_m + row;
        if (m >= job.m) break;
        std::copy_n(sums.data() + row * core.mma_n, cols, kernel_->sums + m * job.n + n);
        num_values += cols;
      }
    }
  }
  requests_.push({.op = WarpOp::kStoreGlobal,
                  .sub_core = index_,
                  .warp_slot = warp.slot,
                  .cta = warp.cta,
                  .bytes = static_cast<int>(num_values) * kernel_->result_bytes});
}

}  // namespace faultwave::systemc
