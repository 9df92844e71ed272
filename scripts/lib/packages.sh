# Debian 12 packages that Faultwave needs. Sourced by the scripts; see ensure_packages.

# To build and run.
runtime_packages=(
  g++ cmake ninja-build pkg-config git ca-certificates
  libsystemc-dev verilator libboost-program-options-dev libyaml-cpp-dev libonnx-dev
  libprotobuf-dev protobuf-compiler libhwy-dev libfmt-dev zlib1g-dev nlohmann-json3-dev libssl-dev
  libsqlite3-dev yosys berkeley-abc make
)

# To run the tests and the format check as well. The ONNX Runtime oracle needs node and npm; an
# installation from elsewhere is fine.
test_packages=(libgtest-dev libgmock-dev clang-format iverilog gtkwave python3 python3-numpy curl
  chromium zsh groff-base mandoc python3-jsonschema python3-yaml python3-pandas)
# To build the documentation, and to run the commands that it shows: 24 packages, most of them small.
docs_packages=(mkdocs mkdocs-material doxygen python3 sqlite3)
test_packages+=("${docs_packages[@]}")
# Campaigns over MPI ranks are built when MPI is there: 11 MB to load, 50 MB installed.
test_packages+=(libopenmpi-dev openmpi-bin)
command -v node >/dev/null || test_packages+=(nodejs)
command -v npm >/dev/null || test_packages+=(npm)

# To train and quantise the networks of models/ again.
model_packages=(python3-numpy python3-torch python3-onnx)

# To run bench/.
bench_packages=(libbenchmark-dev)

# To build the Debian packages and try them (scripts/test_package.sh).
package_packages=(dpkg-dev file lintian mmdebstrap)
command -v npm >/dev/null || package_packages+=(npm)

# ensure_packages PACKAGE...: installs those that are missing.
ensure_packages() {
  if ! command -v dpkg-query >/dev/null; then
    echo "This is not a Debian system: install the equivalents of: $*" >&2
    return 0
  fi
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
      missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  echo "Installing Debian packages: ${missing[*]}" >&2
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
      echo "Run as root or install sudo: apt-get install ${missing[*]}" >&2
      return 1
    }
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
