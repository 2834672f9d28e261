# The tables of theorems/README.md, from the results of a check of the library:
#   rankle check --json - theorems | rankle table --format csv - | awk -f theorems/table.awk PAPER.thm ... -
# The titles of the sections are those of the paper blocks in the files before the dash. Nothing that depends on the speed
# of a machine is written: no times, no counts of instances or steps.

function csv_split(record, field,    n, c, i, quoted, text) {
    n = 1
    text = ""
    for (i = 1; i <= length(record); i++) {
        c = substr(record, i, 1)
        if (quoted && c == "\"" && substr(record, i + 1, 1) == "\"") {
            text = text c
            i++
        } else if (c == "\"") {
            quoted = !quoted
        } else if (c == "," && !quoted) {
            field[n++] = text
            text = ""
        } else {
            text = text c
        }
    }
    field[n] = text
    return n
}

function in_a_cell(text) {
    gsub(/[|]/, "\\|", text)
    gsub(/[*]/, "\\*", text)
    gsub(/_/, "\\_", text)
    return text
}

# How it was settled, without what changes from one version to the next.
function method(evidence, scope, verdict) {
    if (verdict == "refuted")
        return ""
    if (verdict == "verified")
        return "exact instances"
    gsub(/, [0-9]+ steps?/, "", evidence)
    gsub(/, [0-9]+ draws?.*/, "", evidence)
    return in_a_cell(evidence (evidence != "" && scope != "" && index(evidence, scope) == 0 ? ", " : "") \
                     (index(evidence, scope) == 0 ? scope : ""))
}

function counterexample(point) {
    if (length(point) > 160)
        return "`" substr(point, 1, 150) " ...`"
    return point == "" ? "" : "`" point "`"
}

FILENAME ~ /\.thm$/ {
    folder = FILENAME
    sub(/\/[^\/]*$/, "", folder)
    sub(/.*\//, "", folder)
    if ($1 == "title" && match($0, /".*"/))
        title[folder] = substr($0, RSTART + 1, RLENGTH - 2)
    if ($1 == "arxiv" && match($0, /".*"/))
        arxiv[folder] = substr($0, RSTART + 1, RLENGTH - 2)
    if ($1 == "year")
        year[folder] = $2 + 0
    next
}

FNR == 1 {
    n = csv_split($0, name)
    for (i = 1; i <= n; i++)
        column[name[i]] = i
    next
}

{
    sub(/\r$/, "")
    csv_split($0, value)
    file = value[column["file"]]
    sub(/.*theorems\//, "", file)
    folder = file
    sub(/\/.*/, "", folder)
    if (!(folder in rows))
        folders[++nfolders] = folder
    verdict = value[column["verdict"]]
    count[folder, verdict]++
    count["", verdict]++
    total[folder]++
    literal[folder] += value[column["theorem"]] ~ /_literal$/ && verdict == "refuted"
    literal[""] += value[column["theorem"]] ~ /_literal$/ && verdict == "refuted"
    rows[folder] = rows[folder] sprintf("| %s[%s](%s) %s | %s | %s | %s |\n", \
        value[column["corrects"]] == "" ? "" : "corrected: ", in_a_cell(value[column["theorem"]]), file, \
        in_a_cell(value[column["title"]]), verdict, \
        method(value[column["evidence"]], value[column["scope"]], verdict), \
        verdict == "refuted" ? counterexample(value[column["point"]]) : "")
}

function numbers(folder,    i, text) {
    for (i = 1; i <= 6; i++)
        text = text " | " count[folder, verdicts[i]] + 0
    return text " | " literal[folder] + 0 " |"
}

function sort_folders(    i, j, x) {
    for (i = 2; i <= nfolders; i++)
        for (j = i; j > 1 && folders[j - 1] > folders[j]; j--) {
            x = folders[j]
            folders[j] = folders[j - 1]
            folders[j - 1] = x
        }
}

END {
    split("proved refuted verified supported unsupported undecided", verdicts, " ")
    sort_folders()
    print ""
    print "| folder | theorems | proved | refuted | verified | supported | unsupported | undecided | literal readings refuted |"
    print "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for (i = 1; i <= nfolders; i++) {
        print "| [" folders[i] "](#" folders[i] ") | " total[folders[i]] numbers(folders[i])
        all += total[folders[i]]
    }
    print "| all | " all + 0 numbers("")
    for (i = 1; i <= nfolders; i++) {
        folder = folders[i]
        printf "\n## %s\n\n", folder
        if (folder in title)
            printf "*%s*%s\n\n", title[folder], folder in arxiv ? ", [arXiv " arxiv[folder] "](https://arxiv.org/abs/" arxiv[folder] ")" : ""
        print "| claim | verdict | method | smallest counterexample |"
        print "| --- | --- | --- | --- |"
        printf "%s", rows[folder]
    }
    print ""
}
