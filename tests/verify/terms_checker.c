/* terms_checker FILE ...: what the checker reads out of the theorems of claim files, as terms.h
   has it; a theorem that it does not read is a line "refused" with its status. */
#include <sys/wait.h>
#include <unistd.h>

#include "src/verify/vf_text.h"
#include "tests/verify/terms.h"

typedef struct state {
    vf_theorem *t;
    terms_lines lines;
    long *level; /* by symbol of an index or running value: loops inside its loop */
    const vf_term **seen;
    long *seen_level; /* by term seen: -1 not yet; then its line */
    size_t *seen_line, nseen;
} state;

static const char *const op_name[] = {
#define VF_FUNCTION_NAME(name, op, least, most) [op] = #op,
    VF_FUNCTIONS(VF_FUNCTION_NAME)
#undef VF_FUNCTION_NAME
#define N(op) [op] = #op
        N(VF_ADD),
    N(VF_SUB),
    N(VF_NEG),
    N(VF_DIV),
    N(VF_EMUL),
    N(VF_EDIV),
    N(VF_TRANSPOSE),
    N(VF_HCAT),
    N(VF_VCAT),
    N(VF_LOOP_SUM),
    N(VF_LOOP_PROD),
    N(VF_LOOP_HCAT),
    N(VF_LOOP_VCAT),
    N(VF_LOOP_MAX),
    N(VF_LOOP_MIN),
    N(VF_LOOP_ALL),
    N(VF_LOOP_ANY),
    N(VF_NORM_ONE),
    N(VF_NORM_TWO),
    N(VF_NORM_INF),
    N(VF_NORM_FRO),
    N(VF_EQ),
    N(VF_NE),
    N(VF_LT),
    N(VF_LE),
    N(VF_GT),
    N(VF_GE),
    N(VF_NOT),
    N(VF_AND),
    N(VF_OR),
    N(VF_IMPLIES),
    N(VF_IFF),
#undef N
};

/* --- sizes -------------------------------------------------------------------------------- */

static void value_of(const state *s, vf_ratio a, int point, mpq_t out);

static void value_of_symbol(const state *s, unsigned sym, int point, mpq_t out) {
    const vf_symbol *y = &s->t->sym[sym];
    if (y->power) {
        mpq_t base, exponent;
        mpq_inits(base, exponent, NULL);
        value_of(s, y->base, point, base);
        value_of(s, y->exponent, point, exponent);
        terms_power(out, base, exponent);
        mpq_clears(base, exponent, NULL);
    } else {
        mpq_set_si(out, y->bound ? TERMS_LOOP + s->level[sym] : terms_value(y->name, point), 1);
    }
}

static void value_of_poly(const state *s, const vf_poly *p, int point, mpq_t out) {
    mpq_t term, x;
    mpq_inits(term, x, NULL);
    mpq_set_ui(out, 0, 1);
    for (size_t i = 0; i < vf_poly_terms(p); i++) {
        mpq_set(term, vf_poly_coefficient(p, i));
        for (size_t f = 0; f < vf_poly_factors(p, i); f++) {
            unsigned long e;
            value_of_symbol(s, vf_poly_factor(p, i, f, &e), point, x);
            while (e-- > 0)
                mpq_mul(term, term, x);
        }
        mpq_add(out, out, term);
    }
    mpq_clears(term, x, NULL);
}

static void value_of(const state *s, vf_ratio a, int point, mpq_t out) {
    mpq_t den;
    mpq_init(den);
    value_of_poly(s, a.num, point, out);
    value_of_poly(s, a.den, point, den);
    if (mpq_sgn(den) != 0)
        mpq_div(out, out, den);
    else
        mpq_set_ui(out, 0, 1);
    mpq_clear(den);
}

static void put_size(const state *s, char *text, vf_ratio a) {
    mpq_t v;
    mpq_init(v);
    for (int point = 0; point < TERMS_POINTS; point++) {
        value_of(s, a, point, v);
        char *digits = mpq_get_str(NULL, 10, v);
        sprintf(text + strlen(text), " <%.80s>", digits);
    }
    mpq_clear(v);
}

static void put_integer(const state *s, char *text, const vf_term *i) {
    put_size(s, text, vf_size_of(s->t, i));
}

/* --- terms -------------------------------------------------------------------------------- */

static bool is_loop(const vf_term *t) {
    return t->op >= VF_LOOP_SUM && t->op <= VF_FOLD;
}

/* The kids that are values; the others are integer expressions and told by their values. */
static bool is_value(const vf_term *t, size_t k) {
    if (is_loop(t))
        return k >= 2;
    switch (t->op) {
    case VF_EYE:
    case VF_CAUSAL:
    case VF_ONES:
    case VF_ZEROS:
    case VF_UNIT:
    case VF_VAR:
    case VF_ROWS:
    case VF_COLS:
        return false;
    case VF_POWER:
    case VF_ENTRY:
    case VF_SIGMA:
    case VF_EIGABS:
    case VF_JRANK:
        return k == 0;
    default:
        return true;
    }
}

static size_t place_of(state *s, const vf_term *t) {
    for (size_t i = 0; i < s->nseen; i++)
        if (s->seen[i] == t)
            return i;
    s->seen = vf_grow(s->seen, s->nseen, sizeof *s->seen);
    s->seen_level = vf_grow(s->seen_level, s->nseen, sizeof *s->seen_level);
    s->seen_line = vf_grow(s->seen_line, s->nseen, sizeof *s->seen_line);
    s->seen[s->nseen] = t;
    s->seen_level[s->nseen] = -1;
    s->seen_line[s->nseen] = SIZE_MAX;
    return s->nseen++;
}

static long find_level(state *s, const vf_term *t) {
    size_t at = place_of(s, t);
    if (s->seen_level[at] >= 0)
        return s->seen_level[at];
    long level = 0;
    for (size_t k = 0; k < t->nkids; k++)
        if (is_value(t, k) && find_level(s, t->kid[k]) > level)
            level = find_level(s, t->kid[k]);
    if (is_loop(t))
        s->level[t->sym] = level;
    if (t->op == VF_FOLD)
        s->level[t->sym2] = level;
    return s->seen_level[at] = level + is_loop(t);
}

static bool scales(const vf_term *t) {
    return t->op == VF_MUL && !vf_ratio_equal(t->kid[0]->cols, t->kid[1]->rows);
}

static void put_op(const state *s, char *text, const vf_term *t) {
    if (t->op == VF_NUMBER)
        sprintf(text, "number %s", mpq_get_str(NULL, 10, t->number));
    else if (t->op == VF_SYM || t->op == VF_ROWS || t->op == VF_COLS) {
        strcpy(text, "int");
        put_integer(s, text, t);
    } else if (t->op == VF_VAR)
        sprintf(text, "var %s", s->t->var[t->var].name);
    else if (t->op == VF_DATUM)
        sprintf(text, "data %s", s->t->datum[t->var].name);
    else if (t->op == VF_ACC)
        sprintf(text, "acc %ld", s->level[t->sym2]);
    else if (t->op == VF_MUL)
        strcpy(text, scales(t) ? "SCALE" : "VF_MUL");
    else if (t->op == VF_POWER || t->op == VF_ENTRY || t->op == VF_FOLD || t->op == VF_JRANK)
        strcpy(text, t->op == VF_POWER   ? "VF_POWER"
                     : t->op == VF_ENTRY ? "VF_ENTRY"
                     : t->op == VF_FOLD  ? "VF_FOLD"
                                         : "VF_JRANK");
    else
        strcpy(text, op_name[t->op]);
}

static void put_integers(const state *s, char *text, const vf_term *t) {
    bool shape_tells = t->op == VF_EYE || t->op == VF_CAUSAL || t->op == VF_ONES ||
                       t->op == VF_ZEROS || t->op == VF_ROWS || t->op == VF_COLS;
    for (size_t k = t->op == VF_UNIT ? 1 : 0; k < t->nkids && !shape_tells; k++) {
        if (is_value(t, k))
            continue;
        if (t->op == VF_JRANK)
            sprintf(text + strlen(text), " by %s", s->t->var[t->kid[k]->var].name);
        else if (t->kid[k]->op == VF_COLON)
            strcat(text, " :");
        else
            put_integer(s, text, t->kid[k]);
    }
}

static size_t put_term(state *s, const vf_term *t) {
    size_t at = place_of(s, t);
    if (s->seen_line[at] != SIZE_MAX)
        return s->seen_line[at];
    char *text = vf_alloc(TERMS_TEXT + 16 * t->nkids);
    put_op(s, text, t);
    if (is_loop(t))
        sprintf(text + strlen(text), " %ld", s->level[t->sym]);
    put_integers(s, text, t);
    bool second = scales(t) && !(vf_ratio_equal(t->kid[0]->rows, vf_ratio_int(1)) &&
                                 vf_ratio_equal(t->kid[0]->cols, vf_ratio_int(1)));
    for (size_t k = 0; k < t->nkids; k++)
        if (is_value(t, k))
            sprintf(text + strlen(text), " %zu", put_term(s, t->kid[second ? 1 - k : k]));
    if (!t->truth) {
        strcat(text, " :");
        put_size(s, text, t->rows);
        put_size(s, text, t->cols);
    }
    size_t line = terms_line(&s->lines, text);
    s->seen_line[place_of(s, t)] = line;
    return line;
}

/* --- theorems ----------------------------------------------------------------------------- */

static void put_dims(const state *s) {
    for (size_t i = 0; i < s->t->ndims; i++) {
        const vf_symbol *y = &s->t->sym[s->t->dim[i]];
        printf("  dim %s", y->name);
        if (y->definition != NULL) {
            char text[400] = "";
            put_integer(s, text, y->definition);
            printf(" =%s", text);
        } else if (!y->finite) {
            printf(" >= %ld", y->low);
        }
        for (size_t k = 0; y->finite && k < y->nvalues; k++)
            printf(" %ld", y->value[k]);
        putchar('\n');
    }
}

static void put_variables(const state *s) {
    for (size_t i = 0; i < s->t->nvars; i++) {
        const vf_variable *v = &s->t->var[i];
        char text[1000] = "";
        if (v->members != NULL) {
            put_integer(s, text, v->members);
            strcat(text, " members");
        }
        put_integer(s, text, v->rows);
        put_integer(s, text, v->cols);
        printf("  var %s %d %d%s\n", v->name, (int)v->quantifier, (int)v->set, text);
    }
}

static void put_data(const state *s) {
    for (size_t i = 0; i < s->t->ndata; i++) {
        const vf_datum *d = &s->t->datum[i];
        printf("  data %s", d->name);
        for (size_t k = 0; k < d->rows * d->cols && k < 100; k++)
            gmp_printf(" %Qd", d->entry[k]);
        putchar('\n');
    }
}

static void put_list(state *s, const char *word, const vf_term **list, size_t n) {
    for (size_t i = 0; i < n; i++)
        find_level(s, list[i]);
    for (size_t i = 0; i < n; i++) {
        size_t line = put_term(s, list[i]);
        printf("  %s %zu\n", word, line);
    }
}

static void put_theorem(const char *path, const char *name) {
    const char *library[] = {getenv("RANKLE_PATH"), NULL};
    state s = {.t = vf_read_theorem(path, library, name)};
    s.level = vf_alloc((s.t->nsyms + 1) * sizeof *s.level);
    printf("theorem %s ", name);
    for (int i = 0; i < 32; i++)
        printf("%02x", s.t->digest[i]);
    putchar('\n');
    put_dims(&s);
    put_variables(&s);
    put_data(&s);
    put_list(&s, "assume", s.t->assume, s.t->nassumes);
    put_list(&s, "claim", s.t->claim, s.t->nclaims);
}

/* Runs in a process of its own, which a refusal ends. */
static int apart(void action(const char *path, const char *name), const char *path,
                 const char *name) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        action(path, name);
        fflush(stdout);
        _exit(0);
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child)
        abort();
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void put_file(const char *path, const char *nothing) {
    const char *const *name;
    (void)nothing;
    size_t n = vf_theorem_names(path, &name);
    for (size_t i = 0; i < n; i++) {
        int status = apart(put_theorem, path, name[i]);
        if (status != 0)
            printf("refused %s %d\n", name[i], status);
    }
}

int main(int argc, char **argv) {
    vf_memory_start();
    for (int i = 1; i < argc; i++) {
        int status = apart(put_file, argv[i], NULL);
        if (status != 0)
            printf("refused file %d\n", status);
    }
    return fflush(stdout) != 0;
}
