// Records and messages come back from bytes as they were; damaged bytes are errors.
#include "campaign/record_codec.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/rng.hpp"
#include "campaign/small_campaign.hpp"
#include "campaign/worker_protocol.hpp"

namespace faultwave::campaign {
namespace {

/// Draws values with a taste for extremes.
class Draw {
 public:
  explicit Draw(uint64_t stream) : rng_(seed(), stream) {}
  static uint64_t seed() {
    static const uint64_t value = std::stoull(environment("FAULTWAVE_TEST_SEED", "1"));
    return value;
  }
  uint64_t next() { return rng_.at(count_++); }
  uint64_t below(uint64_t end) { return rng_.below_at(count_++, end); }
  uint64_t number() { return next() >> below(64); }
  int64_t signed_number() {
    const auto value = static_cast<int64_t>(number());
    return below(2) == 0 ? value : -value - 1;
  }
  double real() {
    const double kinds[] = {0.0,
                            -0.0,
                            1.0 / 3,
                            std::numeric_limits<double>::infinity(),
                            std::numeric_limits<double>::denorm_min(),
                            static_cast<double>(signed_number())};
    return kinds[below(6)];
  }
  std::string text() {
    std::string value(below(4) == 0 ? below(300) : below(8), '\0');
    for (char& c : value) c = static_cast<char>(next());
    return value;
  }
  template <typename T>
  std::optional<T> maybe(T value) {
    return below(2) == 0 ? std::optional<T>() : std::optional<T>(std::move(value));
  }

  TrialRecord trial() {
    TrialRecord record;
    record.trial = number();
    record.cell = signed_number();
    record.fault = maybe(signed_number());
    record.pe = maybe(text());
    record.rate = maybe(real());
    record.layer = maybe(text());
    record.stratum = text();
    record.num_faulty_pes = signed_number();
    record.seed = next();
    record.weight = real();
    for (uint64_t i = below(4); i > 0; --i) {
      TrialResult result;
      result.mitigation = text();
      for (auto* count :
           {&result.correct, &result.masked, &result.benign, &result.sdc1, &result.sdc5}) {
        *count = signed_number();
      }
      for (uint64_t image = below(2) * below(100); image > 0; --image) {
        result.outcomes.push_back(static_cast<OutcomeCode>(below(4)));
      }
      record.results.push_back(std::move(result));
    }
    return record;
  }

 private:
  CounterRng rng_;
  uint64_t count_ = 0;
};

Reply random_reply(Draw& draw) {
  switch (draw.below(5)) {
    case 0:
      return Hello{draw.text()};
    case 1: {
      CellRow row = small_cells()[draw.below(2)];
      row.name = draw.text();
      row.images = draw.signed_number();
      row.energy_pj = draw.real();
      return EnterReply{row};
    }
    case 2: {
      RunReply reply{draw.number(), {}};
      for (uint64_t i = draw.below(5); i > 0; --i) reply.records.push_back(draw.trial());
      return reply;
    }
    case 3:
      return VerifyReply{{draw.number(), draw.text(), draw.signed_number(), draw.below(2) == 0}};
    default:
      return Failure{static_cast<Failure::Kind>(draw.below(5)), draw.text()};
  }
}

Request random_request(Draw& draw) {
  switch (draw.below(4)) {
    case 0:
      return EnterRequest{draw.number()};
    case 1: {
      RunRequest request{draw.number(), {}};
      for (uint64_t i = draw.below(50); i > 0; --i) request.trials.push_back(draw.number());
      return request;
    }
    case 2:
      return VerifyRequest{draw.number(), draw.text(), draw.signed_number()};
    default:
      return EndRequest{};
  }
}

class RecordCodec : public ::testing::Test {
 protected:
  void SetUp() override { RecordProperty("seed", std::to_string(Draw::seed())); }
};

TEST_F(RecordCodec, numbers_come_back_at_their_limits) {
  ByteWriter writer;
  const uint64_t unsigneds[] = {0, 127, 128, 16'383, 16'384, UINT64_MAX - 1, UINT64_MAX};
  const int64_t signeds[] = {0, -1, 63, 64, -64, -65, INT64_MAX, INT64_MIN};
  for (const auto value : unsigneds) writer.put_unsigned(value);
  for (const auto value : signeds) writer.put_signed(value);
  writer.put_double(std::nan(""));
  const auto bytes = writer.take();
  ByteReader reader(bytes);
  for (const auto value : unsigneds) EXPECT_EQ(reader.get_unsigned(), value);
  for (const auto value : signeds) EXPECT_EQ(reader.get_signed(), value);
  EXPECT_TRUE(std::isnan(reader.get_double()));
  reader.expect_end();
  // 2^64, and a number without an end.
  const std::string large = std::string(9, '\xff') + '\x02';
  EXPECT_THROW(ByteReader(large).get_unsigned(), EnvironmentError);
  EXPECT_THROW(ByteReader(std::string(30, '\xff')).get_unsigned(), EnvironmentError);
}

TEST_F(RecordCodec, random_messages_come_back) {
  for (uint64_t stream = 0; stream < 2000; ++stream) {
    Draw draw(stream);
    const Reply reply = random_reply(draw);
    ASSERT_EQ(decode_reply(encode(reply)), reply) << "seed " << Draw::seed() << " " << stream;
    const Request request = random_request(draw);
    ASSERT_EQ(decode_request(encode(request)), request) << "seed " << Draw::seed() << " " << stream;
  }
}

TEST_F(RecordCodec, the_records_of_a_campaign_come_back) {
  const RunReply reply{3, small_trials()};
  EXPECT_EQ(decode_reply(encode(Reply(reply))), Reply(reply));
}

TEST_F(RecordCodec, every_truncation_and_every_extension_is_an_error) {
  for (uint64_t stream = 0; stream < 40; ++stream) {
    Draw draw(stream);
    const auto bytes = encode(random_reply(draw));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      ASSERT_THROW(decode_reply(std::string_view(bytes).substr(0, size)), EnvironmentError)
          << "seed " << Draw::seed() << " " << stream << " " << size;
    }
    ASSERT_THROW(decode_reply(bytes + '\0'), EnvironmentError);
  }
}

TEST_F(RecordCodec, damaged_bytes_give_some_message_or_an_error) {
  int errors = 0;
  for (uint64_t stream = 0; stream < 3000; ++stream) {
    Draw draw(stream);
    auto bytes = encode(random_reply(draw));
    bytes[draw.below(bytes.size())] ^= static_cast<char>(1 + draw.below(255));
    try {
      decode_reply(bytes);
    } catch (const EnvironmentError&) {
      ++errors;
    }
  }
  EXPECT_GT(errors, 300);
}

TEST_F(RecordCodec, failures_keep_their_kind) {
  const auto of = [](const auto& error) {
    try {
      throw error;
    } catch (...) {
      return current_failure();
    }
  };
  EXPECT_THROW(throw_failure(of(CheckError("x")), "rank 1"), CheckError);
  EXPECT_THROW(throw_failure(of(UsageError("x")), "rank 1"), UsageError);
  EXPECT_THROW(throw_failure(of(EnvironmentError("x")), "rank 1"), EnvironmentError);
  EXPECT_THROW(throw_failure(of(InputError({"f", 1, 2}, "x")), "rank 1"), Error);
  EXPECT_THROW(throw_failure(of(InternalError("x")), "rank 1"), InternalError);
  EXPECT_THROW(throw_failure(of(std::bad_alloc()), "rank 1"), EnvironmentError);
  try {
    throw_failure(of(CheckError("differs")), "rank 3");
  } catch (const CheckError& error) {
    EXPECT_STREQ(error.what(), "rank 3: differs");
  }
}

}  // namespace
}  // namespace faultwave::campaign
