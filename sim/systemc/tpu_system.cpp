#include "systemc/tpu_system.hpp"

#include <systemc>

#include "systemc/accumulators.hpp"
#include "systemc/array_module.hpp"
#include "systemc/context_scope.hpp"
#include "systemc/controller.hpp"
#include "systemc/data_setup.hpp"
#include "systemc/tpu_mapping.hpp"

namespace faultwave::systemc {
namespace {

/// Registers between the controller and the accumulators.
constexpr int kPipelineCycles = 4;

constexpr accel::Cause kCauses[] = {accel::Cause::kActive,     accel::Cause::kWeightShift,
                                    accel::Cause::kWeightLoad, accel::Cause::kReadAfterWrite,
                                    accel::Cause::kHostWait,   accel::Cause::kVector};

accel::ArrayConfig array_config(const TpuConfig& config, const OperandWiring& wiring) {
  return {config.rows, config.cols, wiring.product_is_signed, wiring.weight_on_port_a,
          config.pe_model};
}

/// The modules of one TPU, elaborated in the current context.
struct Modules {
  Modules(const TpuConfig& config, const accel::ArrayConfig& array_sizes,
          accel::SystolicArray& systolic_array)
      : period(1000.0 / config.clock_mhz, sc_core::SC_NS),
        clock("clock", period),
        control("control", {}),
        array_in("array_in", ArrayWord(array_sizes)),
        psums("psums", PsumWord(config.cols)),
        unified_buffer("unified_buffer"),
        weight_memory("weight_memory"),
        host("host"),
        controller("controller", config, control, weight_memory, host),
        data_setup("data_setup", config, control, array_in, unified_buffer, weight_memory),
        array("array", systolic_array, array_in, psums),
        accumulators("accumulators", config, psums) {
    weight_memory.configure(config);
    host.configure(config);
    controller.clock(clock);
    data_setup.clock(clock);
    array.clock(clock);
    accumulators.clock(clock);
  }

  sc_core::sc_time period;
  sc_core::sc_clock clock;
  Bus<ControlWord> control;
  Bus<ArrayWord> array_in;
  Bus<PsumWord> psums;
  UnifiedBuffer unified_buffer;
  WeightMemory weight_memory;
  HostInterface host;
  Controller controller;
  DataSetup data_setup;
  ArrayModule array;
  Accumulators accumulators;
};

}  // namespace

struct TpuSystem::Impl {
  Impl(const TpuConfig& tpu_config, const netlist::Netlist& multiplier,
       verilated::PeModelLibrary& library, std::vector<fault::Fault> faults,
       const OperandWiring& operand_wiring)
      : config(tpu_config),
        wiring(operand_wiring),
        mapping(config),
        array(array_config(tpu_config, operand_wiring), multiplier, library, std::move(faults)),
        context(std::make_unique<sc_core::sc_simcontext>()) {
    const ContextScope scope(context.get());
    modules = std::make_unique<Modules>(config, array.config(), array);
  }

  ~Impl() {
    const ContextScope scope(context.get());
    modules.reset();
    context.reset();
  }

  /// Clocks until the controller is done and the pipeline behind it is empty.
  void run_to_completion() {
    while (!modules->controller.is_done()) sc_core::sc_start(16 * modules->period);
    sc_core::sc_start(kPipelineCycles * modules->period);
  }

  TpuConfig config;
  OperandWiring wiring;
  TpuMapping mapping;
  accel::SystolicArray array;
  std::unique_ptr<sc_core::sc_simcontext> context;
  std::unique_ptr<Modules> modules;
  accel::TraceListener* listener = nullptr;
};

TpuSystem::TpuSystem(const TpuConfig& config, const netlist::Netlist& multiplier,
                     verilated::PeModelLibrary& library, std::vector<fault::Fault> faults,
                     const OperandWiring& wiring) {
  config.check();
  impl_ = std::make_unique<Impl>(config, multiplier, library, std::move(faults), wiring);
}

TpuSystem::~TpuSystem() = default;

accel::CycleReport TpuSystem::run_gemm(const accel::GemmJob& job, int32_t* sums) {
  if (job.m < 1 || job.n < 1 || job.k < 1) {
    throw UsageError(fmt::format("product {} x {} x {} (M x N x K) is empty", job.m, job.n, job.k));
  }
  FAULTWAVE_CHECK(job.product_is_signed == impl_->wiring.product_is_signed &&
                      job.weight_on_port_a == impl_->wiring.weight_on_port_a,
                  "the job is wired differently from the array");
  const ContextScope scope(impl_->context.get());
  if (impl_->listener != nullptr) impl_->listener->on_product(job.name, cycle());
  const std::vector<Instruction> program = compile_gemm(impl_->config, job);
  Modules& modules = *impl_->modules;
  modules.unified_buffer.load(job);
  modules.weight_memory.load(job, static_cast<int64_t>(folds_of(program).size()));
  modules.accumulators.load(sums, job.n);
  const uint64_t before = impl_->array.num_multiplications();
  modules.controller.start_program(program);
  impl_->run_to_completion();
  accel::CycleReport report = modules.controller.report();
  report.multiplications = static_cast<int64_t>(impl_->array.num_multiplications() - before);
  report.pe_cycles = report.total * impl_->mapping.pes().size();
  return report;
}

accel::CycleReport TpuSystem::run_vector(const std::string&, int64_t num_values) {
  const ContextScope scope(impl_->context.get());
  impl_->modules->controller.start_vector((num_values + impl_->config.cols - 1) /
                                          impl_->config.cols);
  impl_->run_to_completion();
  accel::CycleReport report = impl_->modules->controller.report();
  report.pe_cycles = report.total * impl_->mapping.pes().size();
  return report;
}

uint64_t TpuSystem::cycle() const {
  return static_cast<uint64_t>(impl_->modules->controller.cycle());
}

const fault::PeSpace& TpuSystem::pes() const { return impl_->mapping.pes(); }

std::span<const accel::Cause> TpuSystem::causes() const { return kCauses; }

void TpuSystem::set_bypassed_pes(const std::vector<int>& pes) {
  impl_->modules->weight_memory.set_bypassed_pes(pes);
}

void TpuSystem::set_trace_listener(accel::TraceListener* listener) {
  impl_->listener = listener;
  impl_->modules->controller.set_trace_listener(listener);
  impl_->modules->array.set_trace_listener(listener);
}

int TpuSystem::k_period() const { return impl_->mapping.k_period(); }

void TpuSystem::pes_of_output(const accel::GemmShape& shape, int64_t m, int64_t n, int* pes) const {
  impl_->mapping.pes_of_output(shape, m, n, pes);
}

std::vector<accel::PeCount> TpuSystem::pes_of_weight(const accel::GemmShape& shape, int64_t k,
                                                     int64_t n) const {
  return impl_->mapping.pes_of_weight(shape, k, n);
}

}  // namespace faultwave::systemc
