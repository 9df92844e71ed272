#include "campaign/process_workers.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iostream>

#include "base/error.hpp"
#include "campaign/dispatcher.hpp"

namespace faultwave::campaign {
namespace {

/// A message on a socket: its size as 8 bytes, then the bytes. False when the other end is gone.
bool write_all(int socket, const char* data, std::size_t size) {
  while (size > 0) {
    const auto count = ::send(socket, data, size, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    data += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

bool read_all(int socket, char* data, std::size_t size) {
  while (size > 0) {
    const auto count = ::recv(socket, data, size, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    data += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

bool write_message(int socket, const std::string& message) {
  const uint64_t size = message.size();
  std::array<char, sizeof size> head;
  std::memcpy(head.data(), &size, sizeof size);
  return write_all(socket, head.data(), head.size()) &&
         write_all(socket, message.data(), message.size());
}

std::optional<std::string> read_message(int socket) {
  uint64_t size = 0;
  std::array<char, sizeof size> head;
  if (!read_all(socket, head.data(), head.size())) return std::nullopt;
  std::memcpy(&size, head.data(), sizeof size);
  std::string message(size, '\0');
  if (!read_all(socket, message.data(), size)) return std::nullopt;
  return message;
}

class SocketToCoordinator : public CoordinatorLink {
 public:
  explicit SocketToCoordinator(int socket) : socket_(socket) {}
  std::optional<std::string> receive() override { return read_message(socket_); }
  void send(std::string message) override {
    // Nobody is left to be told.
    if (!write_message(socket_, message)) ::_exit(0);
  }

 private:
  int socket_;
};

class ProcessLinks : public WorkerLinks {
 public:
  ProcessLinks(int num_workers, const std::function<WorkerCampaign()>& make) {
    std::cout.flush();
    try {
      for (int i = 0; i < num_workers; ++i) fork_child(make);
    } catch (...) {
      end_children();
      throw;
    }
  }
  ~ProcessLinks() override { end_children(); }

  int num_workers() const override { return static_cast<int>(children_.size()); }
  std::string name(int worker) const override {
    return fmt::format("worker process {}", children_[static_cast<std::size_t>(worker)].pid);
  }
  void send(int worker, std::string message) override {
    if (!write_message(children_[static_cast<std::size_t>(worker)].socket, message)) {
      throw_gone(worker);
    }
  }
  std::optional<Arrival> receive(std::chrono::milliseconds timeout) override {
    std::vector<pollfd> sockets;
    for (const auto& child : children_) sockets.push_back({child.socket, POLLIN, 0});
    if (::poll(sockets.data(), sockets.size(), static_cast<int>(timeout.count())) <= 0) {
      return std::nullopt;
    }
    // Begins behind the one that was served last.
    for (int i = 0; i < num_workers(); ++i) {
      const int worker = (next_ + i) % num_workers();
      if (sockets[static_cast<std::size_t>(worker)].revents == 0) continue;
      next_ = worker + 1;
      auto message = read_message(children_[static_cast<std::size_t>(worker)].socket);
      if (!message) throw_gone(worker);
      return Arrival{worker, std::move(*message)};
    }
    return std::nullopt;
  }

 private:
  struct Child {
    pid_t pid = 0;
    int socket = -1;
    bool is_gone = false;  ///< and has been waited for
  };

  /// A child has nothing that anybody else needs.
  void end_children() {
    for (const auto& child : children_) {
      if (!child.is_gone) ::kill(child.pid, SIGKILL);
      ::close(child.socket);
    }
    for (const auto& child : children_) {
      if (!child.is_gone) ::waitpid(child.pid, nullptr, 0);
    }
    children_.clear();
  }

  void fork_child(const std::function<WorkerCampaign()>& make) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) throw_no_process();
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) {
      ::close(ends[0]);
      ::close(ends[1]);
      throw_no_process();
    }
    if (pid == 0) {
      ::close(ends[0]);
      for (const auto& other : children_) ::close(other.socket);
      // Signals reach all processes of a terminal or job; the coordinator decides what they mean.
      std::signal(SIGINT, SIG_IGN);
      std::signal(SIGTERM, SIG_IGN);
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent) ::_exit(0);
      run_child(ends[1], make);
    }
    ::close(ends[1]);
    children_.push_back({pid, ends[0]});
  }

  [[noreturn]] static void run_child(int socket, const std::function<WorkerCampaign()>& make) {
    int status = 0;
    try {
      SocketToCoordinator link(socket);
      const std::atomic<bool> cancelled = false;
      serve(link, make, cancelled);
    } catch (const std::exception& error) {
      std::cerr << "faultwave: worker process: " << error.what() << std::endl;
      status = 1;
    }
    ::_exit(status);
  }

  [[noreturn]] static void throw_no_process() {
    throw EnvironmentError(
        fmt::format("cannot start a worker process: {}\n  fix: fewer --jobs", strerror(errno)));
  }

  [[noreturn]] void throw_gone(int worker) {
    Child& child = children_[static_cast<std::size_t>(worker)];
    int status = 0;
    std::string how = "ended";
    // Its socket closes a moment before it can be waited for.
    if (!child.is_gone && ::waitpid(child.pid, &status, 0) == child.pid) {
      how = WIFSIGNALED(status) ? fmt::format("was killed by signal {}", WTERMSIG(status))
                                : fmt::format("ended with status {}", WEXITSTATUS(status));
    }
    child.is_gone = true;
    throw EnvironmentError(
        fmt::format("{} {}\n  fix: the same command with --resume goes on; fewer --jobs when "
                    "memory ran out",
                    name(worker), how));
  }

  std::vector<Child> children_;
  int next_ = 0;
};

}  // namespace

std::unique_ptr<Workers> make_process_workers(int num_workers, const std::string& identity,
                                              const std::function<WorkerCampaign()>& make) {
  return make_dispatcher(std::make_unique<ProcessLinks>(num_workers, make), identity, 1);
}

}  // namespace faultwave::campaign
