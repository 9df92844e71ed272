#include "netlist/icarus_oracle.hpp"

#include <algorithm>
#include <charconv>

#include "base/file.hpp"
#include "base/subprocess.hpp"
#include "netlist/exposed_sites.hpp"
#include "netlist/verilog_writer.hpp"

namespace faultwave::netlist {
namespace {

constexpr const char* kPackage = "iverilog";
/// Products of one run of the testbench: bounds the file and the time between signs of life.
constexpr std::size_t kMaxProductsPerRun = std::size_t{1} << 20;

void run_checked(const std::vector<std::string>& command, const std::string& action) {
  const auto result = run_process(command, kPackage);
  if (result.exit_code != 0) {
    throw EnvironmentError(fmt::format("{} failed ('{}', exit status {}):\n{}", action, command[0],
                                       result.exit_code, result.output.substr(0, 4000)));
  }
}

/// Numbers of four hexadecimal digits, one a line. An `x` or `z` is an error as any other text is.
std::vector<uint16_t> parse_products(const std::string& text, std::size_t count) {
  constexpr std::size_t kLineLength = 5;
  FAULTWAVE_CHECK(text.size() == kLineLength * count, "{} bytes for {} products", text.size(),
                  count);
  std::vector<uint16_t> products(count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* begin = text.data() + kLineLength * i;
    const auto result = std::from_chars(begin, begin + 4, products[i], 16);
    if (result.ptr != begin + 4) {
      throw CheckError(
          fmt::format("Icarus Verilog computes an unknown product '{}'", std::string(begin, 4)));
    }
  }
  return products;
}

std::string force_statements(const std::string& net, FaultKind kind) {
  switch (kind) {
    case FaultKind::kStuckAt0:
      return fmt::format("      force {} = 1'b0;\n", net);
    case FaultKind::kStuckAt1:
      return fmt::format("      force {} = 1'b1;\n", net);
    case FaultKind::kInvert:
      // The net is not forced at this moment, so this is its healthy value.
      return fmt::format(
          "      if ({0} === 1'b0) force {0} = 1'b1;\n      else force {0} = 1'b0;\n", net);
  }
  throw InternalError("unknown fault kind");
}

}  // namespace

std::string write_fault_testbench(const Netlist& netlist, std::span<const NetFault> faults) {
  auto exposed = expose_sites(netlist);
  exposed.name = "dut";
  exposed.is_signed = false;
  const auto sites = enumerate_sites(netlist);
  std::string text = "`timescale 1ns / 1ps\n" + write_scalar_verilog(exposed);
  text += R"(
module testbench;
  reg [7:0] a, b;
  wire [15:0] o;
  dut dut (.A(a), .B(b), .O(o));
  reg [15:0] pairs [0:65535];
  reg [8*4096-1:0] path;
  integer num_pairs, i, file;

  initial begin
    if (!$value$plusargs("pairs=%s", path)) $finish;
    if (!$value$plusargs("num_pairs=%d", num_pairs)) $finish;
    $readmemh(path, pairs, 0, num_pairs - 1);
    if (!$value$plusargs("products=%s", path)) $finish;
    file = $fopen(path, "w");
    for (i = 0; i < num_pairs; i = i + 1) begin
      a = pairs[i][7:0];
      b = pairs[i][15:8];
      #1;
)";
  for (const NetFault& fault : faults) {
    const std::string net =
        "dut." + site_net_name(static_cast<std::size_t>(site_index(sites, fault.site)));
    text += force_statements(net, fault.kind);
    text +=
        fmt::format("      #1 $fwrite(file, \"%h\\n\", o);\n      release {};\n      #1;\n", net);
  }
  return text + "    end\n    $fclose(file);\n    $finish;\n  end\nendmodule\n";
}

void IcarusOracle::prepare() { run_checked({"iverilog", "-V"}, "asking Icarus Verilog's version"); }

void IcarusOracle::simulate(std::span<const NetFault> faults, std::span<const OperandPair> pairs,
                            const Sink& sink) {
  if (faults.empty() || pairs.empty()) return;
  const TemporaryDirectory folder("faultwave-icarus");
  const auto source = folder.path() / "testbench.v";
  const auto program = folder.path() / "testbench.vvp";
  const auto pairs_file = folder.path() / "pairs.hex";
  const auto products_file = folder.path() / "products.hex";
  write_file_atomically(source, write_fault_testbench(netlist_, faults));
  run_checked({"iverilog", "-g2005", "-o", program.string(), source.string()},
              "compiling the testbench");
  const std::size_t step = std::max<std::size_t>(1, kMaxProductsPerRun / faults.size());
  std::vector<uint16_t> of_fault;
  for (std::size_t first = 0; first < pairs.size(); first += step) {
    const auto part = pairs.subspan(first, std::min(step, pairs.size() - first));
    std::string hex;
    for (const OperandPair pair : part) hex += fmt::format("{:04x}\n", pair);
    write_file_atomically(pairs_file, hex);
    run_checked({"vvp", "-n", program.string(), "+pairs=" + pairs_file.string(),
                 fmt::format("+num_pairs={}", part.size()), "+products=" + products_file.string()},
                "running the testbench");
    const auto products = parse_products(read_file(products_file), part.size() * faults.size());
    for (std::size_t f = 0; f < faults.size(); ++f) {
      of_fault.clear();
      for (std::size_t p = 0; p < part.size(); ++p) {
        of_fault.push_back(products[p * faults.size() + f]);
      }
      sink(f, first, of_fault);
    }
  }
}

}  // namespace faultwave::netlist
