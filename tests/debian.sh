#!/usr/bin/env bash
# Builds and tests rankle in another Debian, in a folder of its own outside the tree. By hand, as root; it needs debootstrap.
#   tests/debian.sh trixie amd64 /var/tmp/trixie            FLINT 3
#   tests/debian.sh trixie amd64 /var/tmp/trixie tests/unit/test_mx ...
# The packages come from where apt of this machine has Debian's. Without tests named it runs "make check". What is in the
# folder already is used again. CONFIGURE="CC=clang --enable-werror" goes to configure, JOBS=N says how many jobs.
set -eu
if [ $# -lt 3 ]; then
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
    exit 2
fi
suite=$1 architecture=$2 folder=$3
shift 3
tree=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=/dev/null
. <(sed -n '/^packages="/,/"$/p; /^beside_flint="/p' "$tree/bootstrap")

mirror() {
    apt-get indextargets --format '$(REPO_URI)|$(ORIGIN)|$(LABEL)' 'Created-By: Packages' |
        sed -n 's/|Debian|Debian$//p' | head -n 1
}
inside() { # inside COMMAND: of the shell, in the folder
    chroot "$folder" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 sh -ec "$1"
}

if [ ! -x "$folder/usr/bin/apt-get" ]; then
    debootstrap --variant=minbase --arch="$architecture" "$suite" "$folder" "$(mirror)"
fi
cp /etc/resolv.conf "$folder/etc/resolv.conf"
if [ ! -e "$folder/installed" ]; then
    inside "apt-get update -q
        apt-get install -q -y --no-install-recommends $(echo $packages) libcmocka-dev gawk sqlite3 procps
        dpkg --compare-versions \$(dpkg-query -W -f='\${Version}' libflint-dev) ge 3 ||
            apt-get install -q -y --no-install-recommends $beside_flint
        touch /installed"
fi
# Descriptors as files, and terminals.
[ -e "$folder/proc/self" ] || mount -t proc proc "$folder/proc"
mkdir -p "$folder/dev/pts"
[ -e "$folder/dev/pts/ptmx" ] || mount -t devpts -o newinstance,ptmxmode=0666 devpts "$folder/dev/pts"
trap 'umount "$folder/dev/pts" "$folder/proc"' EXIT
ln -sf pts/ptmx "$folder/dev/ptmx"
[ -e "$folder/dev/fd" ] || ln -s /proc/self/fd "$folder/dev/fd"

mkdir -p "$folder/rankle" "$folder/build"
(cd "$tree" && git ls-files -z | xargs -0 tar -cf -) | tar -xf - -C "$folder/rankle"
# The shell tests want no git, only the files.
inside "cd /rankle
    [ configure -nt configure.ac ] || autoreconf -fi
    cd /build
    [ config.status -nt /rankle/configure ] || /rankle/configure -q ${CONFIGURE:-}
    make -j${JOBS:-$(nproc)} check ${*:+TESTS=\"$*\"}"
