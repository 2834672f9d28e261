#include "rk_explain.h"

#include <string.h>

#include "calculus/rk_mx_read.h"
#include "lang/rk_print.h"
#include "rankle.h"
#include "rk_line.h"
#include "rk_telling.h"

static const char packages[] = "amsmath,amssymb,amsthm";

/* --- the statement ------------------------------------------------------------------------ */

/* The theorem without what is said about it. */
static rk_theorem bare(const rk_explained *what, rk_arena *arena) {
    rk_theorem copy = *what->checked->theorem;
    rk_clause *clause = rk_arena_alloc(arena, (copy.nclauses + 1) * sizeof *clause);
    size_t n = 0;
    for (size_t i = 0; i < copy.nclauses; i++) {
        rk_clause_kind kind = copy.clauses[i].kind;
        if (kind != RK_C_SOURCE && kind != RK_C_CORRECTS && kind != RK_C_NOTE &&
            kind != RK_C_EXPECT)
            clause[n++] = copy.clauses[i];
    }
    copy.clauses = clause;
    copy.nclauses = n;
    return copy;
}

static void text_statement(rk_tale *t, const rk_explained *what) {
    rk_theorem theorem = bare(what, t->arena);
    rk_print_theorem(t->out, &theorem);
    rk_tale_end(t);
}

/* "theorem", "proposition refuted": what is false is no theorem. */
static const char *environment(const rk_result *r) {
    return r->verdict == RK_PROVED ? "theorem" : "claim";
}

static void latex_statement(rk_tale *t, const rk_explained *what) {
    rk_theorem theorem = bare(what, t->arena);
    const char *name = environment(what->result);
    rk_buf_printf(t->out, "\\begin{%s}", name);
    if (theorem.title != NULL)
        rk_buf_printf(t->out, "[%s]", rk_tale_text(t, theorem.title));
    rk_buf_puts(t->out, "\\emergencystretch=3em\n");
    rk_latex_sentences(t->out, &theorem);
    rk_buf_printf(t->out, "\\end{%s}\n\n", name);
}

static void latex_head(rk_tale *t, bool document) {
    static const char theorems[] = "\\newtheorem{theorem}{Theorem} \\newtheorem{claim}{Claim}";
    rk_buf_printf(t->out, "%% Written by rankle %s. Needs \\usepackage{%s} and\n%% %s.\n",
                  RANKLE_VERSION, packages, theorems);
    if (document)
        rk_buf_printf(t->out,
                      "\\documentclass{article}\n\\usepackage[T1]{fontenc}\n"
                      "\\usepackage[margin=30mm]{geometry}\n\\usepackage{%s}\n%s\n"
                      "\\allowdisplaybreaks\n\\begin{document}\n",
                      packages, theorems);
}

/* --- hypotheses --------------------------------------------------------------------------- */

/* "no row of X is constant": words around a piece of claim text. */
static const char *silent_text(rk_tale *t, const char *text) {
    static const char *const frames[][2] = {{"no row of ", " is constant"},
                                            {"no row of ", " is 0"},
                                            {"no column of ", " is constant"},
                                            {"no entry of ", " is 0"}};
    size_t len = strlen(text);
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        size_t head = strlen(frames[i][0]), tail = strlen(frames[i][1]);
        if (len < head + tail || strncmp(text, frames[i][0], head) != 0 ||
            strcmp(text + len - tail, frames[i][1]) != 0)
            continue;
        const char *inside = rk_arena_strndup(t->arena, text + head, len - head - tail);
        return rk_arena_printf(t->arena, "%s%s%s", frames[i][0],
                               rk_tale_math(t, rk_tale_formula(t, inside)), frames[i][1]);
    }
    return rk_tale_math(t, rk_tale_formula(t, text));
}

/* What the text needs in order to mean something. */
static void say_silent(rk_tale *t, const rk_result *r) {
    if (r->nhypotheses == 0)
        return;
    rk_tale_say(t, "The claim is made wherever everything in it is defined:");
    for (size_t i = 0; i < r->nhypotheses; i++) {
        rk_tale_say(t, "%s%s", i > 0 && i + 1 == r->nhypotheses ? "and " : "",
                    silent_text(t, r->hypotheses[i]));
        rk_tale_join(t, i + 1 == r->nhypotheses ? "." : i + 2 == r->nhypotheses ? "" : ",");
    }
}

typedef struct notion {
    rk_op op;
    const char *text;         /* plain */
    const char *left, *right; /* as a formula: left == right */
} notion;

static const notion notions[] = {
    {RK_T_AFFRANK, "", "affrank(E)", "rank([E, ones(n, 1)]) - 1"},
    {RK_T_NULLITY, "", "nullity(E)", "cols(E) - rank(E)"},
};

static bool mentions(const rk_term *t, rk_op op, unsigned char *seen) {
    if (t->op == op)
        return true;
    seen[t->id] = 1;
    for (size_t i = 0; i < t->nkids; i++)
        if (!seen[t->kid[i]->id] && mentions(t->kid[i], op, seen))
            return true;
    return false;
}

static bool theorem_mentions(const rk_checked *c, rk_op op) {
    unsigned char *seen = rk_calloc(c->nterms + 1, 1);
    bool found = false;
    for (size_t i = 0; i < c->nclaims && !found; i++)
        found = mentions(c->claims[i], op, seen);
    for (size_t i = 0; i < c->nassumes && !found; i++)
        found = mentions(c->assumes[i], op, seen);
    rk_free(seen);
    return found;
}

/* What the derivation writes instead of notions that have a definition. */
static void say_notions(rk_tale *t, const rk_checked *c) {
    for (size_t i = 0; i < sizeof notions / sizeof *notions; i++) {
        if (!theorem_mentions(c, notions[i].op))
            continue;
        const char *both = rk_arena_printf(t->arena, t->latex ? "%s = %s" : "%s == %s",
                                           rk_tale_formula(t, notions[i].left),
                                           rk_tale_formula(t, notions[i].right));
        rk_tale_say(t, "Recall that %s.", rk_tale_math(t, both));
    }
    if (theorem_mentions(c, RK_T_IN_ROWSPAN) || theorem_mentions(c, RK_T_IN_COLSPAN))
        rk_tale_say(t, "The span of one matrix lies in that of another exactly when appending "
                       "the first to the second does not raise the rank.");
}

/* --- Jacobians ---------------------------------------------------------------------------- */

typedef struct jacobians {
    rk_telling *telling;
    rk_reader *reader;
    unsigned char *seen; /* by id of a term */
    const char *last;    /* what was said */
} jacobians;

/* How the derivation writes one jrank, where the theorem writes it out itself. */
static void say_jacobian(jacobians *j, const rk_term *t) {
    rk_tale *tale = j->telling->tale;
    rk_mxs *store = rk_telling_plain_store(j->telling);
    const char *text = rk_telling_term(j->telling, t, false);
    const char *value = rk_telling_scalar(j->telling, store, rk_read_scalar(j->reader, t));
    if (text == NULL || rk_same_formula(text, value))
        return;
    const char *both =
        rk_arena_printf(tale->arena, tale->latex ? "%s = %s" : "%s == %s", text, value);
    if (j->last == NULL || strcmp(j->last, both) != 0)
        rk_tale_say(tale, "So %s.", rk_tale_math(tale, both));
    j->last = both;
}

/* Not what stands in a loop: there it is one for each index. */
static void find_jacobians(jacobians *j, const rk_term *t) {
    if (j->seen[t->id])
        return;
    j->seen[t->id] = 1;
    if (t->op == RK_T_JRANK)
        say_jacobian(j, t);
    bool loop = t->op == RK_T_FOLD || (t->op >= RK_T_LOOP_SUM && t->op <= RK_T_LOOP_MIN) ||
                t->op == RK_T_LOOP_ALL || t->op == RK_T_LOOP_ANY;
    for (size_t i = 0; i < t->nkids && !loop; i++)
        find_jacobians(j, t->kid[i]);
}

static void say_jacobians(rk_telling *telling) {
    const rk_checked *c = telling->checked;
    rk_tale *t = telling->tale;
    if (!theorem_mentions(c, RK_T_JRANK))
        return;
    const char *term = rk_tale_formula(t, "L*V*R"), *columns = rk_tale_formula(t, "kron(R', L)");
    rk_tale_say(t,
                "Recall that jrank is the rank of the Jacobian. The columns that the entries of V "
                "have in that of a sum of products %s are those of the sum of the %s.",
                rk_tale_math(t, term), rk_tale_math(t, columns));
    jacobians j = {.telling = telling, .seen = rk_calloc(c->nterms + 1, 1)};
    j.reader = rk_reader_new(rk_telling_plain_store(telling), c);
    rk_reader_bound_dimensions(j.reader);
    for (size_t i = 0; i < c->nclaims; i++)
        find_jacobians(&j, c->claims[i]);
    rk_reader_free(j.reader);
    rk_free(j.seen);
}

/* --- proofs ------------------------------------------------------------------------------- */

static void say_caveats(rk_tale *t, const rk_result *r) {
    for (size_t i = 0; i < r->ncaveats; i++)
        rk_tale_say(t, "Caveat: %s.", rk_tale_text(t, r->caveats[i]));
}

static void tell_proof(rk_tale *t, const rk_explained *what) {
    rk_telling telling;
    rk_telling_init(&telling, t, what->checked);
    say_silent(t, what->result);
    say_notions(t, what->checked);
    say_jacobians(&telling);
    if (!t->latex)
        rk_tale_end(t);
    rk_tell_derivation(&telling, rk_calculus_derivation(what->calculus));
    rk_telling_clear(&telling);
}

static void begin(rk_tale *t, const char *heading) {
    if (t->latex)
        rk_buf_printf(t->out, "\\begin{proof}%s%s%s\\emergencystretch=3em\n", *heading ? "[" : "",
                      heading, *heading ? "]" : "");
}

/* The last n bytes replaced. */
static void cut(rk_buf *out, size_t n, const char *by) {
    out->len -= n;
    out->text[out->len] = '\0';
    rk_buf_puts(out, by);
}

/* The sign of the end of the proof belongs into a last formula, unless that has a number, and not
   into a paragraph of its own. */
static void end(rk_tale *t) {
    static const char display[] = "\n\\end{equation*}\n\n";
    size_t n = strlen(display);
    rk_tale_end(t);
    if (!t->latex)
        return;
    char *end = t->out->text + t->out->len;
    if (t->out->len > n && strcmp(end - n, display) == 0 && end[-(long)n - 1] != '}')
        cut(t->out, n, " \\qedhere\n\\end{equation*}\n");
    else
        cut(t->out, 1, "");
    rk_buf_puts(t->out, "\\end{proof}\n");
}

static bool has_derivation(const rk_explained *what) {
    return what->calculus != NULL && rk_calculus_proved(what->calculus);
}

static void explain_proved(rk_tale *t, const rk_explained *what) {
    if (!t->latex && has_derivation(what)) {
        size_t steps = rk_derivation_steps(rk_calculus_derivation(what->calculus));
        rk_tale_say(t, "Proved by the rank calculus in %zu step%s.", steps, steps == 1 ? "" : "s");
        say_caveats(t, what->result);
        rk_tale_end(t);
    } else if (!t->latex) {
        rk_tale_say(t, "Proved.");
        say_caveats(t, what->result);
        rk_tale_end(t);
    }
    begin(t, "");
    if (has_derivation(what))
        tell_proof(t, what);
    else
        rk_explain_method(t, what);
    end(t);
}

/* --- refutations -------------------------------------------------------------------------- */

static void explain_refuted(rk_tale *t, const rk_explained *what) {
    const rk_result *r = what->result;
    if (!t->latex) {
        rk_tale_say(t, "Refuted.");
        rk_tale_end(t);
    }
    begin(t, r->has_counterexample ? "Counterexample" : "Refutation");
    say_silent(t, r);
    if (r->has_counterexample)
        rk_explain_point(t, what);
    else
        rk_explain_method(t, what);
    if (strcmp(r->method, "open set of violations") == 0)
        rk_tale_say(t, "The claim fails on a whole neighbourhood of this point, so on a set of "
                       "positive measure.");
    end(t);
}

static void explain_open(rk_tale *t, const rk_explained *what) {
    const char *verdict = rk_verdict_name(what->result->verdict);
    if (!t->latex) {
        rk_tale_say(t, "%c%s.", verdict[0] - 'a' + 'A', verdict + 1);
        rk_tale_end(t);
        say_silent(t, what->result);
        rk_tale_end(t);
        rk_explain_trials(t, what);
        return;
    }
    rk_buf_puts(t->out, "\\begin{proof}[Evidence, not a proof]\n\\renewcommand{\\qedsymbol}{}\n");
    say_silent(t, what->result);
    rk_explain_trials(t, what);
    rk_buf_puts(t->out, "\\end{proof}\n");
}

static void explain_outcome(rk_tale *t, const rk_explained *what) {
    if (what->result->verdict == RK_PROVED)
        explain_proved(t, what);
    else if (what->result->verdict == RK_REFUTED)
        explain_refuted(t, what);
    else
        explain_open(t, what);
}

void rk_explain(rk_buf *out, const rk_explained *what, rk_explain_format format) {
    rk_arena *arena = rk_arena_new();
    rk_tale t;
    bool document = format == RK_EXPLAIN_LATEX_DOCUMENT;
    rk_tale_init(&t, out, arena, format != RK_EXPLAIN_TEXT);
    if (t.latex) {
        latex_head(&t, document);
        latex_statement(&t, what);
    } else {
        text_statement(&t, what);
    }
    explain_outcome(&t, what);
    if (!t.latex && out->len > 1 && out->text[out->len - 2] == '\n')
        cut(out, 1, ""); /* no empty line at the end */
    if (document)
        rk_buf_puts(out, "\\end{document}\n");
    rk_tale_clear(&t);
    rk_arena_free(arena);
}
