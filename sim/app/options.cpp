#include "app/options.hpp"

#include <fmt/format.h>

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

void write_output(const std::string& path, const std::string& content) {
  if (path == "-") {
    std::cout << content << std::flush;
  } else {
    write_file_atomically(path, content);
  }
}

}  // namespace faultwave::app
