// Records as bytes, for messages between the processes of a campaign.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "campaign/results_records.hpp"

namespace faultwave::campaign {

/// Appends values to a byte string: unsigned ones as LEB128 (7 bits per byte, low ones first),
/// signed ones zigzag-coded before, doubles as their 8 bytes, low ones first.
class ByteWriter {
 public:
  void put_unsigned(uint64_t value);
  void put_signed(int64_t value);
  void put_double(double value);
  void put_text(std::string_view value);
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// The way back. EnvironmentError when the bytes end early or are none that a ByteWriter writes.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}
  uint64_t get_unsigned();
  int64_t get_signed();
  double get_double();
  std::string get_text();
  bool get_flag();
  /// A count of things that take at least `min_bytes` each of what is left.
  std::size_t get_count(std::size_t min_bytes = 1);
  /// EnvironmentError when something is left.
  void expect_end() const;

 private:
  std::string_view take(std::size_t count);
  std::string_view bytes_;
};

void put(ByteWriter& writer, const CellRow& row);
void put(ByteWriter& writer, const TrialRecord& record);
void put(ByteWriter& writer, const VerificationRow& row);

CellRow get_cell(ByteReader& reader);
TrialRecord get_trial(ByteReader& reader);
VerificationRow get_verification(ByteReader& reader);

}  // namespace faultwave::campaign
