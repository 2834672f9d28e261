# Certificates of tests/verify/*.cases, each with its theorem, as files of the folder OUT: inputs of
# the harness `judge`.
function settle() {
    if (wanted) {
        name = sprintf("%s/%s-%03d", OUT, BASE, ++n)
        printf "%s%%%%\n%s\n%s%s", claims, verdict, preamble, records >name
        close(name)
    }
    wanted = 0
    records = ""
}
FNR == 1 { settle(); verdict = "proved"; BASE = FILENAME; sub(/.*\//, "", BASE); sub(/\..*/, "", BASE)
           preamble = BASE == "calculus" ? "calculus\nclaim 1\n" : BASE == "identities" ? "at\nidentity\n" : "" }
/^#/ || /^$/ { next }
/^theorem / { settle(); claims = ""; inside = 1 }
inside { claims = claims $0 "\n"; if ($0 == "}") inside = 0; next }
/^verdict / { settle(); verdict = $2; next }
/^(accept|refuse .*)$/ { settle(); wanted = 1; next }
{ records = records $0 "\n" }
END { settle() }
