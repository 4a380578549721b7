#!/bin/sh
# Install the Redmine of Debian, which the ticket tests start on the loopback interface, quietly.
# Elsewhere than on Debian as root nothing happens, and the tests say what they lack.
set -eu

[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || exit 0
installed() { dpkg-query -W -f '${Status}\n' "$@" 2>/dev/null | grep -c '^install ok installed$'; }
[ "$(installed redmine redmine-sqlite puma || :)" = 3 ] && exit 0

export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
get() {
    apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "$@" >"$log" 2>&1 &&
        return
    cat "$log" >&2
    echo "tests/tickets/packages.sh: $* cannot be installed" >&2
    exit 1
}
[ -n "$(apt-cache policy redmine 2>/dev/null)" ] || apt-get update -qq
# The tests bring their own database and their own copy of the application.
echo "redmine redmine/instances/default/dbconfig-install boolean false" | debconf-set-selections
# Debian's ruby3.1 carries a bundler newer than Debian's own, which does not know where Debian
# keeps its gems; the package's installation fails with it. So bundler first, and by its version.
get ruby-bundler
BUNDLER_VERSION=$(dpkg-query -W -f '${Version}' ruby-bundler | sed 's/-.*//')
export BUNDLER_VERSION
get redmine redmine-sqlite puma
