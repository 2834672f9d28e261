#include "rk_steps.h"
#include "rk_symbols.h"
#include "domain/rk_matrix.h"
#include "base/rk_mem.h"

#include <string.h>

enum { NEG = RK_MAY_NEGATIVE, ZERO = RK_MAY_ZERO, POS = RK_MAY_POSITIVE };
enum { MOST_TEXT = 1 << 22, MOST_FACTORED = 300 };

typedef const fmpz_mpoly_q_struct *element;

static const fmpz_mpoly_ctx_struct *ring(const rk_steps *s) {
    return rk_function_ring(s->domain);
}

/* --- names -------------------------------------------------------------------------------- */

static void put_entry_name(rk_buf *out, const rk_program *p, const rk_slot *slot, int64_t i,
                           int64_t j) {
    rk_buf_puts(out, p->checked->vars[slot->var].name);
    if (slot->member > 0)
        rk_buf_printf(out, "[%lld]", (long long)slot->member);
    rk_buf_printf(out, "[%lld,%lld]", (long long)i + 1, (long long)j + 1);
}

/* The indeterminates in the order in which rk_symbols_set takes them: that of the entries. */
static void name_entries(rk_steps *s, const rk_slot *slot, slong *next) {
    for (int64_t i = 0; i < slot->rows; i++)
        for (int64_t j = 0; j < slot->cols; j++)
            if (rk_symbols_free(slot, i, j)) {
                rk_buf name;
                rk_buf_init(&name);
                put_entry_name(&name, s->program, slot, i, j);
                rk_free(s->name[*next]);
                s->name[(*next)++] = rk_buf_take(&name);
            }
}

void rk_steps_init(rk_steps *s, const rk_program *program) {
    *s = (rk_steps){.program = program};
    rk_buf_init(&s->text);
}

void rk_steps_clear(rk_steps *s) {
    for (slong k = 0; k < s->nnames; k++)
        rk_free(s->name[k]);
    rk_free(s->name);
    rk_buf_clear(&s->text);
}

/* --- text --------------------------------------------------------------------------------- */

void rk_steps_put(rk_steps *s, const fmpz_mpoly_t p) {
    char *text = fmpz_mpoly_get_str_pretty(p, (const char **)s->name, ring(s));
    rk_buf_puts(&s->text, text);
    flint_free(text);
    s->failed = s->failed || s->text.len > MOST_TEXT;
}

static void put_ratio(rk_steps *s, element x) {
    rk_buf_putc(&s->text, '(');
    rk_steps_put(s, &x->num);
    rk_buf_putc(&s->text, ')');
    if (fmpz_mpoly_is_one(&x->den, ring(s)))
        return;
    rk_buf_puts(&s->text, "/(");
    rk_steps_put(s, &x->den);
    rk_buf_putc(&s->text, ')');
}

static const char *relation(unsigned signs) {
    switch (signs) {
    case POS:
        return ">";
    case ZERO | POS:
        return ">=";
    case ZERO:
        return "==";
    default:
        return "!=";
    }
}

/* Is the relation one on -p? */
static bool is_reversed(unsigned signs) {
    return signs == NEG || signs == (NEG | ZERO);
}

static unsigned reverse(unsigned signs) {
    return (signs & ZERO) | (signs & NEG ? POS : 0) | (signs & POS ? NEG : 0);
}

void rk_steps_fact(rk_steps *s, const fmpz_mpoly_t p, unsigned signs) {
    fmpz_mpoly_t q;
    fmpz_mpoly_init(q, ring(s));
    fmpz_mpoly_set(q, p, ring(s));
    if (is_reversed(signs))
        fmpz_mpoly_neg(q, q, ring(s));
    rk_buf_printf(&s->text, "fact %s | ", relation(is_reversed(signs) ? reverse(signs) : signs));
    rk_steps_put(s, q);
    rk_buf_putc(&s->text, '\n');
    fmpz_mpoly_clear(q, ring(s));
}

/* --- factors ------------------------------------------------------------------------------ */

void rk_steps_put_factors(rk_steps *s, const fmpz_mpoly_t p, const char *first, ulong power) {
    fmpz_mpoly_factor_t f;
    fmpz_mpoly_t base;
    fmpz_t c;
    fmpz_init(c);
    fmpz_mpoly_init(base, ring(s));
    fmpz_mpoly_factor_init(f, ring(s));
    bool ok = p->length <= MOST_FACTORED && fmpz_mpoly_factor(f, p, ring(s));
    s->failed = s->failed || !ok;
    if (ok) {
        fmpz_mpoly_factor_get_constant_fmpz(c, f, ring(s));
        fmpz_pow_ui(c, c, power);
        char *text = fmpz_get_str(NULL, 10, c);
        rk_buf_printf(&s->text, "%s(%s)", first, text);
        flint_free(text);
    }
    for (slong k = 0; ok && k < fmpz_mpoly_factor_length(f, ring(s)); k++) {
        fmpz_mpoly_factor_get_base(base, f, k, ring(s));
        rk_buf_puts(&s->text, "*(");
        rk_steps_put(s, base);
        rk_buf_printf(&s->text, ")^%lu",
                      (ulong)fmpz_mpoly_factor_get_exp_si(f, k, ring(s)) * power);
    }
    fmpz_mpoly_factor_clear(f, ring(s));
    fmpz_mpoly_clear(base, ring(s));
    fmpz_clear(c);
}

/* Makes the signs of all factors evident, as far as they are known. */
static void signs_of_factors(rk_steps *s, const fmpz_mpoly_t p) {
    fmpz_mpoly_factor_t f;
    fmpz_mpoly_t base;
    if (p->length > MOST_FACTORED)
        return;
    fmpz_mpoly_init(base, ring(s));
    fmpz_mpoly_factor_init(f, ring(s));
    bool ok = fmpz_mpoly_factor(f, p, ring(s));
    for (slong k = 0; ok && k < fmpz_mpoly_factor_length(f, ring(s)); k++) {
        fmpz_mpoly_factor_get_base(base, f, k, ring(s));
        if (!fmpz_mpoly_equal(base, p, ring(s)))
            rk_steps_sign(s, base, rk_function_signs_of_poly(s->domain, base));
    }
    fmpz_mpoly_factor_clear(f, ring(s));
    fmpz_mpoly_clear(base, ring(s));
}

/* --- signs of products --------------------------------------------------------------------- */

static unsigned multiply_signs(unsigned a, unsigned b) {
    unsigned r = (a | b) & ZERO;
    for (unsigned x = NEG; x <= POS; x += POS - NEG)
        for (unsigned y = NEG; y <= POS; y += POS - NEG)
            if ((a & x) && (b & y))
                r |= x == y ? POS : NEG;
    return r;
}

/* The signs of p, by those of its factors. */
static unsigned signs_of_product(const rk_steps *s, const fmpz_mpoly_t p) {
    fmpz_mpoly_factor_t f;
    fmpz_mpoly_t base;
    fmpz_t c;
    unsigned signs = rk_function_signs_of_poly(s->domain, p), product = RK_MAY_ANY;
    if (!(signs & (signs - 1)) || p->length > MOST_FACTORED)
        return signs;
    fmpz_init(c);
    fmpz_mpoly_init(base, ring(s));
    fmpz_mpoly_factor_init(f, ring(s));
    bool ok = fmpz_mpoly_factor(f, p, ring(s));
    if (ok) {
        fmpz_mpoly_factor_get_constant_fmpz(c, f, ring(s));
        product = fmpz_sgn(c) > 0 ? POS : NEG;
    }
    for (slong k = 0; ok && k < fmpz_mpoly_factor_length(f, ring(s)); k++) {
        fmpz_mpoly_factor_get_base(base, f, k, ring(s));
        unsigned one = rk_function_signs_of_poly(s->domain, base);
        if (fmpz_mpoly_factor_get_exp_si(f, k, ring(s)) % 2 == 0)
            one = (one & ZERO) | POS;
        product = multiply_signs(product, one);
    }
    fmpz_mpoly_factor_clear(f, ring(s));
    fmpz_mpoly_clear(base, ring(s));
    fmpz_clear(c);
    return signs & product;
}

/* --- signs -------------------------------------------------------------------------------- */

static bool is_within(unsigned signs, unsigned wanted) {
    return (signs & ~wanted) == 0;
}

static unsigned add_signs(unsigned a, unsigned b) {
    if (a == ZERO || b == ZERO)
        return a == ZERO ? b : a;
    if (((a | b) & NEG) && ((a | b) & POS))
        return RK_MAY_ANY;
    return (a & b & ZERO) | ((a | b) & (NEG | POS));
}

/* p = c*known + rest: evident, or written; false: no known sign helps. */
static bool sign_by_known(rk_steps *s, const fmpz_mpoly_t p, unsigned wanted) {
    const fmpz_mpoly_struct *known;
    unsigned signs;
    bool found = false;
    fmpz_mpoly_t rest;
    fmpz_mpoly_init(rest, ring(s));
    for (slong k = 0; !found && (known = rk_function_known(s->domain, k, &signs)) != NULL; k++)
        for (int side = 0; side < 2 && !found; side++) {
            if (side == 0)
                fmpz_mpoly_sub(rest, p, known, ring(s));
            else
                fmpz_mpoly_add(rest, p, known, ring(s));
            unsigned more = fmpz_mpoly_is_zero(rest, ring(s))
                                ? ZERO
                                : rk_function_signs_by_terms(s->domain, rest);
            found = is_within(add_signs(side == 0 ? signs : reverse(signs), more), wanted);
            if (!found || fmpz_mpoly_is_zero(rest, ring(s)))
                continue;
            bool minus = (side == 1) != is_reversed(wanted);
            rk_steps_fact(s, p, wanted);
            rk_buf_puts(&s->text, minus ? "sum 1 | (-1)*(" : "sum 1 | (");
            rk_steps_put(s, known);
            rk_buf_puts(&s->text, is_reversed(wanted) ? ") | (-1)*(" : ") | (");
            rk_steps_put(s, rest);
            rk_buf_puts(&s->text, ")\n");
        }
    fmpz_mpoly_clear(rest, ring(s));
    return found;
}

/* A quadratic form in 1 and the variables: which variables, and its matrix, 1 last. */
typedef struct form {
    slong *variable, n; /* without 1 */
    fmpq_mat_t m;
} form;

static slong place(form *f, slong variable) {
    for (slong k = 0; k < f->n; k++)
        if (f->variable[k] == variable)
            return k;
    return -1;
}

static void form_init(rk_steps *s, form *f, const fmpz_mpoly_t p) {
    slong all = rk_function_variables(s->domain);
    f->variable = rk_calloc((size_t)all + 1, sizeof *f->variable);
    f->n = 0;
    for (slong k = 0; k < all; k++)
        if (fmpz_mpoly_degree_si(p, k, ring(s)) > 0)
            f->variable[f->n++] = k;
    fmpq_mat_init(f->m, f->n + 1, f->n + 1);
}

static void form_clear(form *f) {
    rk_free(f->variable);
    fmpq_mat_clear(f->m);
}

static void add_term(rk_steps *s, form *f, const fmpz_mpoly_t p, slong term) {
    slong at[2] = {f->n, f->n}, degree = 0;
    fmpq_t c;
    fmpq_init(c);
    fmpz_mpoly_get_term_coeff_fmpz(fmpq_numref(c), p, term, ring(s));
    for (slong k = 0; k < f->n; k++)
        for (slong e = fmpz_mpoly_get_term_var_exp_si(p, term, f->variable[k], ring(s));
             e > 0 && degree < 2; e--)
            at[degree++] = place(f, f->variable[k]);
    if (at[0] != at[1])
        fmpq_div_2exp(c, c, 1);
    fmpq_add(fmpq_mat_entry(f->m, at[0], at[1]), fmpq_mat_entry(f->m, at[0], at[1]), c);
    if (at[0] != at[1])
        fmpq_set(fmpq_mat_entry(f->m, at[1], at[0]), fmpq_mat_entry(f->m, at[0], at[1]));
    fmpq_clear(c);
}

static void put_number(rk_steps *s, const char *before, const fmpq_t x, const char *behind) {
    char *text = fmpq_get_str(NULL, 10, x);
    rk_buf_printf(&s->text, "%s%s%s", before, text, behind);
    flint_free(text);
}

/* Takes the multiple of row k from those below that clears its column. */
static void clear_column(form *f, slong k) {
    fmpq_t factor;
    fmpq_init(factor);
    for (slong i = k + 1; i <= f->n; i++) {
        fmpq_div(factor, fmpq_mat_entry(f->m, i, k), fmpq_mat_entry(f->m, k, k));
        for (slong j = k; j <= f->n; j++)
            fmpq_submul(fmpq_mat_entry(f->m, i, j), factor, fmpq_mat_entry(f->m, k, j));
    }
    fmpq_clear(factor);
}

/* Appends " | d*(row of the matrix over d)^2" and takes it away; false: it has the wrong sign. */
static bool put_square(rk_steps *s, form *f, slong k) {
    const fmpq *d = fmpq_mat_entry(f->m, k, k);
    fmpq_t factor;
    bool zero = fmpq_is_zero(d), empty = true;
    for (slong j = k; j <= f->n; j++)
        empty = empty && fmpq_is_zero(fmpq_mat_entry(f->m, k, j));
    if (zero || fmpq_sgn(d) < 0)
        return empty;
    fmpq_init(factor);
    put_number(s, " | ", d, "*(");
    for (slong j = k; j <= f->n; j++) {
        fmpq_div(factor, fmpq_mat_entry(f->m, k, j), d);
        if (fmpq_is_zero(factor))
            continue;
        put_number(s, j == k ? "(" : " + (", factor, ")*");
        rk_buf_puts(&s->text, j == f->n ? "1" : s->name[f->variable[j]]);
    }
    rk_buf_puts(&s->text, ")^2");
    clear_column(f, k);
    fmpq_clear(factor);
    return true;
}

/* A semidefinite quadratic form is a sum of squares. */
static bool sign_by_squares(rk_steps *s, const fmpz_mpoly_t p, unsigned wanted) {
    if (fmpz_mpoly_total_degree_si(p, ring(s)) != 2)
        return false;
    form f;
    size_t before = s->text.len;
    form_init(s, &f, p);
    for (slong term = 0; term < p->length; term++)
        add_term(s, &f, p, term);
    bool reversed = !(wanted & POS), ok = true;
    if (reversed)
        fmpq_mat_neg(f.m, f.m);
    rk_steps_fact(s, p, wanted);
    rk_buf_puts(&s->text, wanted == (NEG | POS) && reversed ? "sum -1" : "sum 1");
    for (slong k = 0; k <= f.n && ok; k++)
        ok = put_square(s, &f, k);
    rk_buf_puts(&s->text, "\n");
    form_clear(&f);
    if (!ok)
        rk_buf_cut(&s->text, before);
    return ok;
}

static bool sign_by_factors(rk_steps *s, const fmpz_mpoly_t p, unsigned wanted) {
    fmpz_mpoly_t q;
    signs_of_factors(s, p);
    rk_steps_fact(s, p, wanted);
    fmpz_mpoly_init(q, ring(s));
    fmpz_mpoly_set(q, p, ring(s));
    if (is_reversed(wanted))
        fmpz_mpoly_neg(q, q, ring(s));
    rk_buf_puts(&s->text, "sum 1 | ");
    rk_steps_put_factors(s, q, "", 1);
    rk_buf_putc(&s->text, '\n');
    fmpz_mpoly_clear(q, ring(s));
    return true;
}

void rk_steps_sign(rk_steps *s, const fmpz_mpoly_t p, unsigned signs) {
    if (fmpz_mpoly_is_zero(p, ring(s)) || signs == RK_MAY_ANY ||
        is_within(rk_function_signs_by_terms(s->domain, p), signs))
        return;
    bool known = is_within(rk_function_signs_of_poly(s->domain, p), signs);
    if (known && (sign_by_known(s, p, signs) || sign_by_squares(s, p, signs)))
        return;
    (void)sign_by_factors(s, p, signs);
}

void rk_steps_signs(rk_steps *s, const void *x) {
    element q = x;
    rk_steps_sign(s, &q->num, signs_of_product(s, &q->num));
    rk_steps_sign(s, &q->den, signs_of_product(s, &q->den));
}

/* x is not negative, perhaps because its factors are of known signs. */
static void write_nonnegative(rk_steps *s, element x) {
    bool reversed = !(signs_of_product(s, &x->den) & POS);
    unsigned wanted = reversed ? NEG | ZERO : ZERO | POS, known = signs_of_product(s, &x->num);
    rk_steps_sign(s, &x->num, known & wanted ? known & wanted : wanted);
    rk_steps_sign(s, &x->den, reversed ? NEG : POS);
}

void rk_steps_conclude(rk_steps *s, const void *from, unsigned signs, bool product) {
    element x = from;
    if (fmpz_mpoly_is_zero(&x->num, ring(s)))
        return;
    rk_buf_printf(&s->text, "fact %s | ", relation(signs));
    put_ratio(s, x);
    if (product) {
        rk_buf_puts(&s->text, "\nsum (");
        rk_steps_put(s, &x->den);
        rk_buf_puts(&s->text, ")^2 | (");
        rk_steps_put(s, &x->num);
        rk_buf_puts(&s->text, ")*(");
        rk_steps_put(s, &x->den);
        rk_buf_puts(&s->text, ")\n");
    } else {
        rk_buf_puts(&s->text, "\nsum 1 | ");
        put_ratio(s, x);
        rk_buf_putc(&s->text, '\n');
    }
}

/* The text of a fraction is defined: its denominator is not 0. */
static void write_denominator(rk_steps *s, element x) {
    rk_steps_sign(s, &x->den, signs_of_product(s, &x->den) & ~(unsigned)ZERO);
}

/* --- generators --------------------------------------------------------------------------- */

static bool is_generator_of(const rk_steps *s, element r, element what, slong k) {
    return what != NULL && fmpz_mpoly_is_one(&r->den, ring(s)) &&
           fmpz_mpoly_is_gen(&r->num, k, ring(s));
}

/* r is a root, an exponential or a logarithm as it stands, of x. */
static bool is_plain(const rk_steps *s, rk_fn f, element x, element r) {
    for (slong k = 0; k < rk_function_variables(s->domain); k++) {
        element what = f == RK_FN_EXP   ? rk_function_exponent(s->domain, k)
                       : f == RK_FN_LOG ? rk_function_argument_of_log(s->domain, k)
                                        : rk_function_radicand(s->domain, k);
        if (is_generator_of(s, r, what, k))
            return f != RK_FN_ABS && fmpz_mpoly_q_equal(what, x, ring(s));
    }
    return false;
}

static void put_call(rk_steps *s, const char *name, element what) {
    rk_buf_puts(&s->text, name);
    put_ratio(s, what);
    rk_buf_puts(&s->text, ")\n");
}

/* What is left below a root when squares of what is not 0 have been taken out, and is not negative
   since they times it are not. */
static bool write_rest_of_root(rk_steps *s, element what) {
    element x = s->under;
    unsigned signs = signs_of_product(s, &what->num);
    if (x == NULL || !(signs & NEG) || !fmpz_mpoly_is_one(&what->den, ring(s)))
        return false;
    fmpz_mpoly_t rest;
    fmpz_mpoly_init(rest, ring(s));
    fmpz_mpoly_mul(rest, &x->num, &x->den, ring(s));
    bool ok = fmpz_mpoly_divides(rest, rest, &what->num, ring(s));
    if (ok) {
        write_denominator(s, x);
        signs_of_factors(s, rest);
        rk_steps_fact(s, &what->num, ZERO | POS);
        rk_steps_put_factors(s, rest, "sum ", 1);
        rk_buf_puts(&s->text, " | ");
        put_ratio(s, x);
        rk_steps_put_factors(s, &x->den, "*", 2);
        rk_buf_putc(&s->text, '\n');
    }
    fmpz_mpoly_clear(rest, ring(s));
    return ok;
}

static void on_root(void *self, const void *x) {
    rk_steps *s = self;
    s->under = x;
}

static void on_modulus(void *self, const void *x) {
    rk_steps *s = self;
    s->within = x;
}

static void on_generator(void *self, slong k) {
    rk_steps *s = self;
    element root = rk_function_radicand(s->domain, k), e = rk_function_exponent(s->domain, k);
    element log = rk_function_argument_of_log(s->domain, k);
    rk_buf name;
    rk_buf_init(&name);
    if (root == NULL && e == NULL && log == NULL)
        rk_buf_puts(&name, "?"); /* has no name in the language */
    else
        rk_buf_printf(&name, "gen%d_%ld", s->run, (long)k);
    rk_free(s->name[k]);
    s->name[k] = rk_buf_take(&name);
    if (root != NULL && s->within == NULL && !write_rest_of_root(s, root))
        write_nonnegative(s, root);
    else if (log != NULL)
        rk_steps_signs(s, log);
    if (root == NULL && e == NULL && log == NULL)
        return;
    if (e != NULL)
        write_denominator(s, e);
    rk_buf_printf(&s->text, "let %s | ", s->name[k]);
    if (root == NULL)
        put_call(s, e != NULL ? "exp(" : "log(", e != NULL ? e : log);
    else if (s->within != NULL)
        put_call(s, "abs(", s->within);
    else
        put_call(s, "sqrt(", root);
    if (root != NULL && rk_function_signs_of_variable(s->domain, k) == POS) {
        write_denominator(s, root);
        rk_buf_printf(&s->text, "fact > | %s\nsum %s | ", s->name[k], s->name[k]);
        put_ratio(s, root);
        rk_buf_putc(&s->text, '\n');
    }
}

/* --- values of functions ------------------------------------------------------------------ */

static void put_root(rk_steps *s, rk_fn f, element x, element r) {
    write_nonnegative(s, r);
    rk_buf_puts(&s->text, f == RK_FN_ABS ? "root (" : "root ");
    put_ratio(s, x);
    rk_buf_puts(&s->text, f == RK_FN_ABS ? ")^2 | " : " | ");
    put_ratio(s, r);
    rk_buf_putc(&s->text, '\n');
}

/* The power of variable k that x has as a factor. */
static slong power_in(const rk_steps *s, element x, slong k) {
    slong least[2] = {WORD_MAX, WORD_MAX};
    for (int part = 0; part < 2; part++) {
        const fmpz_mpoly_struct *p = part == 0 ? &x->num : &x->den;
        for (slong i = 0; i < p->length; i++) {
            slong e = fmpz_mpoly_get_term_var_exp_si(p, i, k, ring(s));
            least[part] = e < least[part] ? e : least[part];
        }
    }
    return least[0] - least[1];
}

/* The coefficient of variable k in x, which is a number over 1 or 2: twice it; 0 if it is none. */
static slong twice_coefficient(rk_steps *s, element x, slong k) {
    fmpz_mpoly_t c;
    fmpz_t n;
    fmpz_init(n);
    fmpz_mpoly_init(c, ring(s));
    fmpz_mpoly_derivative(c, &x->num, k, ring(s));
    bool one = fmpz_mpoly_equal_ui(&x->den, 1, ring(s));
    if (fmpz_mpoly_is_fmpz(c, ring(s)) && (one || fmpz_mpoly_equal_ui(&x->den, 2, ring(s))))
        fmpz_mpoly_get_fmpz(n, c, ring(s));
    slong twice = fmpz_fits_si(n) ? fmpz_get_si(n) * (one ? 2 : 1) : 0;
    fmpz_mpoly_clear(c, ring(s));
    fmpz_clear(n);
    return twice;
}

/* Half of log(v) is log(sqrt(v)): for the logarithms that stand in x with odd halves. */
static void write_halves(rk_steps *s, element x) {
    for (slong k = 0; k < rk_function_variables(s->domain); k++) {
        element what = rk_function_argument_of_log(s->domain, k);
        if (what == NULL || twice_coefficient(s, x, k) % 2 == 0)
            continue;
        rk_buf_puts(&s->text, "log ");
        put_ratio(s, what);
        rk_buf_puts(&s->text, " | 1 | 2 | sqrt(");
        put_ratio(s, what);
        rk_buf_puts(&s->text, ")\n");
    }
}

static void put_logarithm_times(rk_steps *s, slong k, slong twice) {
    bool half = twice % 2 != 0;
    rk_buf_printf(&s->text, " | %ld | log(%s", (long)(half ? twice : twice / 2),
                  half ? "sqrt(" : "");
    put_ratio(s, rk_function_argument_of_log(s->domain, k));
    rk_buf_puts(&s->text, half ? "))" : ")");
}

/* Is x what the powers in r say? Not when finer exponentials are due (then comes a restart). */
static bool is_sum_of_exponents(rk_steps *s, element x, element r) {
    fmpz_mpoly_q_t sum, part;
    fmpz_mpoly_q_init(sum, ring(s));
    fmpz_mpoly_q_init(part, ring(s));
    for (slong k = 0; k < rk_function_variables(s->domain); k++) {
        element what = rk_function_exponent(s->domain, k);
        bool log = rk_function_argument_of_log(s->domain, k) != NULL;
        fmpq_t c;
        fmpq_init(c);
        fmpq_set_si(c,
                    log            ? twice_coefficient(s, x, k)
                    : what != NULL ? 2 * power_in(s, r, k)
                                   : 0,
                    2);
        if (log)
            fmpz_mpoly_q_gen(part, k, ring(s));
        else if (what != NULL)
            fmpz_mpoly_q_set(part, what, ring(s));
        fmpz_mpoly_q_mul_fmpq(part, part, c, ring(s));
        fmpz_mpoly_q_add(sum, sum, part, ring(s));
        fmpq_clear(c);
    }
    bool same = fmpz_mpoly_q_equal(sum, x, ring(s));
    fmpz_mpoly_q_clear(sum, ring(s));
    fmpz_mpoly_q_clear(part, ring(s));
    return same;
}

static void put_exp(rk_steps *s, element x, element r) {
    if (!is_sum_of_exponents(s, x, r))
        return;
    write_halves(s, x);
    rk_buf_puts(&s->text, "exp ");
    put_ratio(s, x);
    for (slong k = 0; k < rk_function_variables(s->domain); k++) {
        element what = rk_function_exponent(s->domain, k);
        slong e = what == NULL ? 0 : power_in(s, r, k), twice;
        if (e != 0) {
            rk_buf_printf(&s->text, " | %ld | ", (long)e);
            put_ratio(s, what);
        } else if (rk_function_argument_of_log(s->domain, k) != NULL &&
                   (twice = twice_coefficient(s, x, k)) != 0) {
            put_logarithm_times(s, k, twice);
        }
    }
    rk_buf_putc(&s->text, '\n');
}

/* Sum over logarithms with coefficients c/m, and over exponentials in x. */
static void put_log(rk_steps *s, element x, element r) {
    fmpz_t m;
    fmpz_mpoly_t c;
    fmpz_init(m);
    fmpz_mpoly_init(c, ring(s));
    s->failed = s->failed || !fmpz_mpoly_is_fmpz(&r->den, ring(s));
    if (!s->failed)
        fmpz_mpoly_get_fmpz(m, &r->den, ring(s));
    rk_buf_puts(&s->text, "log ");
    put_ratio(s, x);
    rk_buf_printf(&s->text, " | %ld", (long)fmpz_get_si(m));
    for (slong k = 0; k < rk_function_variables(s->domain) && !s->failed; k++) {
        element what = rk_function_argument_of_log(s->domain, k);
        slong e = rk_function_exponent(s->domain, k) == NULL ? 0 : power_in(s, x, k);
        if (what != NULL && fmpz_mpoly_degree_si(&r->num, k, ring(s)) == 1) {
            fmpz_mpoly_derivative(c, &r->num, k, ring(s));
            rk_buf_puts(&s->text, " | ");
            rk_steps_put(s, c);
            rk_buf_puts(&s->text, " | ");
            put_ratio(s, what);
        } else if (e != 0) {
            rk_buf_printf(&s->text, " | %ld | %s", (long)(e * fmpz_get_si(m)), s->name[k]);
        }
    }
    rk_buf_putc(&s->text, '\n');
    fmpz_mpoly_clear(c, ring(s));
    fmpz_clear(m);
}

static void on_value(void *self, rk_fn f, const void *x, const void *r) {
    rk_steps *s = self;
    element q = x;
    s->under = NULL;
    if (is_plain(s, f, x, r) || fmpz_mpoly_is_zero(&q->num, ring(s)))
        return;
    write_denominator(s, x);
    if (f == RK_FN_EXP)
        put_exp(s, x, r);
    else if (f == RK_FN_LOG)
        put_log(s, x, r);
    else
        put_root(s, f, x, r);
}

/* --- what is learned ---------------------------------------------------------------------- */

/* p*M = x*den^2, where M is what is left of numerator times denominator of x. */
static void on_sign(void *self, const void *from, const fmpz_mpoly_t p, unsigned signs) {
    rk_steps *s = self;
    element x = from;
    fmpz_mpoly_t rest;
    fmpz_mpoly_init(rest, ring(s));
    fmpz_mpoly_mul(rest, &x->num, &x->den, ring(s));
    bool divides = fmpz_mpoly_divides(rest, rest, p, ring(s));
    if (is_reversed(signs))
        fmpz_mpoly_neg(rest, rest, ring(s));
    s->failed = s->failed || !divides;
    if (divides && !fmpz_mpoly_is_fmpz(rest, ring(s))) {
        signs_of_factors(s, rest);
        rk_steps_sign(s, rest, rk_function_signs_of_poly(s->domain, rest));
        rk_steps_sign(s, &x->den, rk_function_signs_of_poly(s->domain, &x->den));
        rk_steps_fact(s, p, signs);
        rk_steps_put_factors(s, rest, "sum ", 1);
        rk_buf_puts(&s->text, " | (");
        put_ratio(s, x);
        rk_steps_put_factors(s, &x->den, ")*", 2);
        rk_buf_putc(&s->text, '\n');
    }
    fmpz_mpoly_clear(rest, ring(s));
}

static void on_radicand(void *self, slong k) {
    rk_steps *s = self;
    rk_buf_puts(&s->text, "fact > | ");
    put_ratio(s, rk_function_radicand(s->domain, k));
    rk_buf_printf(&s->text, "\nsum 1 | %s^2\n", s->name[k]);
}

static void on_equation(void *self, slong k) {
    rk_steps *s = self;
    ulong degree;
    element power = rk_function_equation(s->domain, k, &degree);
    write_denominator(s, power);
    rk_buf_printf(&s->text, "%s %s | ", degree == 1 ? "put" : "square", s->name[k]);
    put_ratio(s, power);
    rk_buf_putc(&s->text, '\n');
}

void rk_steps_defined(rk_steps *s, unsigned slot, const rk_matrix *value) {
    const rk_slot *v = &s->program->slots[slot];
    for (slong i = 0; i < value->rows; i++)
        for (slong j = 0; j < value->cols; j++) {
            if (!rk_symbols_free(v, i, j))
                continue;
            write_denominator(s, rk_matrix_entry(value, i, j));
            rk_buf_puts(&s->text, "put ");
            put_entry_name(&s->text, s->program, v, i, j);
            rk_buf_puts(&s->text, " | ");
            put_ratio(s, rk_matrix_entry(value, i, j));
            rk_buf_putc(&s->text, '\n');
        }
}

void rk_steps_watch(rk_steps *s, const rk_domain *d, bool (*usable)(const rk_slot *slot)) {
    slong n = (slong)fmpz_mpoly_ctx_nvars(rk_function_ring(d)), next = 0;
    s->domain = d;
    s->run++;
    if (s->name == NULL) {
        s->nnames = n;
        s->name = rk_calloc((size_t)n + 1, sizeof *s->name);
        for (slong k = 0; k < n; k++)
            s->name[k] = rk_strdup("?");
    }
    for (size_t k = 0; k < s->program->nslots; k++)
        if (usable(&s->program->slots[k]))
            name_entries(s, &s->program->slots[k], &next);
    s->watch = (rk_function_watch){.self = s,
                                   .generator = on_generator,
                                   .value = on_value,
                                   .sign = on_sign,
                                   .root = on_root,
                                   .modulus = on_modulus,
                                   .radicand = on_radicand,
                                   .equation = on_equation};
    rk_function_set_watch(d, &s->watch);
}
