#!/bin/sh
# Install the Redmine of Debian, which the ticket tests start on the loopback interface, quietly.
# Elsewhere than on Debian as root nothing is installed, and the tests say what they lack.
set -eu

if [ "$(id -u)" -ne 0 ] || ! [ -e /etc/debian_version ]; then
    echo "not root on Debian: the tests on Redmine run only if it is installed already"
    exit 0
fi
installed() { dpkg-query -W -f '${Status}\n' "$@" 2>/dev/null | grep -c '^install ok installed$'; }
[ "$(installed redmine redmine-sqlite puma || :)" = 3 ] && exit 0

export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
get() {
    install="apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends $*"
    $install >"$log" 2>&1 && return
    # Lists of packages that are missing or old name files that are gone.
    apt-get update -qq >>"$log" 2>&1 && $install >>"$log" 2>&1 && return
    cat "$log" >&2
    echo "tests/tickets/packages.sh: $* cannot be installed" >&2
    exit 1
}
# The tests bring their own database and their own copy of the application.
echo "redmine redmine/instances/default/dbconfig-install boolean false" | debconf-set-selections
# Debian's ruby3.1 carries a bundler newer than Debian's own, which does not know where Debian
# keeps its gems; the package's installation fails with it. So bundler first, and by its version.
get ruby-bundler
BUNDLER_VERSION=$(dpkg-query -W -f '${Version}' ruby-bundler | sed 's/-.*//')
export BUNDLER_VERSION
get redmine redmine-sqlite puma
