#include "systemc/gpu_system.hpp"

#include <algorithm>
#include <optional>
#include <systemc>

#include "base/error.hpp"
#include "systemc/context_scope.hpp"
#include "systemc/cta_dispatcher.hpp"
#include "systemc/global_memory.hpp"
#include "systemc/shared_memory.hpp"
#include "systemc/sm_control.hpp"
#include "systemc/sub_core.hpp"

namespace faultwave::systemc {
namespace {

using accel::Cause;

constexpr Cause kCauses[] = {Cause::kIssue,      Cause::kOperand,    Cause::kTensorBusy,
                             Cause::kDependency, Cause::kSharedWait, Cause::kSharedConflict,
                             Cause::kGlobalWait, Cause::kBarrier,    Cause::kVector,
                             Cause::kIdle};

/// Clock edges until every queue between the modules is empty.
constexpr int kDrainCycles = 8;
/// One SM: front, sub-cores, memories, and the queues between them.
class Sm : public sc_core::sc_module {
 public:
  Sm(const sc_core::sc_module_name& name, const GpuConfig& config, KernelClock& kernel_clock,
     std::vector<accel::TensorCore> tensor_cores, sc_core::sc_clock& clock)
      : sc_module(name),
        launches("launches"),
        done("done"),
        to_global("to_global"),
        from_global("from_global") {
    std::vector<Queue<WarpCommand>*> commands;
    std::vector<Queue<WarpEvent>*> events;
    std::vector<Queue<MemoryRequest>*> requests;
    std::vector<Queue<MemoryResponse>*> responses;
    for (int i = 0; i < config.sub_cores; ++i) {
      links.push_back(std::make_unique<SubCoreLinks>(i));
      commands.push_back(&links.back()->commands);
      events.push_back(&links.back()->events);
      requests.push_back(&links.back()->requests);
      responses.push_back(&links.back()->responses);
    }
    control = std::make_unique<SmControl>("control", config, kernel_clock, launches, done, commands,
                                          events);
    memory = std::make_unique<SharedMemory>("shared_memory", config, kernel_clock, requests,
                                            responses, to_global, from_global);
    control->clock(clock);
    memory->clock(clock);
    for (int i = 0; i < config.sub_cores; ++i) {
      const auto core = static_cast<std::size_t>(i);
      sub_cores.push_back(std::make_unique<SubCore>(fmt::format("sub_core_{}", i).c_str(), config,
                                                    kernel_clock, std::move(tensor_cores[core]), i,
                                                    *commands[core], *events[core], *requests[core],
                                                    *responses[core]));
      sub_cores.back()->clock(clock);
      sub_cores.back()->is_replaying(memory->is_replaying);
    }
  }

  void start_kernel(const GpuKernel& kernel) {
    control->start_kernel(kernel);
    memory->start_kernel(kernel);
    for (auto& core : sub_cores) core->start_kernel(kernel);
  }

  struct SubCoreLinks {
    explicit SubCoreLinks(int index)
        : commands(fmt::format("commands_{}", index)),
          events(fmt::format("events_{}", index)),
          requests(fmt::format("requests_{}", index)),
          responses(fmt::format("responses_{}", index)) {}
    Queue<WarpCommand> commands;
    Queue<WarpEvent> events;
    Queue<MemoryRequest> requests;
    Queue<MemoryResponse> responses;
  };
  Queue<CtaLaunch> launches;
  Queue<CtaDone> done;
  Queue<MemoryRequest> to_global;
  Queue<MemoryRequest> from_global;
  std::vector<std::unique_ptr<SubCoreLinks>> links;
  std::unique_ptr<SmControl> control;
  std::unique_ptr<SharedMemory> memory;
  std::vector<std::unique_ptr<SubCore>> sub_cores;
};

/// The modules of one GPU, elaborated in the current context. `tensor_cores`: SM after SM.
struct Modules {
  Modules(const GpuConfig& config, std::vector<accel::TensorCore> tensor_cores)
      : period(1e3 / config.clock_mhz, sc_core::SC_NS),
        clock("clock", period),
        kernel_clock(period) {
    std::vector<Queue<MemoryRequest>*> to_global;
    std::vector<Queue<MemoryRequest>*> from_global;
    std::vector<Queue<CtaLaunch>*> launches;
    std::vector<Queue<CtaDone>*> done;
    for (int i = 0; i < config.sms; ++i) {
      std::vector<accel::TensorCore> own;
      for (int core = 0; core < config.sub_cores; ++core) {
        own.push_back(
            std::move(tensor_cores[static_cast<std::size_t>(i * config.sub_cores + core)]));
      }
      sms.push_back(std::make_unique<Sm>(fmt::format("sm_{}", i).c_str(), config, kernel_clock,
                                         std::move(own), clock));
      to_global.push_back(&sms.back()->to_global);
      from_global.push_back(&sms.back()->from_global);
      launches.push_back(&sms.back()->launches);
      done.push_back(&sms.back()->done);
    }
    global_memory = std::make_unique<GlobalMemory>("global_memory", config, kernel_clock, to_global,
                                                   from_global);
    dispatcher = std::make_unique<CtaDispatcher>("dispatcher", config, kernel_clock, *global_memory,
                                                 launches, done);
    global_memory->clock(clock);
    dispatcher->clock(clock);
  }

  sc_core::sc_time period;
  sc_core::sc_clock clock;
  KernelClock kernel_clock;
  std::vector<std::unique_ptr<Sm>> sms;
  std::unique_ptr<GlobalMemory> global_memory;
  std::unique_ptr<CtaDispatcher> dispatcher;
};

}  // namespace

struct GpuSystem::Impl {
  Impl(const GpuConfig& gpu_config, const netlist::Netlist& multiplier,
       verilated::PeModelLibrary& library, const std::vector<fault::Fault>& faults,
       const OperandWiring& operand_wiring)
      : config(gpu_config),
        wiring(operand_wiring),
        mapping(config),
        mac(accel::make_lane_mac(config.pe_model, config.tensor_core, multiplier, library,
                                 std::any_of(faults.begin(), faults.end(),
                                             [](const fault::Fault& fault) {
                                               return fault.unit == fault::Unit::kMultiplier;
                                             }))),
        context(std::make_unique<sc_core::sc_simcontext>()) {
    const int lanes = config.tensor_core.num_lanes();
    std::vector<std::vector<fault::Fault>> faults_of_core(
        static_cast<std::size_t>(config.sms * config.sub_cores));
    for (const auto& fault : faults) {
      if (fault.pe < 0 || fault.pe >= mapping.pes().size()) {
        throw UsageError(
            fmt::format("fault on lane {}: the GPU has {}", fault.pe, mapping.pes().description()));
      }
      faults_of_core[static_cast<std::size_t>(fault.pe / lanes)].push_back(fault);
    }
    std::vector<accel::TensorCore> cores;
    for (std::size_t i = 0; i < faults_of_core.size(); ++i) {
      cores.emplace_back(config.tensor_core, multiplier, *mac, wiring.product_is_signed,
                         wiring.weight_on_port_a, std::move(faults_of_core[i]),
                         static_cast<int>(i) * lanes);
    }
    const ContextScope scope(context.get());
    modules = std::make_unique<Modules>(config, std::move(cores));
  }

  ~Impl() {
    const ContextScope scope(context.get());
    modules.reset();
    context.reset();
  }

  void start(const GpuKernel& kernel, int ctas_per_sm) {
    for (auto& sm : modules->sms) sm->start_kernel(kernel);
    modules->global_memory->start_kernel();
    modules->dispatcher->start_grid(kernel.num_ctas, ctas_per_sm, cycle);
  }

  /// Clocks until the kernel is done; returns its cycles.
  int64_t run_to_completion() {
    while (!modules->dispatcher->is_done()) sc_core::sc_start(16 * modules->period);
    sc_core::sc_start(kDrainCycles * modules->period);
    const int64_t cycles = modules->dispatcher->end_cycle() - cycle;
    cycle = modules->dispatcher->end_cycle();
    return cycles;
  }

  int64_t num_multiplications() const {
    uint64_t count = 0;
    for (auto& sm : modules->sms) {
      for (auto& core : sm->sub_cores) count += core->tensor_core().num_multiplications();
    }
    return static_cast<int64_t>(count);
  }

  accel::CycleReport report(int64_t cycles) const {
    accel::CycleReport report;
    report.total = cycles;
    report.num_units = int64_t{config.sms} * config.sub_cores;
    report.pe_cycles = cycles * mapping.pes().size();
    return report;
  }

  /// Adds what the sub-cores counted; cycles in which they slept are idle.
  void add_counters(accel::CycleReport& report) const {
    int64_t accounted = 0;
    for (const auto& sm : modules->sms) {
      for (const auto& core : sm->sub_cores) {
        const SubCoreCounters& counters = core->counters();
        for (int i = 0; i < accel::kNumCauses; ++i) {
          const auto cause = static_cast<std::size_t>(i);
          report.by_cause[cause] += counters.by_cause[cause];
          accounted += counters.by_cause[cause];
        }
        report.warp_cycles += counters.warp_cycles;
      }
    }
    report.warp_slots = report.total * config.sms * config.max_warps;
    report[Cause::kIdle] += report.total * report.num_units - accounted;
  }

  GpuConfig config;
  OperandWiring wiring;
  GpuPeMapping mapping;
  std::unique_ptr<accel::LaneMac> mac;
  int64_t cycle = 0;
  std::unique_ptr<sc_core::sc_simcontext> context;
  std::unique_ptr<Modules> modules;
  accel::TraceListener* listener = nullptr;
};

GpuSystem::GpuSystem(const GpuConfig& config, const netlist::Netlist& multiplier,
                     verilated::PeModelLibrary& library, std::vector<fault::Fault> faults,
                     const OperandWiring& wiring) {
  config.check();
  impl_ = std::make_unique<Impl>(config, multiplier, library, faults, wiring);
}

GpuSystem::~GpuSystem() = default;

accel::CycleReport GpuSystem::run_gemm(const accel::GemmJob& job, int32_t* sums) {
  if (job.m < 1 || job.n < 1 || job.k < 1) {
    throw UsageError(fmt::format("product {} x {} x {} (M x N x K) is empty", job.m, job.n, job.k));
  }
  FAULTWAVE_CHECK(job.product_is_signed == impl_->wiring.product_is_signed &&
                      job.weight_on_port_a == impl_->wiring.weight_on_port_a,
                  "the job is wired differently from the tensor cores");
  const ContextScope scope(impl_->context.get());
  if (impl_->listener != nullptr) impl_->listener->on_product(job.name, cycle());
  const GpuConfig& config = impl_->config;
  const GpuMapping mapping(config, {job.m, job.n, job.k});
  GpuKernel kernel;
  kernel.program = gemm_program(config, mapping.num_k_tiles());
  kernel.num_ctas = mapping.num_ctas();
  kernel.warps_per_cta = config.warps_per_cta();
  kernel.blocks_m = config.warp_m / config.tensor_core.mma_m;
  kernel.blocks_n = config.warp_n / config.tensor_core.mma_n;
  kernel.job = &job;
  kernel.sums = sums;
  kernel.mapping = &mapping;
  if (job.buffer_bytes > 0) {
    kernel.activation_traffic =
        std::min(1.0, static_cast<double>(job.buffer_bytes) / static_cast<double>(job.m * job.k));
  }
  if (job.output_bytes == job.m * job.n * int64_t{4}) kernel.result_bytes = 4;
  const int64_t before = impl_->num_multiplications();
  impl_->start(kernel, config.ctas_per_sm());
  accel::CycleReport report = impl_->report(impl_->run_to_completion());
  impl_->add_counters(report);
  report.multiplications = impl_->num_multiplications() - before;
  return report;
}

accel::CycleReport GpuSystem::run_vector(const std::string&, int64_t num_values) {
  const ContextScope scope(impl_->context.get());
  Modules& modules = *impl_->modules;
  const int64_t cycles = num_values == 0
                             ? 0
                             : 2 * int64_t{impl_->config.global_latency_cycles} +
                                   modules.global_memory->transfer_cycles(2 * num_values);
  modules.dispatcher->start_vector(cycles, impl_->cycle);
  accel::CycleReport report = impl_->report(impl_->run_to_completion());
  report[Cause::kVector] = report.total * report.num_units;
  report.warp_slots = report.total * impl_->config.sms * impl_->config.max_warps;
  return report;
}

MmaTiming GpuSystem::run_mma(const MmaBenchmark& benchmark) {
  const GpuConfig& config = impl_->config;
  const auto& core = config.tensor_core;
  check_mma(config, benchmark);
  const ContextScope scope(impl_->context.get());
  GpuKernel kernel;
  kernel.program = mma_program(config, benchmark);
  kernel.num_ctas = 1;
  kernel.warps_per_cta = benchmark.warps;
  kernel.blocks_m = benchmark.chains * benchmark.tile_m / core.mma_m;
  kernel.blocks_n = benchmark.tile_n / core.mma_n;
  impl_->start(kernel, 1);
  impl_->run_to_completion();
  int64_t first = INT64_MAX;
  int64_t last = 0;
  for (const auto& sub_core : impl_->modules->sms.front()->sub_cores) {
    const SubCoreCounters& counters = sub_core->counters();
    if (counters.first_mma_issue < 0) continue;
    first = std::min(first, counters.first_mma_issue);
    last = std::max(last, counters.last_mma_ready);
  }
  MmaTiming timing;
  timing.cycles = last - first;
  timing.multiply_adds = int64_t{benchmark.warps} * benchmark.repeat * benchmark.chains *
                         benchmark.tile_m * benchmark.tile_n * benchmark.tile_k;
  timing.latency_cycles =
      static_cast<double>(timing.cycles) / static_cast<double>(benchmark.repeat);
  timing.multiply_adds_per_cycle =
      static_cast<double>(timing.multiply_adds) / static_cast<double>(timing.cycles);
  return timing;
}

uint64_t GpuSystem::cycle() const { return static_cast<uint64_t>(impl_->cycle); }

const fault::PeSpace& GpuSystem::pes() const { return impl_->mapping.pes(); }

std::span<const Cause> GpuSystem::causes() const { return kCauses; }

void GpuSystem::set_bypassed_pes(const std::vector<int>& pes) {
  const int lanes = impl_->config.tensor_core.num_lanes();
  std::vector<std::vector<int>> lanes_of_core(
      static_cast<std::size_t>(impl_->config.sms * impl_->config.sub_cores));
  for (const int pe : pes) {
    FAULTWAVE_CHECK(pe >= 0 && pe < impl_->mapping.pes().size(), "lane {}", pe);
    lanes_of_core[static_cast<std::size_t>(pe / lanes)].push_back(pe % lanes);
  }
  std::size_t core = 0;
  for (auto& sm : impl_->modules->sms) {
    for (auto& sub_core : sm->sub_cores) {
      sub_core->tensor_core().set_bypassed_lanes(lanes_of_core[core++]);
    }
  }
}

void GpuSystem::set_trace_listener(accel::TraceListener* listener) {
  impl_->listener = listener;
  int unit = 0;
  for (auto& sm : impl_->modules->sms) {
    for (auto& sub_core : sm->sub_cores) sub_core->set_trace_listener(listener, unit++);
  }
}

int GpuSystem::k_period() const { return impl_->mapping.k_period(); }

void GpuSystem::pes_of_output(const accel::GemmShape& shape, int64_t m, int64_t n, int* pes) const {
  impl_->mapping.pes_of_output(shape, m, n, pes);
}

std::vector<accel::PeCount> GpuSystem::pes_of_weight(const accel::GemmShape& shape, int64_t k,
                                                     int64_t n) const {
  return impl_->mapping.pes_of_weight(shape, k, n);
}

}  // namespace faultwave::systemc
