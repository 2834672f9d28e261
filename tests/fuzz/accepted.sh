#!/usr/bin/env bash
# accepted.sh RANKLE FOLDER: the engine on the claims of which the harness `judge` accepted
# certificates (RK_FUZZ_ACCEPTED). It may not refute what was accepted as proved, nor prove what was
# accepted as refuted. Prints each claim of which it does, and ends with status 1 then.
set -u
bad=0
for claims in "$2"/*.thm; do
    verdict=${claims%.thm}
    verdict=${verdict##*.}
    found=$(timeout 60 "$1" check --time-limit 1 "$claims" 2>/dev/null | awk '$1 ~ /^(proved|refuted)$/ { v = $1 } END { print v }')
    case $verdict-$found in
    proved-refuted | refuted-proved)
        echo "$claims"
        bad=1
        ;;
    esac
done
exit $bad
