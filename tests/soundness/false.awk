# The claims known to be false: awk -f false.awk FILE.thm ... prints one line "FILE NAME KIND" for each theorem with
# note "truth: false" or expect refuted. KIND is its quantifier, forall without one.
function flush() {
    if (known) print file, name, kind
    known = 0
}
$1 == "theorem" { flush(); name = $2; file = FILENAME; kind = "forall" }
$1 ~ /^(generic|exists|random)$/ { kind = $1 }
$1 == "note" && /"truth: false"/ { known = 1 }
$1 == "expect" && $2 ~ /^refuted;?/ { known = 1 }
END { flush() }
