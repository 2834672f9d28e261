/* The clauses of a theorem, and the names a certificate may use. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "vf_reader.h"

unsigned vf_new_symbol(vf_theorem *t, const char *name, long low) {
    t->sym = vf_grow(t->sym, t->nsyms, sizeof *t->sym);
    vf_symbol *s = &t->sym[t->nsyms];
    *s = (vf_symbol){.name = name, .low = low};
    s->size = vf_ratio_of(vf_poly_atom((unsigned)t->nsyms));
    return (unsigned)t->nsyms++;
}

/* --- dimensions --------------------------------------------------------------------------- */

static int compare_longs(const void *a, const void *b) {
    long x = *(const long *)a, y = *(const long *)b;
    return (x > y) - (x < y);
}

/* The values that are at least 1, ascending, once each. */
static void set_values(vf_symbol *s, long *value, size_t n) {
    size_t kept = 0;
    qsort(value, n, sizeof *value, compare_longs);
    for (size_t i = 0; i < n; i++)
        if (value[i] >= 1 && (kept == 0 || value[i] != value[kept - 1]))
            value[kept++] = value[i];
    ENSURE("no value is left for a dimension", kept > 0);
    s->finite = true;
    s->value = value;
    s->nvalues = kept;
    s->low = value[0];
}

/* "{" INT { "," INT } "}" */
static void read_list(vf_reader *r, vf_symbol *s) {
    long *value = NULL;
    size_t n = 0;
    do {
        value = vf_grow(value, n, sizeof *value);
        value[n++] = vf_want_long(&r->x);
    } while (vf_accept(&r->x, ","));
    vf_want(&r->x, "}");
    set_values(s, value, n);
}

/* INT ".." INT */
static void read_range(vf_reader *r, vf_symbol *s) {
    long low = vf_want_long(&r->x);
    vf_want(&r->x, "..");
    long high = vf_want_long(&r->x);
    ENSURE("no value is left for a dimension", low <= high);
    if (high - low >= VF_MAX_RANGE)
        vf_limit("values of a dimension");
    size_t n = (size_t)(high - low) + 1;
    long *value = vf_alloc(n * sizeof *value);
    for (size_t i = 0; i < n; i++)
        value[i] = low + (long)i;
    set_values(s, value, n);
}

/* dimdecl = NAME ">=" INT | NAME "in" ... | NAME "=" iexpr */
static void read_dim(vf_reader *r) {
    vf_theorem *t = r->t;
    const char *name = vf_want_name(&r->x);
    vf_symbol s = {.name = name, .low = 1};
    if (vf_accept(&r->x, ">=")) {
        long low = vf_want_long(&r->x);
        s.low = low < 1 ? 1 : low;
    } else if (vf_accept(&r->x, "in")) {
        if (vf_accept(&r->x, "{"))
            read_list(r, &s);
        else
            read_range(r, &s);
    } else {
        vf_want(&r->x, "=");
        s.definition = vf_parse_extent(r);
        s.size = vf_size_of(t, s.definition);
    }
    unsigned sym = vf_new_symbol(t, name, s.low);
    if (s.definition == NULL)
        s.size = t->sym[sym].size;
    t->sym[sym] = s;
    vf_bind(r, name, vf_make_symbol(r, sym));
    t->dim = vf_grow(t->dim, t->ndims, sizeof *t->dim);
    t->dim[t->ndims++] = sym;
}

/* --- variables ---------------------------------------------------------------------------- */

static const struct set {
    const char *name;
    vf_set set;
    size_t least, most; /* sizes in brackets */
    bool square, generic;
} sets[] = {{"real", VF_REAL, 0, 2, false, true},
            {"positive", VF_POSITIVE, 0, 2, false, true},
            {"nonnegative", VF_NONNEGATIVE, 0, 2, false, true},
            {"nonzero", VF_NONZERO, 0, 2, false, true},
            {"integer", VF_INTEGER, 0, 2, false, false},
            {"stochastic", VF_STOCHASTIC, 2, 2, false, true},
            {"attention", VF_ATTENTION, 2, 2, false, true},
            {"symmetric", VF_SYMMETRIC, 1, 2, true, true},
            {"psd", VF_PSD, 1, 2, true, true},
            {"diagonal", VF_DIAGONAL, 1, 2, true, true},
            {"invertible", VF_INVERTIBLE, 1, 2, true, true},
            {"orthogonal", VF_ORTHOGONAL, 1, 2, true, true},
            {"permutation", VF_PERMUTATION, 1, 2, true, false},
            {"unit_rows", VF_UNIT_ROWS, 2, 2, false, true}};

static const struct set *find_set(const char *name) {
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if (strcmp(sets[i].name, name) == 0)
            return &sets[i];
    vf_refuse("an unknown set, or a distribution");
}

/* [ "[" iexpr [ "," iexpr ] "]" ] behind a set: no size is a scalar, one a column or square. */
static void read_sizes(vf_reader *r, const struct set *s, vf_variable *v) {
    const vf_term *size[2] = {NULL, NULL};
    size_t n = 0;
    if (vf_accept(&r->x, "[")) {
        do
            size[n++] = vf_parse_extent(r);
        while (n < 2 && vf_accept(&r->x, ","));
        vf_want(&r->x, "]");
    }
    ENSURE("a wrong number of sizes behind a set", s->least <= n && n <= s->most);
    v->rows = n > 0 ? size[0] : vf_make_int(r, 1);
    v->cols = n == 2 ? size[1] : s->square ? v->rows : vf_make_int(r, 1);
    ENSURE("a set of square matrices",
           !s->square || vf_same_size(vf_size_of(r->t, v->rows), vf_size_of(r->t, v->cols)));
}

static void bind_variable(vf_reader *r, const vf_variable *v) {
    unsigned var = (unsigned)r->t->nvars;
    vf_term *single = NULL;
    if (v->members == NULL) {
        single = vf_make(r, VF_VAR, vf_size_of(r->t, v->rows), vf_size_of(r->t, v->cols), NULL, 0);
        single->var = var;
    }
    vf_binding *b = vf_bind(r, v->name, single);
    b->kind = v->members != NULL ? VF_BOUND_FAMILY : VF_BOUND_TERM;
    b->var = var;
    r->t->var = vf_grow(r->t->var, r->t->nvars, sizeof *v);
    r->t->var[r->t->nvars++] = *v;
}

/* vardecl = NAME [ "[" iexpr "]" ] ":" SET [ "[" iexpr [ "," iexpr ] "]" ] */
static void read_variable(vf_reader *r, vf_quantifier quantifier) {
    vf_variable v = {.name = vf_want_name(&r->x), .quantifier = quantifier};
    if (vf_accept(&r->x, "[")) {
        v.members = vf_parse_extent(r);
        vf_want(&r->x, "]");
    }
    vf_want(&r->x, ":");
    const struct set *s = find_set(vf_want_name(&r->x));
    ENSURE("`generic` over a finite or countable set", s->generic || quantifier != VF_GENERIC);
    v.set = s->set;
    read_sizes(r, s, &v);
    for (size_t i = 0; i < r->t->nvars; i++)
        ENSURE("variables are all universal or all `exists`",
               (r->t->var[i].quantifier == VF_EXISTS) == (quantifier == VF_EXISTS));
    bind_variable(r, &v);
}

static void read_variables(vf_reader *r, vf_quantifier quantifier) {
    do
        read_variable(r, quantifier);
    while (vf_accept(&r->x, ","));
}

/* --- the other clauses -------------------------------------------------------------------- */

static const char *beside(const char *path, const char *file) {
    const char *slash = strrchr(path, '/');
    if (file[0] == '/' || slash == NULL)
        return file;
    size_t n = (size_t)(slash - path) + 1;
    char *all = vf_alloc(n + strlen(file) + 1);
    memcpy(all, path, n);
    return strcat(all, file);
}

/* "data" NAME "=" "load" "(" STRING [ "," STRING ] ")" */
static void read_data(vf_reader *r, const char *path) {
    vf_theorem *t = r->t;
    vf_datum d = {.name = vf_want_name(&r->x)};
    unsigned char sha[32];
    vf_want(&r->x, "=");
    vf_want(&r->x, "load");
    vf_want(&r->x, "(");
    d.path = beside(path, vf_want_string(&r->x));
    if (vf_accept(&r->x, ","))
        d.tensor = vf_want_string(&r->x);
    vf_want(&r->x, ")");
    vf_read_matrix(&d, sha);
    vf_list_bytes(r, sha, sizeof sha);
    vf_term *m =
        vf_make(r, VF_DATUM, vf_ratio_int((long)d.rows), vf_ratio_int((long)d.cols), NULL, 0);
    m->var = (unsigned)t->ndata;
    vf_bind(r, d.name, m);
    t->datum = vf_grow(t->datum, t->ndata, sizeof d);
    t->datum[t->ndata++] = d;
}

/* "let" NAME "=" expr. A let is one object wherever it is used, and no integer expression. */
static void read_let(vf_reader *r) {
    const char *name = vf_want_name(&r->x);
    vf_want(&r->x, "=");
    r->let = r->nlets++;
    vf_term *t = vf_alloc(sizeof *t);
    *t = *vf_parse_value(r);
    t->integer = false;
    vf_binding *b = vf_bind(r, name, t);
    b->kind = VF_BOUND_LET;
    b->let = r->let;
    r->let = VF_NO_LET;
}

static void read_truth(vf_reader *r, const vf_term ***list, size_t *n) {
    *list = vf_grow(*list, *n, sizeof **list);
    (*list)[(*n)++] = vf_parse_truth(r);
}

static void read_source(vf_reader *r) {
    ENSURE("an unknown paper", vf_find_item(r, "paper", vf_want_any_name(&r->x)) != NULL);
    if (r->x.token.kind == VF_TOKEN_STRING)
        vf_advance(&r->x);
}

static void read_corrects(vf_reader *r) {
    const char *other = vf_want_any_name(&r->x);
    ENSURE("a theorem that is corrected is another one of these files",
           vf_find_item(r, "theorem", other) != NULL && strcmp(other, r->t->name) != 0);
}

static void read_expect(vf_reader *r, bool *expected) {
    static const char *const verdicts[] = {"proved",    "refuted",     "verified",
                                           "supported", "unsupported", "undecided"};
    ENSURE("a second `expect`", !*expected);
    *expected = true;
    for (size_t i = 0; i < 6; i++)
        if (vf_accept(&r->x, verdicts[i]))
            return;
    vf_refuse("an unknown verdict");
}

static void read_dims(vf_reader *r) {
    do
        read_dim(r);
    while (vf_accept(&r->x, ","));
}

/* One clause without its ";" */
static void read_clause(vf_reader *r, const char *path, bool *expected) {
    vf_lexer *x = &r->x;
    if (vf_accept(x, "source"))
        read_source(r);
    else if (vf_accept(x, "corrects"))
        read_corrects(r);
    else if (vf_accept(x, "note"))
        vf_want_string(x);
    else if (vf_accept(x, "dim"))
        read_dims(r);
    else if (vf_accept(x, "forall"))
        read_variables(r, VF_FORALL);
    else if (vf_accept(x, "generic"))
        read_variables(r, VF_GENERIC);
    else if (vf_accept(x, "exists"))
        read_variables(r, VF_EXISTS);
    else if (vf_accept(x, "random"))
        vf_refuse("a theorem about random variables has no certificates");
    else if (vf_accept(x, "data"))
        read_data(r, path);
    else if (vf_accept(x, "let"))
        read_let(r);
    else if (vf_accept(x, "assume"))
        read_truth(r, &r->t->assume, &r->t->nassumes);
    else if (vf_accept(x, "claim"))
        read_truth(r, &r->t->claim, &r->t->nclaims);
    else if (vf_accept(x, "expect"))
        read_expect(r, expected);
    else
        vf_refuse("a clause or `}` was expected");
}

/* --- the theorem -------------------------------------------------------------------------- */

/* Sizes of a let that nothing uses do not count. A let is used before it uses others, seen from
   the end of the text. */
static void drop_unused_sizes(vf_reader *r) {
    bool *used = r->used = vf_alloc((size_t)r->nlets + 1);
    for (size_t i = r->nuses; i-- > 0;)
        if (r->use[i][0] == VF_NO_LET || used[r->use[i][0]])
            used[r->use[i][1]] = true;
    size_t kept = 0;
    for (size_t i = 0; i < r->t->nsizes; i++)
        if (r->size_let[i] == VF_NO_LET || used[r->size_let[i]]) {
            r->t->size[kept] = r->t->size[i];
            r->t->extent[kept++] = r->t->extent[i];
        }
    r->t->nsizes = kept;
}

void vf_read_clauses(vf_reader *r, const char *path) {
    bool expected = false;
    if (r->x.token.kind == VF_TOKEN_STRING)
        vf_advance(&r->x);
    vf_want(&r->x, "{");
    while (!vf_is(&r->x, "}")) {
        read_clause(r, path, &expected);
        vf_want(&r->x, ";");
    }
    ENSURE("a theorem without a claim", r->t->nclaims > 0);
    drop_unused_sizes(r);
}

/* --- certificates ------------------------------------------------------------------------- */

const vf_term *vf_read_term(vf_theorem *t, const vf_name *more, size_t nmore, const char *text,
                            const char **end) {
    vf_reader *r = t->scope;
    const vf_binding *names = r->names;
    r->certificate = true;
    r->nterms = 0;
    for (size_t i = 0; i < nmore; i++)
        vf_bind(r, more[i].name, more[i].term);
    vf_lex(&r->x, NULL, text, strlen(text));
    const vf_term *term = vf_parse_any(r);
    ENSURE("text behind an expression", end != NULL || r->x.token.kind == VF_TOKEN_END);
    if (end != NULL)
        *end = r->x.token.text;
    r->names = names;
    return term;
}
