#include "netlist/liberty.hpp"

#include <cctype>

#include "base/error.hpp"
#include "base/file.hpp"

namespace faultwave::netlist {
namespace {

constexpr std::string_view kPunctuation = "(){}:;,";
constexpr int kMaxDepth = 32;

class Parser {
 public:
  explicit Parser(const std::filesystem::path& path) : path_(path), text_(read_file(path)) {
    advance();
  }

  LibertyGroup library() {
    LibertyGroup group = statement(0);
    if (group.kind != "library") fail("this is no Liberty library", "begin with library (NAME) {");
    if (!token_.empty()) fail("text follows the library", "keep one library per file");
    return group;
  }

 private:
  [[noreturn]] void fail(const std::string& problem, const std::string& fix) const {
    throw InputError({path_.string(), line_}, problem, fix);
  }

  void skip_blanks() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (text_.compare(at_, 2, "/*") == 0) {
        const auto end = text_.find("*/", at_ + 2);
        if (end == std::string::npos) fail("a comment is not closed", "add */");
        for (; at_ < end + 2; ++at_) line_ += text_[at_] == '\n' ? 1 : 0;
      } else if (std::isspace(static_cast<unsigned char>(c)) != 0 || c == '\\') {
        line_ += c == '\n' ? 1 : 0;
        ++at_;
      } else {
        return;
      }
    }
  }

  /// Next token into token_; empty at the end of the file.
  void advance() {
    skip_blanks();
    token_.clear();
    quoted_ = false;
    if (at_ >= text_.size()) return;
    if (text_[at_] == '"') {
      const auto end = text_.find('"', at_ + 1);
      if (end == std::string::npos) fail("a string is not closed", "add a quotation mark");
      token_ = text_.substr(at_ + 1, end - at_ - 1);
      for (const char c : token_) line_ += c == '\n' ? 1 : 0;
      at_ = end + 1;
      quoted_ = true;
      return;
    }
    if (kPunctuation.find(text_[at_]) != std::string_view::npos) {
      token_ = text_[at_++];
      return;
    }
    while (at_ < text_.size() && kPunctuation.find(text_[at_]) == std::string_view::npos &&
           std::isspace(static_cast<unsigned char>(text_[at_])) == 0 && text_[at_] != '"') {
      token_ += text_[at_++];
    }
  }

  bool is(char punctuation) const {
    return !quoted_ && token_.size() == 1 && token_[0] == punctuation;
  }
  void expect(char punctuation) {
    if (!is(punctuation)) {
      fail(fmt::format("'{}' where '{}' belongs", token_.empty() ? "end of file" : token_,
                       punctuation),
           "see the Liberty syntax: name (arguments) { name : value; }");
    }
    advance();
  }

  /// A group, or a complex attribute as a group that holds nothing.
  LibertyGroup statement(int depth) {
    if (depth > kMaxDepth) fail("groups are nested too deeply", "is this a Liberty file?");
    LibertyGroup group;
    group.line = line_;
    group.kind = token_;
    advance();
    rest_of_statement(group, depth);
    return group;
  }

  void rest_of_statement(LibertyGroup& group, int depth) {
    expect('(');
    while (!is(')')) {
      if (token_.empty() && !quoted_) fail("a list is not closed", "add )");
      if (!is(',')) group.arguments.push_back(token_);
      advance();
    }
    advance();
    if (!is('{')) {
      if (is(';')) advance();
      return;
    }
    advance();
    while (!is('}')) {
      if (token_.empty() && !quoted_) fail(fmt::format("{} is not closed", group.kind), "add }");
      const std::string name = token_;
      LibertyGroup inner;
      inner.line = line_;
      inner.kind = name;
      advance();
      if (is(':')) {
        advance();
        group.attributes.emplace_back(name, token_);
        advance();
        if (is(';')) advance();
      } else {
        if (depth + 1 > kMaxDepth) fail("groups are nested too deeply", "is this a Liberty file?");
        rest_of_statement(inner, depth + 1);
        group.groups.push_back(std::move(inner));
      }
    }
    advance();
  }

  std::filesystem::path path_;
  std::string text_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::string token_;
  bool quoted_ = false;
};

}  // namespace

const std::string* LibertyGroup::attribute(std::string_view name) const {
  for (const auto& [key, value] : attributes) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::vector<const LibertyGroup*> LibertyGroup::all(std::string_view group_kind) const {
  std::vector<const LibertyGroup*> found;
  for (const auto& group : groups) {
    if (group.kind == group_kind) found.push_back(&group);
  }
  return found;
}

LibertyGroup read_liberty(const std::filesystem::path& path) { return Parser(path).library(); }

}  // namespace faultwave::netlist
