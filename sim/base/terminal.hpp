// What goes to a terminal and what to a file: colours, and whether somebody is watching.
#pragma once

#include <string>
#include <string_view>

namespace faultwave {

enum class Stream { kOut, kError };
/// kAuto: colours on terminals, unless NO_COLOR is set (https://no-color.org) or TERM is "dumb".
enum class ColorMode { kAuto, kAlways, kNever };
enum class Style { kBold, kError, kHeading, kFaint };

bool is_terminal(Stream stream);

/// "auto", "always" or "never"; UsageError for others.
ColorMode parse_color_mode(const std::string& text);
/// Of the whole program, from now on.
void set_color_mode(ColorMode mode);
bool has_color(Stream stream);

/// `text` in `style`, or as it is when the stream has no colours.
std::string styled(Stream stream, Style style, std::string_view text);

/// Characters per line of stdout: the terminal's, at most 100; 100 when it is none.
int line_width();

}  // namespace faultwave
