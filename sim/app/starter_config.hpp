// The configuration that `faultwave init` writes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace faultwave::app {

/// Answers of `faultwave init`: what the configuration that it writes is about.
struct StarterConfig {
  bool is_campaign = false;
  std::string network = "strokes_mlp";
  std::string data = "strokes";
  std::string multiplier = "fw8u_trunc6";
  std::string number_format = "affine_u8";
  std::string type = "tpu";
  std::string preset = "16x16";
  std::vector<std::string> mitigations = {"none", "fap", "fal_retune_offset"};
  int64_t limit = 400;  ///< images
};

/// Data set of a network that ships; empty for files. UsageError with the nearest name for others.
std::string data_set_of(const std::string& network);
/// UsageError with the nearest name.
void check_data_set(const std::string& name);
/// Name or file; the number format becomes the one that goes with its signedness.
void set_multiplier(StarterConfig& starter, const std::string& multiplier);
/// Preset of a TPU or a GPU; UsageError with the nearest name.
void set_preset(StarterConfig& starter, const std::string& preset);
/// UsageError with the nearest name.
void set_mitigations(StarterConfig& starter, std::vector<std::string> names);

/// Commented YAML; `file` is the name in the command that the first comment shows.
std::string starter_yaml(const StarterConfig& starter, const std::string& file);
/// Reads `text` as the command will; ConfigError when it does not fit together.
void check_starter(const StarterConfig& starter, const std::string& text, const std::string& file);

}  // namespace faultwave::app
