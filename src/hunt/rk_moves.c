#include "rk_moves.h"
#include "rk_element.h"
#include "rk_order.h"
#include "rk_trial.h"

enum { MAX_PAIR_ENTRIES = 24, MAX_REPAIR_ENTRIES = 16, MAX_REPAIRS = 4 };
static const uint64_t max_checks = 200000;

void rk_shrinker_init(rk_shrinker *s, rk_judge *judge, const rk_program *program,
                      rk_assignment *now, rk_forms *forms) {
    *s = (rk_shrinker){.judge = judge, .program = program, .now = now, .forms = forms};
    rk_assignment_init(&s->next, program);
    rk_assignment_init(&s->broken, program);
    rk_assignment_set(&s->next, now);
    for (size_t slot = 0; slot < now->nslots; slot++)
        s->entries += now->value[slot].r * now->value[slot].c;
    if (s->entries <= MAX_REPAIR_ENTRIES)
        s->repairs = rk_trial_matrices(program) + rk_trial_has_equations(judge, program);
    if (s->repairs > MAX_REPAIRS)
        s->repairs = MAX_REPAIRS;
}

void rk_shrinker_clear(rk_shrinker *s) {
    rk_assignment_clear(&s->next);
    rk_assignment_clear(&s->broken);
}

/* Nothing more is tried: asked before the work of making a move, too. */
static bool is_over(rk_shrinker *s) {
    return s->checks >= max_checks || rk_judge_out_of_time(s->judge);
}

static bool is_better(rk_shrinker *s, unsigned *claim) {
    if (is_over(s) || rk_order_compare(&s->next, s->now) >= 0)
        return false;
    s->checks++;
    if (s->forms->n == 0)
        return rk_judge_try(s->judge, s->program, &s->next, RK_EFFORT_SCREENED, claim);
    rk_forms kept = {0};
    rk_forms_carry(&kept, &s->next, s->now, s->forms);
    bool better = rk_judge_try_forms(s->judge, s->program, &s->next, &kept, claim);
    rk_forms_clear(&kept);
    return better;
}

bool rk_shrinker_offer(rk_shrinker *s) {
    unsigned claim = s->claim;
    bool better = is_better(s, &claim);
    if (better) {
        rk_assignment_set(s->now, &s->next);
        rk_forms_set(s->forms, &s->judge->forms);
        s->claim = claim;
    } else {
        rk_assignment_set(&s->next, s->now);
    }
    return better;
}

static bool offer_solved(rk_shrinker *s, size_t slot, slong i, slong j) {
    for (size_t kind = 0; kind < s->repairs; kind++) {
        rk_assignment_set(&s->next, &s->broken);
        if (rk_trial_repair(s->judge, s->program, kind, slot, i, j, &s->next) &&
            rk_shrinker_offer(s))
            return true;
    }
    return false;
}

/* An entry in closed form is solved for again, the others being what they have become. */
static bool offer_resolved(rk_shrinker *s, const rk_form *form) {
    unsigned claim = s->claim;
    rk_assignment_set(&s->next, &s->broken);
    s->checks++;
    bool better = rk_trial_critical_entry(s->judge, s->program, form->slot, form->row, form->col,
                                          &s->next, &claim) &&
                  rk_order_compare(&s->next, s->now) < 0;
    if (better) {
        rk_assignment_set(s->now, &s->next);
        rk_forms_set(s->forms, &s->judge->forms);
        s->claim = claim;
    }
    return better;
}

bool rk_shrinker_offer_repaired(rk_shrinker *s) {
    if (s->repairs == 0 && s->forms->n == 0)
        return rk_shrinker_offer(s);
    rk_assignment_set(&s->broken, &s->next);
    if (rk_shrinker_offer(s))
        return true;
    bool found = false;
    for (size_t k = 0; k < s->forms->n && k < MAX_REPAIRS && !found; k++)
        found = !rk_judge_out_of_time(s->judge) && offer_resolved(s, &s->forms->form[k]);
    for (size_t slot = 0; slot < s->broken.nslots && !found; slot++)
        for (slong i = 0; i < s->broken.value[slot].r && !found; i++)
            for (slong j = 0; j < s->broken.value[slot].c && !found; j++)
                found = !rk_judge_out_of_time(s->judge) && offer_solved(s, slot, i, j);
    rk_assignment_set(&s->next, s->now);
    return found;
}

/* --- entries ------------------------------------------------------------------- */

static const struct {
    slong p;
    ulong q;
} simple[] = {{0, 1}, {1, 1}, {-1, 1}, {1, 2}, {2, 1}, {-1, 2}, {-2, 1}};
enum { SIMPLE = 7, CUTS = 6, ROUNDINGS = 3 * 12 };

/* Cuts the integer part down to its first `digits` decimal digits. */
static void cut_digits(fmpq_t x, const fmpq_t old, slong digits) {
    fmpz_t whole, unit;
    fmpz_init(whole);
    fmpz_init(unit);
    fmpz_tdiv_q(whole, fmpq_numref(old), fmpq_denref(old));
    slong length = (slong)fmpz_sizeinbase(whole, 10);
    fmpz_ui_pow_ui(unit, 10, length > digits ? (ulong)(length - digits) : 0);
    fmpz_tdiv_q(whole, whole, unit);
    fmpz_mul(whole, whole, unit);
    fmpq_set_fmpz(x, whole);
    fmpz_clear(whole);
    fmpz_clear(unit);
}

void rk_simplest_near(fmpq_t x, const fmpq_t old, int fineness, int side) {
    fmpq_t low, high;
    fmpq_init(low);
    fmpq_init(high);
    fmpq_set_si(low, 2, 1);
    fmpq_div_2exp(low, low, (flint_bitcnt_t)(2 * fineness));
    if (side >= 0)
        fmpq_add(high, old, low);
    else
        fmpq_set(high, old);
    if (side <= 0)
        fmpq_sub(low, old, low);
    else
        fmpq_set(low, old);
    fmpq_simplest_between(x, low, high);
    fmpq_clear(low);
    fmpq_clear(high);
}

/* Candidate number k for an entry: the simple numbers, then simplifications of its value. */
static bool simplify(fmpq_t x, const fmpq_t old, int k) {
    if (k < SIMPLE)
        fmpq_set_si(x, simple[k].p, simple[k].q);
    else if (k == SIMPLE)
        fmpq_abs(x, old);
    else if (k == SIMPLE + 1)
        fmpq_div_2exp(x, old, 1);
    else if (k == SIMPLE + 2)
        fmpq_sub_si(x, old, fmpq_sgn(old));
    else if (k < SIMPLE + CUTS)
        cut_digits(x, old, k - SIMPLE - 2);
    else
        rk_simplest_near(x, old, (k - SIMPLE - CUTS) / 3, (k - SIMPLE - CUTS) % 3 - 1);
    return !fmpq_equal(x, old);
}

/* Sets an entry, with its mirror image where the set is symmetric. */
static void put(rk_shrinker *s, size_t slot, slong i, slong j, const fmpq_t x) {
    rk_set set = s->program->slots[slot].set;
    fmpq_set(fmpq_mat_entry(&s->next.value[slot], i, j), x);
    if (set == RK_SET_SYMMETRIC || set == RK_SET_PSD)
        fmpq_set(fmpq_mat_entry(&s->next.value[slot], j, i), x);
}

static bool shrink_entry(rk_shrinker *s, size_t slot, slong i, slong j) {
    bool any = false;
    fmpq_t x;
    fmpq_init(x);
    for (int k = 0; k < SIMPLE + CUTS + ROUNDINGS; k++)
        if (simplify(x, fmpq_mat_entry(&s->now->value[slot], i, j), k)) {
            put(s, slot, i, j, x);
            any = (k < SIMPLE ? rk_shrinker_offer_repaired(s) : rk_shrinker_offer(s)) || any;
        }
    fmpq_clear(x);
    return any;
}

/* Gives the entry the value of any other entry of its slot, for fewer distinct values. */
static bool unify_entry(rk_shrinker *s, size_t slot, slong i, slong j) {
    const fmpq_mat_struct *m = &s->now->value[slot];
    bool any = false;
    for (slong k = 0; k < m->r * m->c && !is_over(s); k++) {
        const fmpq *other = fmpq_mat_entry(m, k / m->c, k % m->c);
        if (fmpq_equal(other, fmpq_mat_entry(m, i, j)))
            continue;
        fmpq_t x;
        fmpq_init(x);
        fmpq_set(x, other);
        put(s, slot, i, j, x);
        fmpq_clear(x);
        any = rk_shrinker_offer(s) || any;
    }
    return any;
}

/* Moves the weight of one entry of a row to another entry of that row. */
static bool move_weight(rk_shrinker *s, size_t slot, slong i, slong j) {
    bool any = false;
    for (slong k = 0; k < s->now->value[slot].c; k++) {
        if (k == j)
            continue;
        fmpq *from = fmpq_mat_entry(&s->next.value[slot], i, j);
        fmpq *to = fmpq_mat_entry(&s->next.value[slot], i, k);
        fmpq_add(to, to, from);
        fmpq_zero(from);
        any = rk_shrinker_offer(s) || any;
    }
    return any;
}

static bool is_stochastic(rk_set set) {
    return set == RK_SET_STOCHASTIC || set == RK_SET_ATTENTION;
}

static bool entry_moves(rk_shrinker *s, size_t slot) {
    bool any = false;
    const fmpq_mat_struct *m = &s->now->value[slot];
    for (slong i = 0; i < m->r; i++)
        for (slong j = 0; j < m->c && !is_over(s); j++) {
            if (is_stochastic(s->program->slots[slot].set)) {
                any = move_weight(s, slot, i, j) || any;
                continue;
            }
            any = shrink_entry(s, slot, i, j) || any;
            any = unify_entry(s, slot, i, j) || any;
        }
    return any;
}

/* --- rows and whole slots -------------------------------------------------------- */

/* Entry j of row candidate k: zero, unit vectors with both signs, all ones; then, as weights of a
   stochastic row, all equal, one half or twice as large as the others. */
static slong row_entry(slong k, slong j, slong cols) {
    if (k <= 2 * cols)
        return k == 0 || j != (k - 1) / 2 ? 0 : k % 2 ? 1 : -1;
    k -= 2 * cols + 1;
    if (k == 0)
        return 1;
    k--;
    bool half = k >= cols;
    return (k % cols == j) != half ? 2 : 1;
}

static void normalise_row(fmpq *x, slong cols) {
    fmpq_t sum;
    fmpq_init(sum);
    for (slong j = 0; j < cols; j++)
        fmpq_add(sum, sum, x + j);
    for (slong j = 0; j < cols && !fmpq_is_zero(sum); j++)
        fmpq_div(x + j, x + j, sum);
    fmpq_clear(sum);
}

/* Row candidate k: as above, then copies of the other rows. False: there is none. */
static bool set_row(rk_shrinker *s, size_t slot, slong i, slong k) {
    fmpq_mat_struct *m = &s->next.value[slot];
    bool weights = is_stochastic(s->program->slots[slot].set);
    slong kinds = 2 * m->c + 2 + (weights ? 2 * m->c : 0);
    if (k - kinds == i)
        return false;
    for (slong j = 0; j < m->c; j++)
        if (k >= kinds)
            fmpq_set(fmpq_mat_entry(m, i, j), fmpq_mat_entry(m, k - kinds, j));
        else
            fmpq_set_si(fmpq_mat_entry(m, i, j), row_entry(k, j, m->c), 1);
    if (weights)
        normalise_row(fmpq_mat_entry(m, i, 0), m->c);
    return true;
}

static bool row_moves(rk_shrinker *s, size_t slot) {
    bool any = false, weights = is_stochastic(s->program->slots[slot].set);
    slong rows = s->now->value[slot].r, cols = s->now->value[slot].c;
    slong kinds = 2 * cols + 2 + (weights ? 2 * cols : 0);
    for (slong i = 0; i < rows; i++)
        for (slong k = 0; k < kinds + rows; k++)
            if (set_row(s, slot, i, k))
                any = rk_shrinker_offer(s) || any;
    return any;
}

/* Whole-slot candidate k: zero, the identity, minus it, all ones, equal weights. */
static void set_slot(fmpq_mat_t m, int k) {
    for (slong i = 0; i < m->r; i++)
        for (slong j = 0; j < m->c; j++) {
            fmpq *x = fmpq_mat_entry(m, i, j);
            if (k == 3)
                fmpq_one(x);
            else if (k == 4)
                fmpq_set_si(x, 1, (ulong)m->c);
            else
                fmpq_set_si(x, k == 0 || i != j ? 0 : k == 1 ? 1 : -1, 1);
        }
}

/* Weights above the mean become twice the others: the pattern of a stochastic slot in the simplest
   numbers. */
static void simplify_weights(fmpq_mat_t m) {
    fmpq_t mean;
    fmpq_init(mean);
    fmpq_set_si(mean, 1, (ulong)m->c);
    for (slong i = 0; i < m->r; i++) {
        for (slong j = 0; j < m->c; j++) {
            fmpq *x = fmpq_mat_entry(m, i, j);
            fmpq_set_si(x, fmpq_cmp(x, mean) > 0 ? 2 : 1, 1);
        }
        normalise_row(fmpq_mat_entry(m, i, 0), m->c);
    }
    fmpq_clear(mean);
}

static bool slot_moves(rk_shrinker *s, size_t slot) {
    bool any = false;
    for (int k = 0; k < 5; k++) {
        set_slot(&s->next.value[slot], k);
        any = rk_shrinker_offer_repaired(s) || any;
    }
    if (is_stochastic(s->program->slots[slot].set)) {
        simplify_weights(&s->next.value[slot]);
        any = rk_shrinker_offer(s) || any;
    }
    return any;
}

/* Divides a whole slot by each of its entries in turn: common factors go. */
static bool scale_moves(rk_shrinker *s, size_t slot) {
    bool any = false;
    slong n = s->now->value[slot].r * s->now->value[slot].c;
    fmpq_t x;
    fmpq_init(x);
    for (slong k = 0; k < n; k++) {
        fmpq_mat_struct *m = &s->next.value[slot];
        fmpq_set(x, fmpq_mat_entry(m, k / m->c, k % m->c));
        if (fmpq_is_zero(x) || fmpq_is_one(x))
            continue;
        fmpq_mat_scalar_mul_fmpz(m, m, fmpq_denref(x));
        fmpq_mat_scalar_div_fmpz(m, m, fmpq_numref(x));
        any = rk_shrinker_offer(s) || any;
    }
    fmpq_clear(x);
    return any;
}

/* Exchanges two rows, or two columns, for the entry-by-entry tie-break. */
static bool swap_moves(rk_shrinker *s, size_t slot) {
    bool any = false;
    fmpq_mat_struct *m = &s->next.value[slot];
    for (slong i = 0; i < m->r; i++)
        for (slong j = i + 1; j < m->r; j++) {
            fmpq_mat_swap_rows(m, NULL, i, j);
            any = rk_shrinker_offer(s) || any;
        }
    for (slong i = 0; i < m->c; i++)
        for (slong j = i + 1; j < m->c; j++) {
            fmpq_mat_swap_cols(m, NULL, i, j);
            any = rk_shrinker_offer(s) || any;
        }
    return any;
}

/* --- pairs of entries ------------------------------------------------------------ */

static fmpq *entry_number(rk_shrinker *s, slong k) {
    for (size_t slot = 0; slot < s->next.nslots; slot++) {
        fmpq_mat_struct *m = &s->next.value[slot];
        if (k < m->r * m->c)
            return fmpq_mat_entry(m, k / m->c, k % m->c);
        k -= m->r * m->c;
    }
    return NULL;
}

/* Two entries at once, each to 0, 1, -1: claims that tie entries to each other. */
static bool pair_moves(rk_shrinker *s) {
    slong n = s->entries;
    bool any = false;
    for (slong i = 0; i < n && n <= MAX_PAIR_ENTRIES; i++)
        for (slong j = i + 1; j < n; j++)
            for (int k = 0; k < 9; k++) {
                fmpq_set_si(entry_number(s, i), simple[k / 3].p, 1);
                fmpq_set_si(entry_number(s, j), simple[k % 3].p, 1);
                any = rk_shrinker_offer(s) || any;
            }
    return any;
}

/* One value becomes another wherever it stands: signs and factors that slots share. */
static bool substitute(rk_shrinker *s, const fmpq_t old, const fmpq_t value) {
    for (slong k = 0; k < s->entries; k++)
        if (fmpq_equal(entry_number(s, k), old))
            fmpq_set(entry_number(s, k), value);
    return rk_shrinker_offer(s);
}

static bool substitute_moves(rk_shrinker *s) {
    bool any = false;
    fmpq_t old, value;
    fmpq_init(old);
    fmpq_init(value);
    for (slong k = 0; k < s->entries && !is_over(s); k++) {
        fmpq_set(old, entry_number(s, k));
        for (int c = 1; c <= SIMPLE; c++) {
            fmpq_neg(value, old);
            if (c < SIMPLE)
                fmpq_set_si(value, simple[c].p, simple[c].q);
            if (!fmpq_equal(old, value))
                any = substitute(s, old, value) || any;
        }
    }
    fmpq_clear(old);
    fmpq_clear(value);
    return any;
}

bool rk_moves_round(rk_shrinker *s) {
    bool any = false;
    for (size_t slot = 0; slot < s->program->nslots; slot++) {
        if (s->program->slots[slot].defined)
            continue;
        any = slot_moves(s, slot) || any;
        any = row_moves(s, slot) || any;
        any = entry_moves(s, slot) || any;
        any = scale_moves(s, slot) || any;
        any = swap_moves(s, slot) || any;
    }
    any = substitute_moves(s) || any;
    return pair_moves(s) || any;
}
