/* The clauses of a theorem. */
#include <stdlib.h>
#include <string.h>
#include "rk_checker.h"

/* Appends a zeroed element to one of the growing tables of the theorem. */
#define PUSH(table, count, cap)                                                                    \
    (rk_grow(&(table), &(cap), (count) + 1, sizeof *(table)),                                      \
     memset(&(table)[count], 0, sizeof *(table)), &(table)[(count)++])

/* --- dimensions ---------------------------------------------------------------------------- */

static int compare_int(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void warn_below_one(rk_checker *ck, const rk_node *value) {
    rk_diag_add(ck->report.diags, RK_WARNING, "dimension-below-one", value->span,
                "dimensions are at least 1, smaller values are passed over");
}

/* The values of a list, sorted, once each, without those below 1. */
static bool read_list(rk_checker *ck, const rk_dimdecl *d, rk_dim *dim) {
    dim->values = rk_arena_alloc(ck->arena, (d->nvalues + 1) * sizeof *dim->values);
    size_t n = 0;
    for (size_t i = 0; i < d->nvalues; i++) {
        if (!rk_check_int(ck, d->values[i], &dim->values[n]))
            return false;
        if (dim->values[n] < 1)
            warn_below_one(ck, d->values[i]);
        n += dim->values[n] >= 1;
    }
    qsort(dim->values, n, sizeof *dim->values, compare_int);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || dim->values[i] != dim->values[i - 1])
            dim->values[dim->nvalues++] = dim->values[i];
    return true;
}

static bool read_bounds(rk_checker *ck, const rk_dimdecl *d, rk_dim *dim) {
    if (d->nvalues < (d->kind == RK_DIM_RANGE ? 2 : 1)) /* the parser has complained */
        return false;
    if (!rk_check_int(ck, d->values[0], &dim->low))
        return false;
    dim->high = dim->low;
    if (d->kind == RK_DIM_RANGE && !rk_check_int(ck, d->values[1], &dim->high))
        return false;
    if (dim->low < 1)
        warn_below_one(ck, d->values[0]);
    dim->low = dim->low < 1 ? 1 : dim->low;
    return true;
}

static bool range_is_empty(const rk_dim *dim) {
    return (dim->kind == RK_DIM_RANGE && dim->high < dim->low) ||
           (dim->kind == RK_DIM_LIST && dim->nvalues == 0);
}

static bool read_dim(rk_checker *ck, const rk_dimdecl *d, rk_dim *dim) {
    if (d->kind == RK_DIM_EQUAL)
        return (dim->expr = rk_check_extent(ck, d->expr)) != NULL;
    if (!(d->kind == RK_DIM_LIST ? read_list(ck, d, dim) : read_bounds(ck, d, dim)))
        return false;
    if (!range_is_empty(dim))
        return true;
    rk_complain(ck, "empty-range", d->span, "no value is left for `%s`", d->name);
    return false;
}

static void check_dim(rk_checker *ck, const rk_dimdecl *d) {
    rk_dim dim = {.name = d->name, .kind = d->kind};
    bool good = read_dim(ck, d, &dim);
    rk_binding *b = rk_bind(ck, RK_BIND_DIM, d->name, d->span);
    b->bad = !good;
    ck->spoilt |= !good;
    if (!good)
        return;
    int64_t low = d->kind == RK_DIM_LIST ? dim.values[0] : d->kind == RK_DIM_EQUAL ? 1 : dim.low;
    dim.sym = rk_new_symbol(ck, d->name, dim.expr, low);
    b->size = rk_size_sym(ck->sizes, dim.sym);
    *PUSH(ck->out->dims, ck->out->ndims, ck->cap_dims) = dim;
}

/* --- variables ----------------------------------------------------------------------------- */

static bool find_set(rk_checker *ck, const rk_vardecl *v, rk_set *set) {
    if (rk_set_find(v->set, set))
        return true;
    const char *best = NULL;
    size_t distance = SIZE_MAX;
    for (int i = 0; i < RK_SET_COUNT; i++)
        rk_nearest(v->set, rk_set_lookup((rk_set)i)->name, &best, &distance);
    if (*v->set != '\0' &&
        rk_complain(ck, "unknown-set", v->set_span, "there is no set `%s`", v->set) && best)
        rk_hint(ck, "did you mean `%s`?", best);
    return false;
}

static bool check_quantifier(rk_checker *ck, const rk_clause *c, const rk_vardecl *v,
                             const rk_set_info *info) {
    if (info->random != (c->quant == RK_RANDOM)) {
        if (!rk_complain(ck, "random-set", v->set_span,
                         info->random ? "`%s` is a distribution, for `random` variables only"
                                      : "`%s` is no distribution, as `random` needs",
                         info->name))
            return false;
        if (!info->random)
            rk_hint(ck, "the distributions are gaussian, uniform and haar");
        return false;
    }
    if (c->quant != RK_GENERIC || info->generic)
        return true;
    if (rk_complain(ck, "generic-set", v->set_span,
                    "`generic` says nothing over `%s`: every point of a finite or countable set "
                    "counts",
                    info->name))
        rk_hint(ck, "use `forall`");
    return false;
}

static bool check_set_sizes(rk_checker *ck, const rk_vardecl *v, const rk_set_info *info,
                            const rk_size *const size[2]) {
    int n = (int)v->nsizes;
    if (n < info->min_sizes || n > info->max_sizes) {
        rk_complain(ck, "set-sizes", v->set_span, "`%s` takes %s, not %d", info->name,
                    info->min_sizes == 0   ? "at most two sizes"
                    : info->min_sizes == 1 ? "one size, or two equal ones"
                                           : "two sizes",
                    n);
        return false;
    }
    if (!info->square || n < 2 || !size[0] || !size[1] ||
        rk_size_equal(ck->sizes, size[0], size[1]))
        return true;
    rk_complain(ck, "not-square", rk_span_join(v->size[0]->span, v->size[1]->span),
                "`%s` is a set of square matrices, this is %s by %s", info->name,
                rk_size_text(ck, size[0]), rk_size_text(ck, size[1]));
    return false;
}

static bool check_param(rk_checker *ck, const rk_node *node, rk_term **param) {
    rk_term *t = *param = rk_check_value(ck, node);
    if (!t || !rk_want_scalar(ck, t, node->span, "a parameter of a distribution"))
        return false;
    if (!(ck->traits[t->id] & (RK_TRAIT_VARIABLE | RK_TRAIT_STATISTIC)))
        return true;
    rk_complain(ck, "distribution-parameters", node->span,
                "a parameter of a distribution does not depend on variables");
    return false;
}

static bool check_params(rk_checker *ck, const rk_vardecl *v, const rk_set_info *info,
                         rk_term *param[2]) {
    if ((int)v->nparams == info->params) {
        bool good = true;
        for (size_t i = 0; i < v->nparams; i++)
            good &= check_param(ck, v->params[i], &param[i]);
        return good;
    }
    if (!rk_complain(ck, "distribution-parameters", v->set_span,
                     "`%s` takes %d parameters in parentheses, not %zu", info->name, info->params,
                     v->nparams))
        return false;
    if (info->params)
        rk_hint(ck, strcmp(info->name, "uniform") == 0
                        ? "uniform[n, d](a, b): between a and b"
                        : "gaussian[n, d](mean, sd): mean and standard deviation");
    return false;
}

/* Fills in set, sizes and parameters. */
static bool read_var(rk_checker *ck, const rk_clause *c, const rk_vardecl *v, rk_var *var) {
    const rk_size *size[2] = {NULL, NULL};
    bool good = find_set(ck, v, &var->set);
    if (v->family && !(var->family = rk_check_extent(ck, v->family)))
        good = false;
    for (size_t i = 0; i < v->nsizes && i < 2; i++)
        good &= (size[i] = rk_check_extent(ck, v->size[i])) != NULL;
    const rk_set_info *info = good ? rk_set_lookup(var->set) : NULL;
    if (!info)
        return false;
    good = check_quantifier(ck, c, v, info);
    good &= check_set_sizes(ck, v, info, size);
    good &= check_params(ck, v, info, var->param);
    var->rows = size[0] ? size[0] : rk_one(ck);
    var->cols = size[1] ? size[1] : info->square && size[0] ? size[0] : rk_one(ck);
    return good;
}

static void check_var(rk_checker *ck, const rk_clause *c, const rk_vardecl *v) {
    rk_var var = {.name = v->name, .quant = c->quant, .span = v->span};
    bool good = read_var(ck, c, v, &var);
    rk_binding *b = rk_bind(ck, v->family ? RK_BIND_FAMILY : RK_BIND_VAR, v->name, v->span);
    b->bad = !good;
    ck->spoilt |= !good;
    if (!good)
        return;
    b->var = (unsigned)ck->out->nvars;
    *PUSH(ck->out->vars, ck->out->nvars, ck->cap_vars) = var;
    if (v->family)
        return;
    b->term = rk_make(ck, RK_T_VAR, v->span, var.rows, var.cols, NULL, 0);
    b->term->var = b->var;
}

static rk_mode mode_of(rk_quant quant) {
    return quant == RK_EXISTS   ? RK_MODE_EXISTS
           : quant == RK_RANDOM ? RK_MODE_RANDOM
                                : RK_MODE_UNIVERSAL;
}

/* The first clause of variables decides; another kind later is an error. */
static void find_mode(rk_checker *ck) {
    const rk_clause *first = NULL;
    for (size_t i = 0; i < ck->theorem->nclauses; i++) {
        const rk_clause *c = &ck->theorem->clauses[i];
        if (c->kind != RK_C_VARS)
            continue;
        first = first ? first : c;
        if (mode_of(c->quant) == mode_of(first->quant))
            continue;
        if (rk_complain(ck, "mixed-quantifiers", c->span,
                        "the variables of a theorem are all universal (forall, generic), or all "
                        "`exists`, or all `random`"))
            rk_diag_note(ck->report.diags, first->span, "the first ones are declared here");
        break;
    }
    ck->out->mode = first ? mode_of(first->quant) : RK_MODE_UNIVERSAL;
    ck->allow_random = first && ck->out->mode == RK_MODE_RANDOM;
}

/* --- data ---------------------------------------------------------------------------------- */

static const char *beside(rk_checker *ck, const char *file) {
    const char *slash = strrchr(ck->out->file->path, '/');
    if (file[0] == '/' || !slash)
        return file;
    return rk_arena_printf(ck->arena, "%.*s/%s", (int)(slash - ck->out->file->path),
                           ck->out->file->path, file);
}

static bool load(rk_checker *ck, const rk_clause *c, rk_datum *d, unsigned char sha[32]) {
    size_t rows = 0, cols = 0;
    if (!ck->loader) {
        rk_complain(ck, "data-read", c->span, "data files are not read here");
        return false;
    }
    /* The loader reports by itself: count its errors with ours. */
    if (!ck->loader->load(ck->loader->self, d->file, d->tensor, c->span, ck->report.diags, &rows,
                          &cols, &d->matrix, sha)) {
        ck->report.errors++;
        return false;
    }
    d->rows = rk_size_const(ck->sizes, (int64_t)rows);
    d->cols = rk_size_const(ck->sizes, (int64_t)cols);
    return true;
}

static void check_data(rk_checker *ck, const rk_clause *c) {
    rk_datum d = {.name = c->name, .file = beside(ck, c->string), .tensor = c->string2};
    unsigned char sha[32] = {0};
    d.span = c->name_span;
    bool good = load(ck, c, &d, sha);
    rk_binding *b = rk_bind(ck, RK_BIND_DATA, c->name, c->name_span);
    b->bad = !good;
    ck->spoilt |= !good;
    if (!good)
        return;
    rk_digest_data(&ck->digest, sha);
    b->term = rk_make(ck, RK_T_DATA, c->name_span, d.rows, d.cols, NULL, 0);
    b->term->data = (unsigned)ck->out->ndata;
    *PUSH(ck->out->data, ck->out->ndata, ck->cap_data) = d;
}

/* --- the other clauses --------------------------------------------------------------------- */

static void check_let(rk_checker *ck, const rk_clause *c) {
    ck->let = ck->nlets++;
    rk_term *t = rk_check_value(ck, c->expr);
    rk_binding *b = rk_bind(ck, RK_BIND_LET, c->name, c->name_span);
    b->term = t;
    b->let = ck->let;
    b->bad = !t;
    ck->spoilt |= !t;
    ck->let = RK_NO_LET;
}

static void check_assume(rk_checker *ck, const rk_clause *c) {
    rk_term *t = rk_check_truth(ck, c->expr);
    ck->spoilt |= !t;
    if (!t)
        return;
    rk_check_no_statistic(ck, t, "an `assume`");
    *PUSH(ck->out->assumes, ck->out->nassumes, ck->cap_assumes) = t;
}

static void check_claim(rk_checker *ck, const rk_clause *c) {
    rk_term *t = rk_check_truth(ck, c->expr);
    ck->spoilt |= !t;
    if (!t)
        return;
    if (ck->allow_random)
        rk_check_random_claim(ck, t);
    *PUSH(ck->out->claims, ck->out->nclaims, ck->cap_claims) = t;
}

static void check_expect(rk_checker *ck, const rk_clause *c) {
    if (rk_verdict_find(c->name, &ck->out->expect))
        return;
    const char *best = NULL;
    size_t distance = SIZE_MAX;
    for (int v = 0; v < RK_VERDICT_NONE; v++)
        rk_nearest(c->name, rk_verdict_name((rk_verdict)v), &best, &distance);
    if (!rk_complain(ck, "unknown-verdict", c->name_span, "`%s` is no verdict", c->name))
        return;
    if (best)
        rk_hint(ck, "did you mean `%s`?", best);
    else
        rk_hint(ck,
                "the verdicts are proved, refuted, verified, supported, unsupported, undecided");
}

static void hint_nearest_named(rk_checker *ck, const char *name, bool papers) {
    const char *best = NULL;
    size_t distance = SIZE_MAX;
    for (size_t i = 0; i < ck->unit->nfiles; i++)
        for (size_t j = 0; j < ck->unit->files[i]->nitems; j++) {
            const rk_item *item = &ck->unit->files[i]->items[j];
            if (papers && item->kind == RK_I_PAPER)
                rk_nearest(name, item->paper->name, &best, &distance);
            if (!papers && item->kind == RK_I_THEOREM)
                rk_nearest(name, item->theorem->name, &best, &distance);
        }
    if (best)
        rk_hint(ck, "did you mean `%s`?", best);
}

static void check_source(rk_checker *ck, const rk_clause *c) {
    const rk_named *found = rk_named_find(&ck->papers, c->name);
    if (!found) {
        if (!ck->broken &&
            rk_complain(ck, "unknown-paper", c->name_span, "there is no paper `%s`", c->name))
            hint_nearest_named(ck, c->name, true);
        return;
    }
    if (ck->out->paper) /* the first source is the one that is shown */
        return;
    ck->out->paper = found->item;
    ck->out->source = c->string;
}

static void check_corrects(rk_checker *ck, const rk_clause *c) {
    if (strcmp(c->name, ck->theorem->name) == 0) {
        rk_complain(ck, "corrects-itself", c->name_span, "a theorem does not correct itself");
        return;
    }
    if (!rk_named_find(&ck->theorems, c->name) && !ck->broken &&
        rk_complain(ck, "unknown-theorem", c->name_span, "there is no theorem `%s`", c->name))
        hint_nearest_named(ck, c->name, false);
    if (!ck->out->corrects)
        ck->out->corrects = c->name;
}

static void check_clause(rk_checker *ck, const rk_clause *c) {
    switch (c->kind) {
    case RK_C_SOURCE:
        check_source(ck, c);
        break;
    case RK_C_CORRECTS:
        check_corrects(ck, c);
        break;
    case RK_C_NOTE:
        break;
    case RK_C_DIM:
        for (size_t i = 0; i < c->ndims; i++)
            check_dim(ck, &c->dims[i]);
        break;
    case RK_C_VARS:
        for (size_t i = 0; i < c->nvars; i++)
            check_var(ck, c, &c->vars[i]);
        break;
    case RK_C_DATA:
        check_data(ck, c);
        break;
    case RK_C_LET:
        check_let(ck, c);
        break;
    case RK_C_ASSUME:
        check_assume(ck, c);
        break;
    case RK_C_CLAIM:
        check_claim(ck, c);
        break;
    case RK_C_EXPECT:
        check_expect(ck, c);
        break;
    }
}

/* --- the theorem as a whole ---------------------------------------------------------------- */

static void check_counts(rk_checker *ck) {
    const rk_clause *expect = NULL;
    size_t claims = 0;
    for (size_t i = 0; i < ck->theorem->nclauses; i++) {
        const rk_clause *c = &ck->theorem->clauses[i];
        claims += c->kind == RK_C_CLAIM;
        if (c->kind != RK_C_EXPECT)
            continue;
        if (expect && rk_complain(ck, "duplicate-expect", c->span, "a second `expect`"))
            rk_diag_note(ck->report.diags, expect->span, "the first one is here");
        expect = c;
    }
    if (claims == 0 && !ck->theorem->broken)
        rk_complain(ck, "no-claim", ck->theorem->name_span, "`%s` claims nothing",
                    ck->theorem->name);
}

typedef struct allowed {
    const bool *used; /* lets */
    size_t found;
    const rk_size *fault; /* what ruled a choice out */
} allowed;

static bool visit_allowed(rk_checker *ck, const int64_t *values, void *arg) {
    allowed *a = arg;
    for (size_t i = 0; i < ck->niexprs; i++) {
        int64_t v;
        const rk_iexpr_entry *e = &ck->iexprs[i];
        if (e->let != RK_NO_LET && !a->used[e->let])
            continue;
        if (rk_size_eval(e->size, values, &v) != RK_SIZE_OK || (e->extent && v < 1)) {
            a->fault = e->size;
            return true;
        }
    }
    a->found++;
    return false;
}

/* Where the dimensions have few values: is a choice of them left? */
static void check_allowed(rk_checker *ck) {
    bool finite, *used = rk_used_lets(ck);
    allowed a = {.used = used};
    rk_each_dims(ck, 4096, visit_allowed, &a, &finite);
    rk_free(used);
    if (finite && a.found == 0 &&
        rk_complain(ck, "no-dimensions", ck->theorem->name_span,
                    "no choice of dimensions is allowed") &&
        a.fault)
        rk_hint(ck, "%s is no integer, or a size below 1", rk_size_text(ck, a.fault));
}

bool rk_check_theorem(rk_checker *ck, const rk_file *file, const rk_theorem *theorem,
                      rk_checked *out) {
    rk_frame frame;
    rk_checker_open(ck, out, &frame);
    size_t before = ck->report.errors;
    ck->theorem = out->theorem = theorem;
    out->file = file;
    rk_digest_start(&ck->digest);
    find_mode(ck);
    for (size_t i = 0; i < theorem->nclauses && !ck->stopped; i++)
        check_clause(ck, &theorem->clauses[i]);
    check_counts(ck);
    bool good = ck->report.errors == before && !ck->report.full && !ck->spoilt && !theorem->broken;
    if (good)
        check_allowed(ck);
    good = good && ck->report.errors == before;
    if (good)
        rk_digest_finish(&ck->digest, theorem, out->digest, out->statement);
    rk_term *nothing = NULL;
    rk_checker_close(ck, good, &nothing);
    ck->theorem = NULL;
    return good;
}
