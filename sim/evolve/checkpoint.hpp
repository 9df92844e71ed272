// The state of a search in a file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "evolve/genome.hpp"

namespace faultwave::evolve {

/// State of an evolution between two generations, to go on from.
struct Checkpoint {
  /// Everything that the course of the search depends on; a checkpoint fits one such text only.
  std::string settings;
  uint64_t generation = 0;
  double seconds = 0;
  std::vector<Genome> islands;
};

/// Written beside and renamed.
void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);
/// Nothing when there is no such file; InputError when it is damaged or of other settings.
std::optional<Checkpoint> read_checkpoint(const std::filesystem::path& path,
                                          const std::string& settings, std::size_t num_islands);

}  // namespace faultwave::evolve
