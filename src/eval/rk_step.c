#include "rk_step.h"
#include "rk_spectral.h"

#include <string.h>

#include "base/rk_mem.h"
#include "data/rk_data.h"

/* --- leaves --------------------------------------------------------------------------------- */

/* Writes the rational c into every entry (i, j) for which `where` holds. */
static rk_ev fill(rk_matrix *r, slong c, bool (*where)(const rk_instr *, slong, slong),
                  const rk_instr *p) {
    const rk_domain *d = r->domain;
    rk_ev ev = RK_EV_OK;
    fmpq_t q;
    fmpq_init(q);
    fmpq_set_si(q, c, 1);
    for (slong i = 0; i < r->rows; i++)
        for (slong j = 0; j < r->cols; j++)
            if (where(p, i, j))
                ev = rk_ev_worst(ev, d->set_fmpq(d, rk_matrix_entry(r, i, j), q));
    fmpq_clear(q);
    return ev;
}

static bool everywhere(const rk_instr *p, slong i, slong j) {
    (void)p, (void)i, (void)j;
    return true;
}

static bool on_diagonal(const rk_instr *p, slong i, slong j) {
    (void)p;
    return i == j;
}

static bool not_above_diagonal(const rk_instr *p, slong i, slong j) {
    (void)p;
    return j <= i;
}

static bool at_position(const rk_instr *p, slong i, slong j) {
    (void)j;
    return i == p->k - 1;
}

static rk_ev step_leaf(const rk_run *run, const rk_instr *p, rk_matrix *r) {
    const rk_domain *d = run->domain;
    rk_matrix_init(r, d, p->rows, p->cols);
    switch (p->code) {
    case RK_P_RATIONAL:
        return d->set_fmpq(d, r->entry, p->number);
    case RK_P_EYE:
        return fill(r, 1, on_diagonal, p);
    case RK_P_ONES:
        return fill(r, 1, everywhere, p);
    case RK_P_UNIT:
        return fill(r, 1, at_position, p);
    case RK_P_CAUSAL:
        return fill(r, 1, not_above_diagonal, p);
    case RK_P_ZEROS:
        return RK_EV_OK;
    case RK_P_UNDEFINED:
        return RK_EV_UNDEFINED;
    default:
        return RK_EV_CONSTRUCT;
    }
}

static rk_ev step_input(const rk_run *run, const rk_instr *p, rk_matrix *r) {
    const rk_matrix *input = &run->input[p->slot];
    if (input->domain == NULL) {
        rk_matrix_init(r, run->domain, p->rows, p->cols);
        return RK_EV_CONSTRUCT;
    }
    rk_matrix_copy(r, input);
    return RK_EV_OK;
}

static rk_ev step_data(const rk_run *run, const rk_instr *p, rk_matrix *r) {
    const rk_dyadic *m = run->program->checked->data[p->slot].matrix;
    return rk_matrix_set_doubles(r, run->domain, p->rows, p->cols, m->entry);
}

/* --- operations ----------------------------------------------------------------------------- */

static void step_cat(const rk_run *run, const rk_instr *p, rk_matrix *r) {
    const rk_matrix **part = rk_malloc(p->nargs * sizeof *part);
    for (size_t i = 0; i < p->nargs; i++)
        part[i] = &run->value[p->arg[i]];
    if (p->code == RK_P_HCAT)
        rk_matrix_hcat(r, part, p->nargs);
    else
        rk_matrix_vcat(r, part, p->nargs);
    rk_free(part);
}

/* Operations that cannot fail; false when p is none of them. */
static bool step_plain(const rk_instr *p, rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    switch (p->code) {
    case RK_P_KEEP:
        rk_matrix_copy(r, a);
        return true;
    case RK_P_ADD:
        rk_matrix_add(r, a, b);
        return true;
    case RK_P_SUB:
        rk_matrix_sub(r, a, b);
        return true;
    case RK_P_NEG:
        rk_matrix_neg(r, a);
        return true;
    case RK_P_MUL:
        rk_matrix_mul(r, a, b);
        return true;
    case RK_P_SCALE:
        rk_matrix_scale(r, a, b);
        return true;
    case RK_P_EMUL:
        rk_matrix_emul(r, a, b);
        return true;
    case RK_P_KRON:
        rk_matrix_kron(r, a, b);
        return true;
    case RK_P_ROW_SCALE:
        rk_matrix_row_scale(r, a, b);
        return true;
    default:
        return false;
    }
}

static bool step_structure(const rk_instr *p, rk_matrix *r, const rk_matrix *a) {
    switch (p->code) {
    case RK_P_TRANSPOSE:
        rk_matrix_transpose(r, a);
        return true;
    case RK_P_SLICE:
        rk_matrix_slice(r, a, p->k, p->l, p->rows, p->cols);
        return true;
    case RK_P_RESHAPE:
        rk_matrix_rearrange(r, a, p->k, p->l, p->rows, p->cols);
        return true;
    case RK_P_DIAG_MAKE:
        rk_matrix_diag_make(r, a);
        return true;
    case RK_P_DIAG_TAKE:
        rk_matrix_diag_take(r, a);
        return true;
    case RK_P_VEC:
        rk_matrix_vec(r, a);
        return true;
    case RK_P_ROW_SUMS:
        rk_matrix_row_sums(r, a);
        return true;
    case RK_P_SUM_ENTRIES:
        rk_matrix_sum_entries(r, a);
        return true;
    case RK_P_TRACE:
        rk_matrix_trace(r, a);
        return true;
    default:
        return false;
    }
}

static rk_ev step_fallible(const rk_instr *p, rk_matrix *r, const rk_matrix *a,
                           const rk_matrix *b) {
    switch (p->code) {
    case RK_P_DIV:
        return rk_matrix_div(r, a, b);
    case RK_P_EDIV:
        return rk_matrix_ediv(r, a, b);
    case RK_P_ROW_DIVIDE:
        return rk_matrix_row_divide(r, a, b);
    case RK_P_MAX_ENTRIES:
        return rk_matrix_extreme_entry(r, a, true);
    case RK_P_MIN_ENTRIES:
        return rk_matrix_extreme_entry(r, a, false);
    case RK_P_DET:
        return rk_matrix_det(r, a);
    case RK_P_INV:
        return rk_matrix_inv(r, a);
    case RK_P_SOFTMAX:
        return rk_matrix_softmax(r, a, b);
    case RK_P_FN:
        return rk_matrix_fn(r, (rk_fn)p->fn, a);
    case RK_P_NORM1:
        return rk_matrix_norm1(r, a);
    case RK_P_ENTROPY:
        return rk_matrix_entropy(r, a);
    case RK_P_SINGULAR_VALUE:
        return rk_matrix_singular_value(r, a, p->k);
    case RK_P_EIGEN_MODULUS:
        return rk_matrix_eigen_modulus(r, a, p->k);
    default:
        rk_matrix_init(r, a->domain, p->rows, p->cols);
        return RK_EV_CONSTRUCT;
    }
}

static bool is_spectral(const rk_instr *p) {
    return p->code == RK_P_SINGULAR_VALUE || p->code == RK_P_EIGEN_MODULUS;
}

bool rk_over_rationals(const rk_domain *d) {
    return strcmp(d->name, "rational") == 0;
}

/* Numbers over Q beyond this many bits end in LIMIT: repeated squaring would fill the memory. */
#define MAX_BITS ((mp_bitcnt_t)1 << 22)

static rk_ev within_bits(const rk_matrix *r) {
    const rk_domain *d = r->domain;
    const fmpq *x = r->entry;
    rk_ev ev = RK_EV_OK;
    for (slong i = 0; i < r->rows * r->cols && d->outcome != NULL; i++)
        ev = rk_ev_worst(ev, d->outcome(d, rk_matrix_entry(r, 0, i)));
    if (!rk_over_rationals(d))
        return ev;
    for (slong i = 0; i < r->rows * r->cols; i++)
        if (fmpz_bits(fmpq_numref(x + i)) > MAX_BITS || fmpz_bits(fmpq_denref(x + i)) > MAX_BITS)
            return RK_EV_LIMIT;
    return RK_EV_OK;
}

rk_ev rk_step_value(const rk_run *run, const rk_instr *p, rk_matrix *r) {
    if (p->code == RK_P_INPUT)
        return step_input(run, p, r);
    if (p->code == RK_P_DATA)
        return step_data(run, p, r);
    if (p->nargs == 0 || p->code == RK_P_CONSTRUCT)
        return step_leaf(run, p, r);
    if (p->code == RK_P_HCAT || p->code == RK_P_VCAT) {
        step_cat(run, p, r);
        return RK_EV_OK;
    }
    const rk_matrix *a = &run->value[p->arg[0]];
    const rk_matrix *b = p->nargs > 1 ? &run->value[p->arg[1]] : NULL;
    if (!step_plain(p, r, a, b) && !step_structure(p, r, a)) {
        rk_ev ev = step_fallible(p, r, a, b);
        if (ev == RK_EV_PRECISION && is_spectral(p) && rk_spectral_value(run, p, r))
            ev = RK_EV_OK;
        if (ev != RK_EV_OK)
            return ev;
    }
    return within_bits(r);
}

bool rk_step_total(const rk_instr *p) {
    switch (p->code) {
    case RK_P_UNDEFINED:
    case RK_P_CONSTRUCT:
    case RK_P_DIV:
    case RK_P_EDIV:
    case RK_P_ROW_DIVIDE:
    case RK_P_INV:
    case RK_P_ENTROPY:
        return false;
    case RK_P_SOFTMAX: /* a mask may leave a row without a 1 */
        return p->nargs == 1;
    case RK_P_FN:
        return p->fn != RK_FN_SQRT && p->fn != RK_FN_LOG;
    default:
        return true;
    }
}

/* --- truth values --------------------------------------------------------------------------- */

static const rk_relation relation[] = {
    [RK_EQ] = RK_REL_EQ, [RK_NE] = RK_REL_NE, [RK_LT] = RK_REL_LT,
    [RK_LE] = RK_REL_LE, [RK_GT] = RK_REL_GT, [RK_GE] = RK_REL_GE,
};

static bool holds(rk_cmp cmp, int sign) {
    switch (cmp) {
    case RK_EQ:
        return sign == 0;
    case RK_NE:
        return sign != 0;
    case RK_LT:
        return sign < 0;
    case RK_LE:
        return sign <= 0;
    case RK_GT:
        return sign > 0;
    case RK_GE:
        return sign >= 0;
    }
    return false;
}

/* Decided when the answer is the same for every sign that a - b may have. */
static rk_tern compare_bounds(rk_cmp cmp, const rk_bounds *a, const rk_bounds *b) {
    int low = fmpq_cmp(&a->low, &b->high), high = fmpq_cmp(&a->high, &b->low);
    rk_tern answer = rk_tern_of(holds(cmp, low));
    low = low > 0 ? 1 : low < 0 ? -1 : 0;
    high = high > 0 ? 1 : high < 0 ? -1 : 0;
    for (int sign = low; sign <= high; sign++)
        if (holds(cmp, sign) != rk_tern_true(answer))
            return RK_UNKNOWN;
    return answer;
}

/* What balls of the first precision left open is worth exact means. */
static bool past_quick_balls(const rk_run *run) {
    return run->domain->precision >= 128;
}

static rk_tern step_compare(const rk_run *run, const rk_instr *p, rk_ev *why) {
    unsigned a = p->arg[0], b = p->arg[1];
    *why = RK_EV_OK;
    if (a == b) /* a matrix compared with itself, wherever it is defined */
        return rk_tern_of(holds(p->cmp, 0));
    if (run->bounds[a] && run->bounds[b]) {
        rk_tern known = compare_bounds(p->cmp, run->bounds[a], run->bounds[b]);
        if (rk_tern_known(known))
            return known;
    }
    *why = rk_ev_worst(run->ev[a], run->ev[b]);
    if (*why != RK_EV_OK)
        return RK_UNKNOWN;
    rk_tern answer = rk_matrix_compare(relation[p->cmp], &run->value[a], &run->value[b], why);
    int sign;
    if (!rk_tern_known(answer) && past_quick_balls(run) && rk_spectral_compare(run, a, b, &sign)) {
        *why = RK_EV_OK;
        return rk_tern_of(holds(p->cmp, sign));
    }
    return answer;
}

/* A ball that holds no integer shows that the number is none. */
static rk_tern entry_is_integer(const rk_domain *d, const void *x) {
    fmpq_t q;
    fmpq_init(q);
    rk_tern answer = RK_UNKNOWN;
    if (d->get_fmpq(d, q, x) == RK_EV_OK)
        answer = rk_tern_of(fmpz_is_one(fmpq_denref(q)));
    else if (d->precision > 0 && !arb_contains_int(x))
        answer = RK_FALSE;
    fmpq_clear(q);
    return answer;
}

static rk_tern step_is_integer(const rk_run *run, const rk_instr *p, rk_ev *why) {
    const rk_matrix *a = &run->value[p->arg[0]];
    rk_tern all = RK_TRUE;
    *why = run->ev[p->arg[0]];
    if (*why == RK_EV_OK && !run->domain->ordered)
        *why = RK_EV_CONSTRUCT; /* every residue is the image of an integer */
    if (*why != RK_EV_OK)
        return RK_UNKNOWN;
    for (slong i = 0; i < a->rows * a->cols; i++)
        all = rk_tern_and(all, entry_is_integer(a->domain, rk_matrix_entry(a, 0, i)));
    if (!rk_tern_known(all))
        *why = RK_EV_PRECISION;
    return all;
}

static rk_tern step_is_psd(const rk_run *run, const rk_instr *p, rk_ev *why) {
    *why = run->ev[p->arg[0]];
    if (*why != RK_EV_OK)
        return RK_UNKNOWN;
    rk_tern t = rk_matrix_is_psd(&run->value[p->arg[0]]);
    if (!rk_tern_known(t))
        *why = run->domain->ordered ? RK_EV_PRECISION : RK_EV_CONSTRUCT;
    return t;
}

static rk_tern combine(const rk_run *run, const rk_instr *p) {
    rk_tern t = p->code == RK_P_OR ? RK_FALSE : RK_TRUE;
    switch (p->code) {
    case RK_P_NOT:
        return rk_tern_not(run->truth[p->arg[0]]);
    case RK_P_IMPLIES:
        return rk_tern_implies(run->truth[p->arg[0]], run->truth[p->arg[1]]);
    case RK_P_IFF:
        return rk_tern_iff(run->truth[p->arg[0]], run->truth[p->arg[1]]);
    default:
        for (size_t i = 0; i < p->nargs; i++)
            t = p->code == RK_P_OR ? rk_tern_or(t, run->truth[p->arg[i]])
                                   : rk_tern_and(t, run->truth[p->arg[i]]);
        return t;
    }
}

static rk_tern step_connective(const rk_run *run, const rk_instr *p, rk_ev *why) {
    rk_tern t = combine(run, p);
    *why = RK_EV_OK;
    for (size_t i = 0; i < p->nargs && !rk_tern_known(t); i++)
        *why = rk_ev_worst(*why, run->ev[p->arg[i]]);
    return t;
}

rk_tern rk_step_truth(const rk_run *run, const rk_instr *p, rk_ev *why) {
    switch (p->code) {
    case RK_P_COMPARE:
        return step_compare(run, p, why);
    case RK_P_IS_INTEGER:
        return step_is_integer(run, p, why);
    case RK_P_IS_PSD:
        return step_is_psd(run, p, why);
    case RK_P_NOT:
    case RK_P_AND:
    case RK_P_OR:
    case RK_P_IMPLIES:
    case RK_P_IFF:
        return step_connective(run, p, why);
    default: /* prob(...) */
        *why = RK_EV_CONSTRUCT;
        return RK_UNKNOWN;
    }
}
