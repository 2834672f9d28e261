#include "rk_spectral.h"

#include "linalg/rk_moduli.h"

/* offset + factor*sqrt(radicand)*x^(halves/2), radicand >= 0, x the k-th largest modulus of an
   eigenvalue of the argument of instruction `source` (of its Gram matrix: singular values);
   halves 0: no x. */
typedef struct form {
    fmpq_t offset, factor, radicand;
    unsigned source;
    int halves;
} form;

static void form_init(form *f) {
    fmpq_init(f->offset);
    fmpq_init(f->factor);
    fmpq_init(f->radicand);
    fmpq_one(f->factor);
    fmpq_one(f->radicand);
    f->source = 0;
    f->halves = 0;
}

static void form_clear(form *f) {
    fmpq_clear(f->offset);
    fmpq_clear(f->factor);
    fmpq_clear(f->radicand);
}

/* --- what is known to be rational ---------------------------------------------------------------
 */

/* The value of an instruction, from the run or those before it. A double holds no value for
   certain, a residue is no number. */
static bool rational(const rk_run *run, unsigned i, fmpq_mat_t r) {
    for (; run != NULL; run = run->earlier) {
        const rk_domain *d = run->domain;
        bool sure = d->ordered && (d->exact || d->precision > 0);
        if (sure && run->done[i] && run->ev[i] == RK_EV_OK &&
            rk_matrix_get_fmpq_mat(r, &run->value[i]) == RK_EV_OK)
            return true;
    }
    return false;
}

static bool rational_number(const rk_run *run, unsigned i, fmpq_t x) {
    fmpq_mat_t m;
    fmpq_mat_init(m, 1, 1);
    bool known = rational(run, i, m);
    if (known)
        fmpq_set(x, fmpq_mat_entry(m, 0, 0));
    fmpq_mat_clear(m);
    return known;
}

/* --- reading ---------------------------------------------------------------------------------- */

enum { DEEPEST = 12 };

static bool read_form(const rk_run *run, unsigned i, form *f, int depth);

/* f := f * g, or f / g where `halves` of g counts negative; without offsets. */
static bool times(form *f, const form *g, bool divide) {
    bool zero = fmpq_is_zero(g->factor) || fmpq_is_zero(g->radicand);
    if (!fmpq_is_zero(f->offset) || !fmpq_is_zero(g->offset) || (divide && zero))
        return false;
    if (f->halves != 0 && g->halves != 0 && f->source != g->source)
        return false;
    if (divide) {
        fmpq_div(f->factor, f->factor, g->factor);
        fmpq_div(f->radicand, f->radicand, g->radicand);
    } else {
        fmpq_mul(f->factor, f->factor, g->factor);
        fmpq_mul(f->radicand, f->radicand, g->radicand);
    }
    f->source = f->halves != 0 ? f->source : g->source;
    f->halves += divide ? -g->halves : g->halves;
    return true;
}

static bool read_product(const rk_run *run, const rk_instr *p, form *f, int depth) {
    form g;
    form_init(&g);
    bool read = read_form(run, p->arg[0], f, depth) && read_form(run, p->arg[1], &g, depth) &&
                times(f, &g, p->code == RK_P_DIV || p->code == RK_P_EDIV);
    form_clear(&g);
    return read;
}

/* One side must be rational: it goes to the offset. */
static bool read_sum(const rk_run *run, const rk_instr *p, form *f, int depth) {
    fmpq_t number;
    bool minus = p->code == RK_P_SUB;
    fmpq_init(number);
    bool right = rational_number(run, p->arg[1], number);
    bool read = (right || rational_number(run, p->arg[0], number)) &&
                read_form(run, p->arg[right ? 0 : 1], f, depth);
    if (read && minus && right)
        fmpq_neg(number, number);
    if (read && minus && !right) {
        fmpq_neg(f->offset, f->offset);
        fmpq_neg(f->factor, f->factor);
    }
    fmpq_add(f->offset, f->offset, number);
    fmpq_clear(number);
    return read;
}

/* The root of factor*x^(halves/2) that is not negative. */
static bool read_root(const rk_run *run, const rk_instr *p, form *f, int depth) {
    if (!read_form(run, p->arg[0], f, depth) || !fmpq_is_zero(f->offset) ||
        !fmpq_is_one(f->radicand) || fmpq_sgn(f->factor) < 0 || f->halves % 2 != 0)
        return false;
    fmpq_swap(f->radicand, f->factor);
    fmpq_one(f->factor);
    f->halves /= 2;
    return true;
}

static bool read_form(const rk_run *run, unsigned i, form *f, int depth) {
    const rk_instr *p = &run->program->instr[i];
    if (p->rows != 1 || p->cols != 1 || depth > DEEPEST)
        return false;
    if (rational_number(run, i, f->factor))
        return true;
    switch (p->code) {
    case RK_P_SINGULAR_VALUE:
    case RK_P_EIGEN_MODULUS:
        f->source = i;
        f->halves = p->code == RK_P_SINGULAR_VALUE ? 1 : 2;
        return true;
    case RK_P_MUL:
    case RK_P_SCALE:
    case RK_P_EMUL:
    case RK_P_DIV:
    case RK_P_EDIV:
        return read_product(run, p, f, depth + 1);
    case RK_P_ADD:
    case RK_P_SUB:
        return read_sum(run, p, f, depth + 1);
    case RK_P_NEG:
        if (!read_form(run, p->arg[0], f, depth + 1))
            return false;
        fmpq_neg(f->offset, f->offset);
        fmpq_neg(f->factor, f->factor);
        return true;
    case RK_P_FN:
        return p->fn == RK_FN_SQRT && read_root(run, p, f, depth + 1);
    default:
        return false;
    }
}

/* --- spectra ---------------------------------------------------------------------------------- */

/* The square matrix whose moduli of eigenvalues are meant; NULL when the argument is not known to
   be rational, or too large. */
static rk_moduli *moduli_of(const rk_run *run, const rk_instr *p) {
    const rk_instr *a = &run->program->instr[p->arg[0]];
    fmpq_mat_t m, t, g;
    rk_moduli *moduli = NULL;
    slong least = a->rows < a->cols ? a->rows : a->cols;
    fmpq_mat_init(m, a->rows, a->cols);
    fmpq_mat_init(t, a->cols, a->rows);
    fmpq_mat_init(g, least, least);
    if (rational(run, p->arg[0], m)) {
        fmpq_mat_transpose(t, m);
        if (p->code == RK_P_EIGEN_MODULUS)
            fmpq_mat_set(g, m);
        else if (a->rows <= a->cols)
            fmpq_mat_mul(g, m, t);
        else
            fmpq_mat_mul(g, t, m);
        moduli = rk_moduli_new(g);
    }
    fmpq_mat_clear(m);
    fmpq_mat_clear(t);
    fmpq_mat_clear(g);
    return moduli;
}

/* Sign of x^p - t for x >= 0 (x > 0 when p < 0) and t > 0, p = `halves` of the form: x^p is
   compared as x^2 with a power of t. */
static bool compare_power(const rk_run *run, const form *f, const fmpq_t t, int *sign) {
    const rk_instr *p = &run->program->instr[f->source];
    int power = f->halves < 0 ? -f->halves : f->halves;
    fmpq_t c;
    fmpq_init(c);
    fmpq_set(c, t);
    if (f->halves < 0)
        fmpq_inv(c, c);
    if (power == 1)
        fmpq_mul(c, c, c);
    bool good = power == 1 || power == 2;
    if (power == 4 && fmpz_is_square(fmpq_numref(c)) && fmpz_is_square(fmpq_denref(c))) {
        fmpz_sqrt(fmpq_numref(c), fmpq_numref(c));
        fmpz_sqrt(fmpq_denref(c), fmpq_denref(c));
        good = true;
    }
    rk_moduli *m = good ? moduli_of(run, p) : NULL;
    good = m != NULL && rk_moduli_compare(sign, m, p->k, c);
    if (f->halves < 0)
        *sign = -*sign;
    rk_moduli_free(m);
    fmpq_clear(c);
    return good;
}

/* Sign of factor*sqrt(radicand)*x^(halves/2) - number*sqrt(root), with the factor > 0. */
static bool compare_positive(const rk_run *run, const form *f, const fmpq_t number,
                             const fmpq_t root, int *sign) {
    fmpq_t t, s;
    bool good = true;
    fmpq_init(t);
    fmpq_init(s);
    fmpq_mul(t, number, number);
    fmpq_mul(t, t, root);
    fmpq_mul(s, f->factor, f->factor);
    fmpq_mul(s, s, f->radicand);
    if (fmpq_is_zero(s)) {
        good = false;
    } else if (fmpq_sgn(number) < 0 && !fmpq_is_zero(root)) {
        *sign = 1;
    } else {
        fmpq_div(t, t, s);
        if (fmpq_is_zero(t) && f->halves < 0)
            *sign = 1;
        else
            good = compare_power(run, f, t, sign);
    }
    fmpq_clear(t);
    fmpq_clear(s);
    return good;
}

/* f holds x, g does not: the sign of f - g. */
static bool compare_forms(const rk_run *run, form *f, const form *g, int *sign) {
    fmpq_t number, root, offset;
    bool good = true;
    fmpq_init(number);
    fmpq_init(root);
    fmpq_init(offset);
    fmpq_sub(offset, g->offset, f->offset);
    fmpq_set(number, g->factor);
    fmpq_set(root, g->radicand);
    if (fmpq_is_one(root)) { /* rational altogether */
        fmpq_add(number, number, offset);
        fmpq_zero(offset);
    }
    good = fmpq_is_zero(offset) && !fmpq_is_zero(f->factor);
    bool negative = fmpq_sgn(f->factor) < 0;
    if (negative) {
        fmpq_neg(f->factor, f->factor);
        fmpq_neg(number, number);
    }
    good = good && compare_positive(run, f, number, root, sign);
    if (negative)
        *sign = -*sign;
    fmpq_clear(number);
    fmpq_clear(root);
    fmpq_clear(offset);
    return good;
}

bool rk_spectral_compare(const rk_run *run, unsigned a, unsigned b, int *sign) {
    form f, g;
    bool good;
    *sign = 0;
    form_init(&f);
    form_init(&g);
    good =
        read_form(run, a, &f, 0) && read_form(run, b, &g, 0) && (f.halves == 0) != (g.halves == 0);
    if (good && f.halves != 0) {
        good = compare_forms(run, &f, &g, sign);
    } else if (good) {
        good = compare_forms(run, &g, &f, sign);
        *sign = -*sign;
    }
    form_clear(&f);
    form_clear(&g);
    return good;
}

bool rk_spectral_value(const rk_run *run, const rk_instr *p, rk_matrix *r) {
    const rk_domain *d = run->domain;
    if (d->precision <= 0)
        return false;
    rk_moduli *m = moduli_of(run, p);
    bool good = m != NULL && rk_moduli_enclose(r->entry, m, p->k, d->precision);
    if (good && p->code == RK_P_SINGULAR_VALUE)
        good = d->fn(d, RK_FN_SQRT, r->entry, r->entry) == RK_EV_OK;
    rk_moduli_free(m);
    return good;
}
