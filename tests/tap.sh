# Sourced by the shell tests (NAME.test, run with bash): TAP on stdout, one line a check.
#   check "what it shows" COMMAND ...     passes when the command succeeds
#   same  "what it shows" WANTED GOT      passes when the two strings are equal
#   skip  "what it shows" "why"           counted apart
#   done_testing                          last line: prints the plan, sets the exit status
# RANKLE is the command under test; tap_dir is a scratch folder of this test, removed at its end.
set -u
tap_count=0
tap_failed=0
tap_dir=$(mktemp -d "${TMPDIR:-/tmp}/rankle-test.XXXXXX") || exit 99
trap 'chmod -R u+rwx "$tap_dir" 2>/dev/null; rm -rf "$tap_dir"' EXIT

tap_result() { # tap_result STATUS NAME
    tap_count=$((tap_count + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $tap_count - $2"
    else
        tap_failed=$((tap_failed + 1))
        echo "not ok $tap_count - $2"
    fi
}

check() {
    local name=$1 status=0
    shift
    "$@" >"$tap_dir/.check" 2>&1 || status=$?
    tap_result "$status" "$name"
    [ "$status" -eq 0 ] || { echo "# status $status: $*"; sed 's/^/# /' "$tap_dir/.check"; }
}

same() {
    local status=0
    [ "$2" = "$3" ] || status=1
    tap_result "$status" "$1"
    [ "$status" -eq 0 ] || diff <(printf '%s\n' "$2") <(printf '%s\n' "$3") | sed 's/^/# /'
}

skip() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1 # SKIP $2"
}

done_testing() {
    echo "1..$tap_count"
    [ "$tap_failed" -eq 0 ]
    exit
}
