# Builds the peers of bench_rank that can be built here; says which can not.
# usage: build-ranks.sh SOURCE_DIR BUILD_DIR
set -u
from=$1/tests/bench/peers to=$2/tests/bench/peers
mkdir -p "$to"
build() { # build NAME PACKAGE LIBRARY ...
    local name=$1 package=$2
    shift 2
    if ! pkg-config --exists "$package" 2>/dev/null; then
        echo "$package is not installed: skipped"
    elif [ "$from/$name.cpp" -nt "$to/$name" ]; then
        # shellcheck disable=SC2046
        ${CXX:-g++} -O3 -march=native -w -std=c++17 -fopenmp $(pkg-config --cflags "$package") \
            "$from/$name.cpp" -o "$to/$name" $(pkg-config --libs "$package") "$@" ||
            echo "$name cannot be built: skipped"
    fi
}
build peer_ffpack fflas-ffpack -lopenblas -lgivaro -lgmpxx -lgmp
build peer_linbox linbox -lopenblas -lgivaro -lgmpxx -lgmp
command -v gp >/dev/null || echo "PARI (gp) is not installed: skipped"
exit 0
