/* Samplers: every recipe stays inside every declared set, draws depend on the stream alone, and
   the structures that counterexamples need do turn up. Slots are made by hand: no claim text. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rk_mem.h"
#include "hunt/rk_draw.h"
#include "hunt/rk_enumerate.h"
#include "hunt/rk_hunt.h"
#include "hunt/rk_element.h"
#include "hunt/rk_order.h"
#include "hunt/rk_params.h"
#include "hunt/rk_relate.h"

static const rk_set all_sets[] = {
    RK_SET_REAL,       RK_SET_POSITIVE,   RK_SET_NONNEGATIVE, RK_SET_NONZERO,   RK_SET_INTEGER,
    RK_SET_STOCHASTIC, RK_SET_ATTENTION,  RK_SET_SYMMETRIC,   RK_SET_PSD,       RK_SET_DIAGONAL,
    RK_SET_INVERTIBLE, RK_SET_ORTHOGONAL, RK_SET_PERMUTATION, RK_SET_UNIT_ROWS,
};
enum { SETS = sizeof all_sets / sizeof all_sets[0] };

static const struct {
    const char *name;
    bool square;
} info[] = {
#define SET_INFO(id, name, lo, hi, square, generic, random, params) {name, square},
    RK_SETS(SET_INFO)
#undef SET_INFO
};

static uint64_t seed(void) {
    const char *text = getenv("RK_TEST_SEED");
    uint64_t value = text ? strtoull(text, NULL, 10) : 20261121;
    print_message("# RK_TEST_SEED=%llu\n", (unsigned long long)value);
    return value;
}

static rk_rng stream(uint64_t from, uint64_t trial) {
    static const unsigned char digest[32] = "samplers";
    return rk_rng_trial(from, digest, trial);
}

static void start(rk_assignment *a, const rk_program *p) {
    a->nslots = p->nslots;
    a->value = rk_calloc(p->nslots, sizeof *a->value);
    for (size_t s = 0; s < p->nslots; s++)
        fmpq_mat_init(&a->value[s], (slong)p->slots[s].rows, (slong)p->slots[s].cols);
}

static void stop(rk_assignment *a) {
    for (size_t s = 0; s < a->nslots; s++)
        fmpq_mat_clear(&a->value[s]);
    rk_free(a->value);
}

static rk_slot slot_of(rk_set set, int64_t rows, int64_t cols) {
    return (rk_slot){.set = set, .rows = rows, .cols = info[set].square ? rows : cols};
}

static void every_style_stays_in_every_set(void **state) {
    (void)state;
    uint64_t from = seed(), trial = 0;
    for (size_t i = 0; i < SETS; i++)
        for (int64_t rows = 1; rows <= 5; rows++)
            for (int64_t cols = 1; cols <= 5; cols++) {
                rk_slot slots[3] = {slot_of(all_sets[i], rows, cols),
                                    slot_of(RK_SET_REAL, cols, cols),
                                    slot_of(all_sets[i], rows, rows)};
                rk_program p = {.slots = slots, .nslots = 3};
                rk_assignment a;
                start(&a, &p);
                for (unsigned style = 0; style < rk_sample_styles(); style++)
                    for (int k = 0; k < 4; k++) {
                        rk_rng rng = stream(from, trial++);
                        rk_sample(&p, style, &rng, &a);
                        if (!rk_assignment_in_sets(&p, &a))
                            fail_msg("%s, style %s, %d by %d", info[all_sets[i]].name,
                                     rk_sample_style_name(style), (int)rows, (int)cols);
                    }
                rk_rng rng = stream(from, trial++);
                rk_sample_interior(&p, &rng, &a);
                assert_true(rk_assignment_in_sets(&p, &a));
                stop(&a);
            }
}

static void interior_draws_keep_off_the_boundary(void **state) {
    (void)state;
    uint64_t from = seed();
    rk_slot slots[3] = {slot_of(RK_SET_STOCHASTIC, 3, 4), slot_of(RK_SET_NONNEGATIVE, 2, 3),
                        slot_of(RK_SET_PSD, 3, 3)};
    rk_program p = {.slots = slots, .nslots = 3};
    rk_assignment a;
    start(&a, &p);
    for (uint64_t k = 0; k < 200; k++) {
        rk_rng rng = stream(from, k);
        rk_sample_interior(&p, &rng, &a);
        assert_true(rk_set_contains(RK_SET_ATTENTION, &a.value[0]));
        assert_true(rk_set_contains(RK_SET_POSITIVE, &a.value[1]));
        assert_true(rk_is_invertible(&a.value[2]));
    }
    stop(&a);
}

/* Beside others, in every style: most values have full rank while the others keep their structure.
 */
static void generic_slots_beside_others_are_dense(void **state) {
    (void)state;
    uint64_t from = seed(), trial = 0;
    for (size_t i = 0; i < SETS; i++) {
        rk_slot slots[2] = {slot_of(all_sets[i], 3, 3), slot_of(RK_SET_REAL, 3, 3)};
        slots[0].quant = RK_GENERIC;
        rk_program p = {.slots = slots, .nslots = 2};
        rk_assignment a;
        int full = 0, singular = 0, draws = 0;
        start(&a, &p);
        for (unsigned style = 0; style < rk_sample_styles(); style++)
            for (int k = 0; k < 8; k++, draws++) {
                rk_rng rng = stream(from, trial++);
                rk_sample(&p, style, &rng, &a);
                assert_true(rk_assignment_in_sets(&p, &a));
                full += rk_is_invertible(&a.value[0]);
                singular += !rk_is_invertible(&a.value[1]);
            }
        stop(&a);
        if (full < draws * 2 / 3 || singular < draws / 3)
            fail_msg("%s: of %d draws %d have full rank; of the others %d are singular",
                     info[all_sets[i]].name, draws, full, singular);
    }
}

static void both_components_of_the_orthogonal_group_are_drawn(void **state) {
    (void)state;
    uint64_t from = seed();
    rk_slot slot = slot_of(RK_SET_ORTHOGONAL, 3, 3);
    rk_program p = {.slots = &slot, .nslots = 1};
    rk_assignment a;
    start(&a, &p);
    int proper = 0, signed_permutations = 0;
    for (uint64_t k = 0; k < 100; k++) {
        rk_rng rng = stream(from, k);
        rk_sample_interior(&p, &rng, &a);
        fmpq_t det;
        fmpq_init(det);
        fmpq_mat_det(det, &a.value[0]);
        proper += fmpq_is_one(det);
        signed_permutations += fmpq_mat_is_integral(&a.value[0]);
        fmpq_clear(det);
    }
    assert_in_range(proper, 20, 80);
    assert_in_range(signed_permutations, 0, 30);
    stop(&a);
}

static void draws_depend_on_the_stream_alone(void **state) {
    (void)state;
    uint64_t from = seed();
    rk_slot slots[2] = {slot_of(RK_SET_ATTENTION, 3, 3), slot_of(RK_SET_REAL, 3, 2)};
    rk_program p = {.slots = slots, .nslots = 2};
    rk_assignment a, b;
    start(&a, &p);
    start(&b, &p);
    for (unsigned style = 0; style < rk_sample_styles(); style++) {
        rk_rng first = stream(from, style), second = stream(from, style);
        bool fits = rk_sample(&p, style, &first, &a);
        rk_rng between = stream(from, 1000 + style);
        rk_sample(&p, 2, &between, &b); /* another trial in between changes nothing */
        assert_int_equal(rk_sample(&p, style, &second, &b), fits);
        assert_true(rk_assignment_equal(&a, &b));
    }
    stop(&a);
    stop(&b);
}

static bool rational_deviation(const fmpq_mat_t x, slong row) {
    fmpq_t sum, square, d;
    fmpq_init(sum);
    fmpq_init(square);
    fmpq_init(d);
    for (slong j = 0; j < x->c; j++) {
        fmpq_add(sum, sum, fmpq_mat_entry(x, row, j));
        fmpq_addmul(square, fmpq_mat_entry(x, row, j), fmpq_mat_entry(x, row, j));
    }
    fmpq_set_si(d, x->c, 1);
    fmpq_mul(square, square, d);
    fmpq_submul(square, sum, sum); /* d^2 times the variance */
    bool ok = fmpz_is_square(fmpq_numref(square)) && fmpz_is_square(fmpq_denref(square));
    fmpq_clear(sum);
    fmpq_clear(square);
    fmpq_clear(d);
    return ok;
}

static void rows_of_rational_deviation_have_one(void **state) {
    (void)state;
    uint64_t from = seed();
    static const rk_palette palette = {RK_ENTRIES_SMALL, NULL, 0};
    for (int64_t d = 2; d <= 12; d++)
        for (uint64_t k = 0; k < 40 && d != 3; k++) {
            rk_slot slot = slot_of(RK_SET_REAL, 3, d);
            rk_rng rng = stream(from, 100 * (uint64_t)d + k);
            fmpq_mat_t x;
            fmpq_mat_init(x, 3, (slong)d);
            bool line = k % 2 && d % 4 == 0;
            rk_draw_slot(&slot, line ? RK_PATTERN_DEVIATION_LINE : RK_PATTERN_DEVIATION, &palette,
                         &rng, x);
            for (slong i = 0; i < 3; i++)
                assert_true(rational_deviation(x, i));
            fmpq_mat_clear(x);
        }
}

static void special_algebra_is_what_it_says(void **state) {
    (void)state;
    uint64_t from = seed();
    static const rk_palette palette = {RK_ENTRIES_SMALL, NULL, 0};
    rk_slot slot = slot_of(RK_SET_REAL, 3, 3);
    fmpq_mat_t x, y;
    fmpq_mat_init(x, 3, 3);
    fmpq_mat_init(y, 3, 3);
    for (uint64_t k = 0; k < 60; k++) {
        rk_rng rng = stream(from, k);
        rk_draw_slot(&slot, RK_PATTERN_IDEMPOTENT, &palette, &rng, x);
        fmpq_mat_mul(y, x, x);
        assert_true(fmpq_mat_equal(x, y));
        rk_draw_slot(&slot, RK_PATTERN_NILPOTENT, &palette, &rng, x);
        fmpq_mat_mul(y, x, x);
        fmpq_mat_mul(y, y, x);
        assert_true(fmpq_mat_is_zero(y));
        rk_draw_slot(&slot, RK_PATTERN_INVOLUTION, &palette, &rng, x);
        fmpq_mat_mul(y, x, x);
        assert_true(fmpq_mat_is_one(y));
    }
    fmpq_mat_clear(x);
    fmpq_mat_clear(y);
}

static void cancelling_residuals_cancel(void **state) {
    (void)state;
    uint64_t from = seed();
    rk_slot slots[3] = {slot_of(RK_SET_ATTENTION, 2, 2), slot_of(RK_SET_REAL, 2, 3),
                        slot_of(RK_SET_REAL, 3, 3)};
    rk_program p = {.slots = slots, .nslots = 3};
    rk_assignment a;
    fmpq_mat_t y;
    start(&a, &p);
    fmpq_mat_init(y, 2, 3);
    int found = 0;
    for (uint64_t k = 0; k < 40; k++) {
        rk_rng rng = stream(from, k);
        rk_sample_interior(&p, &rng, &a);
        if (!rk_relate_cancel(&p, &rng, &a))
            continue;
        fmpq_mat_mul(y, &a.value[0], &a.value[1]);
        fmpq_mat_mul(y, y, &a.value[2]);
        fmpq_mat_add(y, y, &a.value[1]);
        assert_true(fmpq_mat_is_zero(y));
        found++;
    }
    assert_true(found > 20);
    fmpq_mat_clear(y);
    stop(&a);
}

/* Enumerated coordinates give members only, all of them different where the map is injective. */
static void enumeration_gives_members(void **state) {
    (void)state;
    for (size_t i = 0; i < SETS; i++)
        for (unsigned alphabet = 0; alphabet < RK_ALPHABETS; alphabet++) {
            rk_slot slot = slot_of(all_sets[i], 2, 2);
            rk_program p = {.slots = &slot, .nslots = 1};
            rk_assignment a;
            start(&a, &p);
            uint64_t count = rk_enumerate_count(&p, alphabet), members = 0;
            assert_true(count < 5000);
            for (uint64_t k = 0; k < count; k++)
                if (rk_enumerate_at(&p, alphabet, k, &a)) {
                    assert_true(rk_assignment_in_sets(&p, &a));
                    members++;
                }
            bool finite = all_sets[i] == RK_SET_PERMUTATION; /* all in the first alphabet */
            if ((members == 0) != (finite && alphabet > 0))
                fail_msg("%s", info[all_sets[i]].name);
            stop(&a);
        }
}

/* Of the orders of three rows exactly one is sorted; equal rows are sorted among themselves. */
static void sorted_rows_stand_for_all_orders(void **state) {
    (void)state;
    rk_slot slots[2] = {slot_of(RK_SET_REAL, 1, 1), slot_of(RK_SET_REAL, 3, 2)};
    rk_program p = {.slots = slots, .nslots = 2};
    uint64_t sorted = 0, count = rk_enumerate_count(&p, 1);
    for (uint64_t k = 0; k < count; k++)
        sorted += rk_enumerate_sorted(&p, 1, k);
    assert_int_equal(rk_enumerate_orders(&p), 6);
    assert_int_equal(sorted, 3 * 165); /* 9 rows: 9*10*11/6 multisets of three, times x */
}

static void enumeration_finds_all_permutations(void **state) {
    (void)state;
    rk_slot slot = slot_of(RK_SET_PERMUTATION, 4, 4);
    rk_program p = {.slots = &slot, .nslots = 1};
    rk_assignment a[24];
    assert_int_equal(rk_enumerate_count(&p, 0), 24);
    for (uint64_t k = 0; k < 24; k++) {
        start(&a[k], &p);
        assert_true(rk_enumerate_at(&p, 0, k, &a[k]));
        for (uint64_t l = 0; l < k; l++)
            assert_false(rk_assignment_equal(&a[k], &a[l]));
    }
    for (uint64_t k = 0; k < 24; k++)
        stop(&a[k]);
}

static void set_entries(fmpq_mat_t m, const slong *entry) {
    for (slong i = 0; i < m->r; i++)
        for (slong j = 0; j < m->c; j++)
            fmpq_set_si(fmpq_mat_entry(m, i, j), entry[i * m->c + j], 1);
}

/* What membership must refuse: one near miss for each set. */
static void membership_refuses_near_misses(void **state) {
    (void)state;
    static const struct {
        rk_set set;
        slong entry[4];
    } wrong[] = {
        {RK_SET_POSITIVE, {1, 2, 0, 1}},    {RK_SET_NONNEGATIVE, {1, 0, -1, 1}},
        {RK_SET_NONZERO, {1, -1, 0, 1}},    {RK_SET_STOCHASTIC, {1, 0, 2, -1}},
        {RK_SET_ATTENTION, {1, 0, 0, 1}},   {RK_SET_SYMMETRIC, {1, 2, 3, 1}},
        {RK_SET_PSD, {0, 1, 1, 0}},         {RK_SET_PSD, {1, 2, 2, 1}},
        {RK_SET_PSD, {1, 1, 0, 1}},         {RK_SET_DIAGONAL, {1, 0, 1, 1}},
        {RK_SET_INVERTIBLE, {1, 2, 2, 4}},  {RK_SET_ORTHOGONAL, {1, 1, 0, 1}},
        {RK_SET_PERMUTATION, {1, 0, 1, 0}}, {RK_SET_PERMUTATION, {1, 0, 0, -1}},
        {RK_SET_UNIT_ROWS, {1, 0, 1, 1}},   {RK_SET_GAUSSIAN, {1, 0, 0, 1}},
    };
    fmpq_mat_t m;
    fmpq_mat_init(m, 2, 2);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        set_entries(m, wrong[i].entry);
        if (rk_set_contains(wrong[i].set, m))
            fail_msg("%s, case %d", info[wrong[i].set].name, (int)i);
    }
    static const slong degenerate[] = {4, 2, 2, 1};
    set_entries(m, degenerate);
    assert_true(rk_set_contains(RK_SET_PSD, m));
    fmpq_mat_clear(m);
}

/* Each pair: the first is smaller, for the reason given. */
static void the_written_order(void **state) {
    (void)state;
    static const struct {
        slong less[4], more[4];
    } pair[] = {
        {{0, 0, 0, 9}, {0, 0, 1, 1}},   /* fewer nonzero entries */
        {{3, 3, 0, 0}, {1, 2, 0, 0}},   /* fewer distinct values */
        {{1, 1, 0, 0}, {2, 2, 0, 0}},   /* smaller magnitude */
        {{1, 0, 0, 1}, {-1, 0, 0, -1}}, /* nonnegative before negative */
        {{1, 0, 0, -1}, {-1, 0, 0, 1}}, /* entry by entry, 1 before -1 */
        {{1, 0, 0, -1}, {0, 1, -1, 0}}, /* and nonzero before zero */
    };
    rk_slot slot = slot_of(RK_SET_REAL, 2, 2);
    rk_program p = {.slots = &slot, .nslots = 1};
    rk_assignment a, b;
    start(&a, &p);
    start(&b, &p);
    for (size_t i = 0; i < sizeof pair / sizeof pair[0]; i++) {
        set_entries(&a.value[0], pair[i].less);
        set_entries(&b.value[0], pair[i].more);
        assert_true(rk_order_compare(&a, &b) < 0);
        assert_true(rk_order_compare(&b, &a) > 0);
        assert_int_equal(rk_order_compare(&a, &a), 0);
    }
    fmpq_set_si(fmpq_mat_entry(&a.value[0], 0, 0), 5, 1);
    fmpq_set_si(fmpq_mat_entry(&b.value[0], 0, 0), 1, 2); /* smaller denominators first */
    for (slong k = 1; k < 4; k++) {
        fmpq_zero(fmpq_mat_entry(&a.value[0], k / 2, k % 2));
        fmpq_zero(fmpq_mat_entry(&b.value[0], k / 2, k % 2));
    }
    assert_true(rk_order_compare(&a, &b) < 0);
    stop(&a);
    stop(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_style_stays_in_every_set),
        cmocka_unit_test(interior_draws_keep_off_the_boundary),
        cmocka_unit_test(generic_slots_beside_others_are_dense),
        cmocka_unit_test(both_components_of_the_orthogonal_group_are_drawn),
        cmocka_unit_test(draws_depend_on_the_stream_alone),
        cmocka_unit_test(rows_of_rational_deviation_have_one),
        cmocka_unit_test(special_algebra_is_what_it_says),
        cmocka_unit_test(cancelling_residuals_cancel),
        cmocka_unit_test(enumeration_gives_members),
        cmocka_unit_test(sorted_rows_stand_for_all_orders),
        cmocka_unit_test(enumeration_finds_all_permutations),
        cmocka_unit_test(membership_refuses_near_misses),
        cmocka_unit_test(the_written_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
