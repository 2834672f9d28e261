/* Instances of the laws: what follows from them for all dimensions, and the false claims that would
   follow if a side condition were not asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/rk_clock.h"
#include "base/rk_mem.h"
#include "calculus/rk_farkas.h"
#include "calculus/rk_mx_read.h"
#include "lang/rk_check_text.h"

typedef struct bench {
    rk_diags *diags;
    rk_unit *unit;
    rk_module *module;
    const rk_checked *checked;
    rk_arena *arena;
    rk_scalars *scalars;
    rk_mxs *store;
    rk_reader *reader;
    rk_instances *instances;
    double milliseconds; /* of the generator */
} bench;

static void read_text(bench *b, const char *clauses) {
    char text[2048];
    snprintf(text, sizeof text, "theorem t { %s }", clauses);
    b->diags = rk_diags_new();
    b->unit = rk_unit_parse("t.thm", text, strlen(text), NULL, b->diags);
    b->module = rk_module_check(b->unit, NULL, b->diags);
    if (rk_diags_errors(b->diags) > 0 || b->module->ntheorems != 1) {
        rk_buf out;
        rk_buf_init(&out);
        rk_diags_print(b->diags, &out, false);
        fail_msg("%s", out.text);
    }
    b->checked = &b->module->theorems[0];
}

static void set_up(bench *b, const char *clauses, const rk_instances_options *options) {
    read_text(b, clauses);
    b->arena = rk_arena_new();
    b->scalars = rk_scalars_new(b->checked->sizes, b->arena);
    b->store = rk_mxs_new(b->scalars, b->arena);
    b->reader = rk_reader_new(b->store, b->checked);
    for (size_t i = 0; i < b->checked->ndims; i++)
        rk_sc_bound(b->scalars, b->checked->dims[i].sym,
                    b->checked->dims[i].kind == RK_DIM_FROM ? b->checked->dims[i].low : 1);
    b->instances = rk_instances_new(b->store, options);
}

static void tear_down(bench *b) {
    rk_instances_free(b->instances);
    rk_reader_free(b->reader);
    rk_mxs_free(b->store);
    rk_scalars_free(b->scalars);
    rk_arena_free(b->arena);
    rk_module_free(b->module);
    rk_unit_free(b->unit);
    rk_diags_free(b->diags);
}

static void generate(bench *b, rk_sc goal) {
    rk_instances *g = b->instances;
    for (size_t i = 0; i < rk_reader_ninverted(b->reader); i++)
        rk_instances_invertible(g, rk_reader_inverted(b->reader, i));
    for (size_t i = 0; i < rk_reader_nwritten(b->reader); i++) {
        const rk_written *w = rk_reader_written(b->reader, i);
        (w->sum ? rk_instances_sum : rk_instances_product)(g, w->whole, w->left, w->right);
    }
    rk_instances_want_scalar(g, goal);
    double start = rk_clock();
    rk_instances_saturate(g);
    b->milliseconds = 1000 * (rk_clock() - start);
}

static bool decide(bench *b, rk_sc goal) {
    size_t n = rk_instances_count(b->instances);
    const rk_fact **fact = rk_arena_alloc(b->arena, (n + 1) * sizeof *fact);
    for (size_t i = 0; i < n; i++)
        fact[i] = rk_instances_get(b->instances, i);
    rk_sum sum;
    return rk_farkas(b->scalars, fact, n, goal, b->arena, &sum);
}

/* The one claim, which compares numbers, as inequalities `goal >= 0`; how many. */
static size_t goals(bench *b, rk_sc goal[2]) {
    const rk_term *t = b->checked->claims[0];
    assert_int_equal(t->op, RK_T_COMPARE);
    rk_sc left = rk_read_scalar(b->reader, t->kid[0]), right = rk_read_scalar(b->reader, t->kid[1]);
    rk_sc less = rk_sc_sub(b->scalars, right, left), more = rk_sc_sub(b->scalars, left, right);
    goal[0] = t->cmp == RK_GE ? more : less;
    goal[1] = more;
    return t->cmp == RK_EQ ? 2 : 1;
}

static bool follows(const char *clauses, const rk_instances_options *options) {
    bench b;
    rk_sc goal[2];
    set_up(&b, clauses, options);
    size_t n = goals(&b, goal);
    bool good = true;
    for (size_t i = 0; good && i < n; i++) {
        generate(&b, goal[i]);
        good = decide(&b, goal[i]);
    }
    tear_down(&b);
    return good;
}

static const char *const truths[] = {
    "dim n >= 1, d >= 1; forall X : real[n, d]; claim rank(X) <= d;",
    "dim n >= 1; forall A : invertible[n], B : real[n, n]; claim rank(A*B) == rank(B);",
    "dim n >= 1; forall A : orthogonal[n], B : real[n, n]; claim rank(B*A) == rank(B);",
    "dim n >= 1, m >= 1; forall A : positive[n, m]; claim rank(A) >= 1;",
    "dim n >= 1, m >= 1; forall A : stochastic[n, m]; claim rank(A) >= 1;",
    "dim n >= 1, m >= 1; claim rank(ones(n, m)) == 1;",
    "dim n >= 1; claim rank(eye(n) - ones(n, n)/n) == n - 1;",
    "dim n >= 1, d >= 1, k >= 1; forall A : real[n, k], B : real[k, d];"
    " claim rank(A*B) <= rank(A);",
    "dim n >= 1, d >= 1, k >= 1; forall A : real[n, k], B : real[k, d];"
    " claim rank(A*B) + k >= rank(A) + rank(B);",
    "dim n >= 1; forall A : real[n, n], B : real[n, n], C : real[n, n];"
    " claim rank(A*B*C) + rank(B) >= rank(A*B) + rank(B*C);",
    "dim n >= 1; forall A : real[n, n]; claim 2*rank(A^2) <= rank(A) + rank(A^3);",
    "dim n >= 1, k >= 1; forall A : real[n, n]; claim rank(A^(k + 1)) <= rank(A^k);",
    "dim n >= 1, k >= 1; forall A : real[n, n];"
    " claim 2*rank(A^(k + 1)) <= rank(A^k) + rank(A^(k + 2));",
    "dim n >= 1; forall A : real[n, n];"
    " claim rank(A - A*A) == rank(A) + rank(eye(n) - A) - n;",
    "dim n >= 1; forall A : real[n, n];"
    " claim rank(eye(n) - A*A) == rank(eye(n) - A) + rank(eye(n) + A) - n;",
    "dim n >= 1, d >= 1; forall A : real[n, d], B : real[n, d]; claim rank(A + B) <= rank(A) + "
    "rank(B);",
    "dim n >= 1, d >= 1; forall A : real[n, d], B : real[n, d]; claim rank(A) - rank(B) <= rank(A "
    "- B);",
    "dim n >= 1, d >= 1, k >= 1; forall A : real[n, d], B : real[n, d], C : real[n, k];"
    " claim rank([A + B, C]) + rank(C) <= rank([A, C]) + rank([B, C]);",
    "dim n >= 1, d >= 1, H >= 1; forall A[H + 1] : real[n, d];"
    " claim rank(sum(h = 1..H + 1, A[h])) <= rank(sum(h = 1..H, A[h])) + rank(A[H + 1]);",
    "dim n >= 1, d >= 1, H >= 1; forall A[H] : real[n, d];"
    " claim rank([sum(h = 1..H, A[h]), hcat(h = 1..H, A[h])]) == rank(hcat(h = 1..H, A[h]));",
    "dim n >= 1, d >= 1, H >= 1; forall A[H] : real[n, d];"
    " claim rank(sum(h = 1..H, A[h]'*A[h])) == rank(vcat(h = 1..H, A[h]));",
    "dim n >= 1, d >= 1; forall A : real[n, d]; claim rank(A'*A) == rank(A);",
    "dim n >= 1, d >= 1; forall A : real[n, d]; claim rank(A*A'*A) == rank(A);",
    "dim n >= 1, d >= 1; forall A : real[n, d], M : psd[n]; claim rank(A'*M*A) == rank(M*A);",
    "dim n >= 1, d >= 1; forall A : real[n, d], B : real[n, d], X : real[d, n];"
    " claim rank(A'*A*(X + B')) == rank(A*X + A*B');",
    "dim n >= 1, d >= 1; forall A : real[n, d], B : real[n, d];"
    " claim rank(A'*A + B'*B) == rank([A; B]);",
    "dim n >= 1, d >= 1; forall A : real[n, d]; claim rank(eye(d) + A'*A) == d;",
    "dim n >= 1, d >= 1, k >= 1; forall A : real[n, d], B : real[d, k];"
    " claim rank(kron(A, B)) == rank(A)*rank(B);",
    "dim n >= 1, d >= 1, H >= 1; forall X : real[n, d], A[H] : real[n, n], V[H] : real[d, d];"
    " claim rank(sum(h = 1..H, A[h]*X*V[h])) <= H*rank(X);",
    "dim n >= 1, d >= 1, H >= 1; forall X : real[n, d], A[H] : real[n, n], V[H] : real[d, d];"
    " claim rank(X + sum(h = 1..H, A[h]*X*V[h])) <= (H + 1)*rank(X);",
    "dim n >= 1, d >= 1, H >= 1; forall X : real[n, d], A[H] : attention[n, n], V[H] : real[d, d];"
    " claim affrank(sum(h = 1..H, A[h]*X*V[h])) <= H*affrank(X);",
    "dim n >= 1, dk >= 1, d >= 1, H >= 1; forall W[H] : real[dk, d];"
    " claim rank(vcat(h = 1..H, W[h])) <= sum(h = 1..H, rank(W[h]));",
    "dim dk >= 1, d >= 1, H >= 2; forall W[H] : real[dk, d];"
    " claim rank(vcat(h = 1..H, W[h])) <= dk + rank(vcat(h = 2..H, W[h]));",
    "dim n >= 1, d >= 1, dk >= 1, H >= 1; forall Z[H] : real[n, dk], W[H] : real[dk, d];"
    " claim rank(sum(h = 1..H, Z[h]*W[h])) <= rank(vcat(h = 1..H, W[h]));",
    "dim H >= 1, dk >= 1, d >= 1; forall g : nonzero[H], W : real[dk, d];"
    " claim rank(vcat(h = 1..H, g[h, 1]*W)) == rank(W);",
    "dim n >= 1, d >= 1; forall A : stochastic[n, n], X : real[n, d];"
    " claim rank(X - A*X) <= affrank(X);",
    "dim n >= 1, d >= 1; forall X : real[n, d]; claim rank(center(X)) == rank([X; ones(1, d)]) - "
    "1;",
    "dim n >= 1; forall A : real[n, n], B : real[n, n];"
    " claim rank(A*B - eye(n)) <= rank(A - eye(n)) + rank(B - eye(n));",
    "dim L >= 1, n >= 1; forall A[L] : real[n, n];"
    " claim rank(prod(l = 1..L, A[l])) >= sum(l = 1..L, rank(A[l])) - (L - 1)*n;",
    "dim n >= 1; forall A : real[n, n];"
    " claim rank(A - eye(n)) + rank(A*A + A + eye(n)) == rank(A^3 - eye(n)) + n;",
};

static const char *const falsehoods[] = {
    "dim n >= 1, d >= 1; forall A : real[n, n], X : real[n, d]; claim rank(X - A*X) <= affrank(X);",
    "dim n >= 1, d >= 1; forall A : stochastic[n, n], X : real[n, d];"
    " claim rank(X - A*X) + 1 <= affrank(X);",
    "dim n >= 1; forall A : real[n, n], B : real[n, n];"
    " claim rank(A*B - eye(n)) <= rank(A - eye(n));",
    "dim L >= 1, n >= 1; forall A[L] : real[n, n];"
    " claim rank(prod(l = 1..L, A[l])) >= rank(A[1]);",
    "dim n >= 1; forall A : real[n, n];"
    " claim rank(A - eye(n)) + rank(A*A - eye(n)) == rank((A - eye(n))*(A*A - eye(n))) + n;",
    "dim n >= 1, d >= 1, H >= 1; forall A[H + 1] : real[n, d];"
    " claim rank(sum(h = 1..H + 1, A[h])) <= rank(sum(h = 1..H, A[h]));",
    "dim n >= 1, d >= 1, H >= 1; forall A[H + 1] : real[n, d];"
    " claim rank([sum(h = 1..H + 1, A[h]), hcat(h = 1..H, A[h])]) == rank(hcat(h = 1..H, A[h]));",
    "dim n >= 1, d >= 1, H >= 1; forall A[H] : real[n, d], c[H] : real;"
    " claim rank(sum(h = 1..H, c[h]*A[h]'*A[h])) == rank(vcat(h = 1..H, A[h]));",
    /* not invertible */
    "dim n >= 1; forall A : real[n, n], B : real[n, n]; claim rank(A*B) == rank(B);",
    "dim n >= 1; forall A : stochastic[n, n]; claim rank(A) == n;",
    "dim n >= 1; forall A : symmetric[n], B : real[n, n]; claim rank(A*B) == rank(B);",
    /* the number may be 0 */
    "dim n >= 1; forall A : real[n, n], c : real; claim rank(c*A) == rank(A);",
    "dim n >= 1; forall A : real[n, n]; claim rank((n - 2)*A) == rank(A);",
    /* a scaling is no product of matrices with inner size 1 */
    "dim n >= 1, d >= 1; forall A : real[n, d], c : real; claim rank(c*A) + 1 >= rank(A) + 1;",
    "dim n >= 1; forall u : real[n], v : real[n]; claim rank(u*v') == 1;",
    "dim n >= 1, d >= 1; forall X : real[n, d]; claim rank(X) >= 1;",
    /* wrong inner matrix */
    "dim n >= 1; forall A : real[n, n], B : real[n, n], C : real[n, n];"
    " claim rank(A*B*C) + rank(A) >= rank(A*B) + rank(B*C);",
    "dim n >= 1, k >= 1; forall A : real[n, n]; claim rank(A^(k + 1)) == rank(A^k);",
    /* factors that are not coprime */
    "dim n >= 1; forall A : real[n, n]; claim rank(A^2) == 2*rank(A) - n;",
    "dim n >= 1; forall A : real[n, n], B : real[n, n];"
    " claim rank(A - A*B) == rank(A) + rank(eye(n) - B) - n;",
    "dim n >= 1, d >= 1; forall A : real[n, d], B : real[n, d]; claim rank(A + B) == rank(A) + "
    "rank(B);",
    /* at the top only */
    "dim n >= 1; forall A : real[n, n], B : real[n, n]; claim rank([A'*A, B]) == rank([A, B]);",
    "dim n >= 1; forall A : real[n, n], B : real[n, n]; claim rank(A'*A + B) == rank(A + B);",
    /* neither symmetric nor invertible is semidefinite */
    "dim n >= 1, d >= 1; forall A : real[n, d], M : symmetric[n];"
    " claim rank(A'*M*A) == rank(M*A);",
    "dim n >= 1, d >= 1; forall A : real[n, d], M : invertible[n];"
    " claim rank(A'*M*A) == rank(A);",
    "dim n >= 1, d >= 1; forall A : real[n, d], M : psd[n]; claim rank(A'*M*A) == rank(A);",
    "dim n >= 1, d >= 1; forall A : real[n, d], B : real[n, d];"
    " claim rank(A'*A - B'*B) == rank([A; B]);",
    "dim n >= 1, d >= 1; forall A : real[n, d], B : real[n, d], c : real;"
    " claim rank(A'*A + c*B'*B) == rank([A; B]);",
    "dim n >= 1; forall A : real[n, n]; claim rank(A*A) == rank(A);",
    "dim n >= 1, d >= 1, k >= 1; forall A : real[n, d], B : real[d, k];"
    " claim rank(kron(A, B)) == rank(A) + rank(B);",
    /* rows that do not sum to one */
    "dim n >= 1, d >= 1, H >= 1; forall X : real[n, d], A[H] : real[n, n], V[H] : real[d, d];"
    " claim affrank(sum(h = 1..H, A[h]*X*V[h])) <= H*affrank(X);",
    "dim n >= 1, d >= 1, H >= 1; forall X : real[n, d], A[H] : attention[n, n], V[H] : real[d, d];"
    " claim rank(sum(h = 1..H, A[h]*X*V[h])) <= rank(X);",
    "dim n >= 1, d >= 1, H >= 1; forall X : real[n, d], A[H] : attention[n, n], V[H] : real[d, d];"
    " claim affrank(sum(h = 1..H, A[h]*X*V[h])) <= affrank(X);",
    /* ranges that may be empty or of another length */
    "dim n >= 1, d >= 1, H >= 1; forall X : real[n, d], A[H] : real[n, n], V[H] : real[d, d];"
    " claim rank(sum(h = 1..H, A[h]*X*V[h])) <= (H - 1)*rank(X);",
    "dim dk >= 1, d >= 1, H >= 1; forall W[H] : real[dk, d];"
    " claim sum(h = 1..H, rank(W[h])) <= rank(vcat(h = 1..H, W[h]));",
    "dim dk >= 1, d >= 1, H >= 2; forall W[H] : real[dk, d];"
    " claim rank(vcat(h = 1..H, W[h])) <= rank(vcat(h = 2..H, W[h]));",
    /* a factor that may be 0 */
    "dim H >= 1, dk >= 1, d >= 1; forall g : real[H], W : real[dk, d];"
    " claim rank(vcat(h = 1..H, g[h, 1]*W)) == rank(W);",
};

static void what_is_true_follows(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof truths / sizeof *truths; i++)
        if (!follows(truths[i], NULL))
            fail_msg("does not follow: %s", truths[i]);
}

static void what_is_false_does_not_follow(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof falsehoods / sizeof *falsehoods; i++)
        if (follows(falsehoods[i], NULL))
            fail_msg("follows: %s", falsehoods[i]);
}

static bool states(const char *clauses, rk_law law, const rk_instances_options *options) {
    bench b;
    rk_sc goal[2];
    set_up(&b, clauses, options);
    goals(&b, goal);
    generate(&b, goal[0]);
    bool found = false;
    for (size_t i = 0; i < rk_instances_count(b.instances); i++)
        found |= rk_instances_get(b.instances, i)->law == law;
    tear_down(&b);
    return found;
}

/* Every law of the generator is stated somewhere, and nowhere once it is switched off. */
static void a_law_that_is_switched_off_is_silent(void **state) {
    (void)state;
    static const rk_law laws[] = {
        RK_LAW_SIZE,           RK_LAW_NONZERO,      RK_LAW_RANK_ONE,  RK_LAW_PRODUCT,
        RK_LAW_FACTOR,         RK_LAW_SYLVESTER,    RK_LAW_FROBENIUS, RK_LAW_COPRIME,
        RK_LAW_GRAM,           RK_LAW_SEMIDEFINITE, RK_LAW_SUM,       RK_LAW_GRAM_SUM,
        RK_LAW_MODULO,         RK_LAW_KRON,         RK_LAW_FAMILY,    RK_LAW_FAMILY_SUM,
        RK_LAW_FAMILY_JOIN,    RK_LAW_FAMILY_PART,  RK_LAW_RANGE,     RK_LAW_FAMILY_MODULO,
        RK_LAW_FAMILY_PRODUCT, RK_LAW_SPANNED};
    for (size_t k = 0; k < sizeof laws / sizeof *laws; k++) {
        rk_instances_options options = {0};
        options.disabled[laws[k]] = 1;
        bool stated = false;
        for (size_t i = 0; i < sizeof truths / sizeof *truths; i++) {
            stated |= states(truths[i], laws[k], NULL);
            if (states(truths[i], laws[k], &options))
                fail_msg("%s, switched off: %s", rk_law_get(laws[k])->name, truths[i]);
        }
        if (!stated)
            fail_msg("never stated: %s", rk_law_get(laws[k])->name);
    }
}

static void bounds_are_kept(void **state) {
    (void)state;
    rk_instances_options options = {.max_matrices = 5, .max_facts = 20};
    for (size_t i = 0; i < sizeof truths / sizeof *truths; i++) {
        bench b;
        rk_sc goal[2];
        set_up(&b, truths[i], &options);
        goals(&b, goal);
        generate(&b, goal[0]);
        assert_true(rk_instances_matrices(b.instances) <= 5);
        assert_true(rk_instances_count(b.instances) <= 20);
        tear_down(&b);
    }
}

static void generation_is_quick(void **state) {
    (void)state;
    double most = 0, all = 0;
    for (size_t i = 0; i < sizeof truths / sizeof *truths; i++) {
        bench b;
        rk_sc goal[2];
        set_up(&b, truths[i], NULL);
        goals(&b, goal);
        generate(&b, goal[0]);
        most = b.milliseconds > most ? b.milliseconds : most;
        all += b.milliseconds;
        tear_down(&b);
    }
    printf("# generation: %.1f ms for %zu claims, at most %.1f ms\n", all,
           sizeof truths / sizeof *truths, most);
}

static void laws_have_names(void **state) {
    (void)state;
    for (int law = 0; law < RK_LAW_COUNT; law++) {
        const rk_law_text *text = rk_law_get((rk_law)law);
        assert_int_equal(rk_law_find(text->name), law);
        assert_true(strlen(text->reason) > 0);
    }
    assert_int_equal(rk_law_find("no such law"), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(laws_have_names),
        cmocka_unit_test(what_is_true_follows),
        cmocka_unit_test(what_is_false_does_not_follow),
        cmocka_unit_test(a_law_that_is_switched_off_is_silent),
        cmocka_unit_test(bounds_are_kept),
        cmocka_unit_test(generation_is_quick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
