#include "rk_track.h"
#include <string.h>
#include "base/rk_mem.h"
#include "rk_number.h"
#include "rk_roots.h"

/* --- directions ----------------------------------------------------------------------------- */

static void set_one(fmpq_mat_t m, slong i, slong j) {
    fmpq_one(fmpq_mat_entry(m, i, j));
}

/* The entry itself is the parameter. */
static void along_entry(rk_track *l, slong i, slong j) {
    set_one(l->direction, i, j);
    fmpq_zero(fmpq_mat_entry(&l->base.value[l->slot], i, j));
}

static void along_symmetric(rk_track *l, slong i, slong j) {
    along_entry(l, i, j);
    along_entry(l, j, i);
}

/* What entry (i, j) gains entry (i, k) loses. */
static bool along_row(rk_track *l, rk_rng *rng, slong i, slong j) {
    fmpq_mat_struct *m = &l->base.value[l->slot];
    if (m->c < 2)
        return false;
    slong k = (j + 1 + (slong)rk_rng_below(rng, (uint64_t)(m->c - 1))) % m->c;
    fmpq_add(fmpq_mat_entry(m, i, k), fmpq_mat_entry(m, i, k), fmpq_mat_entry(m, i, j));
    along_entry(l, i, j);
    fmpq_set_si(fmpq_mat_entry(l->direction, i, k), -1, 1);
    return true;
}

/* Multiples of what is there, or of the identity added to it. */
static bool along_whole(rk_track *l, rk_rng *rng) {
    fmpq_mat_struct *m = &l->base.value[l->slot];
    if (m->r != m->c || rk_rng_below(rng, 2)) {
        if (fmpq_mat_is_zero(m))
            return false;
        fmpq_mat_set(l->direction, m);
        fmpq_mat_zero(m);
        return true;
    }
    fmpq_mat_one(l->direction);
    return true;
}

static bool choose(rk_track *l, rk_rng *rng) {
    const fmpq_mat_struct *m = &l->base.value[l->slot];
    slong i = (slong)rk_rng_below(rng, (uint64_t)m->r),
          j = (slong)rk_rng_below(rng, (uint64_t)m->c);
    bool whole = m->r * m->c > 1 && rk_rng_below(rng, 4) == 0;
    switch (l->program->slots[l->slot].set) {
    case RK_SET_STOCHASTIC:
    case RK_SET_ATTENTION:
        return along_row(l, rng, i, j);
    case RK_SET_ORTHOGONAL:
    case RK_SET_PERMUTATION:
    case RK_SET_UNIT_ROWS:
        return false;
    case RK_SET_DIAGONAL:
        if (!whole || !along_whole(l, rng))
            along_entry(l, i, i);
        return true;
    case RK_SET_SYMMETRIC:
    case RK_SET_PSD:
        if (!whole || !along_whole(l, rng))
            along_symmetric(l, i, j);
        return true;
    default:
        if (!whole || !along_whole(l, rng))
            along_entry(l, i, j);
        return true;
    }
}

static void begin(rk_track *line, const rk_program *program, const rk_assignment *at, size_t slot) {
    line->program = program;
    line->slot = slot;
    rk_assignment_init(&line->base, program);
    rk_assignment_set(&line->base, at);
    fmpq_mat_init(line->direction, (slong)program->slots[slot].rows,
                  (slong)program->slots[slot].cols);
}

bool rk_track_draw(rk_track *line, const rk_program *program, rk_rng *rng,
                   const rk_assignment *at) {
    if (program->nslots == 0)
        return false;
    size_t slot = (size_t)rk_rng_below(rng, program->nslots);
    if (program->slots[slot].defined)
        return false;
    begin(line, program, at, slot);
    if (choose(line, rng))
        return true;
    rk_track_clear(line);
    return false;
}

bool rk_track_entry(rk_track *line, const rk_program *program, const rk_assignment *at, size_t slot,
                    slong i, slong j) {
    switch (program->slots[slot].set) {
    case RK_SET_STOCHASTIC:
    case RK_SET_ATTENTION:
    case RK_SET_ORTHOGONAL:
    case RK_SET_PERMUTATION:
    case RK_SET_UNIT_ROWS:
        return false;
    default:
        break;
    }
    begin(line, program, at, slot);
    if (program->slots[slot].set == RK_SET_SYMMETRIC || program->slots[slot].set == RK_SET_PSD)
        along_symmetric(line, i, j);
    else
        along_entry(line, i, j);
    return true;
}

void rk_track_clear(rk_track *line) {
    rk_assignment_clear(&line->base);
    fmpq_mat_clear(line->direction);
}

/* --- points --------------------------------------------------------------------------------- */

void rk_track_at(const rk_track *line, const fmpq_t t, rk_assignment *out) {
    rk_assignment_set(out, &line->base);
    fmpq_mat_struct *m = &out->value[line->slot];
    for (slong i = 0; i < m->r; i++)
        for (slong j = 0; j < m->c; j++)
            fmpq_addmul(fmpq_mat_entry(m, i, j), fmpq_mat_entry(line->direction, i, j), t);
}

/* "1/2 - 3*(t)": base + factor*t. */
static void put_entry(rk_buf *out, const fmpq_t base, const fmpq_t factor, const char *t) {
    fmpq_t modulus;
    fmpq_init(modulus);
    fmpq_abs(modulus, factor);
    bool negative = fmpq_sgn(factor) < 0, alone = fmpq_is_zero(base);
    if (alone && fmpq_is_one(modulus)) {
        if (negative)
            rk_form_print_negative(out, t);
        else
            rk_buf_puts(out, t);
        fmpq_clear(modulus);
        return;
    }
    if (!alone) {
        char *text = fmpq_get_str(NULL, 10, base);
        rk_buf_puts(out, text);
        flint_free(text);
    }
    rk_buf_puts(out, alone ? negative ? "-" : "" : negative ? " - " : " + ");
    if (!fmpq_is_one(modulus)) {
        char *text = fmpq_get_str(NULL, 10, modulus);
        rk_buf_printf(out, "%s*", text);
        flint_free(text);
    }
    rk_buf_printf(out, "(%s)", t);
    fmpq_clear(modulus);
}

/* base + factor*t may have a shorter form than its text: 1 + (sqrt(2) - 1). */
static void shorten(rk_buf *text, const fmpq_t base, const fmpq_t factor, const fmpq_t near) {
    fmpq_t value;
    arb_t ball;
    rk_buf shorter;
    rk_buf_init(&shorter);
    fmpq_init(value);
    arb_init(ball);
    fmpq_mul(value, factor, near);
    fmpq_add(value, value, base);
    arb_set_fmpq(ball, value, 2 * RK_ROOT_BITS);
    arb_add_error_2exp_si(ball, 8 - RK_ROOT_BITS);
    if (rk_number_recognise(&shorter, ball) && shorter.len < text->len) {
        rk_buf_reset(text);
        rk_buf_puts(text, shorter.text);
    }
    rk_buf_clear(&shorter);
    fmpq_clear(value);
    arb_clear(ball);
}

void rk_track_forms(const rk_track *line, const char *t, const fmpq_t near, rk_forms *out) {
    const fmpq_mat_struct *m = &line->base.value[line->slot];
    for (slong i = 0; i < m->r; i++)
        for (slong j = 0; j < m->c; j++) {
            const fmpq *factor = fmpq_mat_entry(line->direction, i, j);
            if (fmpq_is_zero(factor))
                continue;
            rk_buf text;
            rk_buf_init(&text);
            put_entry(&text, fmpq_mat_entry(m, i, j), factor, t);
            shorten(&text, fmpq_mat_entry(m, i, j), factor, near);
            rk_forms_put(out, line->slot, i, j, text.text);
            rk_buf_clear(&text);
        }
}

rk_ev rk_track_inputs(rk_run *run, const rk_track *line, const void *t) {
    const rk_domain *d = run->domain;
    rk_matrix base, direction, moved;
    rk_ev ev = rk_run_set_inputs(run, &line->base);
    ev = rk_ev_worst(ev, rk_matrix_set_fmpq_mat(&base, d, &line->base.value[line->slot]));
    ev = rk_ev_worst(ev, rk_matrix_set_fmpq_mat(&direction, d, line->direction));
    rk_matrix_init(&moved, d, base.rows, base.cols);
    for (slong k = 0; k < base.rows * base.cols && ev == RK_EV_OK; k++) {
        void *x = rk_matrix_entry(&moved, k / base.cols, k % base.cols);
        d->mul(d, x, rk_matrix_entry(&direction, k / base.cols, k % base.cols), t);
        d->add(d, x, x, rk_matrix_entry(&base, k / base.cols, k % base.cols));
    }
    rk_run_set_input(run, (unsigned)line->slot, &moved);
    rk_matrix_clear(&moved);
    rk_matrix_clear(&direction);
    rk_matrix_clear(&base);
    return ev;
}

/* --- heights -------------------------------------------------------------------------------- */

typedef struct collection {
    rk_height *out;
    size_t n, room, seen;
    rk_rng *rng;
} collection;

/* Each of those seen is kept with the same probability. */
static void collect(collection *c, rk_height h) {
    c->seen++;
    if (c->n < c->room) {
        c->out[c->n++] = h;
        return;
    }
    size_t k = (size_t)rk_rng_below(c->rng, c->seen);
    if (k < c->room)
        c->out[k] = h;
}

static slong entries_of(const rk_instr *p) {
    return (slong)(p->rows * p->cols);
}

static void collect_comparison(collection *c, const rk_program *program, const rk_instr *p) {
    slong left = entries_of(&program->instr[p->arg[0]]);
    slong right = entries_of(&program->instr[p->arg[1]]);
    for (slong e = 0; e < (left > right ? left : right); e++)
        collect(c, (rk_height){RK_HEIGHT_DIFFERENCE, p->arg[0], p->arg[1], e});
}

static void collect_instr(collection *c, const rk_program *program, const rk_instr *p) {
    bool kink =
        p->code == RK_P_FN && (p->fn == RK_FN_ABS || p->fn == RK_FN_SIGN || p->fn == RK_FN_RELU);
    if (p->code == RK_P_COMPARE)
        collect_comparison(c, program, p);
    else if (p->code == RK_P_RANK)
        collect(c, (rk_height){RK_HEIGHT_DETERMINANT, p->arg[0], p->arg[0], 0});
    for (slong e = 0; kink && e < entries_of(p); e++)
        collect(c, (rk_height){RK_HEIGHT_VALUE, p->arg[0], p->arg[0], e});
}

size_t rk_heights(rk_height *out, size_t room, const rk_program *program, rk_rng *rng) {
    collection c = {.out = out, .room = room, .rng = rng};
    for (size_t i = 0; i < program->ninstr; i++)
        collect_instr(&c, program, &program->instr[i]);
    return c.n;
}

static const void *entry_of(const rk_matrix *m, slong entry) {
    slong k = entry % (m->rows * m->cols);
    return rk_matrix_entry(m, k / m->cols, k % m->cols);
}

enum { MAX_DETERMINANT = 6, MAX_GRAM = 3 };

static rk_ev determinant(const rk_matrix *a, void *value) {
    const rk_domain *d = a->domain;
    slong least = a->rows < a->cols ? a->rows : a->cols;
    if (least > (a->rows == a->cols ? MAX_DETERMINANT : MAX_GRAM))
        return RK_EV_LIMIT;
    rk_matrix flipped, gram, det;
    rk_matrix_transpose(&flipped, a);
    if (a->rows == a->cols)
        rk_matrix_copy(&gram, a);
    else if (a->rows < a->cols)
        rk_matrix_mul(&gram, a, &flipped);
    else
        rk_matrix_mul(&gram, &flipped, a);
    rk_ev ev = rk_matrix_det(&det, &gram);
    if (ev == RK_EV_OK)
        d->set(d, value, det.entry);
    rk_matrix_clear(&det);
    rk_matrix_clear(&gram);
    rk_matrix_clear(&flipped);
    return ev;
}

rk_ev rk_height_value(rk_run *run, const rk_height *h, void *value) {
    const rk_domain *d = run->domain;
    rk_ev ev = rk_run_compute(run, h->left);
    if (h->kind == RK_HEIGHT_DIFFERENCE)
        ev = rk_ev_worst(ev, rk_run_compute(run, h->right));
    if (ev != RK_EV_OK)
        return ev;
    const rk_matrix *left = &run->value[h->left];
    if (h->kind == RK_HEIGHT_DETERMINANT)
        return determinant(left, value);
    if (h->kind == RK_HEIGHT_VALUE)
        d->set(d, value, entry_of(left, h->entry));
    else
        d->sub(d, value, entry_of(left, h->entry), entry_of(&run->value[h->right], h->entry));
    return RK_EV_OK;
}
