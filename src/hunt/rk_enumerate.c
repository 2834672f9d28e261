#include "rk_enumerate.h"
#include "rk_params.h"

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
        slong n = slot->defined ? 0 : rk_params_count(slot);
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

bool rk_enumerate_at(const rk_program *program, unsigned alphabet, uint64_t index,
                     rk_assignment *out) {
    bool ok = true, fresh = alphabet == 0;
    for (size_t s = 0; s < program->nslots; s++)
        if (!program->slots[s].defined)
            ok = set_slot(&program->slots[s], alphabet, &index, &fresh, &out->value[s]) && ok;
    return ok && fresh;
}
