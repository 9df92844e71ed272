// What the coordinator of a campaign and its worker processes tell each other.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "campaign/results_records.hpp"

namespace faultwave::campaign {

// From the coordinator. A worker answers every request but the last, in their order.

/// Load a cell and make its golden run.
struct EnterRequest {
  uint64_t cell = 0;
  bool operator==(const EnterRequest&) const = default;
};

/// Run a batch of trials.
struct RunRequest {
  uint64_t batch = 0;            ///< comes back with the answer
  std::vector<uint64_t> trials;  ///< of the cell that was entered last
  bool operator==(const RunRequest&) const = default;
};

/// Run a finished trial again at gate level and compare its logits.
struct VerifyRequest {
  uint64_t trial = 0;
  std::string mitigation;
  int64_t images = 0;
  bool operator==(const VerifyRequest&) const = default;
};

/// The campaign is over: the worker ends without an answer.
struct EndRequest {
  bool operator==(const EndRequest&) const = default;
};
using Request = std::variant<EnterRequest, RunRequest, VerifyRequest, EndRequest>;

// From a worker.

/// The first message: what the worker computes. All of a campaign say the same.
struct Hello {
  std::string identity;
  bool operator==(const Hello&) const = default;
};

/// The worker has the cell and its golden run; `row` must be that of all other workers.
struct EnterReply {
  CellRow row;
  bool operator==(const EnterReply&) const = default;
};

/// The trials of a RunRequest, done.
struct RunReply {
  uint64_t batch = 0;
  std::vector<TrialRecord> records;  ///< in the order of the request
  bool operator==(const RunReply&) const = default;
};

/// What the gate engine says about the trial of a VerifyRequest.
struct VerifyReply {
  VerificationRow row;
  bool operator==(const VerifyReply&) const = default;
};
/// In place of an answer.
struct Failure {
  enum class Kind : uint8_t { kInput, kUsage, kCheck, kEnvironment, kInternal };
  Kind kind = Kind::kInternal;
  std::string message;
  bool operator==(const Failure&) const = default;
};
using Reply = std::variant<Hello, EnterReply, RunReply, VerifyReply, Failure>;

std::string encode(const Request& request);
std::string encode(const Reply& reply);
/// EnvironmentError when the bytes are no such message.
Request decode_request(std::string_view bytes);
Reply decode_reply(std::string_view bytes);

/// The exception that is being handled.
Failure current_failure();
/// Throws it again as one of `worker`: "rank 3: no such file".
[[noreturn]] void throw_failure(const Failure& failure, std::string_view worker);

}  // namespace faultwave::campaign
