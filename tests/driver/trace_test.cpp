#include "driver/trace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <sstream>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/tree.hpp"
#include "netlist/front_end.hpp"

namespace faultwave::driver {
namespace {

using testing::HasSubstr;

/// Values of a dump: [signal path without range][time] -> text of the value.
class Dump {
 public:
  explicit Dump(const std::string& vcd) {
    std::istringstream lines(vcd);
    std::map<std::string, std::vector<std::string>> paths;
    std::string scope, line;
    uint64_t time = 0;
    std::map<std::string, std::string> now;
    while (std::getline(lines, line)) {
      std::istringstream words(line);
      std::string word;
      words >> word;
      if (word == "$scope") {
        std::string kind, name;
        words >> kind >> name;
        scope += name + ".";
      } else if (word == "$upscope") {
        scope.erase(scope.rfind('.', scope.size() - 2) + 1);
      } else if (word == "$var") {
        std::string kind, width, code, name;
        words >> kind >> width >> code >> name;
        path_of_[code] = scope + name;
      } else if (word[0] == '#') {
        time = std::stoull(word.substr(1));
        end_ = time;
      } else if (std::string("01x").find(word[0]) != std::string::npos && word.size() > 1) {
        values_[path_of_.at(word.substr(1))][time] = word.substr(0, 1);
      } else if (word[0] == 'b' || word[0] == 's') {
        std::string code;
        words >> code;
        values_[path_of_.at(code)][time] = word.substr(1);
      }
    }
  }
  std::string at(const std::string& path, uint64_t time) const {
    const auto& track = values_.at(path);
    auto next = track.upper_bound(time);
    return next == track.begin() ? "none" : std::prev(next)->second;
  }
  int number(const std::string& path, uint64_t time) const {
    return std::stoi(at(path, time), nullptr, 2);
  }
  uint64_t end() const { return end_; }

 private:
  std::map<std::string, std::string> path_of_;
  std::map<std::string, std::map<uint64_t, std::string>> values_;
  uint64_t end_ = 0;
};

RunConfig quickstart(const std::vector<std::string>& overrides = {}) {
  return load_run_config(tree_root() / "configs" / "quickstart.yaml", overrides);
}

RunConfig on_gpu(const std::string& fault) {
  return quickstart({"accelerator={type: gpu_sm, sms: 1}", "faults=['" + fault + "']"});
}

TraceRequest window(uint64_t from, uint64_t to) {
  TraceRequest request;
  request.window.from = from;
  request.window.to = to;
  return request;
}

/// Checks products, mismatches and the forced net of one PE; returns the cycles in which the
/// product differed.
int check_pe(const Dump& dump, const std::string& pe, const netlist::Netlist& netlist,
             bool is_gpu) {
  int num_differences = 0;
  for (uint64_t time = 0; time < dump.end(); ++time) {
    if (dump.at("top." + pe + ".golden.valid", time) == "none") continue;
    const bool is_valid = dump.at("top." + pe + ".faulty.valid", time) == "1";
    if (is_gpu && !is_valid) continue;
    for (const char* side : {"golden", "faulty"}) {
      unsigned product = 0;
      for (std::size_t bit = 0; bit < 16; ++bit) {
        const auto& net = netlist.nets[netlist.port_o[bit]].name;
        product |=
            static_cast<unsigned>(dump.at("top." + pe + ".mult." + side + "." + net, time) == "1")
            << bit;
      }
      EXPECT_EQ(static_cast<int>(product),
                dump.number(fmt::format("top.{}.{}.product", pe, side), time))
          << side << " " << time;
    }
    for (const auto& net : netlist.nets) {
      const auto prefix = "top." + pe + ".mult.";
      const bool differs = dump.at(prefix + "golden." + net.name, time) !=
                           dump.at(prefix + "faulty." + net.name, time);
      EXPECT_EQ(dump.at(prefix + "mismatch." + net.name, time), differs ? "1" : "0")
          << net.name << " " << time;
    }
    num_differences += dump.at("top." + pe + ".product_differs", time) == "1" ? 1 : 0;
  }
  return num_differences;
}

TEST(Trace, nets_products_and_mismatches_of_a_faulty_pe_fit_together) {
  const auto trace = run_trace(quickstart(), window(20, 120), "x.vcd");
  EXPECT_EQ(trace.pes, std::vector<int>{3 * 16 + 7});
  EXPECT_GT(trace.num_products_compared, 0);
  const Dump dump(trace.vcd);
  EXPECT_EQ(dump.end(), 120u);
  const auto netlist = netlist::load_netlist(netlist::find_netlist("fw8u_trunc6"));
  EXPECT_GT(check_pe(dump, "pe[3][7]", netlist, false), 0);
  for (uint64_t time = 20; time < 120; ++time) {
    EXPECT_EQ(dump.at("top.pe[3][7].mult.faulty." + netlist.nets[netlist.port_o[12]].name, time),
              "1");
    EXPECT_EQ(dump.at("top.layer", time), "fc1");
  }
  EXPECT_EQ(dump.at("top.controller.cause", 30), "active");
  EXPECT_THAT(trace.gtkw, HasSubstr("[dumpfile] \"x.vcd\""));
  EXPECT_THAT(trace.gtkw, HasSubstr("[color] 1\n@28\ntop.pe[3][7].mult.golden."));
}

TEST(Trace, the_edge_of_the_array_is_the_pe_some_cycles_before_and_after) {
  const auto trace = run_trace(quickstart(), window(0, 200), "x.vcd");
  const Dump dump(trace.vcd);
  int num_valid = 0;
  for (uint64_t time = 20; time < 150; ++time) {
    // Eight registers lie between the left edge and PE [3][7]; twelve rows below it.
    const bool enters = dump.at("top.pe[3][7].golden.edge_valid", time) == "1";
    EXPECT_EQ(dump.at("top.pe[3][7].golden.valid", time + 8), enters ? "1" : "0") << time;
    if (!enters) continue;
    ++num_valid;
    EXPECT_EQ(dump.at("top.pe[3][7].golden.activation", time + 8),
              dump.at("top.pe[3][7].golden.edge_activation", time));
  }
  EXPECT_GT(num_valid, 5);
}

TEST(Trace, a_disagreement_of_lane_model_and_scalar_model_is_an_error) {
  auto other = netlist::load_netlist(netlist::find_netlist("fw8u_trunc6"));
  for (auto& gate : other.gates) {
    if (gate.kind != netlist::GateKind::kXor) continue;
    gate.kind = netlist::GateKind::kOr;
    break;
  }
  TraceRequest request = window(0, 300);
  request.scalar_netlist = &other;
  try {
    run_trace(quickstart(), request, "x.vcd");
    FAIL() << "accepted";
  } catch (const CheckError& error) {
    EXPECT_THAT(error.what(), HasSubstr("pe[3][7] in cycle"));
  }
}

TEST(Trace, a_lane_of_a_gpu_and_its_sub_core_are_drawn) {
  const auto trace =
      run_trace(on_gpu("sm[0].sub[0].lane[3].mult.O[12].sa1"), window(0, 1500), "x.vcd");
  const Dump dump(trace.vcd);
  const auto netlist = netlist::load_netlist(netlist::find_netlist("fw8u_trunc6"));
  EXPECT_GT(check_pe(dump, "sm[0].sub[0].lane[3]", netlist, true), 0);
  EXPECT_EQ(dump.at("top.sm[0].sub[0].resident_warps", 1000), "00000010");
}

TEST(Trace, a_window_of_a_fault_shows_only_in_it_and_a_layer_can_be_its_origin) {
  const auto whole =
      run_trace(quickstart({"faults=['pe[3][7].mult.O[12].sa1@60-61']"}), window(0, 100), "x.vcd");
  const Dump dump(whole.vcd);
  const auto netlist = netlist::load_netlist(netlist::find_netlist("fw8u_trunc6"));
  const auto net = "top.pe[3][7].mult.mismatch." + netlist.nets[netlist.port_o[12]].name;
  for (uint64_t time = 0; time < 100; ++time) {
    EXPECT_TRUE(time == 60 || dump.at(net, time) == "0") << time;
  }
  TraceRequest second = window(0, 50);
  second.window.layer = "fc2";
  const auto trace = run_trace(quickstart(), second, "x.vcd");
  EXPECT_GT(trace.first_cycle, 1000u);
  EXPECT_EQ(Dump(trace.vcd).at("top.layer", trace.first_cycle + 10), "fc2");
}

TEST(Trace, impossible_requests_are_refused) {
  const auto message = [](const RunConfig& config, const TraceRequest& request) {
    try {
      run_trace(config, request, "x.vcd");
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_THAT(message(quickstart(), window(5, 5)), HasSubstr("holds no cycle"));
  EXPECT_THAT(message(quickstart(), window(0, 1'000'000)), HasSubstr("are too many for one file"));
  EXPECT_THAT(message(quickstart(), window(1'000'000, 1'000'100)), HasSubstr("before the window"));
  EXPECT_THAT(message(quickstart({"faults=[]"}), window(0, 10)), HasSubstr("no PE to trace"));
  TraceRequest request = window(0, 10);
  request.window.layer = "fc";
  EXPECT_THAT(message(quickstart(), request), HasSubstr("no layer 'fc'"));
  request = window(0, 10);
  request.image = 400;
  EXPECT_THAT(message(quickstart(), request), HasSubstr("image 400 does not exist"));
}

TEST(Trace, pes_are_parsed_for_their_accelerator) {
  const auto array = fault::PeSpace::array(16, 8);
  const auto gpu = fault::PeSpace::gpu(2, 4, 512, 16);
  EXPECT_EQ(parse_pe(array, "--pe", "3,7"), 3 * 8 + 7);
  EXPECT_EQ(parse_pe(gpu, "--lane", "1,2,17"), (1 * 4 + 2) * 512 + 17);
  const auto message = [](const auto& space, const char* option, const char* text) {
    try {
      parse_pe(space, option, text);
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_THAT(message(array, "--pe", "16,0"), HasSubstr("16 is outside"));
  EXPECT_THAT(message(array, "--pe", "3"), HasSubstr("not 2 numbers"));
  EXPECT_THAT(message(array, "--pe", "3,7,1"), HasSubstr("not 2 numbers"));
  EXPECT_THAT(message(array, "--pe", "a,b"), HasSubstr("not 2 numbers"));
  EXPECT_THAT(message(array, "--lane", "0,0,0"), HasSubstr("the accelerator is a systolic array"));
  EXPECT_THAT(message(gpu, "--pe", "0,0"), HasSubstr("the accelerator is a GPU"));
  EXPECT_THAT(message(gpu, "--lane", "0,4,0"), HasSubstr("4 is outside"));
}

/// The dump without the comment that names the version.
std::string without_comment(const std::string& vcd) { return vcd.substr(vcd.find("$timescale")); }

TEST(Trace, reference_waveforms_of_the_tree_are_what_the_simulator_draws) {
  const auto folder = tree_root() / "traces";
  const auto tpu = run_trace(quickstart(), window(20, 80), "tpu_pe.vcd");
  const auto gpu =
      run_trace(on_gpu("sm[0].sub[0].lane[3].mult.O[12].sa1"), window(620, 720), "gpu_lane.vcd");
  for (const auto& [trace, name] : {std::pair(&tpu, "tpu_pe"), std::pair(&gpu, "gpu_lane")}) {
    if (!environment("FAULTWAVE_UPDATE_TRACES", "").empty()) {
      write_file_atomically(folder / (std::string(name) + ".vcd"),
                            "$comment reference waveform of tests/driver/trace_test.cpp $end\n" +
                                without_comment(trace->vcd));
      write_file_atomically(folder / (std::string(name) + ".gtkw"), trace->gtkw);
    }
    EXPECT_EQ(without_comment(read_file(folder / (std::string(name) + ".vcd"))),
              without_comment(trace->vcd));
    EXPECT_EQ(read_file(folder / (std::string(name) + ".gtkw")), trace->gtkw);
  }
}

}  // namespace
}  // namespace faultwave::driver
