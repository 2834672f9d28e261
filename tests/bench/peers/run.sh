# Trials a second of one claim, LayerNorm and the affine rank at 4 tokens of 6 channels, by rankle
# and by the programs that people write instead: rounds in which each runs once, then medians, as a
# table and as bench-peers.json. Nothing is asserted. ROUNDS: how many (default 5); TRIALS: of each
# hunt (default 8000). What two hunts side by side do is what the machine has for two threads.
# usage: run.sh SOURCE_DIR BUILD_DIR
set -u
source=$1 build=$2 rounds=${ROUNDS:-5}
peers=$source/tests/bench/peers
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 LC_ALL=C.UTF-8
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
# True, and as dear as the literal reading: no hunt ends early.
cat >"$work/claim.thm" <<'THM'
theorem peer {
  dim n = 4, d = 6;
  forall X : real[n, d], gamma : nonzero[d], beta : real[d];
  claim affrank(layernorm(X, gamma, beta, 0.00001)) <= affrank(X) + 1;
}
THM

note() { # note NAME TRIALS_A_SECOND
    [ -z "$2" ] || printf '%s\t%s\n' "$1" "$2" >>"$work/rates"
}
python() { # python NAME PROGRAM WORD
    note "$1" "$("$python" "$peers/$2" "$3" 2>/dev/null)"
}
# What a hunt looked at a second of real time. All do the same trials, so their times compare.
trials=${TRIALS:-8000}
rate() { # rate RESULTS ...: of hunts side by side
    sed -n 's/^ *"assignments": \([0-9]*\).*/\1/p; s/^ *"time_ms": \([0-9.]*\).*/\1/p' "$@" |
        paste -d ' ' - - | awk '{ done += $1; most = $2 > most ? $2 : most }
            END { if (most > 0) print 1000 * done / most }'
}
hunt() { # hunt RESULTS JOBS LAUNCHER ...
    local results=$1 jobs=$2
    shift 2
    "$@" "$build/rankle" hunt --json "$results" --trials "$trials" --time-limit 300 \
        --jobs "$jobs" -q "$work/claim.thm" >/dev/null 2>&1
}
hunts() { # hunts NAME JOBS LAUNCHER ...
    local name=$1
    shift
    rm -f "$work"/hunt*.json
    hunt "$work/hunt.json" "$@"
    note "$name" "$(rate "$work/hunt.json")"
}
# The most that two threads could do here: two hunts that know nothing of each other.
apart() {
    rm -f "$work"/hunt*.json
    hunt "$work/hunt1.json" 1 timeout 300 &
    hunt "$work/hunt2.json" 1 timeout 300
    wait
    note "two hunts of one thread side by side" "$(rate "$work"/hunt[12].json)"
}
batches() {
    "$build/tests/bench/bench_batch" | awk '
        { for (i = 2; i < NF; i++) if ($i == "million") rate = 1e6 * $(i - 1) }
        /by hand, for this claim/ { print "C, batched by hand\t" rate }
        /compiled, plain draws/ { best = rate > best ? rate : best }
        /floats in batches/ { print "rankle, a trial of floats in batches\t" rate }
        END { print "rankle, the claim compiled\t" best }' >>"$work/rates"
}

mpi=$(command -v mpirun)
[ -x "$build/rankle-mpi" ] || mpi=
# The first Python that has them: Debian's packages serve /usr/bin/python3 alone.
python_with() { # python_with MODULE
    local p
    for p in python3 /usr/bin/python3; do
        "$p" -c "import numpy, $1" 2>/dev/null && echo "$p" && return
    done
}
numpy=$(python_with numpy) hypothesis=$(python_with hypothesis)
python=${hypothesis:-$numpy}
[ -n "$numpy" ] || echo "SKIP numpy: python3-numpy is missing"
[ -n "$hypothesis" ] || echo "SKIP Hypothesis: python3-hypothesis is missing"
[ -n "$mpi" ] || echo "SKIP mpirun: rankle was built without MPI, or mpirun is missing"

for ((round = 0; round < rounds; round++)); do
    [ -z "$hypothesis" ] || python "Hypothesis, floats" peer_hypothesis.py floats
    [ -z "$hypothesis" ] || python "Hypothesis, integers" peer_hypothesis.py integers
    [ -z "$numpy" ] || python "numpy, a loop" peer_numpy.py loop
    [ -z "$numpy" ] || python "numpy, batched" peer_numpy.py batched
    note "C, plain" "$("$build/tests/bench/peers/peer_scalar")"
    batches
    hunts "rankle hunt --jobs 1" 1 timeout 300
    hunts "rankle hunt --jobs 2" 2 timeout 300
    apart
    [ -z "$mpi" ] || hunts "mpirun -n 2 rankle hunt" 1 mpirun --oversubscribe --allow-run-as-root -n 2
done

sort -t "$(printf '\t')" -k1,1 -k2,2g "$work/rates" | awk -F '\t' '
    $1 != name { if (name) print name "\t" rate[int((n + 1) / 2)]; name = $1; n = 0 }
    { rate[++n] = $2 }
    END { if (name) print name "\t" rate[int((n + 1) / 2)] }' >"$work/medians"
awk -F '\t' -v rounds="$rounds" '
    function ratio(a, b, goal) {
        if (!(rate[a] > 0 && rate[b] > 0))
            return
        printf "  %-40s / %-28s %10.2f   goal %s\n", a, b, rate[a] / rate[b], goal
        ratios = ratios (ratios ? ",\n" : "") sprintf(\
            "  {\"of\": \"%s\", \"to\": \"%s\", \"ratio\": %.4g, \"goal\": %s}",
            a, b, rate[a] / rate[b], goal)
    }
    { rate[$1] = $2; order[++n] = $1 }
    END {
        print "LayerNorm and the affine rank, n = 4, d = 6: trials a second, medians of " rounds " rounds"
        for (i = 1; i <= n; i++) {
            printf "  %-40s %14.0f\n", order[i], rate[order[i]]
            rates = rates (rates ? ",\n" : "") sprintf("  \"%s\": %.0f", order[i], rate[order[i]])
        }
        way = "rankle, a trial of floats in batches"
        ratio(way, "numpy, a loop", 1000)
        ratio(way, "Hypothesis, floats", 20000)
        ratio(way, "C, batched by hand", 0.5)
        ratio("rankle, the claim compiled", "C, batched by hand", 0.5)
        ratio(way, "C, plain", 1)
        ratio(way, "numpy, batched", 1)
        ratio("two hunts of one thread side by side", "rankle hunt --jobs 1", 2)
        ratio("rankle hunt --jobs 2", "rankle hunt --jobs 1", 1.8)
        ratio("mpirun -n 2 rankle hunt", "rankle hunt --jobs 1", 1.7)
        printf "{\"schema\": \"rankle-bench-1\",\n \"trials_per_second\": {\n%s\n },\n \"ratios\": [\n%s\n ]}\n",
            rates, ratios >"bench-peers.json"
    }' "$work/medians"
echo "written: bench-peers.json"
