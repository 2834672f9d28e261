/* The field of p elements, p a word-size prime. Entries are residues in 0..p-1. */
#include "domain_inside.h"
#include "linalg/rk_product.h"
#include "linalg/rk_rank.h"

/* The modulus, and the divisor met last with its inverse: the entries of a row often share their
   denominator. */
typedef struct prime_field {
    nmod_t mod;
    ulong divisor, inverse;
} prime_field;

static const nmod_t *field(const rk_domain *d) {
    return &((const prime_field *)d->context)->mod;
}

static void p_init(const rk_domain *d, void *x) {
    (void)d;
    *(ulong *)x = 0;
}

static void p_clear(const rk_domain *d, void *x) {
    (void)d, (void)x;
}

static void p_set(const rk_domain *d, void *r, const void *x) {
    (void)d;
    *(ulong *)r = *(const ulong *)x;
}

static rk_ev p_div(const rk_domain *d, void *r, const void *x, const void *y) {
    ulong divisor = *(const ulong *)y;
    if (divisor == 0)
        return RK_EV_ESCAPE;
    prime_field *f = d->context;
    if (divisor != f->divisor) {
        f->divisor = divisor;
        f->inverse = n_invmod(divisor, f->mod.n);
    }
    *(ulong *)r = nmod_mul(*(const ulong *)x, f->inverse, f->mod);
    return RK_EV_OK;
}

static rk_ev p_set_fmpq(const rk_domain *d, void *r, const fmpq_t x) {
    ulong numerator = fmpz_fdiv_ui(fmpq_numref(x), d->modulus);
    ulong denominator = fmpz_fdiv_ui(fmpq_denref(x), d->modulus);
    return p_div(d, r, &numerator, &denominator);
}

static rk_ev p_get_fmpq(const rk_domain *d, fmpq_t r, const void *x) {
    (void)d;
    fmpz_set_ui(fmpq_numref(r), *(const ulong *)x);
    fmpz_one(fmpq_denref(r));
    return RK_EV_OK;
}

static void p_add(const rk_domain *d, void *r, const void *x, const void *y) {
    *(ulong *)r = nmod_add(*(const ulong *)x, *(const ulong *)y, *field(d));
}

static void p_sub(const rk_domain *d, void *r, const void *x, const void *y) {
    *(ulong *)r = nmod_sub(*(const ulong *)x, *(const ulong *)y, *field(d));
}

static void p_neg(const rk_domain *d, void *r, const void *x) {
    *(ulong *)r = nmod_neg(*(const ulong *)x, *field(d));
}

static void p_mul(const rk_domain *d, void *r, const void *x, const void *y) {
    *(ulong *)r = nmod_mul(*(const ulong *)x, *(const ulong *)y, *field(d));
}

/* The smaller residue whose square is x. */
static rk_ev p_sqrt(const rk_domain *d, ulong *r, ulong x) {
    ulong root = x <= 1 ? x : n_sqrtmod(x, d->modulus);
    if (root == 0 && x != 0)
        return RK_EV_ESCAPE;
    *r = root <= d->modulus - root || root == 0 ? root : d->modulus - root;
    return RK_EV_OK;
}

static rk_ev p_fn(const rk_domain *d, rk_fn f, void *r, const void *x) {
    ulong residue = *(const ulong *)x;
    if (f == RK_FN_SQRT)
        return p_sqrt(d, r, residue);
    /* What is not algebraic in exp has no image here, and there is no order. */
    if (f == RK_FN_LOG || f == RK_FN_GELU || f == RK_FN_GELU_SLOPE || f == RK_FN_ABS ||
        f == RK_FN_SIGN || f == RK_FN_RELU)
        return RK_EV_CONSTRUCT;
    if (residue != 0)
        return RK_EV_CONSTRUCT;
    fmpq_t value;
    fmpq_init(value);
    rk_ev ev = rk_fn_at_zero(f, value);
    if (ev == RK_EV_OK)
        ev = p_set_fmpq(d, r, value);
    fmpq_clear(value);
    return ev;
}

static rk_tern p_is_zero(const rk_domain *d, const void *x) {
    (void)d;
    return rk_tern_of(*(const ulong *)x == 0);
}

static rk_ev p_sign(const rk_domain *d, int *sign, const void *x) {
    (void)d, (void)sign, (void)x;
    return RK_EV_CONSTRUCT;
}

static void p_print(const rk_domain *d, rk_buf *out, const void *x) {
    (void)d;
    rk_buf_printf(out, "%lu", *(const ulong *)x);
}

static void to_nmod_mat(nmod_mat_t r, const rk_matrix *a) {
    nmod_mat_init(r, a->rows, a->cols, a->domain->modulus);
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            nmod_mat_entry(r, i, j) = *(ulong *)rk_at(a, i, j);
}

static void from_nmod_mat(rk_matrix *r, const nmod_mat_t a) {
    for (slong i = 0; i < r->rows; i++)
        for (slong j = 0; j < r->cols; j++)
            *(ulong *)rk_at(r, i, j) = nmod_mat_entry(a, i, j);
}

static void p_matrix_mul(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    rk_product_mod(r->entry, a->entry, b->entry, a->rows, a->cols, b->cols, *field(a->domain));
}

static rk_ev p_matrix_inv(rk_matrix *r, const rk_matrix *a) {
    nmod_mat_t x, y;
    to_nmod_mat(x, a);
    nmod_mat_init(y, a->rows, a->cols, a->domain->modulus);
    int regular = nmod_mat_inv(y, x);
    if (regular)
        from_nmod_mat(r, y);
    nmod_mat_clear(x);
    nmod_mat_clear(y);
    return regular ? RK_EV_OK : RK_EV_ESCAPE;
}

static rk_ev p_matrix_det(void *r, const rk_matrix *a) {
    nmod_mat_t x;
    to_nmod_mat(x, a);
    *(ulong *)r = nmod_mat_det(x);
    nmod_mat_clear(x);
    return RK_EV_OK;
}

static rk_ev p_matrix_rank(slong *low, slong *high, const rk_matrix *a) {
    nmod_mat_t x;
    to_nmod_mat(x, a);
    *low = *high = rk_rank_mod(x);
    nmod_mat_clear(x);
    return RK_EV_OK;
}

static void p_free(rk_domain *d) {
    rk_free(d->context);
}

rk_domain *rk_domain_prime(ulong p) {
    static const rk_domain table = {
        .name = "prime field",
        .size = sizeof(ulong),
        .exact = true,
        .ordered = false,
        .plain = true,
        .init = p_init,
        .clear = p_clear,
        .set = p_set,
        .set_fmpq = p_set_fmpq,
        .get_fmpq = p_get_fmpq,
        .add = p_add,
        .sub = p_sub,
        .neg = p_neg,
        .mul = p_mul,
        .div = p_div,
        .fn = p_fn,
        .is_zero = p_is_zero,
        .sign = p_sign,
        .print = p_print,
        .matrix_mul = p_matrix_mul,
        .matrix_inv = p_matrix_inv,
        .matrix_det = p_matrix_det,
        .matrix_rank = p_matrix_rank,
        .free_context = p_free,
    };
    if (p < 2 || !n_is_prime(p))
        return NULL;
    rk_domain *d = rk_domain_new(&table);
    prime_field *f = rk_malloc(sizeof *f);
    nmod_init(&f->mod, p);
    f->divisor = f->inverse = 1;
    d->context = f;
    d->modulus = p;
    return d;
}
