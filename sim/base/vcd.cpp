#include "base/vcd.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace faultwave {
namespace {

/// Identifier codes are short words of printable characters.
std::string code_of(std::size_t index) {
  constexpr std::size_t kFirst = '!';
  constexpr std::size_t kCount = '~' - '!' + 1;
  std::string code;
  do {
    code += static_cast<char>(kFirst + index % kCount);
    index /= kCount;
  } while (index-- > 0);
  return code;
}

std::string viewer_name(std::string name) {
  for (char& c : name) {
    if (c == ' ' || c == '\t' || c == '\n') c = '_';
    if (c == '.') c = ':';
  }
  return name;
}

}  // namespace

VcdWriter::VcdWriter(const std::string& timescale, const std::string& comment)
    : timescale_(timescale), comment_(comment) {}

VcdWriter::Signal VcdWriter::declare(const std::vector<std::string>& scopes,
                                     const std::string& name, int width) {
  Declaration signal{{}, viewer_name(name), width, code_of(signals_.size()), {}};
  for (const auto& scope : scopes) signal.scopes.push_back(viewer_name(scope));
  signals_.push_back(std::move(signal));
  return signals_.size() - 1;
}

VcdWriter::Signal VcdWriter::add(const std::vector<std::string>& scopes, const std::string& name,
                                 int width) {
  FAULTWAVE_CHECK(width >= 1 && width <= 64, "signal '{}' of {} bits", name, width);
  return declare(scopes, name, width);
}

VcdWriter::Signal VcdWriter::add_text(const std::vector<std::string>& scopes,
                                      const std::string& name) {
  return declare(scopes, name, 0);
}

std::string VcdWriter::path(Signal signal) const {
  const Declaration& declaration = signals_.at(signal);
  std::string path;
  for (const auto& scope : declaration.scopes) path += scope + ".";
  path += declaration.name;
  if (declaration.width > 1) path += fmt::format("[{}:0]", declaration.width - 1);
  return path;
}

void VcdWriter::time(uint64_t time) {
  time_ = time;
  is_time_written_ = false;
}

void VcdWriter::write(Declaration& signal, std::string value) {
  if (value == signal.last) return;
  if (!is_time_written_) {
    body_ += fmt::format("#{}\n", time_);
    is_time_written_ = true;
  }
  body_ += value + (signal.width == 1 ? "" : " ") + signal.code + "\n";
  signal.last = std::move(value);
}

void VcdWriter::set(Signal signal, uint64_t value) {
  Declaration& declaration = signals_.at(signal);
  std::string text;
  if (declaration.width == 1) {
    text = (value & 1) != 0 ? "1" : "0";
  } else {
    text = "b";
    for (int bit = declaration.width - 1; bit >= 0; --bit) text += (value >> bit & 1) ? '1' : '0';
  }
  write(declaration, std::move(text));
}

void VcdWriter::set_text(Signal signal, const std::string& value) {
  write(signals_.at(signal), "s" + viewer_name(value));
}

void VcdWriter::set_unknown(Signal signal) {
  Declaration& declaration = signals_.at(signal);
  write(declaration, declaration.width == 1 ? "x" : "bx");
}

std::string VcdWriter::header() const {
  std::string text = fmt::format("$comment\n{}\n$end\n$timescale {} $end\n", comment_, timescale_);
  std::vector<std::string> open;
  for (const Declaration& signal : signals_) {
    const auto differing =
        std::mismatch(open.begin(), open.end(), signal.scopes.begin(), signal.scopes.end());
    const auto num_common = static_cast<std::size_t>(differing.first - open.begin());
    for (; open.size() > num_common; open.pop_back()) text += "$upscope $end\n";
    while (open.size() < signal.scopes.size()) {
      open.push_back(signal.scopes[open.size()]);
      text += fmt::format("$scope module {} $end\n", open.back());
    }
    const std::string type = signal.width == 0 ? "string 1" : fmt::format("wire {}", signal.width);
    text += fmt::format("$var {} {} {}{} $end\n", type, signal.code, signal.name,
                        signal.width > 1 ? fmt::format(" [{}:0]", signal.width - 1) : "");
  }
  for (std::size_t i = 0; i < open.size(); ++i) text += "$upscope $end\n";
  return text + "$enddefinitions $end\n";
}

std::string VcdWriter::finish(uint64_t end) { return header() + body_ + fmt::format("#{}\n", end); }

}  // namespace faultwave
