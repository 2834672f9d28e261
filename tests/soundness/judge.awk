# Compares verdicts with known truths: awk -f judge.awk CORPUS.thm ... VERDICTS
# The corpus carries the truth in notes, note "truth: true|false|vacuous", which the checker does not read.
# VERDICTS is what "rankle check -q" printed. One line a finding, then a line of totals; exit 1 when a verdict
# is wrong or missing: a false theorem proved or supported, or one refuted or unsupported that is true or holds vacuously.
FILENAME ~ /\.thm$/ && $1 == "theorem" { name = $2 }
FILENAME ~ /\.thm$/ && match($0, /"truth: (true|false|vacuous)"/) {
    truth[name] = substr($0, RSTART + 8, RLENGTH - 9)
    total++
}
FILENAME !~ /\.thm$/ && $1 ~ /^(proved|refuted|verified|supported|unsupported|undecided)$/ && ($2 in truth) {
    if ($2 in verdict) { print "twice: " $2; wrong++ }
    verdict[$2] = $1
    count[$1]++
    if ($1 == "proved" && truth[$2] == "false") { print "WRONG: proved, but false: " $2; wrong++ }
    if ($1 == "refuted" && truth[$2] != "false") { print "WRONG: refuted, but " truth[$2] ": " $2; wrong++ }
    if ($1 == "proved" && truth[$2] == "vacuous" && !/caveat: /) {
        print "WRONG: proved without the caveat, but vacuous: " $2
        wrong++
    }
    if ($1 == "supported" && truth[$2] != "true") { print "WRONG: supported, but " truth[$2] ": " $2; wrong++ }
    if ($1 == "unsupported" && truth[$2] != "false") { print "WRONG: unsupported, but " truth[$2] ": " $2; wrong++ }
    if ($1 == "verified" && truth[$2] == "false") missed++
}
END {
    for (name in truth)
        if (!(name in verdict)) { print "no verdict: " name; wrong++ }
    settled = count["proved"] + count["refuted"]
    printf "%d theorems, %d wrong or missing; settled %d (%.0f%%): %d proved, %d refuted; open: %d verified (%d of them false), %d undecided\n",
        total, wrong, settled, total ? 100 * settled / total : 0, count["proved"], count["refuted"],
        count["verified"], missed, count["undecided"]
    exit wrong || !total
}
