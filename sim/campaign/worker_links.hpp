// How a coordinator reaches its workers. A link keeps the order of messages and loses none.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace faultwave::campaign {

/// The coordinator's end: all its workers. To be used by one thread.
class WorkerLinks {
 public:
  /// A message and the worker that sent it.
  struct Arrival {
    int worker = 0;
    std::string message;
  };

  virtual ~WorkerLinks() = default;
  virtual int num_workers() const = 0;
  /// What errors call a worker: "rank 3".
  virtual std::string name(int worker) const = 0;
  /// Returns at once, whatever the worker is doing.
  virtual void send(int worker, std::string message) = 0;
  /// A message of any worker, or nothing after `timeout`. EnvironmentError when a worker is gone.
  virtual std::optional<Arrival> receive(std::chrono::milliseconds timeout) = 0;
};

/// A worker's end.
class CoordinatorLink {
 public:
  virtual ~CoordinatorLink() = default;
  /// Waits for a message; nothing when the coordinator is gone.
  virtual std::optional<std::string> receive() = 0;
  virtual void send(std::string message) = 0;
};

}  // namespace faultwave::campaign
