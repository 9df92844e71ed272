#include "campaign/key_meanings.hpp"

namespace faultwave::campaign {

const std::map<std::string, std::string>& key_meanings() {
  static const std::map<std::string, std::string> meanings = {
      {"network",
       "ONNX file (beside the configuration, in the current folder or in the installation), or the "
       "name "
       "of a network that ships ('faultwave list models')"},
      {"data", "images"},
      {"data.name",
       "data set; 'strokes' ships with Faultwave, scripts/fetch_data.sh fetches the others"},
      {"data.split", "part of the data set"},
      {"data.first", "first image"},
      {"data.limit", "number of images; 0: to the end"},
      {"data.calibration", "images whose activations weight the errors when weights are retuned"},
      {"data.calibration.split", "part of the data set; 'train' for data sets other than strokes"},
      {"data.calibration.images", "number of images, from the first on; 1,000 for joint_retune"},
      {"accelerator", "what computes the products"},
      {"engine",
       "cycle-level model, or product tables: the same logits much faster, without cycles and "
       "energy, for "
       "permanent faults in multipliers, weights and activations; campaigns default to table"},
      {"multiplier", "the multiplier in every PE"},
      {"multiplier.netlist",
       "Verilog, SystemVerilog, BLIF or Yosys JSON file, or a name ('faultwave list multipliers')"},
      {"multiplier.number_format", "how activations and weights are coded for the multiplier"},
      {"multiplier.exact", "the exact multiplier to compare with; fw8s_bw for int8"},
      {"multiplier.weight_port",
       "port that carries the weight; approximate multipliers are seldom symmetric"},
      {"multiplier.power_mw", "overrides the catalog's power"},
      {"multiplier.delay_ns", "overrides the catalog's delay"},
      {"faults", "names of faults, or maps for a share of the PEs; not in campaigns"},
      {"faults[].target",
       "a fault inside the PE (mult.O[7].sa1, weight[6].sa0), or random_net, random_output, "
       "random_register: each faulty PE draws its own"},
      {"faults[].kind", "for random targets; any: stuck-at-0 or stuck-at-1 by draw"},
      {"faults[].rate",
       "faulty PEs / all PEs, rounded, at least one PE when above 0; which ones is a function of "
       "the "
       "seed, and a higher rate keeps the PEs of a lower one"},
      {"faults[].seed", "of the draws; default: the seed of the file"},
      {"faults[].from_cycle", "first cycle of the window in which the fault acts"},
      {"faults[].to_cycle", "end of the window, exclusive; absent: for good"},
      {"fault_on_exact",
       "run the exact multiplier with the fault too; auto: when every entry of faults names its "
       "site and the exact netlist has it"},
      {"mitigations",
       "each adds one run; the unmitigated run is always there ('faultwave list mitigations'); "
       "fault_aware_mapping+NAME combines two"},
      {"retune_healthy",
       "mitigations also retune the weights of healthy approximate PEs, and aim at exact "
       "multiplication"},
      {"seed", "of everything that is drawn"},
      {"output", "files to write"},
      {"output.json", "the whole result as JSON, same as --json"},
      {"variants", "one run each: a name, and keys that replace those of the file"},
      {"variants[].name", "of the variant, each its own"},

      {"accelerator.type", "systolic array, or streaming multiprocessors with tensor cores"},
      {"accelerator.preset", "defaults of all other keys"},
      {"accelerator.clock_mhz", "clock"},
      {"accelerator.pe_model",
       "who computes the gates of the PEs: the same results, native is several times faster"},
      {"accelerator.batch_images",
       "images that pass through all layers together; 0: as many as fit"},
      {"accelerator(tpu).rows", "rows of PEs: K, the inputs of a layer"},
      {"accelerator(tpu).cols", "columns of PEs: N, the outputs of a layer"},
      {"accelerator(tpu).preload",
       "whether a tile's weights shift in while the one before computes"},
      {"accelerator(tpu).unified_buffer_bytes", "activations on chip; bounds the batch"},
      {"accelerator(tpu).accumulator_rows", "rows of 32-bit sums; longer products run in pieces"},
      {"accelerator(tpu).weight_fifo_tiles", "tiles that are fetched ahead from weight memory"},
      {"accelerator(tpu).weight_dram_gb_s", "bandwidth of weight memory; 0: ideal"},
      {"accelerator(tpu).host_gb_s", "bandwidth between host and unified buffer; 0: ideal"},
      {"accelerator(tpu).host_latency_cycles", "before the first byte of a host transfer"},
      {"accelerator(tpu).activation_latency_cycles",
       "from the last sum of a layer to the first activation of the next"},
      {"accelerator(gpu_sm).sms", "streaming multiprocessors"},
      {"accelerator(gpu_sm).sub_cores", "of an SM, each with a warp scheduler and a tensor core"},
      {"accelerator(gpu_sm).tensor_core", "rows * cols at most 64, all powers of two"},
      {"accelerator(gpu_sm).tensor_core.rows", "dot-product units along m, a power of two"},
      {"accelerator(gpu_sm).tensor_core.cols", "dot-product units along n, a power of two"},
      {"accelerator(gpu_sm).tensor_core.depth", "lanes of a unit along k, a power of two"},
      {"accelerator(gpu_sm).tensor_core.mma_m", "rows of an mma, a multiple of rows"},
      {"accelerator(gpu_sm).tensor_core.mma_n", "columns of an mma, a multiple of cols"},
      {"accelerator(gpu_sm).tensor_core.mma_k", "depth of an mma, a multiple of depth"},
      {"accelerator(gpu_sm).scheduler", "greedy-then-oldest or loose round-robin"},
      {"accelerator(gpu_sm).max_warps", "resident on an SM"},
      {"accelerator(gpu_sm).max_ctas", "resident on an SM"},
      {"accelerator(gpu_sm).registers",
       "32-bit registers of an SM; with max_warps and shared memory they bound its CTAs"},
      {"accelerator(gpu_sm).shared_memory_bytes", "of an SM"},
      {"accelerator(gpu_sm).shared_banks", "of 4 bytes, a multiple of 4"},
      {"accelerator(gpu_sm).shared_latency_cycles",
       "from issue to the registers, without conflicts"},
      {"accelerator(gpu_sm).register_read_ports",
       "registers of a warp (32 x 32 bit) read per cycle for an mma"},
      {"accelerator(gpu_sm).mma_pipe_cycles", "from the last step of an mma to its result"},
      {"accelerator(gpu_sm).barrier_cycles", "from the last warp's arrival to the release"},
      {"accelerator(gpu_sm).async_copy", "global to shared memory past the registers"},
      {"accelerator(gpu_sm).global_latency_cycles", "of global memory"},
      {"accelerator(gpu_sm).global_gb_s", "bandwidth of all SMs together; 0: ideal"},
      {"accelerator(gpu_sm).sm_bytes_per_cycle", "bandwidth of one SM"},
      {"accelerator(gpu_sm).kernel", "the tiled product"},
      {"accelerator(gpu_sm).kernel.cta_m", "tile of a CTA, a multiple of warp_m"},
      {"accelerator(gpu_sm).kernel.cta_n", "tile of a CTA, a multiple of warp_n"},
      {"accelerator(gpu_sm).kernel.cta_k", "tile of a CTA, a multiple of mma_k"},
      {"accelerator(gpu_sm).kernel.warp_m", "tile of a warp, a multiple of mma_m"},
      {"accelerator(gpu_sm).kernel.warp_n", "tile of a warp, a multiple of mma_n"},
      {"accelerator(gpu_sm).kernel.epilogue_instructions",
       "per value: bias, requantisation, clamp"},
      {"accelerator(gpu_sm).kernel.loop_instructions", "per k tile and warp"},
      {"accelerator(gpu_sm).kernel.shared_layout",
       "rows of a tile in shared memory; decides bank conflicts"},

      {"campaign", "many faults in many places: 'faultwave campaign'"},
      {"campaign.faults", "which faults"},
      {"campaign.faults.universe",
       "every stem and fan-out branch of the multiplier; the product's output nets; weight "
       "and activation registers (engine gate: partial sums, too); the faults of a file"},
      {"campaign.faults.file",
       "universe: file: one fault per line (mult.O[7].sa1, pe[3][7].weight[6].sa0), # starts a "
       "comment; a line with a PE is tried there only"},
      {"campaign.faults.kinds", "kinds of fault"},
      {"campaign.faults.collapse",
       "one trial per class of faults with equal product tables; the class's size is its "
       "weight"},
      {"campaign.faults.window_cycles",
       "engine gate: the fault lasts so many cycles from a random cycle of the run on; "
       "0: for good"},
      {"campaign.pes",
       "where a fault is tried: [random]: a PE drawn per trial; [all]: every PE (vulnerability "
       "map); or "
       "those that are listed"},
      {"campaign.trials_per_fault", "pes [random]: PEs drawn per fault"},
      {"campaign.layers",
       "the fault acts in one layer at a time: [each], or those that are listed; absent: in all"},
      {"campaign.sample", "draw from faults x PEs x layers without replacement"},
      {"campaign.sample.margin",
       "margin of error of a proportion: as many draws as Leveugle et al. (DATE 2009) ask for"},
      {"campaign.sample.confidence", "of the margin"},
      {"campaign.sample.count", "draw so many instead; 0: by margin and confidence"},
      {"campaign.sample.strata",
       "split the population by the highest output bit that a fault reaches, or by the logic "
       "level of its net; every part gets its share, at least two"},
      {"campaign.stop",
       "with sample: a cell ends when the interval of the share of critical faults is narrow "
       "enough"},
      {"campaign.stop.half_width", "of the interval"},
      {"campaign.stop.confidence", "of the interval"},
      {"campaign.stop.check_every", "trials between looks"},
      {"campaign.rates",
       "rate sweep instead: this share of the PEs (at least one) is faulty, each with a fault of "
       "its "
       "own"},
      {"campaign.trials_per_rate",
       "draws; rates of one draw are nested, a higher one keeps the faults of a lower one"},
      {"campaign.same_fault", "rates: all faulty PEs of a trial have one fault"},
      {"campaign.critical_points",
       "a fault is critical when it costs more accuracy than that, in percentage points "
       "against the fault-free run of the same multiplier"},
      {"campaign.mitigate",
       "critical: mitigations are tried only in trials that are critical without one; in all "
       "others the figures with a mitigation are those without"},
      {"campaign.verify_images", "images of a case that is run again at gate level"},
      {"campaign.memory_mib",
       "for golden activations of one process; with less, images are worked on in parts, with the "
       "same results"},
      {"campaign.record_outcomes", "keep the outcome of every image"},

      {"mma", "points to measure: 'faultwave mma'"},
      {"mma[].warps", "on the SM, around its sub-cores"},
      {"mma[].chains", "independent tiles per repetition, before the warp waits for all results"},
      {"mma[].tile_m", "rows of the tile, a multiple of mma_m; default: one mma"},
      {"mma[].tile_n", "columns of the tile, a multiple of mma_n; default: one mma"},
      {"mma[].tile_k", "depth of the tile, a multiple of mma_k; default: one mma"},
      {"mma[].repeat", "repetitions"},
      {"mma[].published_cycles", "measured on silicon, printed beside ours"},
      {"mma[].published_fma_per_cycle", "measured on silicon, printed beside ours"},
      {"mma[].source", "who measured"},
  };
  return meanings;
}

}  // namespace faultwave::campaign
