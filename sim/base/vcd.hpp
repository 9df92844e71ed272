// Value change dumps (IEEE 1364, 18.2), with GTKWave's extension for text values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace faultwave {

/// Builds a dump in memory. Signals are added first, then times and values; only changes are
/// written.
class VcdWriter {
 public:
  using Signal = std::size_t;

  /// `timescale` as "1 ns"; `comment` ends up in the header.
  VcdWriter(const std::string& timescale, const std::string& comment);

  /// Scopes nest from the outermost; names keep their characters, except that blanks and dots,
  /// which separate names in viewers, become '_' and ':'.
  Signal add(const std::vector<std::string>& scopes, const std::string& name, int width);
  Signal add_text(const std::vector<std::string>& scopes, const std::string& name);
  /// Name of a signal as viewers show it: "top.tpu.pe.psum[31:0]".
  std::string path(Signal signal) const;

  /// Begins a time; times ascend.
  void time(uint64_t time);
  void set(Signal signal, uint64_t value);
  void set_text(Signal signal, const std::string& value);
  /// A value that is not known.
  void set_unknown(Signal signal);

  /// The whole dump, ended at `end`.
  std::string finish(uint64_t end);

 private:
  struct Declaration {
    std::vector<std::string> scopes;
    std::string name;
    int width;  ///< 0: text
    std::string code;
    std::string last;
  };
  Signal declare(const std::vector<std::string>& scopes, const std::string& name, int width);
  void write(Declaration& signal, std::string value);
  std::string header() const;

  std::string timescale_;
  std::string comment_;
  std::vector<Declaration> signals_;
  std::string body_;
  uint64_t time_ = 0;
  bool is_time_written_ = false;
};

}  // namespace faultwave
