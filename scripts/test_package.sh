#!/usr/bin/env bash
# Builds the Debian packages and tries them on a clean Debian 12.
#   scripts/test_package.sh                 build below build/package, lintian, install, use
#   scripts/test_package.sh --build-only    packages only: build/package/packages/*.deb
#   scripts/test_package.sh --no-build      try those that are there
# The clean system is a root made by mmdebstrap from the Debian mirror (root needed). It sees the
# packages and scripts/package_smoke.sh, nothing of the source tree. Takes some ten minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib/packages.sh
build=$PWD/build/package
mode=${1:-}
case $mode in
  '' | --build-only | --no-build) ;;
  *)
    sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac

if [ "$mode" != --no-build ]; then
  ensure_packages "${runtime_packages[@]}" "${package_packages[@]}"
  [ -d build/charts/node_modules/d3 ] || scripts/install_charts.sh
  # Without MPI: a cluster's own MPI asks for a build on the cluster (docs/scaling.md).
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/usr \
    -DFAULTWAVE_TESTS=OFF -DFAULTWAVE_MPI=OFF >/dev/null
  cmake --build "$build"
  rm -rf "$build/packages"
  (cd "$build" && cpack -G DEB)
fi
ls -l "$build"/packages/*.deb
[ "$mode" != --build-only ] || exit 0

echo "== lintian"
# The packages are not uploaded to Debian, so they close no bug of its tracker.
lintian --allow-root --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs "$build"/packages/*.deb

echo "== a clean Debian 12"
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mmdebstrap --quiet --variant=minbase bookworm "$root"
mkdir "$root/packages"
cp "$build"/packages/*.deb scripts/package_smoke.sh "$root/packages/"
cp -r examples/faulty_array "$root/packages/"

# inside COMMAND: in the root, in a mount namespace of its own, so that nothing stays mounted.
inside() {
  unshare --mount --pid --fork --mount-proc="$root/proc" \
    chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive "$@"
}

echo "== apt-get install ./faultwave.deb"
cp /etc/resolv.conf "$root/etc/resolv.conf"
inside apt-get update -qq # mmdebstrap leaves no lists behind
inside sh -c 'apt-get install -y -qq --no-install-recommends /packages/faultwave_*.deb </dev/null 2>&1 | tail -n 3'
inside dpkg-query -W -f '${Package} ${Version} ${Status}\n' faultwave
inside useradd --create-home user
inside setpriv --reuid=user --regid=user --clear-groups bash /packages/package_smoke.sh

echo "== apt-get install ./libfaultwave-dev.deb, examples/faulty_array"
inside sh -c 'apt-get install -y -qq --no-install-recommends /packages/libfaultwave-dev_*.deb cmake make </dev/null 2>&1 | tail -n 3'
inside setpriv --reuid=user --regid=user --clear-groups env HOME=/home/user sh -ec '
  cd "$HOME"
  cmake -S /packages/faulty_array -B build >/dev/null
  cmake --build build | tail -n 1
  build/faulty_array'

echo "== removal leaves nothing"
inside sh -c 'apt-get purge -y -qq faultwave libfaultwave-dev </dev/null >/dev/null 2>&1; find /usr -path "*faultwave*"' |
  tee "$root/left"
[ ! -s "$root/left" ]
echo "the packages work"
