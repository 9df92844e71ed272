// Runs a piece of a test in a process of its own: to be killed, limited or stripped of rights.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <functional>
#include <string>

namespace faultwave {

class ChildProcess {
 public:
  /// `body` runs in the child; what it returns, or the message of its exception, is its report.
  explicit ChildProcess(const std::function<std::string(int report)>& body) {
    int ends[2];
    if (::pipe(ends) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ends[0]);
      std::string report;
      try {
        report = body(ends[1]);
      } catch (const std::exception& error) {
        report = error.what();
      }
      const auto written = ::write(ends[1], report.data(), report.size());
      ::_exit(written == static_cast<ssize_t>(report.size()) ? 0 : 1);
    }
    ::close(ends[1]);
    report_ = ends[0];
  }
  ~ChildProcess() {
    kill();
    ::close(report_);
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  /// Blocks until the child has written `size` bytes or ended.
  std::string read(std::size_t size) {
    std::string text(size, '\0');
    std::size_t count = 0;
    while (count < size) {
      const auto got = ::read(report_, text.data() + count, size - count);
      if (got <= 0) break;
      count += static_cast<std::size_t>(got);
    }
    text.resize(count);
    return text;
  }
  /// Everything that the child reports until it ends.
  std::string read_all() {
    std::string text;
    for (std::string part = read(1); !part.empty(); part = read(1)) text += part;
    return text;
  }
  /// SIGKILL, and waits for the end.
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
  int report_ = -1;
};

}  // namespace faultwave
