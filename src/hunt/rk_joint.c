#include "rk_joint.h"
#include "base/rk_mem.h"

enum { FINENESSES = 12, PAIRED_ENDS = 24 };

/* --- axes ----------------------------------------------------------------------- */

/* The rows or the columns of slots that belong to one dimension: those whose sizes are written
   alike, or (size NULL) all of one length. */
typedef struct axis {
    const rk_size *size;
    int64_t length;
} axis;

static const rk_size *written(const rk_shrinker *s, size_t slot, bool rows) {
    const rk_var *v = &s->judge->checked->vars[s->program->slots[slot].var];
    return rows ? v->rows : v->cols;
}

static int64_t length(const rk_shrinker *s, size_t slot, bool rows) {
    return rows ? s->program->slots[slot].rows : s->program->slots[slot].cols;
}

static bool belongs(const rk_shrinker *s, const axis *a, size_t slot, bool rows) {
    return !s->program->slots[slot].defined && length(s, slot, rows) == a->length &&
           (!a->size || a->size == written(s, slot, rows));
}

static bool is_listed(const axis *list, size_t n, const axis *a) {
    for (size_t i = 0; i < n; i++)
        if (list[i].size == a->size && list[i].length == a->length)
            return true;
    return false;
}

static size_t list_axes(const rk_shrinker *s, axis *list) {
    size_t n = 0;
    for (int any_size = 0; any_size < 2; any_size++)
        for (size_t slot = 0; slot < s->program->nslots; slot++)
            for (int rows = 0; rows < 2; rows++) {
                axis a = {any_size ? NULL : written(s, slot, rows), length(s, slot, rows)};
                if (a.length > 1 && !s->program->slots[slot].defined && !is_listed(list, n, &a))
                    list[n++] = a;
            }
    return n;
}

static bool swap_indices(rk_shrinker *s, const axis *a, slong i, slong j) {
    for (size_t slot = 0; slot < s->program->nslots; slot++) {
        if (belongs(s, a, slot, true))
            fmpq_mat_swap_rows(&s->next.value[slot], NULL, i, j);
        if (belongs(s, a, slot, false))
            fmpq_mat_swap_cols(&s->next.value[slot], NULL, i, j);
    }
    return rk_shrinker_offer(s);
}

static void negate_row(fmpq_mat_t m, slong i) {
    for (slong j = 0; j < m->c; j++)
        fmpq_neg(fmpq_mat_entry(m, i, j), fmpq_mat_entry(m, i, j));
}

static void negate_column(fmpq_mat_t m, slong j) {
    for (slong i = 0; i < m->r; i++)
        fmpq_neg(fmpq_mat_entry(m, i, j), fmpq_mat_entry(m, i, j));
}

static bool negate_index(rk_shrinker *s, const axis *a, slong i) {
    for (size_t slot = 0; slot < s->program->nslots; slot++) {
        if (belongs(s, a, slot, true))
            negate_row(&s->next.value[slot], i);
        if (belongs(s, a, slot, false))
            negate_column(&s->next.value[slot], i);
    }
    return rk_shrinker_offer(s);
}

static void swap_one(rk_shrinker *s, size_t end, slong i, slong j) {
    if (end % 2)
        fmpq_mat_swap_rows(&s->next.value[end / 2], NULL, i, j);
    else
        fmpq_mat_swap_cols(&s->next.value[end / 2], NULL, i, j);
}

/* The rows or columns of two slots alone (`end`: twice the slot, one more for rows), as a product
   of both ties them to each other. */
static bool pair_swaps(rk_shrinker *s, size_t end, size_t other) {
    int64_t n = length(s, end / 2, end % 2);
    bool any = false;
    if (n != length(s, other / 2, other % 2) || s->program->slots[end / 2].defined ||
        s->program->slots[other / 2].defined)
        return false;
    for (slong i = 0; i < (slong)n; i++)
        for (slong j = i + 1; j < (slong)n; j++) {
            swap_one(s, end, i, j);
            swap_one(s, other, i, j);
            any = rk_shrinker_offer(s) || any;
        }
    return any;
}

static bool axis_moves(rk_shrinker *s) {
    axis *list = rk_calloc(4 * s->program->nslots + 1, sizeof *list);
    size_t n = list_axes(s, list);
    bool any = false;
    for (size_t k = 0; k < n && !rk_judge_out_of_time(s->judge); k++)
        for (slong i = 0; i < (slong)list[k].length; i++) {
            any = negate_index(s, &list[k], i) || any;
            for (slong j = i + 1; j < (slong)list[k].length; j++)
                any = swap_indices(s, &list[k], i, j) || any;
        }
    rk_free(list);
    size_t ends = 2 * s->program->nslots;
    for (size_t end = 0; end < ends && ends <= PAIRED_ENDS; end++)
        for (size_t other = end + 1; other < ends && !rk_judge_out_of_time(s->judge); other++)
            any = pair_swaps(s, end, other) || any;
    return any;
}

/* --- members of families ------------------------------------------------------------ */

static size_t find_member(const rk_program *program, unsigned var, int64_t member) {
    for (size_t s = 0; s < program->nslots; s++)
        if (program->slots[s].var == var && program->slots[s].member == member &&
            !program->slots[s].defined)
            return s;
    return program->nslots;
}

/* Exchanges members h and k of the families from variable `from` on: all, or that one. */
static bool swap_members(rk_shrinker *s, int64_t h, int64_t k, unsigned from, bool alone) {
    size_t nvars = alone ? from + 1 : s->judge->checked->nvars;
    for (size_t var = from; var < nvars; var++) {
        size_t a = find_member(s->program, (unsigned)var, h);
        size_t b = find_member(s->program, (unsigned)var, k);
        if (a < s->program->nslots && b < s->program->nslots &&
            s->next.value[a].r == s->next.value[b].r && s->next.value[a].c == s->next.value[b].c)
            fmpq_mat_swap(&s->next.value[a], &s->next.value[b]);
    }
    return rk_shrinker_offer(s);
}

static bool member_moves(rk_shrinker *s) {
    int64_t members = 0;
    for (size_t slot = 0; slot < s->program->nslots; slot++)
        if (s->program->slots[slot].member > members)
            members = s->program->slots[slot].member;
    bool any = false;
    for (int64_t h = 1; h <= members && !rk_judge_out_of_time(s->judge); h++)
        for (int64_t k = h + 1; k <= members; k++) {
            any = swap_members(s, h, k, 0, false) || any;
            for (unsigned var = 0; var < s->judge->checked->nvars; var++)
                any = swap_members(s, h, k, var, true) || any;
        }
    return any;
}

/* --- factors ---------------------------------------------------------------------- */

static bool has_scale(rk_set set) {
    switch (set) {
    case RK_SET_STOCHASTIC:
    case RK_SET_ATTENTION:
    case RK_SET_ORTHOGONAL:
    case RK_SET_PERMUTATION:
    case RK_SET_UNIT_ROWS:
        return false;
    default:
        return true;
    }
}

static bool may_scale(const rk_shrinker *s, size_t slot) {
    return !s->program->slots[slot].defined && has_scale(s->program->slots[slot].set);
}

/* The factor that makes the entries of these slots integers without a common divisor; at least
   one of them is not zero, else the answer is false. */
static bool primitive_factor(const rk_shrinker *s, size_t first, size_t last, fmpq_t factor) {
    fmpz_t numerators, denominators;
    fmpz_init(numerators);
    fmpz_init_set_ui(denominators, 1);
    for (size_t slot = first; slot <= last; slot++) {
        const fmpq_mat_struct *m = &s->now->value[slot];
        for (slong k = 0; may_scale(s, slot) && k < m->r * m->c; k++) {
            const fmpq *x = fmpq_mat_entry(m, k / m->c, k % m->c);
            fmpz_gcd(numerators, numerators, fmpq_numref(x));
            fmpz_lcm(denominators, denominators, fmpq_denref(x));
        }
    }
    bool ok = !fmpz_is_zero(numerators);
    if (ok)
        fmpq_set_fmpz_frac(factor, denominators, numerators);
    fmpz_clear(numerators);
    fmpz_clear(denominators);
    return ok && !fmpq_is_one(factor);
}

static void scale(rk_shrinker *s, size_t slot, const fmpq_t factor) {
    fmpq_mat_struct *m = &s->next.value[slot];
    fmpq_mat_scalar_mul_fmpz(m, m, fmpq_numref(factor));
    fmpq_mat_scalar_div_fmpz(m, m, fmpq_denref(factor));
}

/* Slots first .. last times what makes them primitive, or its negative. */
static bool make_primitive(rk_shrinker *s, size_t first, size_t last) {
    bool any = false;
    fmpq_t factor;
    fmpq_init(factor);
    for (int sign = 0; sign < 2; sign++) {
        if (!primitive_factor(s, first, last, factor))
            fmpq_one(factor);
        if (sign)
            fmpq_neg(factor, factor);
        for (size_t slot = first; slot <= last; slot++)
            if (may_scale(s, slot))
                scale(s, slot, factor);
        any = rk_shrinker_offer(s) || any;
    }
    fmpq_clear(factor);
    return any;
}

/* One slot divided by one of its entries, another one multiplied by it: products stay. */
static bool shift_factor(rk_shrinker *s, size_t from, size_t to) {
    bool any = false;
    fmpq_t x;
    fmpq_init(x);
    slong n = s->now->value[from].r * s->now->value[from].c;
    for (slong k = 0; k < n; k++) {
        const fmpq_mat_struct *m = &s->now->value[from];
        fmpq_set(x, fmpq_mat_entry(m, k / m->c, k % m->c));
        if (fmpq_is_zero(x) || fmpq_is_one(x))
            continue;
        scale(s, to, x);
        fmpq_inv(x, x);
        scale(s, from, x);
        any = rk_shrinker_offer(s) || any;
    }
    fmpq_clear(x);
    return any;
}

static bool factor_moves(rk_shrinker *s) {
    size_t n = s->program->nslots;
    bool any = n > 0 && make_primitive(s, 0, n - 1);
    for (size_t slot = 0; slot < n && !rk_judge_out_of_time(s->judge); slot++) {
        if (!may_scale(s, slot))
            continue;
        any = make_primitive(s, slot, slot) || any;
        for (size_t to = 0; to < n; to++)
            if (to != slot && may_scale(s, to))
                any = shift_factor(s, slot, to) || any;
    }
    return any;
}

/* --- all entries ------------------------------------------------------------------ */

/* All entries at once to the simplest numbers nearby, so that none has to make up for what the
   others gained. */
static bool round_entries(rk_shrinker *s, int fineness) {
    for (size_t slot = 0; slot < s->program->nslots; slot++) {
        fmpq_mat_struct *m = &s->next.value[slot];
        for (slong k = 0; may_scale(s, slot) && k < m->r * m->c; k++) {
            fmpq *x = fmpq_mat_entry(m, k / m->c, k % m->c);
            rk_simplest_near(x, x, fineness, 0);
        }
    }
    return rk_shrinker_offer(s);
}

bool rk_joint_round(rk_shrinker *s) {
    bool any = false;
    for (int fineness = 0; fineness < FINENESSES; fineness++)
        any = round_entries(s, fineness) || any;
    any = factor_moves(s) || any;
    any = member_moves(s) || any;
    return axis_moves(s) || any;
}
