#include "rk_rows.h"
#include <math.h>
#include "base/rk_mem.h"
#include "rk_params.h"
#include "rk_shelf.h"

enum { MOST_PARTS = 48, ROUNDINGS = 12, MAX_MEMBERS = 1000 };

static bool is_weights(rk_set set) {
    return set == RK_SET_STOCHASTIC || set == RK_SET_ATTENTION;
}

/* --- putting a row ------------------------------------------------------------------- */

static bool rows_equal(const fmpq *x, const fmpq *y, slong n) {
    for (slong j = 0; j < n; j++)
        if (!fmpq_equal(x + j, y + j))
            return false;
    return true;
}

/* Puts `row` into row i of the slot, and with `all` wherever the same row stands in a slot of the
   same set. */
static bool put_row(rk_shrinker *s, size_t slot, slong i, const fmpq *row, bool all) {
    const fmpq *old = fmpq_mat_entry(&s->now->value[slot], i, 0);
    slong n = s->now->value[slot].c;
    for (size_t k = 0; k < s->program->nslots; k++) {
        const fmpq_mat_struct *m = &s->now->value[k];
        bool same = !s->program->slots[k].defined && m->c == n &&
                    s->program->slots[k].set == s->program->slots[slot].set;
        for (slong r = 0; same && r < m->r; r++)
            if ((k == slot && r == i) || (all && rows_equal(fmpq_mat_entry(m, r, 0), old, n)))
                for (slong j = 0; j < n; j++)
                    fmpq_set(fmpq_mat_entry(&s->next.value[k], r, j), row + j);
    }
    return rk_shrinker_offer(s);
}

/* Together with the rows like it; if that does not do, alone. */
static bool offer_row(rk_shrinker *s, size_t slot, slong i, const fmpq *row) {
    return put_row(s, slot, i, row, true) || put_row(s, slot, i, row, false);
}

/* --- simple members ------------------------------------------------------------------ */

static bool simple_rows(rk_shrinker *s, size_t slot, slong i) {
    rk_slot one = s->program->slots[slot];
    one.rows = 1;
    rk_shelf *shelf = rk_shelf_new(&one, MAX_MEMBERS);
    bool any = false;
    fmpq_mat_t row;
    fmpq_mat_init(row, 1, (slong)one.cols);
    for (slong n = shelf ? rk_shelf_least(shelf) : 1; shelf && n <= rk_shelf_largest(shelf); n++) {
        const rk_rung *r = rk_shelf_rung(shelf, RK_SHELF_LEVELS - 1, n);
        for (size_t k = 0; k < r->count && !rk_judge_out_of_time(s->judge); k++) {
            rk_shelf_get(shelf, r->member[k], row);
            any = offer_row(s, slot, i, fmpq_mat_entry(row, 0, 0)) || any;
        }
    }
    fmpq_mat_clear(row);
    rk_shelf_free(shelf);
    return any;
}

/* --- simpler rows nearby --------------------------------------------------------------- */

/* Multiples of 1/total just below the weights; what is missing goes where most was cut off. False
   when it cannot be, because some weight of an attention row would be 0. */
static bool round_weights(fmpq *out, const fmpq *row, slong n, slong total, bool positive) {
    slong rest = total;
    double *cut = rk_calloc((size_t)n, sizeof *cut);
    for (slong j = 0; j < n; j++) {
        double x = fmpq_get_d(row + j) * (double)total, part = floor(x);
        part = positive && part < 1 ? 1 : part;
        cut[j] = x - part;
        rest -= (slong)part;
        fmpq_set_si(out + j, (slong)part, (ulong)total);
    }
    for (; rest > 0; rest--) {
        slong place = 0;
        for (slong j = 1; j < n; j++)
            place = cut[j] > cut[place] ? j : place;
        cut[place] -= 1;
        fmpz_add_ui(fmpq_numref(out + place), fmpq_numref(out + place), 1);
    }
    for (slong j = 0; j < n; j++)
        fmpq_canonicalise(out + j);
    rk_free(cut);
    return rest == 0;
}

static slong largest_entry(const fmpq *row, slong n) {
    slong place = 0;
    for (slong j = 1; j < n; j++)
        place = fabs(fmpq_get_d(row + j)) > fabs(fmpq_get_d(row + place)) ? j : place;
    return place;
}

/* A row of norm one is the mirror image of a signed unit vector p, here the one far from it, in
   p - row; that vector is made simple (rk_reflect). */
static void round_direction(fmpq *out, const fmpq *row, slong n, int fineness) {
    slong pole = largest_entry(row, n);
    fmpq *p = _fmpq_vec_init(n), *v = _fmpq_vec_init(n);
    fmpq_set_si(p + pole, fmpq_sgn(row + pole) > 0 ? -1 : 1, 1);
    for (slong j = 0; j < n; j++)
        fmpq_sub(v + j, p + j, row + j);
    for (slong j = 0; j < n; j++)
        if (j != pole) {
            fmpq_div(v + j, v + j, v + pole);
            rk_simplest_near(v + j, v + j, fineness, 0);
        }
    fmpq_one(v + pole);
    rk_reflect(out, p, v, n);
    _fmpq_vec_clear(p, n);
    _fmpq_vec_clear(v, n);
}

static bool rounded_rows(rk_shrinker *s, size_t slot, slong i) {
    rk_set set = s->program->slots[slot].set;
    slong n = s->now->value[slot].c;
    fmpq *row = _fmpq_vec_init(n);
    bool any = false;
    for (slong total = 1; is_weights(set) && total <= MOST_PARTS; total++)
        if (round_weights(row, fmpq_mat_entry(&s->now->value[slot], i, 0), n, total,
                          set == RK_SET_ATTENTION))
            any = offer_row(s, slot, i, row) || any;
    for (int k = 0; !is_weights(set) && n > 1 && k < ROUNDINGS; k++) {
        round_direction(row, fmpq_mat_entry(&s->now->value[slot], i, 0), n, k);
        any = offer_row(s, slot, i, row) || any;
    }
    _fmpq_vec_clear(row, n);
    return any;
}

/* 1/total everywhere but at the largest weight. */
static void sharpen(fmpq *out, const fmpq *row, slong n, slong total) {
    slong place = largest_entry(row, n);
    for (slong j = 0; j < n; j++)
        fmpq_set_si(out + j, j == place ? total - n + 1 : 1, (ulong)total);
}

/* All rows at once, so that none has to make up for what the others gained: weights to multiples of
   1/total or, sharp, to nearly one-hot rows. */
static bool round_all(rk_shrinker *s, slong total, bool sharp) {
    for (size_t slot = 0; slot < s->program->nslots; slot++) {
        rk_set set = s->program->slots[slot].set;
        const fmpq_mat_struct *m = &s->now->value[slot];
        for (slong i = 0; i < m->r && !s->program->slots[slot].defined; i++) {
            fmpq *to = fmpq_mat_entry(&s->next.value[slot], i, 0);
            const fmpq *from = fmpq_mat_entry(m, i, 0);
            if (is_weights(set) && sharp && total >= m->c)
                sharpen(to, from, m->c, total);
            else if (is_weights(set))
                round_weights(to, from, m->c, total, set == RK_SET_ATTENTION);
            else if (set == RK_SET_UNIT_ROWS && m->c > 1)
                round_direction(to, from, m->c, (int)total / 4);
        }
    }
    return rk_shrinker_offer(s);
}

bool rk_rows_round(rk_shrinker *s) {
    bool any = false;
    for (slong total = 1; total <= MOST_PARTS; total++)
        for (int sharp = 0; sharp < 2; sharp++)
            any = round_all(s, total, sharp) || any;
    for (size_t slot = 0; slot < s->program->nslots; slot++) {
        rk_set set = s->program->slots[slot].set;
        if (s->program->slots[slot].defined || (!is_weights(set) && set != RK_SET_UNIT_ROWS))
            continue;
        for (slong i = 0; i < s->now->value[slot].r && !rk_judge_out_of_time(s->judge); i++) {
            any = simple_rows(s, slot, i) || any;
            any = rounded_rows(s, slot, i) || any;
        }
    }
    return any;
}
