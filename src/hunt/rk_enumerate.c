#include "rk_enumerate.h"
#include "rk_beside.h"
#include "rk_params.h"

/* Beside others generic slots are not counted through: they are drawn dense, anew for each number.
 */
static bool is_counted(const rk_program *program, size_t slot) {
    return !program->slots[slot].defined && !rk_beside_dense(program, slot);
}

static const unsigned letters[RK_ALPHABETS] = {2, 3, 5};

/* The letters of each set, in the order of the alphabets: the first 2, 3 or 5 of a row. */
static slong letter(rk_set set, slong i) {
    static const slong any[] = {0, 1, -1, 2, -2};
    static const slong nonzero[] = {1, -1, 2, -2, 3};
    switch (set) {
    case RK_SET_POSITIVE:
    case RK_SET_ATTENTION:
        return i + 1;
    case RK_SET_NONNEGATIVE:
    case RK_SET_STOCHASTIC:
        return i;
    case RK_SET_NONZERO:
        return nonzero[i];
    default:
        return any[i];
    }
}

static uint64_t choices(const rk_slot *slot, slong coordinate, unsigned alphabet) {
    slong radix = rk_params_radix(slot, coordinate);
    return radix > 0 ? (uint64_t)radix : letters[alphabet];
}

uint64_t rk_enumerate_count(const rk_program *program, unsigned alphabet) {
    uint64_t count = 1;
    for (size_t s = 0; s < program->nslots; s++) {
        const rk_slot *slot = &program->slots[s];
        slong n = is_counted(program, s) ? rk_params_count(slot) : 0;
        for (slong i = 0; i < n; i++)
            if (__builtin_mul_overflow(count, choices(slot, i, alphabet), &count))
                return UINT64_MAX;
    }
    return count;
}

/* Sets one slot from the lowest digits of *index. *fresh: some letter is not in the alphabet
   before this one. */
static bool set_slot(const rk_slot *slot, unsigned alphabet, uint64_t *index, bool *fresh,
                     fmpq_mat_t out) {
    slong n = rk_params_count(slot);
    fmpq *theta = _fmpq_vec_init(n);
    for (slong i = 0; i < n; i++) {
        uint64_t base = choices(slot, i, alphabet), digit = *index % base;
        *index /= base;
        if (rk_params_radix(slot, i) > 0) {
            fmpq_set_si(theta + i, (slong)digit, 1);
            continue;
        }
        fmpq_set_si(theta + i, letter(slot->set, (slong)digit), 1);
        *fresh = *fresh || (alphabet > 0 && digit >= letters[alphabet - 1]);
    }
    bool ok = rk_params_apply(slot, theta, out);
    _fmpq_vec_clear(theta, n);
    return ok;
}

static void draw_dense(const rk_program *program, uint64_t index, rk_assignment *out) {
    if (!rk_beside_mixed(program))
        return;
    rk_rng rng = rk_rng_trial(0, program->checked->statement, index);
    rk_beside_draw(program, &rng, out);
}

bool rk_enumerate_at(const rk_program *program, unsigned alphabet, uint64_t index,
                     rk_assignment *out) {
    bool ok = true, fresh = alphabet == 0;
    draw_dense(program, index, out);
    for (size_t s = 0; s < program->nslots; s++)
        if (is_counted(program, s))
            ok = set_slot(&program->slots[s], alphabet, &index, &fresh, &out->value[s]) && ok;
    return ok && fresh;
}

/* The slot with the most rows of free entries, two at least; nslots if there is none. */
static size_t tallest(const rk_program *program) {
    size_t best = program->nslots;
    int64_t rows = 1;
    for (size_t s = 0; s < program->nslots; s++) {
        const rk_slot *slot = &program->slots[s];
        bool rectangular = rk_params_count(slot) == slot->rows * slot->cols;
        if (is_counted(program, s) && rectangular && slot->rows > rows) {
            best = s;
            rows = slot->rows;
        }
    }
    return best;
}

/* The digits of a slot's row as one number: coordinates stand row by row. */
static uint64_t row_number(const rk_slot *slot, slong row, unsigned alphabet, uint64_t *index) {
    uint64_t number = 0;
    for (slong j = 0; j < (slong)slot->cols; j++) {
        uint64_t base = choices(slot, row * (slong)slot->cols + j, alphabet);
        number = number * base + *index % base;
        *index /= base;
    }
    return number;
}

bool rk_enumerate_sorted(const rk_program *program, unsigned alphabet, uint64_t index) {
    size_t tall = tallest(program);
    for (size_t s = 0; s < tall && tall < program->nslots; s++)
        for (slong i = 0; is_counted(program, s) && i < rk_params_count(&program->slots[s]); i++)
            index /= choices(&program->slots[s], i, alphabet);
    uint64_t last = 0;
    for (slong i = 0; tall < program->nslots && i < (slong)program->slots[tall].rows; i++) {
        uint64_t next = row_number(&program->slots[tall], i, alphabet, &index);
        if (next < last)
            return false;
        last = next;
    }
    return true;
}

uint64_t rk_enumerate_orders(const rk_program *program) {
    size_t tall = tallest(program);
    uint64_t orders = 1;
    for (uint64_t k = 2; tall < program->nslots && k <= (uint64_t)program->slots[tall].rows; k++)
        if (__builtin_mul_overflow(orders, k, &orders))
            return UINT64_MAX;
    return orders;
}
