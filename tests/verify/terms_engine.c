/* terms_engine FILE ...: what the engine reads out of the theorems of claim files, as terms.h has
   it. */
#include "base/rk_buf.h"
#include "data/rk_data.h"
#include "lang/rk_check_text.h"
#include "tests/verify/terms.h"

typedef struct state {
    const rk_checked *t;
    terms_lines lines;
    long *level;       /* by symbol of an index: loops inside its loop */
    long *seen_level;  /* by term, -1 not yet */
    size_t *seen_line; /* by term, SIZE_MAX not yet */
} state;

static const char *const op_name[RK_T_COUNT] = {
#define SAME(op) [RK_T_##op] = "VF_" #op,
    SAME(EYE) SAME(ONES) SAME(ZEROS) SAME(UNIT) SAME(CAUSAL) SAME(ADD) SAME(SUB) SAME(NEG) SAME(MUL)
        SAME(DIV) SAME(EMUL) SAME(EDIV) SAME(TRANSPOSE) SAME(POWER) SAME(ENTRY) SAME(HCAT)
            SAME(VCAT) SAME(VEC) SAME(KRON) SAME(LOOP_SUM) SAME(LOOP_PROD) SAME(LOOP_HCAT)
                SAME(LOOP_VCAT) SAME(LOOP_MAX) SAME(LOOP_MIN) SAME(FOLD) SAME(RANK) SAME(NULLITY)
                    SAME(AFFRANK) SAME(DET) SAME(TRACE) SAME(INV) SAME(JRANK) SAME(SOFTMAX)
                        SAME(LAYERNORM) SAME(RMSNORM) SAME(BATCHNORM) SAME(CENTER)
                            SAME(CENTER_TOKENS) SAME(RELU) SAME(GELU) SAME(SILU) SAME(TANH)
                                SAME(SIGMOID) SAME(EXP) SAME(LOG) SAME(SQRT) SAME(ABS) SAME(SIGN)
                                    SAME(SUM_ENTRIES) SAME(MAX_ENTRIES) SAME(MIN_ENTRIES)
                                        SAME(SUM_OF) SAME(MAX_OF) SAME(MIN_OF) SAME(NORM_INF)
                                            SAME(NORM_FRO) SAME(NORM_1INF) SAME(SIGMA) SAME(EIGABS)
                                                SAME(STABLE_RANK) SAME(ENTROPY) SAME(NOT) SAME(AND)
                                                    SAME(OR) SAME(IMPLIES) SAME(IFF) SAME(LOOP_ALL)
                                                        SAME(LOOP_ANY) SAME(IN_ROWSPAN)
                                                            SAME(IN_COLSPAN)
#undef SAME
                                                                [RK_T_SCALE] = "SCALE",
    [RK_T_ROW] = "VF_ENTRY",
    [RK_T_COL] = "VF_ENTRY",
    [RK_T_DIAG_MAKE] = "VF_DIAG",
    [RK_T_DIAG_TAKE] = "VF_DIAG",
    [RK_T_NORM_1] = "VF_NORM_ONE",
    [RK_T_NORM_2] = "VF_NORM_TWO"};

/* --- sizes -------------------------------------------------------------------------------- */

typedef struct bound { /* values of the indices of sums in sizes */
    unsigned sym;
    mpq_srcptr value;
    const struct bound *outer;
} bound;

static void value_of(const state *s, const rk_size *a, int point, const bound *b, mpq_t out);

static void value_of_symbol(const state *s, unsigned sym, int point, const bound *b, mpq_t out) {
    for (; b != NULL; b = b->outer)
        if (b->sym == sym) {
            mpq_set(out, b->value);
            return;
        }
    for (size_t i = 0; i < s->t->ndims; i++)
        if (s->t->dims[i].sym == sym) {
            if (s->t->dims[i].kind == RK_DIM_EQUAL)
                value_of(s, s->t->dims[i].expr, point, NULL, out);
            else
                mpq_set_si(out, terms_value(s->t->dims[i].name, point), 1);
            return;
        }
    mpq_set_si(out, TERMS_LOOP + s->level[sym], 1);
}

static void value_of_sum(const state *s, const rk_size *a, int point, const bound *b, mpq_t out) {
    mpq_t i, high, one, term;
    mpq_inits(i, high, one, term, NULL);
    mpq_set_ui(one, 1, 1);
    mpq_set_ui(out, 0, 1);
    value_of(s, a->kid[0], point, b, i);
    value_of(s, a->kid[1], point, b, high);
    for (; mpq_cmp(i, high) <= 0; mpq_add(i, i, one)) {
        value_of(s, a->kid[2], point, &(bound){a->sym, i, b}, term);
        mpq_add(out, out, term);
    }
    mpq_clears(i, high, one, term, NULL);
}

static void value_of_pair(const rk_size *a, mpq_t out, mpq_t x, mpq_t y) {
    if (a->op == RK_S_ADD)
        mpq_add(out, x, y);
    else if (a->op == RK_S_SUB)
        mpq_sub(out, x, y);
    else if (a->op == RK_S_MUL)
        mpq_mul(out, x, y);
    else if (a->op == RK_S_POW)
        terms_power(out, x, y);
    else if (a->op == RK_S_NEG)
        mpq_neg(out, x);
    else if (mpq_sgn(y) != 0)
        mpq_div(out, x, y);
    else
        mpq_set_ui(out, 0, 1);
}

static void value_of(const state *s, const rk_size *a, int point, const bound *b, mpq_t out) {
    mpq_t x, y;
    mpq_inits(x, y, NULL);
    if (a->op == RK_S_CONST) {
        mpq_set_si(out, a->value, 1);
    } else if (a->op == RK_S_SYM) {
        value_of_symbol(s, a->sym, point, b, out);
    } else if (a->op == RK_S_LOOPSUM) {
        value_of_sum(s, a, point, b, out);
    } else {
        value_of(s, a->kid[0], point, b, x);
        if (a->kid[1] != NULL)
            value_of(s, a->kid[1], point, b, y);
        value_of_pair(a, out, x, y);
    }
    mpq_clears(x, y, NULL);
}

static void put_size(const state *s, rk_buf *text, const rk_size *a) {
    mpq_t v;
    mpq_init(v);
    for (int point = 0; point < TERMS_POINTS; point++) {
        value_of(s, a, point, NULL, v);
        char *digits = mpq_get_str(NULL, 10, v);
        rk_buf_printf(text, " <%.80s>", digits);
        free(digits);
    }
    mpq_clear(v);
}

/* --- terms -------------------------------------------------------------------------------- */

static bool is_loop(const rk_term *t) {
    return (t->op >= RK_T_LOOP_SUM && t->op <= RK_T_FOLD) || t->op == RK_T_LOOP_ALL ||
           t->op == RK_T_LOOP_ANY;
}

static long find_level(state *s, const rk_term *t) {
    if (s->seen_level[t->id] >= 0)
        return s->seen_level[t->id];
    long level = 0;
    for (size_t k = 0; k < t->nkids; k++)
        if (find_level(s, t->kid[k]) > level)
            level = find_level(s, t->kid[k]);
    if (is_loop(t))
        s->level[t->sym] = level;
    return s->seen_level[t->id] = level + is_loop(t);
}

/* A decimal as a fraction, its exponent too. */
static void put_number(rk_buf *out, const char *text) {
    rk_buf digits;
    mpq_t v;
    mpz_t ten;
    const char *e = text + strcspn(text, "eE");
    long exponent = *e != '\0' ? strtol(e + 1, NULL, 10) : 0;
    bool behind = false;
    rk_buf_init(&digits);
    for (; text < e; text++) {
        exponent -= behind;
        behind |= *text == '.';
        if (*text != '.')
            rk_buf_putc(&digits, *text);
    }
    mpq_init(v);
    mpz_init(ten);
    mpz_ui_pow_ui(ten, 10, (unsigned long)labs(exponent));
    mpz_set_str(mpq_numref(v), digits.text, 10);
    if (exponent < 0)
        mpz_set(mpq_denref(v), ten);
    else
        mpz_mul(mpq_numref(v), mpq_numref(v), ten);
    mpq_canonicalize(v);
    char *shown = mpq_get_str(NULL, 10, v);
    rk_buf_printf(out, "number %s", shown);
    free(shown);
    mpz_clear(ten);
    mpq_clear(v);
    rk_buf_clear(&digits);
}

static void put_op(const state *s, rk_buf *text, const rk_term *t) {
    static const char *const compare[] = {"VF_EQ", "VF_NE", "VF_LT", "VF_LE", "VF_GT", "VF_GE"};
    if (t->op == RK_T_NUMBER)
        put_number(text, t->text);
    else if (t->op == RK_T_INT)
        rk_buf_puts(text, "int");
    else if (t->op == RK_T_VAR)
        rk_buf_printf(text, "var %s", s->t->vars[t->var].name);
    else if (t->op == RK_T_DATA)
        rk_buf_printf(text, "data %s", s->t->data[t->data].name);
    else if (t->op == RK_T_ACC)
        rk_buf_printf(text, "acc %ld", s->level[t->sym]);
    else
        rk_buf_puts(text, t->op == RK_T_COMPARE ? compare[t->cmp] : op_name[t->op]);
}

static void put_integers(const state *s, rk_buf *text, const rk_term *t) {
    if (t->op == RK_T_COL)
        rk_buf_puts(text, " :");
    for (int i = 0; i < 2 && t->ival[i] != NULL; i++)
        put_size(s, text, t->ival[i]);
    if (t->op == RK_T_ROW)
        rk_buf_puts(text, " :");
    for (size_t i = 0; i < t->nvars; i++)
        rk_buf_printf(text, " by %s", s->t->vars[t->vars[i]].name);
}

static size_t put_term(state *s, const rk_term *t) {
    if (s->seen_line[t->id] != SIZE_MAX)
        return s->seen_line[t->id];
    rk_buf text;
    rk_buf_init(&text);
    put_op(s, &text, t);
    if (is_loop(t))
        rk_buf_printf(&text, " %ld", s->level[t->sym]);
    put_integers(s, &text, t);
    for (size_t k = 0; k < t->nkids; k++)
        rk_buf_printf(&text, " %zu", put_term(s, t->kid[k]));
    if (t->rows != NULL) {
        rk_buf_puts(&text, " :");
        put_size(s, &text, t->rows);
        put_size(s, &text, t->cols);
    }
    s->seen_line[t->id] = terms_line(&s->lines, text.text);
    rk_buf_clear(&text);
    return s->seen_line[t->id];
}

/* --- theorems ----------------------------------------------------------------------------- */

static void put_dims(const state *s) {
    for (size_t i = 0; i < s->t->ndims; i++) {
        const rk_dim *d = &s->t->dims[i];
        printf("  dim %s", d->name);
        if (d->kind == RK_DIM_EQUAL) {
            rk_buf text;
            rk_buf_init(&text);
            put_size(s, &text, d->expr);
            printf(" =%s", text.text);
            rk_buf_clear(&text);
        }
        if (d->kind == RK_DIM_FROM)
            printf(" >= %lld", (long long)d->low);
        for (int64_t v = d->low; d->kind == RK_DIM_RANGE && v <= d->high; v++)
            printf(" %lld", (long long)v);
        for (size_t k = 0; d->kind == RK_DIM_LIST && k < d->nvalues; k++)
            printf(" %lld", (long long)d->values[k]);
        putchar('\n');
    }
}

static void put_variables(const state *s) {
    for (size_t i = 0; i < s->t->nvars; i++) {
        const rk_var *v = &s->t->vars[i];
        rk_buf text;
        rk_buf_init(&text);
        if (v->family != NULL) {
            put_size(s, &text, v->family);
            rk_buf_puts(&text, " members");
        }
        put_size(s, &text, v->rows);
        put_size(s, &text, v->cols);
        printf("  var %s %d %d%s\n", v->name, (int)v->quant, (int)v->set, text.text);
        rk_buf_clear(&text);
    }
}

static void put_data(const state *s) {
    for (size_t i = 0; i < s->t->ndata; i++) {
        const rk_dyadic *m = s->t->data[i].matrix;
        printf("  data %s", s->t->data[i].name);
        for (size_t k = 0; k < m->rows * m->cols && k < 100; k++) {
            mpq_t v;
            mpq_init(v);
            mpq_set_d(v, m->entry[k]);
            char *digits = mpq_get_str(NULL, 10, v);
            printf(" %s", digits);
            free(digits);
            mpq_clear(v);
        }
        putchar('\n');
    }
}

static void put_list(state *s, const char *word, rk_term *const *list, size_t n) {
    for (size_t i = 0; i < n; i++)
        find_level(s, list[i]);
    for (size_t i = 0; i < n; i++) {
        size_t line = put_term(s, list[i]);
        printf("  %s %zu\n", word, line);
    }
}

static void put_theorem(const rk_checked *t) {
    state s = {.t = t};
    s.level = rk_calloc(t->nsymbols + 1, sizeof *s.level);
    s.seen_level = rk_calloc(t->nterms + 1, sizeof *s.seen_level);
    s.seen_line = rk_calloc(t->nterms + 1, sizeof *s.seen_line);
    for (size_t i = 0; i < t->nterms; i++) {
        s.seen_level[i] = -1;
        s.seen_line[i] = SIZE_MAX;
    }
    printf("theorem %s ", t->theorem->name);
    for (int i = 0; i < 32; i++)
        printf("%02x", t->digest[i]);
    putchar('\n');
    put_dims(&s);
    put_variables(&s);
    put_data(&s);
    put_list(&s, "assume", t->assumes, t->nassumes);
    put_list(&s, "claim", t->claims, t->nclaims);
    for (size_t i = 0; i < s.lines.n; i++)
        free(s.lines.text[i]);
    free(s.lines.text);
    rk_free(s.level);
    rk_free(s.seen_level);
    rk_free(s.seen_line);
}

static void put_file(const char *path) {
    const char *library[] = {getenv("RANKLE_PATH"), NULL};
    rk_diags *diags = rk_diags_new();
    rk_unit *unit = rk_unit_read(path, library, diags);
    rk_data_store *store = rk_data_store_new();
    rk_loader loader = rk_data_store_loader(store);
    rk_module *module = unit != NULL ? rk_module_check(unit, &loader, diags) : NULL;
    for (size_t i = 0; module != NULL && i < module->ntheorems; i++)
        if (module->theorems[i].mode != RK_MODE_RANDOM)
            put_theorem(&module->theorems[i]);
    rk_diags_free(diags);
    rk_module_free(module);
    rk_data_store_free(store);
    rk_unit_free(unit);
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++)
        put_file(argv[i]);
    return fflush(stdout) != 0;
}
