/* One certificate against its claim: the verdicts and how they are shown. */
#include "vf_cert.h"

#include <stdio.h>
#include <string.h>

enum { MAX_CHOICES = 100000 };

/* --- points ------------------------------------------------------------------------------- */

static void ensure_hypotheses(const vf_theorem *t, const vf_point *at) {
    ENSURE("a value is not in its set", vf_in_sets(t, at));
    for (size_t i = 0; i < t->nassumes; i++)
        ENSURE("a hypothesis is not true here", vf_truth(t, t->assume[i], at) == VF_TRUE);
}

static bool has(const vf_theorem *t, vf_quantifier quantifier) {
    for (size_t v = 0; v < t->nvars; v++)
        if (t->var[v].quantifier == quantifier)
            return true;
    return false;
}

static void check_fails(vf_theorem *t, vf_cert *c, vf_point *at) {
    ENSURE("a point refutes neither a generic nor an `exists` theorem",
           !has(t, VF_GENERIC) && !has(t, VF_EXISTS));
    vf_read_sets(t, c, at);
    long k = vf_read_long(vf_take(c, "fails"));
    ENSURE("no such claim", k >= 1 && (size_t)k <= t->nclaims);
    ensure_hypotheses(t, at);
    ENSURE("the claim is not false here", vf_truth(t, t->claim[k - 1], at) == VF_FALSE);
}

static void check_example(vf_theorem *t, vf_cert *c, vf_point *at) {
    vf_read_sets(t, c, at);
    ensure_hypotheses(t, at);
    for (size_t i = 0; i < t->nclaims; i++)
        ENSURE("a claim is not true here", vf_truth(t, t->claim[i], at) == VF_TRUE);
}

/* --- all choices of dimensions ------------------------------------------------------------- */

/* How many choices of the dimensions from number i on are allowed, given those before. */
static size_t choices_from(const vf_theorem *t, vf_point *p, size_t i) {
    if (i == t->ndims)
        return vf_dims_allowed(t, p);
    const vf_symbol *s = &t->sym[t->dim[i]];
    long *value = &p->dim[t->dim[i]];
    if (s->definition != NULL)
        return vf_integer(t, s->definition, p, value) && *value >= 1 ? choices_from(t, p, i + 1)
                                                                     : 0;
    ENSURE("a dimension has infinitely many values", s->finite);
    size_t n = 0;
    for (size_t k = 0; k < s->nvalues && n <= MAX_CHOICES; k++) {
        *value = s->value[k];
        n += choices_from(t, p, i + 1);
    }
    if (n > MAX_CHOICES)
        vf_limit("choices of dimensions");
    return n;
}

static vf_point *no_point(const vf_theorem *t) {
    vf_point *p = vf_alloc(sizeof *p);
    p->dim = vf_alloc((t->nsyms + 1) * sizeof *p->dim);
    p->var = vf_alloc((t->nvars + 1) * sizeof *p->var);
    return p;
}

static bool same_choice(const vf_theorem *t, const vf_point *a, const vf_point *b) {
    for (size_t i = 0; i < t->ndims; i++)
        if (a->dim[t->dim[i]] != b->dim[t->dim[i]])
            return false;
    return true;
}

/* --- kinds -------------------------------------------------------------------------------- */

static const struct kind {
    const char *keyword;
    vf_checker *check;
} kinds[] = {
    {"evaluate", vf_check_evaluate}, {"shape", vf_check_shape},
    {"rational", vf_check_rational}, {"functions", vf_check_rational},
    {"identity", vf_check_identity}, {"witness", vf_check_witness},
};

static void check_kind(vf_theorem *t, vf_cert *c, vf_point *at) {
    vf_undefined before = vf_take_definitions(t, c);
    const char *next = vf_next(c);
    size_t i = 0, n = sizeof kinds / sizeof *kinds;
    while (i < n && strcmp(kinds[i].keyword, next) != 0)
        i++;
    ENSURE("no record of this kind is known here", i < n);
    kinds[i].check(t, c, at);
    vf_drop_definitions(t, before);
}

/* --- certificates ------------------------------------------------------------------------- */

static void check_each_choice(vf_theorem *t, vf_cert *c) {
    const vf_term **whole = t->claim;
    vf_point **seen = NULL;
    size_t n = 0;
    t->claim = vf_check_known(t, c);
    while (strcmp(vf_next(c), "at") == 0) {
        vf_point *at = vf_read_at(t, vf_take(c, "at"));
        for (size_t i = 0; i < n; i++)
            ENSURE("a choice of dimensions comes twice", !same_choice(t, seen[i], at));
        seen = vf_grow(seen, n, sizeof *seen);
        seen[n++] = at;
        if (has(t, VF_EXISTS))
            check_example(t, c, at);
        else
            check_kind(t, c, at);
    }
    ENSURE("no choice of dimensions is shown", n > 0);
    ENSURE("a choice of dimensions is missing", n == choices_from(t, no_point(t), 0));
    t->claim = whole;
}

/* Is it one of these words? */
static bool is_one_of(const char *word, const char *const *words, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

/* An `exists` theorem whose claims and hypotheses hold together nowhere: at these dimensions, or at
   all of them (NULL). */
static void check_never(vf_theorem *t, vf_cert *c, vf_point *at) {
    ENSURE("this refutes `exists` theorems", has(t, VF_EXISTS));
    vf_take_never(t, c);
    if (at == NULL)
        vf_check_calculus(t, c);
    else
        check_kind(t, c, at);
}

static void check_refuted(vf_theorem *t, vf_cert *c) {
    static const char *const of_facts[] = {"shape", "rational", "functions"};
    if (strcmp(vf_next(c), "never") == 0) {
        check_never(t, c, NULL);
        return;
    }
    vf_point *at = vf_read_at(t, vf_take(c, "at"));
    if (has(t, VF_EXISTS) && strcmp(vf_next(c), "never") != 0)
        vf_take_definitions(t, c);
    const char *next = vf_next(c);
    if (strcmp(next, "never") == 0)
        check_never(t, c, at);
    else if (strcmp(next, "open") == 0)
        vf_check_open(t, c, at);
    else if (strcmp(next, "evaluate") == 0)
        vf_check_no_case(t, c, at);
    else if (is_one_of(next, of_facts, sizeof of_facts / sizeof *of_facts))
        vf_check_no_example(t, c, at);
    else
        check_fails(t, c, at);
}

/* The proof is about something: a point at which all hypotheses hold and everything is defined. A
   point says nothing of almost all values. */
static void check_instance(vf_theorem *t, vf_cert *c) {
    vf_take_alone(c, "instance");
    ENSURE("an instance of a theorem for all values", !has(t, VF_GENERIC) && !has(t, VF_EXISTS));
    vf_point *at = vf_read_at(t, vf_take(c, "at"));
    vf_read_sets(t, c, at);
    ensure_hypotheses(t, at);
    for (size_t i = 0; i < t->nclaims; i++)
        ENSURE("a claim is not known to be defined here", vf_is_defined(t, t->claim[i], at));
    puts("There are instances: its hypotheses can hold.");
}

static void check_proof(vf_theorem *t, vf_cert *c) {
    if (strcmp(vf_next(c), "at") == 0 || strcmp(vf_next(c), "known") == 0)
        check_each_choice(t, c);
    else
        vf_check_calculus(t, c);
}

/* only K: a proof of each claim by itself, in order. One example of all claims is none of these. */
static void check_apart(vf_theorem *t, vf_cert *c) {
    const vf_term **claim = t->claim;
    size_t n = t->nclaims;
    ENSURE("claims of an example stand together", !has(t, VF_EXISTS));
    for (size_t k = 0; k < n; k++) {
        ENSURE("the claims in their order", vf_read_long(vf_take(c, "only")) == (long)k + 1);
        t->claim = claim + k;
        t->nclaims = 1;
        check_proof(t, c);
    }
    t->claim = claim;
    t->nclaims = n;
}

static void check_body(vf_theorem *t, vf_cert *c) {
    if (!vf_cert_proved(c))
        check_refuted(t, c);
    else if (strcmp(vf_next(c), "only") == 0)
        check_apart(t, c);
    else
        check_proof(t, c);
    if (vf_cert_proved(c) && strcmp(vf_next(c), "instance") == 0)
        check_instance(t, c);
    ENSURE("a record that nothing asked for", *vf_next(c) == '\0');
}

void vf_put_hex(const unsigned char digest[32], char *text) {
    for (size_t i = 0; i < 32; i++)
        sprintf(text + 2 * i, "%02x", digest[i]);
}

void vf_check_certificate(const char *claims, const char *const *library, const char *path) {
    char digest[65];
    vf_cert *c = vf_cert_read(path);
    vf_at(claims, 0);
    vf_theorem *t = vf_read_theorem(claims, library, vf_cert_theorem(c));
    vf_put_hex(t->digest, digest);
    vf_at(path, 0);
    ENSURE("it belongs to another text", strcmp(digest, vf_cert_digest(c)) == 0);
    check_body(t, c);
    printf("accepted as %s:\n%s\n", vf_cert_proved(c) ? "proved" : "refuted", t->statement);
}
