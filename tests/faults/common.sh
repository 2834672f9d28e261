# Sourced by the tests of this folder: `faults`, which runs a command while one call after the other fails.
. "$abs_top_srcdir/tests/tap.sh"
cd "$tap_dir" || exit 99

# The programs themselves, not the scripts of libtool around them.
engine=$abs_top_builddir/rankle
if [ -x "$abs_top_builddir/.libs/rankle" ]; then
    engine=$abs_top_builddir/.libs/rankle
    export LD_LIBRARY_PATH=$abs_top_builddir/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
fi
checker=$abs_top_builddir/rankle-verify
OPENBLAS_NUM_THREADS=1
export OPENBLAS_NUM_THREADS

# The shim takes the place of malloc, as sanitizers do.
shim=$tap_dir/shim.so
why="sanitizers"
case ${CFLAGS-} in
*sanitize*) shim= ;;
*)
    why="the shim does not work here"
    [ "$(uname -m)" = x86_64 ] || CC=false
    $CC -std=c11 -O1 -shared -fPIC "$abs_top_srcdir/tests/faults/shim.c" -o "$shim" -ldl >shim.log 2>&1 || shim=
    ;;
esac

# step SHORT LONG: one call in so many is tried; of memory, one place in so many.
step() {
    if [ -n "${RK_TEST_LONG:-}" ]; then echo "$2"; else echo "$1"; fi
}

# faults "what it shows" KIND STRIDE STATUSES COMMAND ...: in copies of the folder "old"; see faults.c.
faults() {
    local name=$1 status=0
    shift
    if [ -z "$shim" ]; then
        skip "$name" "$why"
        return
    fi
    mkdir -p work old
    rm -rf work/old
    cp -r old work/old
    "$abs_top_builddir/tests/faults/faults" "$shim" "$tap_dir/work" "$@" >story 2>&1 || status=$?
    tap_result "$status" "$name"
    sed 's/^/# /' story
}

mkdir -p old
echo 'theorem t { claim 1 + 1 == 2; }' >old/small.thm
cat >old/claims.thm <<'THM'
theorem product { dim n >= 1, d >= 1; forall A : real[n, d], B : real[d, n]; claim rank(A*B) <= rank(A); }
theorem square { dim n >= 1; forall A : real[n, n]; claim rank(A*A) == rank(A); }
theorem full { dim n = 3; generic X : real[n, n]; claim rank(X) == 3; }
theorem drawn { random x : gaussian(0, 1); claim prob(x*x >= 0) >= 0.9; }
theorem squares { forall x : real, y : real; claim x^2 + y^2 >= 2*x*y; }
theorem numbers { claim exp(1) > 2; claim sqrt(2)*sqrt(3) == sqrt(6); }
theorem solution { exists x : real; claim x^2 == 2; }
THM
echo 'theorem rare { forall x : real, y : real; claim x*y != 6; claim x + y != 9; }' >old/rare.thm
certificates() { # what the engine writes for claims.thm, into old/cert
    (cd old && timeout 300 "$engine" check -q --jobs 1 --cert cert --json results.json claims.thm) >made 2>&1
    case $? in
    0 | 10 | 20) ;;
    *) sed 's/^/# /' made ;;
    esac
}
