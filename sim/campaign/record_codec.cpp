#include "campaign/record_codec.hpp"

#include <bit>

#include "base/error.hpp"

namespace faultwave::campaign {
namespace {

[[noreturn]] void throw_damaged(std::string_view what) {
  throw EnvironmentError(fmt::format(
      "a message between processes of the campaign is damaged: {}\n  fix: run the same build of "
      "faultwave everywhere",
      what));
}

template <typename T, typename Put>
void put_optional(ByteWriter& writer, const std::optional<T>& value, Put put_value) {
  writer.put_unsigned(value ? 1 : 0);
  if (value) put_value(*value);
}

void put_result(ByteWriter& writer, const TrialResult& result) {
  writer.put_text(result.mitigation);
  for (const int64_t count :
       {result.correct, result.masked, result.benign, result.sdc1, result.sdc5}) {
    writer.put_signed(count);
  }
  std::string outcomes;
  for (const auto code : result.outcomes) outcomes.push_back(static_cast<char>(code));
  writer.put_text(outcomes);
}

TrialResult get_result(ByteReader& reader) {
  TrialResult result;
  result.mitigation = reader.get_text();
  for (int64_t* count :
       {&result.correct, &result.masked, &result.benign, &result.sdc1, &result.sdc5}) {
    *count = reader.get_signed();
  }
  for (const char code : reader.get_text()) {
    if (static_cast<unsigned char>(code) > static_cast<unsigned char>(OutcomeCode::kSdc5)) {
      throw_damaged("no outcome");
    }
    result.outcomes.push_back(static_cast<OutcomeCode>(code));
  }
  return result;
}

}  // namespace

void ByteWriter::put_unsigned(uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>(value | 0x80));
  bytes_.push_back(static_cast<char>(value));
}

void ByteWriter::put_signed(int64_t value) {
  put_unsigned((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
}

void ByteWriter::put_double(double value) {
  auto bits = std::bit_cast<uint64_t>(value);
  for (int i = 0; i < 8; ++i, bits >>= 8) bytes_.push_back(static_cast<char>(bits));
}

void ByteWriter::put_text(std::string_view value) {
  put_unsigned(value.size());
  bytes_.append(value);
}

std::string_view ByteReader::take(std::size_t count) {
  if (count > bytes_.size()) throw_damaged("it ends early");
  const auto taken = bytes_.substr(0, count);
  bytes_.remove_prefix(count);
  return taken;
}

uint64_t ByteReader::get_unsigned() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const auto byte = static_cast<unsigned char>(take(1)[0]);
    const uint64_t bits = byte & 0x7f;
    if (shift == 63 && bits > 1) break;
    value |= bits << shift;
    if (byte < 0x80) return value;
  }
  throw_damaged("a number is too large");
}

int64_t ByteReader::get_signed() {
  const uint64_t value = get_unsigned();
  return static_cast<int64_t>((value >> 1) ^ (0 - (value & 1)));
}

double ByteReader::get_double() {
  uint64_t bits = 0;
  const auto bytes = take(8);
  for (std::size_t i = 0; i < 8; ++i) {
    bits |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return std::bit_cast<double>(bits);
}

std::string ByteReader::get_text() { return std::string(take(get_count())); }

bool ByteReader::get_flag() {
  const uint64_t value = get_unsigned();
  if (value > 1) throw_damaged("no flag");
  return value == 1;
}

std::size_t ByteReader::get_count(std::size_t min_bytes) {
  const uint64_t count = get_unsigned();
  if (count > bytes_.size() / min_bytes) throw_damaged("it ends early");
  return count;
}

void ByteReader::expect_end() const {
  if (!bytes_.empty()) throw_damaged("it is too long");
}

void put(ByteWriter& writer, const CellRow& row) {
  writer.put_signed(row.cell);
  for (const auto* text :
       {&row.name, &row.network, &row.dataset, &row.multiplier, &row.number_format,
        &row.netlist_sha256, &row.table_sha256, &row.accelerator}) {
    writer.put_text(*text);
  }
  for (const int64_t number :
       {row.first_image, row.images, row.num_pes, row.exact_correct, row.golden_correct}) {
    writer.put_signed(number);
  }
  writer.put_double(row.energy_pj);
}

CellRow get_cell(ByteReader& reader) {
  CellRow row;
  row.cell = reader.get_signed();
  for (auto* text : {&row.name, &row.network, &row.dataset, &row.multiplier, &row.number_format,
                     &row.netlist_sha256, &row.table_sha256, &row.accelerator}) {
    *text = reader.get_text();
  }
  for (int64_t* number :
       {&row.first_image, &row.images, &row.num_pes, &row.exact_correct, &row.golden_correct}) {
    *number = reader.get_signed();
  }
  row.energy_pj = reader.get_double();
  return row;
}

void put(ByteWriter& writer, const TrialRecord& record) {
  writer.put_unsigned(record.trial);
  writer.put_signed(record.cell);
  put_optional(writer, record.fault, [&](int64_t fault) { writer.put_signed(fault); });
  put_optional(writer, record.pe, [&](const std::string& pe) { writer.put_text(pe); });
  put_optional(writer, record.rate, [&](double rate) { writer.put_double(rate); });
  put_optional(writer, record.layer, [&](const std::string& layer) { writer.put_text(layer); });
  writer.put_text(record.stratum);
  writer.put_signed(record.num_faulty_pes);
  writer.put_unsigned(record.seed);
  writer.put_double(record.weight);
  writer.put_unsigned(record.results.size());
  for (const auto& result : record.results) put_result(writer, result);
}

TrialRecord get_trial(ByteReader& reader) {
  TrialRecord record;
  record.trial = reader.get_unsigned();
  record.cell = reader.get_signed();
  if (reader.get_flag()) record.fault = reader.get_signed();
  if (reader.get_flag()) record.pe = reader.get_text();
  if (reader.get_flag()) record.rate = reader.get_double();
  if (reader.get_flag()) record.layer = reader.get_text();
  record.stratum = reader.get_text();
  record.num_faulty_pes = reader.get_signed();
  record.seed = reader.get_unsigned();
  record.weight = reader.get_double();
  record.results.resize(reader.get_count(7));
  for (auto& result : record.results) result = get_result(reader);
  return record;
}

void put(ByteWriter& writer, const VerificationRow& row) {
  writer.put_unsigned(row.trial);
  writer.put_text(row.mitigation);
  writer.put_signed(row.images);
  writer.put_unsigned(row.agrees ? 1 : 0);
}

VerificationRow get_verification(ByteReader& reader) {
  VerificationRow row;
  row.trial = reader.get_unsigned();
  row.mitigation = reader.get_text();
  row.images = reader.get_signed();
  row.agrees = reader.get_flag();
  return row;
}

}  // namespace faultwave::campaign
