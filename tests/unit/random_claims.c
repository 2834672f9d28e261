#include "random_claims.h"

static bool chance(maker *m, unsigned one_in) {
    return rk_rng_below(&m->rng, one_in) == 0;
}

static void matrix(maker *m, int rows, int cols, int depth);

static void scalar(maker *m, int depth);

static void put(maker *m, const char *text) {
    rk_buf_puts(&m->out, text);
}

static void put_number(maker *m) {
    static const char *const number[] = {"0", "1", "2", "3", "1/2", "0.25", "-1", "-2/3"};
    rk_buf_printf(&m->out, "(%s)", number[rk_rng_below(&m->rng, 8)]);
}

static int pick_size(maker *m) {
    return 1 + (int)rk_rng_below(&m->rng, 3);
}

static void call1(maker *m, const char *f, int rows, int cols, int depth) {
    rk_buf_printf(&m->out, "%s(", f);
    matrix(m, rows, cols, depth);
    put(m, ")");
}

static void easy_scalar(maker *m, int depth) {
    static const char *const of_any[] = {"rank", "nullity", "affrank", "sum", "max", "min"};
    static const char *const of_square[] = {"det", "trace"};
    static const char *const norm[] = {"1", "inf"};
    int n = pick_size(m);
    switch (rk_rng_below(&m->rng, 5)) {
    case 0:
        call1(m, of_square[rk_rng_below(&m->rng, 2)], n, n, depth);
        break;
    case 1:
        put(m, "norm(");
        matrix(m, n, pick_size(m), depth);
        rk_buf_printf(&m->out, ", %s)", norm[rk_rng_below(&m->rng, 2)]);
        break;
    case 2:
        put(m, rk_rng_below(&m->rng, 2) ? "max(" : "min(");
        scalar(m, depth);
        put(m, ", ");
        scalar(m, depth);
        put(m, ")");
        break;
    default:
        call1(m, of_any[rk_rng_below(&m->rng, 6)], n, pick_size(m), depth);
    }
}

/* What the domains of the engine do not compute one by one. */
static void wide_scalar(maker *m, int depth) {
    int n = pick_size(m), k = pick_size(m);
    switch (rk_rng_below(&m->rng, 4)) {
    case 0:
        put(m, chance(m, 2) ? "rows(" : "cols(");
        matrix(m, n, k, depth);
        put(m, ")");
        break;
    case 1:
        put(m, chance(m, 2) ? "sigma(" : "norm(");
        matrix(m, 3, 3, depth < 1 ? depth : 1);
        put(m, ", 2)");
        break;
    default:
        put(m, "jrank(");
        matrix(m, n, k, depth);
        rk_buf_printf(&m->out, "; A%d%d, %s)", n, k, chance(m, 2) ? "s" : "B22");
    }
}

static void wide_matrix(maker *m, int rows, int cols, int depth) {
    int k = ++m->names;
    switch (rk_rng_below(&m->rng, 3)) {
    case 0:
        put(m, "softmax(");
        matrix(m, rows, cols, depth);
        if (rows == cols)
            rk_buf_printf(&m->out, ", causal(%d))", rows);
        else
            rk_buf_printf(&m->out, ", sign(abs(A%d%d)))", rows, cols);
        m->hard--;
        break;
    case 1:
        rk_buf_printf(&m->out, "hcat(j%d = 1..%d, j%d*", k, cols, k);
        matrix(m, rows, 1, depth);
        rk_buf_printf(&m->out, " + A%d%d[:, j%d])", rows, cols, k);
        break;
    default:
        rk_buf_printf(&m->out, "max(i%d = 1..2, (%d - i%d)*A11[1, 1])*", k, pick_size(m), k);
        matrix(m, rows, cols, depth);
    }
}

static void hard_scalar(maker *m, int depth) {
    int n = pick_size(m);
    m->hard--;
    switch (rk_rng_below(&m->rng, 7)) {
    case 0:
        put(m, "norm(");
        matrix(m, n, pick_size(m), depth);
        put(m, ", fro)");
        break;
    case 3:
        put(m, "norm(");
        matrix(m, n, 2, depth);
        put(m, ", 2)");
        break;
    case 4:
        put(m, "eigabs(");
        matrix(m, n, n, depth);
        rk_buf_printf(&m->out, ", %d)", n);
        break;
    case 5:
        put(m, "sum(entropy(");
        if (chance(m, 2))
            put(m, "abs(");
        else
            put(m, "softmax(");
        matrix(m, n, pick_size(m), depth);
        put(m, ")))");
        break;
    case 1:
        put(m, "sigma(");
        matrix(m, 2, 2, depth);
        rk_buf_printf(&m->out, ", %d)", 1 + (int)rk_rng_below(&m->rng, 2));
        break;
    case 2:
        put(m, "norm1inf(");
        matrix(m, n, pick_size(m), depth);
        put(m, ")");
        break;
    default:
        call1(m, "stable_rank", n, 1, depth);
    }
}

static void scalar(maker *m, int depth) {
    if (depth <= 0 || chance(m, 4)) {
        if (chance(m, 2))
            put(m, "s");
        else
            put_number(m);
    } else if (m->wide && chance(m, 5)) {
        wide_scalar(m, depth - 1);
    } else if (m->hard > 0 && chance(m, 5)) {
        hard_scalar(m, depth - 1);
    } else if (chance(m, 3)) {
        matrix(m, 1, 1, depth);
    } else {
        easy_scalar(m, depth - 1);
    }
}

static void leaf(maker *m, int rows, int cols) {
    if (m->with_v && rows == 2 && cols == 2 && chance(m, 2)) {
        put(m, "V");
        return;
    }
    switch (rk_rng_below(&m->rng, 8)) {
    case 0:
        rk_buf_printf(&m->out, "ones(%d, %d)", rows, cols);
        break;
    case 2:
        rk_buf_printf(&m->out, "kron(A%d1, B1%d)", rows, cols);
        break;
    case 3:
        if (cols == 1 && rows == 2) {
            put(m, "vec(diag(A23))");
            break;
        } /* fall through */
    case 1:
        if (rows == cols) {
            rk_buf_printf(&m->out, rk_rng_below(&m->rng, 2) ? "eye(%d)" : "causal(%d)", rows);
            break;
        } /* fall through */
    default:
        rk_buf_printf(&m->out, "%s%d%d", chance(m, 2) ? "A" : "B", rows, cols);
    }
}

static void binary(maker *m, const char *op, int rows, int cols, int depth) {
    put(m, "(");
    matrix(m, rows, cols, depth);
    put(m, op);
    matrix(m, rows, cols, depth);
    put(m, ")");
}

static void product(maker *m, int rows, int cols, int depth) {
    int inner = pick_size(m);
    put(m, "(");
    matrix(m, rows, inner, depth);
    put(m, "*");
    matrix(m, inner, cols, depth);
    put(m, ")");
}

static void block(maker *m, int rows, int cols, int depth) {
    put(m, "[");
    if (cols > 1) {
        matrix(m, rows, cols - 1, depth);
        put(m, ", ");
        matrix(m, rows, 1, depth);
    } else if (rows > 1) {
        matrix(m, rows - 1, cols, depth);
        put(m, "; ");
        matrix(m, 1, cols, depth);
    } else {
        scalar(m, depth);
    }
    put(m, "]");
}

static void square(maker *m, int n, int depth) {
    switch (rk_rng_below(&m->rng, 3)) {
    case 0:
        call1(m, "inv", n, n, depth);
        break;
    case 1:
        put(m, "(");
        matrix(m, n, n, depth);
        rk_buf_printf(&m->out, ")^(%d)", (int)rk_rng_below(&m->rng, 5) - 2);
        break;
    default:
        call1(m, "diag", n, 1, depth);
    }
}

static void entrywise(maker *m, int rows, int cols, int depth) {
    static const char *const easy[] = {"relu", "abs", "sign", "center", "center_tokens"};
    static const char *const hard[] = {"sqrt",    "exp",  "log",  "tanh",   "sigmoid",
                                       "softmax", "silu", "gelu", "softmax"};
    if (m->hard > 0 && chance(m, 3)) {
        m->hard--;
        call1(m, hard[rk_rng_below(&m->rng, 9)], rows, cols, depth);
    } else {
        call1(m, easy[rk_rng_below(&m->rng, 5)], rows, cols, depth);
    }
}

static void normalisation(maker *m, int rows, int cols, int depth) {
    bool eps = chance(m, 2);
    m->hard--;
    switch (rk_rng_below(&m->rng, 3)) {
    case 0:
        put(m, "layernorm(");
        matrix(m, rows, cols, depth);
        rk_buf_printf(&m->out, ", A%d1, B%d1%s)", cols, cols, eps ? ", 1/4" : "");
        break;
    case 1:
        put(m, "rmsnorm(");
        matrix(m, rows, cols, depth);
        rk_buf_printf(&m->out, ", A%d1%s)", cols, eps ? ", 2" : "");
        break;
    default:
        put(m, "batchnorm(");
        matrix(m, rows, cols, depth);
        put(m, eps ? ", 1)" : ")");
    }
}

static void loop(maker *m, int rows, int cols, int depth) {
    int k = ++m->names;
    if (chance(m, 2)) {
        rk_buf_printf(&m->out, "sum(i%d = 1..2, i%d*", k, k);
        matrix(m, rows, cols, depth);
        put(m, ")");
    } else {
        rk_buf_printf(&m->out, "fold(l%d = 1..2, Z%d = ", k, k);
        matrix(m, rows, cols, depth);
        rk_buf_printf(&m->out, ", Z%d + l%d*", k, k);
        matrix(m, rows, cols, depth);
        put(m, ")");
    }
}

static void matrix(maker *m, int rows, int cols, int depth) {
    static const char *const op[] = {" + ", " - ", " .* ", " ./ "};
    if (depth <= 0 || chance(m, 5)) {
        leaf(m, rows, cols);
        return;
    }
    depth--;
    if (m->wide && chance(m, 8)) {
        put(m, "(");
        wide_matrix(m, rows, cols, depth);
        put(m, ")");
        return;
    }
    switch (rk_rng_below(&m->rng, 10)) {
    case 0:
        put(m, "(");
        matrix(m, cols, rows, depth);
        put(m, ")'");
        break;
    case 1:
        block(m, rows, cols, depth);
        break;
    case 2:
        if (rows == cols) {
            square(m, rows, depth);
            break;
        } /* fall through */
    case 3:
        entrywise(m, rows, cols, depth);
        break;
    case 4:
        if (m->hard > 0) {
            normalisation(m, rows, cols, depth);
            break;
        } /* fall through */
    case 5:
        put(m, "(");
        scalar(m, depth);
        put(m, "*");
        matrix(m, rows, cols, depth);
        put(m, ")");
        break;
    case 6:
        put(m, "(");
        matrix(m, rows, cols, depth);
        put(m, "/");
        scalar(m, depth);
        put(m, ")");
        break;
    case 7:
        loop(m, rows, cols, depth > 1 ? 1 : depth);
        break;
    case 8:
        product(m, rows, cols, depth);
        break;
    default:
        binary(m, op[rk_rng_below(&m->rng, 4)], rows, cols, depth);
    }
}

static void span_inclusion(maker *m) {
    bool rows = chance(m, 2);
    int a = pick_size(m), b = pick_size(m), common = pick_size(m);
    put(m, rows ? "in_rowspan(" : "in_colspan(");
    matrix(m, rows ? a : common, rows ? common : a, 1);
    put(m, ", ");
    matrix(m, rows ? b : common, rows ? common : b, 1);
    put(m, ")");
}

static void loop_of_truths(maker *m) {
    int n = pick_size(m), k = ++m->names;
    rk_buf_printf(&m->out, "%s(i%d = 1..2, ", chance(m, 2) ? "all" : "any", k);
    matrix(m, n, 2, 2);
    rk_buf_printf(&m->out, "/i%d >= i%d*", k, k);
    matrix(m, n, 2, 1);
    put(m, ")");
}

static void order(maker *m) {
    static const char *const cmp[] = {" == ", " != ", " < ", " <= ", " > ", " >= "};
    int rows = pick_size(m), cols = pick_size(m),
        depth = 1 + (int)rk_rng_below(&m->rng, chance(m, 4) ? 5 : 3);
    matrix(m, rows, cols, depth);
    put(m, cmp[rk_rng_below(&m->rng, 6)]);
    if (chance(m, 4))
        rk_buf_printf(&m->out, "zeros(%d, %d)", rows, cols);
    else
        matrix(m, rows, cols, depth);
}

static void comparison(maker *m) {
    if (chance(m, 8))
        span_inclusion(m);
    else if (chance(m, 12))
        loop_of_truths(m);
    else
        order(m);
}

static void make_claim(maker *m) {
    static const char *const connective[] = {" and ", " or ", " => ", " <=> "};
    put(m, "claim ");
    if (chance(m, 3)) {
        put(m, chance(m, 2) ? "not (" : "(");
        comparison(m);
        put(m, ")");
        put(m, connective[rk_rng_below(&m->rng, 4)]);
    }
    put(m, "(");
    comparison(m);
    put(m, ");");
}

static void put_variables(maker *m) {
    rk_buf_reset(&m->out);
    m->names = 0;
    m->with_v = false;
    put(m, "theorem t { forall s : real");
    for (int i = 1; i <= 3; i++)
        for (int j = 1; j <= 3; j++)
            rk_buf_printf(&m->out, ", A%d%d : real[%d, %d], B%d%d : real[%d, %d]", i, j, i, j, i, j,
                          i, j);
}

void make_claims(maker *m, int claims) {
    put_variables(m);
    put(m, ";\n");
    for (int k = 0; k < claims; k++) {
        m->hard = (int)rk_rng_below(&m->rng, chance(m, 4) ? 5 : 3);
        make_claim(m);
        put(m, "\n");
    }
    put(m, "}\n");
}

void make_theorem(maker *m) {
    make_claims(m, 1);
}

void make_definition(maker *m) {
    put_variables(m);
    m->hard = 0;
    put(m, ", V : real[2, 2];\nassume ");
    bool left = chance(m, 2);
    put(m, left ? "V == 1*" : "1*");
    matrix(m, 2, 2, 2);
    put(m, left ? ";\n" : " == V;\n");
    m->with_v = true;
    m->hard = (int)rk_rng_below(&m->rng, 2);
    make_claim(m);
    put(m, " }\n");
}

/* --- random points -------------------------------------------------------------------------- */

void fill(maker *m, rk_assignment *a) {
    int64_t spread = 1 + (int64_t)rk_rng_below(&m->rng, 3);
    for (size_t k = 0; k < a->nslots; k++)
        for (slong i = 0; i < fmpq_mat_nrows(&a->value[k]); i++)
            for (slong j = 0; j < fmpq_mat_ncols(&a->value[k]); j++)
                fmpq_set_si(fmpq_mat_entry(&a->value[k], i, j),
                            (slong)rk_rng_between(&m->rng, -spread, spread),
                            chance(m, 4) ? 1 + rk_rng_below(&m->rng, 3) : 1);
}
