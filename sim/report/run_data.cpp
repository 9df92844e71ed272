#include "report/run_data.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "campaign/statistics.hpp"

namespace faultwave::report {
namespace {

constexpr const char* kFix = "name a file that 'faultwave run --json' or a campaign wrote";

/// Keys that a run of a report must have, all numbers.
constexpr const char* kRunNumbers[] = {
    "accuracy", "correct", "images",    "top5",        "loss_points",
    "sdc1",     "cycles",  "energy_pj", "utilisation", "loss_vs_exact_points"};

class RunReader {
 public:
  RunReader(const std::filesystem::path& path, const ReportOptions& options)
      : path_(path), options_(options) {}

  Json read() {
    const std::string text = read_file(path_);
    Json document;
    try {
      document = Json::parse(text);
    } catch (const Json::parse_error& error) {
      throw InputError(place_of(text, error.byte), "is neither a results file nor JSON", kFix);
    }
    Json data = {{"kind", "runs"}, {"name", path_.stem().string()}, {"file", path_.string()}};
    data["confidence"] = options_.confidence;
    data["experiments"] = Json::array();
    if (document.is_object() && document.contains("variants") && document["variants"].is_array()) {
      for (auto& variant : document["variants"]) {
        data["experiments"].push_back(experiment(variant, "variants"));
      }
    } else {
      data["experiments"].push_back(experiment(document, "the document"));
    }
    if (data["experiments"].empty()) fail("has no variants");
    return data;
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw InputError({path_.string()}, problem, kFix);
  }

  SourcePlace place_of(const std::string& text, std::size_t byte) const {
    SourcePlace place{path_.string(), 1, 1};
    for (std::size_t i = 0; i + 1 < byte && i < text.size(); ++i) {
      if (text[i] == '\n') {
        ++place.line;
        place.column = 1;
      } else {
        ++place.column;
      }
    }
    return place;
  }

  Json experiment(Json& source, const std::string& where) const {
    if (!source.is_object() || !source.contains("runs") || !source["runs"].is_array() ||
        !source.contains("provenance") || !source["provenance"].is_object()) {
      fail(fmt::format(
          "is JSON, but no result of 'faultwave run': {} has no 'runs' and 'provenance'", where));
    }
    Json result = {{"name", source.value("name", "")},
                   {"faults", source.value("faults", Json::object())},
                   {"multiplication", source.value("multiplication", Json::object())},
                   {"notes", source.value("notes", Json::array())},
                   {"provenance", source["provenance"]}};
    for (auto& run : source["runs"]) result["runs"].push_back(checked_run(run));
    if (!result.contains("runs")) fail("has no runs");
    return result;
  }

  Json checked_run(Json& run) const {
    if (!run.is_object() || !run.contains("name") || !run["name"].is_string()) {
      fail("has a run without a name");
    }
    for (const char* key : kRunNumbers) {
      if (!run.contains(key) || !run[key].is_number()) {
        fail(fmt::format("the run '{}' has no number '{}'", run["name"].get<std::string>(), key));
      }
    }
    const auto images = run["images"].get<double>();
    if (!(images > 0))
      fail(fmt::format("the run '{}' has no images", run["name"].get<std::string>()));
    const auto interval =
        campaign::wilson_interval(run["accuracy"].get<double>(), images, options_.confidence);
    run["accuracy_lower"] = rounded(interval.lower, 6);
    run["accuracy_upper"] = rounded(interval.upper, 6);
    return std::move(run);
  }

  std::filesystem::path path_;
  const ReportOptions& options_;
};

}  // namespace

Json run_data(const std::filesystem::path& path, const ReportOptions& options) {
  return RunReader(path, options).read();
}

}  // namespace faultwave::report
