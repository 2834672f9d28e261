#!/usr/bin/env bash
# run.sh [MINUTES] [NAME ...]: builds the harnesses with clang's libFuzzer and sanitizers and runs
# each (or those named) for so many minutes, 30 if not said. What is kept from run to run, the
# build, grown corpora, findings and logs, lies in RK_FUZZ_WORK (default: fuzz/ here). Status 1:
# something was found, in found/NAME; 77: clang has no libFuzzer.
#   RK_FUZZ_ACCEPTED=DIR  what the checker accepted, for accepted.sh
set -eu
tree=$(cd "$(dirname "$0")/../.." && pwd)
here=$tree/tests/fuzz
work=${RK_FUZZ_WORK:-$PWD/fuzz}
minutes=${1:-30}
[ $# -eq 0 ] || shift
sanitizers=address,undefined
flags="-std=c11 -D_XOPEN_SOURCE=700 -DRANKLE_THEOREM_DIR=\"\" -I$tree -I$tree/src -O1 -g"
flags+=" -fno-sanitize-recover=undefined"

mkdir -p "$work/checker" "$work/build"
work=$(cd "$work" && pwd)
temporary=$(mktemp -d "$work/tmp.XXXXXX")
printf 'int LLVMFuzzerTestOneInput(const unsigned char *b, long n) { (void)b; return n < 0; }\n' >"$work/try.c"
clang -fsanitize=fuzzer "$work/try.c" -o "$work/try" 2>/dev/null || exit 77

build_engine() {
    cd "$work/build"
    [ -f Makefile ] || "$tree/configure" -q --disable-shared CC=clang \
        CFLAGS="-O1 -g -fsanitize=fuzzer-no-link,$sanitizers -fno-sanitize-recover=undefined"
    # With sanitizers clang needs an hour for each of the files that are all vector instructions.
    make -s -j"$(nproc)" CFLAGS="-O1 -g" \
        $(cd "$tree" && ls src/linalg/rk_lanes_*.c | sed 's/c$/lo/')
    make -s -j"$(nproc)" librankle_inside.la
    engine="-I$work/build .libs/librankle_inside.a $(sed -n 's/^RANKLE_LIBS = //p' Makefile)"
}

# Its variables get sections of their own (state.h), so that each input finds them as at the start.
build_checker() {
    local source object
    for source in "$tree"/src/verify/*.c "$here/checker.c"; do
        object=$work/checker/$(basename "$source" .c).o
        case $source in
        */vf_main.c | */vf_memory.c) continue ;;
        */checker.c) before= ;;
        *) before="-include $here/state.h" ;;
        esac
        [ "$object" -nt "$source" ] ||
            clang $flags -fsanitize=fuzzer-no-link,$sanitizers $before -c "$source" -o "$object"
    done
    checker="$work/checker/*.o -lmpfr -lgmp"
}

build() { # build NAME
    local parts="$here/$1.c $here/fuzz.c" libraries=
    case $1 in
    data) ;;
    *) parts+=" $here/mutate.c" ;;
    esac
    case $1 in data | judge | reader) build_checker && libraries=$checker ;; esac
    case $1 in judge | reader) ;; *) build_engine && libraries+=" $engine" ;; esac
    clang $flags -fsanitize=fuzzer,$sanitizers $parts $libraries -pthread -o "$work/$1"
}

seeds() { # seeds NAME: what stands in the tree anyway
    mkdir -p "$work/seeds/$1" "$work/grown/$1" "$work/found/$1"
    case $1 in
    judge | export)
        awk -v OUT="$work/seeds/$1" -f "$here/cases.awk" "$tree"/tests/verify/*.cases
        ;;
    reader | claims | check)
        find "$tree/tests/lang" "$tree/theorems" "$tree/tests/soundness" -name '*.thm' -size -3k \
            ! -name 'expansion_*' | while IFS= read -r file; do
            cp "$file" "$work/seeds/$1/$(basename "$file")"
        done
        ;;
    esac
}

words() { # words NAME: its dictionary
    case $1 in
    reader | claims | check) echo claims ;;
    judge | export) echo certificate ;;
    *) echo "$1" ;;
    esac
}

run() { # run NAME
    seeds "$1"
    TMPDIR=$temporary ASAN_OPTIONS=allocator_may_return_null=1 nice -n 19 "$work/$1" \
        -max_total_time=$((60 * minutes)) -timeout="${RK_FUZZ_TIMEOUT:-25}" -rss_limit_mb=4000 \
        -max_len=4096 -close_fd_mask=3 -print_final_stats=1 -dict="$here/$(words "$1").dict" \
        -artifact_prefix="$work/found/$1/" "$work/grown/$1" "$here/corpus/$1" "$work/seeds/$1" \
        >"$work/$1.log" 2>&1 || found=1
    grep -E 'SUMMARY|found:|^#[0-9]+.*DONE|^stat::number' "$work/$1.log" | sed "s/^/$1: /" || true
}

[ $# -gt 0 ] || set -- check claims data export judge ledger reader results
found=0
for name in "$@"; do
    build "$name"
    run "$name"
done
rm -rf "$temporary"
exit $found
