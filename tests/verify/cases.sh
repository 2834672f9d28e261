# Sourced by tests of certificates: files of cases hold theorems, and below each certificates of it,
# right ones and wrong ones. A theorem begins with `theorem` at the start of a line and ends with a
# line `}`. Below it, `accept` or `refuse REASON` (a part of the reason) begins a certificate, and its
# records follow, those in `preamble` before them; `verdict` is the verdict of all that come behind.
verify=${RANKLE_VERIFY:-./rankle-verify}
verdict=proved
preamble=

# number of files, length and text of the file, length of the name and the name; 8 bytes a number
number() {
    local n=$1 i
    for i in 1 2 3 4 5 6 7 8; do
        printf "\\x$(printf %02x $((n % 256)))"
        n=$((n / 256))
    done
}

digest() { # digest FILE NAME
    {
        number 1
        number "$(wc -c <"$1")"
        cat "$1"
        number "${#2}"
        printf %s "$2"
    } | sha256sum | cut -c1-64
}

certificate() { # certificate FILE NAME RECORDS
    printf 'rankle-cert 1\ndigest %s\ntheorem %s\nverdict %s\n' "$(digest "$1" "$2")" "$2" "$verdict"
    cat "$3"
    printf 'end %d\n' "$(wc -l <"$3")"
}

settle() { # runs the certificate that was read
    [ -n "$wanted" ] || return 0
    certificate "$tap_dir/t.thm" "$name" "$tap_dir/records" >"$tap_dir/cert"
    local got status
    got=$("$verify" "$tap_dir/t.thm" "$tap_dir/cert" 2>&1)
    status=$?
    if [ "$wanted" = accept ]; then
        [ "$status" -eq 0 ]
        tap_result $? "$name: accepted"
        [ "$status" -eq 0 ] || printf '# %s\n' "$got"
    else
        [ "$status" -eq 1 ] && [[ $got == *"$reason"* ]]
        tap_result $? "$name: refused: $reason"
        [ "$status" -eq 1 ] && [[ $got == *"$reason"* ]] || printf '# status %s: %s\n' "$status" "$got"
    fi
    wanted=
}

run_cases() { # run_cases FILE
    local line inside=
    wanted=
    while IFS= read -r line; do
        case $line in
        '#'* | '') ;;
        'theorem '*)
            settle
            name=${line#theorem }
            name=${name%% *}
            printf '%s\n' "$line" >"$tap_dir/t.thm"
            inside=yes
            ;;
        '}')
            echo '}' >>"$tap_dir/t.thm"
            inside=
            ;;
        'verdict '*)
            settle
            verdict=${line#verdict }
            ;;
        'accept' | 'refuse '*)
            settle
            wanted=${line%% *}
            reason=${line#refuse }
            printf "$preamble" >"$tap_dir/records"
            ;;
        *)
            if [ -n "$inside" ]; then
                printf '%s\n' "$line" >>"$tap_dir/t.thm"
            else
                printf '%s\n' "$line" >>"$tap_dir/records"
            fi
            ;;
        esac
    done <"$1"
    settle
}
