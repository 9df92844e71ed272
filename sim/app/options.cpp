#include "app/options.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <iostream>

#include "base/error.hpp"
#include "base/file.hpp"

namespace faultwave::app {

namespace po = boost::program_options;

bool parse_options(const std::string& usage, const po::options_description& options,
                   const std::vector<std::string>& positional, const Arguments& arguments,
                   po::variables_map& values) {
  po::options_description all(fmt::format("usage: faultwave {}\n\noptions", usage));
  all.add(options);
  all.add_options()("help,h", "show this text");
  po::positional_options_description places;
  for (std::size_t i = 0; i < positional.size(); ++i) {
    places.add(positional[i].c_str(), i + 1 == positional.size() ? -1 : 1);
  }
  try {
    po::store(po::command_line_parser(arguments).options(all).positional(places).run(), values);
    if (values.count("help") != 0) {
      std::cout << all << "\n";
      return false;
    }
    po::notify(values);
  } catch (const po::error& error) {
    throw UsageError(
        fmt::format("{}\n  fix: usage: faultwave {} (see --help)", error.what(), usage));
  }
  return true;
}

void check_output(const std::string& path) {
  if (path == "-") return;
  if (path.empty())
    throw UsageError("an output path is empty\n  fix: name a file, or '-' for stdout");
  const std::filesystem::path target(path);
  const auto folder = target.has_parent_path() ? target.parent_path() : std::filesystem::path(".");
  if (std::filesystem::is_directory(target)) {
    throw EnvironmentError(fmt::format("{}: is a folder\n  fix: name a file", path));
  }
  if (!std::filesystem::is_directory(folder)) {
    throw EnvironmentError(
        fmt::format("{}: there is no folder '{}'\n  fix: create it", path, folder.string()));
  }
}

void write_output(const std::string& path, const std::string& content) {
  check_output(path);
  if (path == "-") {
    std::cout << content << std::flush;
  } else {
    write_file_atomically(path, content);
  }
}

}  // namespace faultwave::app
