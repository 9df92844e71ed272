// Programs that a test starts and then interrupts.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace faultwave {

/// Starts a program whose output goes nowhere; the caller waits for it. Test failure if it cannot.
pid_t start_quietly(std::vector<std::string> words);

}  // namespace faultwave
