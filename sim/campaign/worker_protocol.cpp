#include "campaign/worker_protocol.hpp"

#include <exception>
#include <new>

#include "base/error.hpp"
#include "campaign/record_codec.hpp"

namespace faultwave::campaign {
namespace {

void put(ByteWriter& writer, const EnterRequest& request) { writer.put_unsigned(request.cell); }
void put(ByteWriter& writer, const RunRequest& request) {
  writer.put_unsigned(request.batch);
  writer.put_unsigned(request.trials.size());
  for (const uint64_t trial : request.trials) writer.put_unsigned(trial);
}
void put(ByteWriter& writer, const VerifyRequest& request) {
  writer.put_unsigned(request.trial);
  writer.put_text(request.mitigation);
  writer.put_signed(request.images);
}
void put(ByteWriter&, const EndRequest&) {}
void put(ByteWriter& writer, const Hello& hello) { writer.put_text(hello.identity); }
void put(ByteWriter& writer, const EnterReply& reply) { put(writer, reply.row); }
void put(ByteWriter& writer, const RunReply& reply) {
  writer.put_unsigned(reply.batch);
  writer.put_unsigned(reply.records.size());
  for (const auto& record : reply.records) put(writer, record);
}
void put(ByteWriter& writer, const VerifyReply& reply) { put(writer, reply.row); }
void put(ByteWriter& writer, const Failure& failure) {
  writer.put_unsigned(static_cast<uint64_t>(failure.kind));
  writer.put_text(failure.message);
}

void get(ByteReader& reader, EnterRequest& request) { request.cell = reader.get_unsigned(); }
void get(ByteReader& reader, RunRequest& request) {
  request.batch = reader.get_unsigned();
  request.trials.resize(reader.get_count());
  for (auto& trial : request.trials) trial = reader.get_unsigned();
}
void get(ByteReader& reader, VerifyRequest& request) {
  request.trial = reader.get_unsigned();
  request.mitigation = reader.get_text();
  request.images = reader.get_signed();
}
void get(ByteReader&, EndRequest&) {}
void get(ByteReader& reader, Hello& hello) { hello.identity = reader.get_text(); }
void get(ByteReader& reader, EnterReply& reply) { reply.row = get_cell(reader); }
void get(ByteReader& reader, RunReply& reply) {
  reply.batch = reader.get_unsigned();
  const auto count = reader.get_count();
  for (std::size_t i = 0; i < count; ++i) reply.records.push_back(get_trial(reader));
}
void get(ByteReader& reader, VerifyReply& reply) { reply.row = get_verification(reader); }
void get(ByteReader& reader, Failure& failure) {
  const uint64_t kind = reader.get_unsigned();
  failure.kind = kind <= static_cast<uint64_t>(Failure::Kind::kInternal)
                     ? static_cast<Failure::Kind>(kind)
                     : Failure::Kind::kInternal;
  failure.message = reader.get_text();
}

/// The alternative's index, then its members.
template <typename Variant>
std::string encode_variant(const Variant& message) {
  ByteWriter writer;
  writer.put_unsigned(message.index());
  std::visit([&](const auto& alternative) { put(writer, alternative); }, message);
  return writer.take();
}

template <typename Variant, std::size_t I = 0>
Variant decode_alternative(std::size_t index, ByteReader& reader) {
  if constexpr (I < std::variant_size_v<Variant>) {
    if (index != I) return decode_alternative<Variant, I + 1>(index, reader);
    std::variant_alternative_t<I, Variant> alternative;
    get(reader, alternative);
    reader.expect_end();
    return alternative;
  } else {
    throw EnvironmentError(
        "a message between processes of the campaign is of no known kind\n  fix: run the same "
        "build of faultwave everywhere");
  }
}

template <typename Variant>
Variant decode_variant(std::string_view bytes) {
  ByteReader reader(bytes);
  const auto index = reader.get_unsigned();
  return decode_alternative<Variant>(index, reader);
}

}  // namespace

std::string encode(const Request& request) { return encode_variant(request); }
std::string encode(const Reply& reply) { return encode_variant(reply); }
Request decode_request(std::string_view bytes) { return decode_variant<Request>(bytes); }
Reply decode_reply(std::string_view bytes) { return decode_variant<Reply>(bytes); }

Failure current_failure() {
  using Kind = Failure::Kind;
  try {
    throw;
  } catch (const CheckError& error) {
    return {Kind::kCheck, error.what()};
  } catch (const UsageError& error) {
    return {Kind::kUsage, error.what()};
  } catch (const EnvironmentError& error) {
    return {Kind::kEnvironment, error.what()};
  } catch (const Error& error) {
    return {Kind::kInput, error.what()};
  } catch (const std::bad_alloc&) {
    return {Kind::kEnvironment,
            "out of memory\n  fix: fewer workers on this machine, or a smaller "
            "campaign.memory_mib"};
  } catch (const std::exception& error) {
    return {Kind::kInternal, error.what()};
  }
}

void throw_failure(const Failure& failure, std::string_view worker) {
  const auto message = fmt::format("{}: {}", worker, failure.message);
  switch (failure.kind) {
    case Failure::Kind::kInput:
      throw Error(message);
    case Failure::Kind::kUsage:
      throw UsageError(message);
    case Failure::Kind::kCheck:
      throw CheckError(message);
    case Failure::Kind::kEnvironment:
      throw EnvironmentError(message);
    case Failure::Kind::kInternal:
      break;
  }
  throw InternalError(message);
}

}  // namespace faultwave::campaign
