#include "netlist/front_end.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <sstream>
#include <vector>

#include "base/file.hpp"
#include "base/subprocess.hpp"
#include "base/suggest.hpp"
#include "base/tree.hpp"
#include "netlist/evaluate.hpp"
#include "netlist/metrics.hpp"
#include "netlist/yosys_json.hpp"

namespace faultwave::netlist {
namespace {

constexpr std::size_t kMaxSourceBytes = std::size_t{64} << 20;

std::vector<std::filesystem::path> cell_libraries(const LoadOptions& options) {
  std::vector<std::filesystem::path> libraries;
  if (!options.cell_library.empty()) {
    if (!std::filesystem::is_regular_file(options.cell_library)) {
      throw InputError({options.cell_library.string()}, "no such cell library");
    }
    libraries.push_back(options.cell_library);
  }
  const auto folder = tree_root() / "rtl" / "cells";
  if (std::filesystem::is_directory(folder)) {
    std::vector<std::filesystem::path> shipped;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".v") shipped.push_back(entry.path());
    }
    std::sort(shipped.begin(), shipped.end());
    libraries.insert(libraries.end(), shipped.begin(), shipped.end());
  }
  return libraries;
}

/// A file name inside a Yosys script: quoted, so that blanks survive.
std::string quoted(const std::filesystem::path& path) {
  const std::string text = path.string();
  if (text.find_first_of("\"\n;") != std::string::npos) {
    throw InputError({text}, "quotes, semicolons and line breaks are not allowed in a file name");
  }
  return "\"" + text + "\"";
}

/// Files that the Yosys script writes in its working folder. `tee` cannot quote: no paths.
constexpr const char* kJsonFile = "netlist.json";
/// Modules with an 8-bit A before the hierarchy is known, and those of them under the chosen top.
constexpr const char* kCandidatesFile = "candidates";
constexpr const char* kKeptFile = "kept";
/// All modules of the source; empty when it has none.
constexpr const char* kModulesFile = "modules";

std::string yosys_script(const std::filesystem::path& source, const LoadOptions& options) {
  const bool is_blif = source.extension() == ".blif";
  std::string script = is_blif ? "read_blif -wideports " : "read_verilog -sv ";
  script += quoted(std::filesystem::absolute(source)) + "\n";
  const std::string list = " select -list w:A s:8 %i\n";
  // The top is chosen before libraries come in: an unused cell must not become the top.
  const std::string top = options.top.empty() ? "-auto-top" : "-top " + options.top;
  script += fmt::format("tee -q -o {} ls\n", kModulesFile);
  script += fmt::format("tee -q -o {}{}", kCandidatesFile, list);
  script += "hierarchy " + top + "\n";
  script += fmt::format("tee -q -o {}{}", kKeptFile, list);
  for (const auto& library : cell_libraries(options)) {
    script += "read_verilog -nooverwrite " + quoted(std::filesystem::absolute(library)) + "\n";
  }
  script += "hierarchy -check " + top + "\n";
  if (is_blif) {
    const auto map = tree_root() / "rtl" / "cells" / "techmap" / "lut_gates.v";
    script += "techmap -map " + quoted(std::filesystem::absolute(map)) + "\n";
  }
  // No optimisation: the author's gates and names stay. Operators become 1-bit gates.
  script += fmt::format("proc\nflatten\nalumacc\ntechmap\nsimplemap\nwrite_json {}\n", kJsonFile);
  return script;
}

/// Module names of a `select -list` file with lines "module/wire"; empty when it was not written.
std::vector<std::string> listed_modules(const std::filesystem::path& path) {
  std::vector<std::string> modules;
  if (!std::filesystem::exists(path)) return modules;
  std::istringstream lines(read_file(path));
  for (std::string line; std::getline(lines, line);) {
    modules.push_back(line.substr(0, line.rfind('/')));
  }
  std::sort(modules.begin(), modules.end());
  return modules;
}

/// The text behind "ERROR: " in Yosys' output.
std::string error_text(const std::string& output) {
  const auto at = output.find("ERROR:");
  if (at == std::string::npos) {
    return output.empty() ? "Yosys failed without a message" : output.substr(0, 500);
  }
  const auto end = output.find('\n', at);
  return output.substr(at + 7, end == std::string::npos ? std::string::npos : end - at - 7);
}

/// "mult.v:12: ERROR: ..." or "ERROR: Syntax error in line 12!" names a line.
int error_line(const std::string& output, const std::string& file) {
  const std::string blif_marker = "Syntax error in line ";
  if (const auto at = output.find(blif_marker); at != std::string::npos) {
    int line = 0;
    std::from_chars(output.data() + at + blif_marker.size(), output.data() + output.size(), line);
    return line;
  }
  const auto error = output.find(": ERROR:");
  if (error == std::string::npos) return 0;
  const auto begin = output.rfind(file + ":", error);
  if (begin == std::string::npos) return 0;
  int line = 0;
  std::from_chars(output.data() + begin + file.size() + 1, output.data() + error, line);
  return line;
}

/// Line of the first occurrence of `word` in a file; 0 when it does not occur.
int line_of(const std::string& text, const std::string& word) {
  const auto at = text.find(word);
  if (at == std::string::npos) return 0;
  return 1 + static_cast<int>(
                 std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

[[noreturn]] void throw_yosys_error(const std::filesystem::path& path, const std::string& source,
                                    const std::string& output) {
  const std::string text = error_text(output);
  // "Module `\X' referenced in module `\Y' in cell `\Z' is not part of the design."
  const std::string marker = "Module `\\";
  const auto at = text.find(marker);
  if (at != std::string::npos && text.find("not part of the design") != std::string::npos) {
    const auto begin = at + marker.size();
    const std::string cell = text.substr(begin, text.find('\'', begin) - begin);
    const std::string stem = path.stem().string();
    const bool is_generic_evoapprox = stem.starts_with("mul8") && !stem.ends_with("_pdk45");
    throw InputError(
        {path.string(), line_of(source, cell)}, fmt::format("cell '{}' is not defined", cell),
        is_generic_evoapprox
            ? fmt::format("some generic EvoApprox8b files name cells that nothing defines: use the "
                          "same circuit's {}_pdk45.v",
                          stem)
            : "define it in the file or pass a cell library with --cells");
  }
  // "... does not have a port named 'Q'."
  const std::string port_marker = "have a port named '";
  const auto port_at = text.find(port_marker);
  if (port_at != std::string::npos) {
    const auto begin = port_at + port_marker.size();
    const std::string port = text.substr(begin, text.find('\'', begin) - begin);
    throw InputError({path.string(), line_of(source, "." + port)}, text,
                     "connect the ports that the module has");
  }
  throw InputError({path.string(), error_line(output, std::filesystem::absolute(path).string())},
                   text);
}

void check_module_name(const std::string& top) {
  const auto is_allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' || c == '.';
  };
  if (!std::all_of(top.begin(), top.end(), is_allowed)) {
    throw UsageError(fmt::format("'{}' is not a module name", top));
  }
}

std::string elaborate(const std::filesystem::path& path, const LoadOptions& options) {
  const std::string source = read_file(path, kMaxSourceBytes);
  if (source.find_first_not_of(" \t\r\n") == std::string::npos) {
    throw InputError({path.string()}, "the file is empty");
  }
  check_module_name(options.top);
  const TemporaryDirectory folder("faultwave-yosys");
  const auto script = folder.path() / "script.ys";
  write_file_atomically(script, yosys_script(path, options));
  const auto result = run_process({"yosys", "-q", "-s", script.string()}, "yosys", folder.path());
  const auto modules = folder.path() / kModulesFile;
  if (std::filesystem::exists(modules) && std::filesystem::file_size(modules) == 0) {
    throw InputError({path.string()}, "holds no module");
  }
  if (options.top.empty()) {
    const auto candidates = listed_modules(folder.path() / kCandidatesFile);
    const auto kept = folder.path() / kKeptFile;
    if (std::filesystem::exists(kept) && candidates != listed_modules(kept)) {
      if (candidates.size() > 1) {
        throw InputError({path.string()},
                         fmt::format("holds several multipliers: {}", fmt::join(candidates, ", ")),
                         "choose one with --top NAME");
      }
      LoadOptions with_top = options;
      with_top.top = candidates.front();
      return elaborate(path, with_top);
    }
  }
  if (result.exit_code != 0) throw_yosys_error(path, source, result.output);
  return read_file(folder.path() / kJsonFile, kMaxSourceBytes * 4);
}

bool decide_signedness(const ParsedModule& parsed, const LoadOptions& options) {
  if (options.is_signed) return *options.is_signed;
  if (parsed.has_signed_port) return true;
  // Same bits read both ways: the reading with the smaller mean error wins.
  ProductTable table = product_table(parsed.netlist);
  table.is_signed = false;
  const double as_unsigned = error_metrics(table).mae;
  table.is_signed = true;
  return error_metrics(table).mae < as_unsigned;
}

/// A multiplier must explain at least half of the variance of the exact product. An adder, a
/// constant or a circuit with its output bits in reverse does not; the coarsest of
/// EvoApprox8b explain three quarters.
void check_is_multiplier(const Netlist& netlist, const std::filesystem::path& path) {
  const ProductTable exact = exact_table(netlist.is_signed);
  double sum = 0;
  double square_sum = 0;
  for (int b = 0; b < 256; ++b) {
    for (int a = 0; a < 256; ++a) {
      sum += exact.at(a, b);
      square_sum += static_cast<double>(exact.at(a, b)) * exact.at(a, b);
    }
  }
  const double mean = sum / ProductTable::kSize;
  const double variance = square_sum / ProductTable::kSize - mean * mean;
  const auto metrics = error_metrics(product_table(netlist));
  if (metrics.mse <= variance / 2) return;
  throw InputError({path.string()},
                   fmt::format("'{}' is no multiplier: O is off from A * B by {:.0f} on average",
                               netlist.name, metrics.mae),
                   "check the order of the port bits (bit 0 is the least significant) and the "
                   "signedness; --any-function loads it all the same");
}

}  // namespace

std::vector<std::string> known_multipliers() {
  std::vector<std::string> names;
  const auto add = [&](const std::filesystem::path& folder, const char* extension) {
    if (!std::filesystem::is_directory(folder)) return;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == extension) names.push_back(entry.path().stem().string());
    }
  };
  add(tree_root() / "rtl" / "multipliers", ".v");
  add(tree_root() / "rtl" / "multipliers" / "evolved", ".v");
  if (!data_root().empty()) {
    add(data_root() / "evoapprox8b" / "netlists", ".json");
    add(data_root() / "evoapprox8b" / "verilog", ".v");
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Netlist load_netlist(const std::filesystem::path& path, const LoadOptions& options) {
  const auto extension = path.extension().string();
  std::string text;
  if (extension == ".json") {
    text = read_file(path, kMaxSourceBytes * 4);
  } else if (extension == ".v" || extension == ".sv" || extension == ".blif") {
    text = elaborate(path, options);
  } else {
    throw InputError({path.string()}, fmt::format("unknown file type '{}'", extension),
                     "use .v, .sv, .blif, or .json (Yosys)");
  }
  auto parsed = parse_yosys_json(text, path.string(), options.top);
  parsed.netlist.is_signed = decide_signedness(parsed, options);
  if (!options.any_function) check_is_multiplier(parsed.netlist, path);
  return std::move(parsed.netlist);
}

std::filesystem::path find_netlist(const std::string& name_or_path) {
  if (std::filesystem::is_regular_file(name_or_path)) return name_or_path;
  const auto shipped = tree_root() / "rtl" / "multipliers" / (name_or_path + ".v");
  if (std::filesystem::is_regular_file(shipped)) return shipped;
  const auto evolved = tree_root() / "rtl" / "multipliers" / "evolved" / (name_or_path + ".v");
  if (std::filesystem::is_regular_file(evolved)) return evolved;
  if (!data_root().empty()) {
    const auto circuits = data_root() / "evoapprox8b";
    for (const auto& published : {circuits / "netlists" / (name_or_path + ".json"),
                                  circuits / "verilog" / (name_or_path + ".v")}) {
      if (std::filesystem::is_regular_file(published)) return published;
    }
  }
  if (name_or_path.starts_with("mul8") && data_root().empty()) {
    throw InputError({name_or_path}, "no such multiplier: EvoApprox8b circuits are not here",
                     fmt::format("run {}, or set FAULTWAVE_DATA to a folder with "
                                 "evoapprox8b/verilog or evoapprox8b/netlists",
                                 fetch_command("evoapprox8b")));
  }
  const auto nearest = nearest_name(name_or_path, known_multipliers());
  throw InputError({name_or_path}, "no such file and no known multiplier of this name",
                   fmt::format("{}'faultwave list multipliers' shows all",
                               nearest.empty() ? "" : fmt::format("did you mean '{}'? ", nearest)));
}

}  // namespace faultwave::netlist
