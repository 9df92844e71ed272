#include "campaign/worker_loop.hpp"

#include <optional>

#include "base/error.hpp"
#include "base/version.hpp"
#include "campaign/worker_protocol.hpp"

namespace faultwave::campaign {
namespace {

class Server {
 public:
  Server(const std::function<WorkerCampaign()>& make, const std::atomic<bool>& cancelled)
      : campaign_(make()), cancelled_(cancelled) {}

  Hello hello() const { return {campaign_.identity}; }

  Reply answer(const EnterRequest& request) const {
    return EnterReply{campaign_.workers->enter(request.cell)};
  }
  Reply answer(const RunRequest& request) const {
    std::vector<TrialSpec> specs;
    for (const uint64_t trial : request.trials) specs.push_back(campaign_.spec(trial));
    campaign_.workers->submit(std::move(specs));
    return RunReply{request.batch, campaign_.workers->collect(cancelled_)};
  }
  Reply answer(const VerifyRequest& request) const {
    return VerifyReply{campaign_.workers->verify(campaign_.spec(request.trial), request.mitigation,
                                                 request.images)};
  }
  Reply answer(const EndRequest&) const { throw InternalError("the end has no answer"); }

 private:
  WorkerCampaign campaign_;
  const std::atomic<bool>& cancelled_;
};

}  // namespace

std::string worker_identity(const CampaignPlan& plan) {
  return fmt::format("faultwave {} ({}), plan {}", version(), git_revision(), plan.sha256());
}

void serve(CoordinatorLink& link, const std::function<WorkerCampaign()>& make,
           const std::atomic<bool>& cancelled) {
  const auto reply = [&](const auto& compute) {
    try {
      link.send(encode(compute()));
    } catch (...) {
      link.send(encode(Reply(current_failure())));
    }
  };
  std::optional<Server> server;
  reply([&]() -> Reply {
    server.emplace(make, cancelled);
    return server->hello();
  });
  while (const auto message = link.receive()) {
    const Request request = decode_request(*message);
    if (std::holds_alternative<EndRequest>(request)) return;
    // A worker that could not start has said so; the coordinator is about to end it.
    if (!server) continue;
    reply([&] { return std::visit([&](const auto& r) { return server->answer(r); }, request); });
  }
}

}  // namespace faultwave::campaign
