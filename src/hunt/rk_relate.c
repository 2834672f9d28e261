#include "rk_relate.h"
#include "rk_element.h"

static bool is_free(const rk_program *program, size_t s) {
    return !program->slots[s].defined;
}

static bool same_shape(const rk_slot *a, const rk_slot *b) {
    return a->rows == b->rows && a->cols == b->cols;
}

/* Puts `value` into slot s if the slot's set has it. */
static bool place(const rk_program *program, rk_assignment *a, size_t s, const fmpq_mat_t value) {
    const rk_slot *slot = &program->slots[s];
    if (value->r != slot->rows || value->c != slot->cols || !rk_set_contains(slot->set, value))
        return false;
    fmpq_mat_set(&a->value[s], value);
    return true;
}

bool rk_relate_equal(const rk_program *program, rk_assignment *a) {
    bool any = false;
    for (size_t s = 1; s < program->nslots; s++)
        for (size_t t = 0; t < s; t++)
            if (is_free(program, s) && is_free(program, t) &&
                same_shape(&program->slots[s], &program->slots[t]) &&
                place(program, a, s, &a->value[t])) {
                any = true;
                break;
            }
    return any;
}

typedef enum relation {
    COPY,
    TRANSPOSE,
    INVERSE,
    INVERSE_TRANSPOSE,
    IDENTITY,
    COMPLEMENT, /* I - A */
    SQUARE,
    PRODUCT,  /* A*B */
    QUOTIENT, /* A*inv(B) */
    RELATIONS
} relation;

/* Rows and columns of what is multiplied or inverted, at most: entries grow with them. */
enum { LARGEST = 24 };

static bool is_small(const fmpq_mat_t a) {
    return a->r <= LARGEST && a->c <= LARGEST;
}

static bool multiply(fmpq_mat_t out, const fmpq_mat_t a, const fmpq_mat_t b) {
    if (a->c != b->r || out->r != a->r || out->c != b->c || !is_small(a) || !is_small(b))
        return false;
    fmpq_mat_mul(out, a, b);
    return true;
}

static bool invert(fmpq_mat_t out, const fmpq_mat_t a, bool transpose) {
    if (a->r != a->c || out->r != a->r || out->c != a->c || !is_small(a) || !fmpq_mat_inv(out, a))
        return false;
    if (transpose)
        fmpq_mat_transpose(out, out);
    return true;
}

static bool quotient(fmpq_mat_t out, const fmpq_mat_t a, const fmpq_mat_t b) {
    fmpq_mat_t inverse;
    fmpq_mat_init(inverse, b->r, b->c);
    bool ok = invert(inverse, b, false) && multiply(out, a, inverse);
    fmpq_mat_clear(inverse);
    return ok;
}

static bool complement(fmpq_mat_t out, const fmpq_mat_t a) {
    if (a->r != a->c || out->r != a->r || out->c != a->c)
        return false;
    fmpq_mat_one(out);
    fmpq_mat_sub(out, out, a);
    return true;
}

static bool transpose(fmpq_mat_t out, const fmpq_mat_t a) {
    if (out->r != a->c || out->c != a->r)
        return false;
    fmpq_mat_transpose(out, a);
    return true;
}

static bool compute(fmpq_mat_t out, relation how, const fmpq_mat_t a, const fmpq_mat_t b) {
    switch (how) {
    case COPY:
        if (out->r != a->r || out->c != a->c)
            return false;
        fmpq_mat_set(out, a);
        return true;
    case TRANSPOSE:
        return transpose(out, a);
    case INVERSE:
    case INVERSE_TRANSPOSE:
        return invert(out, a, how == INVERSE_TRANSPOSE);
    case IDENTITY:
        if (out->r == out->c)
            fmpq_mat_one(out);
        return out->r == out->c;
    case COMPLEMENT:
        return complement(out, a);
    case SQUARE:
        return multiply(out, a, a);
    case PRODUCT:
        return multiply(out, a, b);
    case QUOTIENT:
        return quotient(out, a, b);
    case RELATIONS:
        break;
    }
    return false;
}

/* A random free slot, or nslots if there is none. */
static size_t pick(const rk_program *program, rk_rng *rng) {
    size_t s = (size_t)rk_rng_below(rng, program->nslots);
    for (size_t k = 0; k < program->nslots; k++, s = (s + 1) % program->nslots)
        if (is_free(program, s))
            return s;
    return program->nslots;
}

static bool relate_once(const rk_program *program, rk_rng *rng, rk_assignment *a) {
    size_t target = pick(program, rng), first = pick(program, rng), second = pick(program, rng);
    relation how = (relation)rk_rng_below(rng, RELATIONS);
    bool negate = rk_rng_below(rng, 2) != 0;
    if (target == program->nslots || (first == target && how < IDENTITY))
        return false;
    fmpq_mat_t value;
    fmpq_mat_init(value, (slong)program->slots[target].rows, (slong)program->slots[target].cols);
    bool ok = compute(value, how, &a->value[first], &a->value[second]);
    if (ok && negate)
        fmpq_mat_neg(value, value);
    ok = ok && place(program, a, target, value);
    fmpq_mat_clear(value);
    return ok;
}

bool rk_relate_pair(const rk_program *program, rk_rng *rng, rk_assignment *a) {
    for (int tries = 0; program->nslots && tries < 12; tries++)
        if (relate_once(program, rng, a)) {
            if (rk_rng_below(rng, 3) == 0) /* now and then a second relation on top */
                relate_once(program, rng, a);
            return true;
        }
    return false;
}

static bool cancel_with(const rk_program *program, rk_assignment *a, size_t left, size_t x,
                        size_t w) {
    const fmpq_mat_struct *A = &a->value[left], *X = &a->value[x], *W = &a->value[w];
    if (left == x || x == w || left == w || A->r != A->c || A->c != X->r || W->r != X->c ||
        W->c != X->c)
        return false;
    fmpq_mat_t product, minus, value;
    fmpq_mat_init(product, X->r, X->c);
    fmpq_mat_init(minus, X->r, X->c);
    fmpq_mat_init(value, W->r, W->c);
    fmpq_mat_mul(product, A, X);
    fmpq_mat_neg(minus, X);
    bool ok = fmpq_mat_can_solve(value, product, minus) && place(program, a, w, value);
    fmpq_mat_clear(product);
    fmpq_mat_clear(minus);
    fmpq_mat_clear(value);
    return ok;
}

/* Every triple of few slots, of many so many from a random one on. */
bool rk_relate_cancel(const rk_program *program, rk_rng *rng, rk_assignment *a) {
    enum { MOST_TRIPLES = 1 << 12 };
    size_t n = program->nslots, tried = 0;
    if (n < 3)
        return false;
    size_t start = (size_t)rk_rng_below(rng, n), step = (size_t)rk_rng_below(rng, n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            for (size_t k = 0; k < n; k++, tried++) {
                size_t left = (start + i) % n, x = (step + j) % n;
                if (tried == MOST_TRIPLES)
                    return false;
                if (is_free(program, left) && is_free(program, x) && is_free(program, k) &&
                    cancel_with(program, a, left, x, k))
                    return true;
            }
    return false;
}
