#include "mx_text.h"

#include <string.h>

/* --- the pool --------------------------------------------------------------------------------- */

typedef struct pooled {
    const char *name, *set;
    enum mx_size rows, cols;
    bool family, structured;
} pooled;

static const pooled pool[] = {
    {"X", "real", MX_N, MX_M, 0, 0},        {"Y", "real", MX_N, MX_M, 0, 0},
    {"B", "real", MX_M, MX_N, 0, 0},        {"A", "real", MX_N, MX_N, 0, 0},
    {"C", "real", MX_N, MX_N, 0, 0},        {"M", "real", MX_M, MX_M, 0, 0},
    {"K", "real", MX_M, MX_K, 0, 0},        {"L", "real", MX_K, MX_N, 0, 0},
    {"U", "real", MX_N, MX_K, 0, 0},        {"V", "real", MX_K, MX_M, 0, 0},
    {"N", "real", MX_K, MX_K, 0, 0},        {"u", "real", MX_N, MX_1, 0, 0},
    {"v", "real", MX_N, MX_1, 0, 0},        {"w", "real", MX_M, MX_1, 0, 0},
    {"q", "real", MX_K, MX_1, 0, 0},        {"G", "invertible", MX_N, MX_N, 0, 1},
    {"J", "invertible", MX_M, MX_M, 0, 1},  {"Q", "orthogonal", MX_N, MX_N, 0, 1},
    {"P", "permutation", MX_N, MX_N, 0, 1}, {"S", "symmetric", MX_N, MX_N, 0, 1},
    {"R", "psd", MX_N, MX_N, 0, 1},         {"T", "psd", MX_M, MX_M, 0, 1},
    {"D", "diagonal", MX_N, MX_N, 0, 1},    {"As", "stochastic", MX_N, MX_N, 0, 1},
    {"Aa", "attention", MX_N, MX_N, 0, 1},  {"Am", "stochastic", MX_M, MX_N, 0, 1},
    {"E", "unit_rows", MX_N, MX_M, 0, 1},   {"g", "nonzero", MX_M, MX_1, 0, 1},
    {"p", "positive", MX_N, MX_1, 0, 1},    {"Pp", "positive", MX_N, MX_M, 0, 1},
    {"F", "real", MX_N, MX_N, 1, 0},        {"W", "real", MX_M, MX_M, 1, 0},
    {"O", "real", MX_N, MX_M, 1, 0},        {"Ah", "attention", MX_N, MX_N, 1, 1},
    {"Gh", "invertible", MX_N, MX_N, 1, 1},
};
enum { POOL = sizeof pool / sizeof *pool };

static const char *const size_name[] = {"1", "n", "m", "k"};

static void declare(rk_buf *out, const pooled *v) {
    bool column = v->cols == MX_1;
    rk_buf_printf(out, ", %s%s : %s[%s%s%s]", v->name, v->family ? "[H]" : "", v->set,
                  size_name[v->rows], column ? "" : ", ", column ? "" : size_name[v->cols]);
}

void mx_text_variables(rk_buf *out, uint64_t generic) {
    rk_buf_printf(out, "dim n >= 1, m >= 1, k >= 1, H >= 1;\n");
    rk_buf_printf(out, "forall z : nonzero%s", generic ? "" : ", c : real");
    for (size_t i = 0; i < POOL; i++)
        if (!(generic >> i & 1) || strcmp(pool[i].set, "permutation") == 0)
            declare(out, &pool[i]);
    rk_buf_printf(out, ";\n");
    if (generic == 0)
        return;
    rk_buf_printf(out, "generic c : real");
    for (size_t i = 0; i < POOL; i++)
        if ((generic >> i & 1) && strcmp(pool[i].set, "permutation") != 0)
            declare(out, &pool[i]);
    rk_buf_printf(out, ";\n");
}

/* --- matrices --------------------------------------------------------------------------------- */

static unsigned below(mx_text *t, unsigned n) {
    return (unsigned)rk_rng_below(t->rng, n);
}

static void put(mx_text *t, const char *text) {
    rk_buf_printf(t->out, "%s", text);
}

static enum mx_size any_size(mx_text *t) {
    return below(t, 12) == 0 ? MX_1 : (enum mx_size)(MX_N + below(t, 3));
}

static void special(mx_text *t, enum mx_size rows, enum mx_size cols) {
    const char *r = size_name[rows], *c = size_name[cols];
    switch (below(t, 4)) {
    case 0:
        rk_buf_printf(t->out, "zeros(%s, %s)", r, c);
        break;
    case 1:
        if (cols == MX_1 && rows != MX_1)
            rk_buf_printf(t->out, "unit(%s, %s)", r, below(t, 2) ? "1" : r);
        else
            rk_buf_printf(t->out, "ones(%s, %s)", r, c);
        break;
    default:
        if (rows == cols)
            rk_buf_printf(t->out, below(t, 6) ? "eye(%s)" : "causal(%s)", r);
        else
            rk_buf_printf(t->out, "ones(%s, %s)", r, c);
    }
}

static void leaf(mx_text *t, enum mx_size rows, enum mx_size cols) {
    unsigned fits = 0;
    t->used++;
    if (t->fold && rows == MX_N && cols == MX_N && below(t, 2)) {
        put(t, "Z");
        return;
    }
    if (below(t, 7) == 0) {
        special(t, rows, cols);
        return;
    }
    for (int pass = 0; pass < 2; pass++) {
        unsigned chosen = pass ? below(t, fits ? fits : 1) : 0, at = 0;
        for (size_t i = 0; i < POOL; i++) {
            const pooled *v = &pool[i];
            bool turned = v->rows == cols && v->cols == rows && rows != cols;
            bool straight = v->rows == rows && v->cols == cols;
            if ((!turned && !straight) || (v->family && !t->loop) || (t->plain && v->structured))
                continue;
            if (pass == 0) {
                fits++;
            } else if (at++ == chosen) {
                rk_buf_printf(t->out, "%s%s%s", v->name,
                              v->family ? (below(t, 8) ? "[h]" : "[1]") : "", turned ? "'" : "");
                return;
            }
        }
    }
    special(t, rows, cols);
}

static void between(mx_text *t, const char *open, enum mx_size rows, enum mx_size cols, int depth,
                    const char *close) {
    put(t, open);
    mx_text_matrix(t, rows, cols, depth);
    put(t, close);
}

static void factors(mx_text *t, enum mx_size rows, enum mx_size cols, int depth) {
    enum mx_size inner = any_size(t);
    between(t, "(", rows, inner, depth, ")*");
    between(t, "(", inner, cols, depth, ")");
}

static void block_product(mx_text *t, enum mx_size rows, enum mx_size cols, int depth) {
    enum mx_size a = any_size(t), b = any_size(t);
    between(t, "[", rows, a, depth, ", ");
    between(t, "", rows, b, depth, "]*[");
    between(t, "", a, cols, depth, "; ");
    between(t, "", b, cols, depth, "]");
}

static void looped(mx_text *t, enum mx_size rows, enum mx_size cols, int depth) {
    enum mx_size inner = any_size(t);
    t->loop = true;
    unsigned which = below(t, 4);
    if (which == 3 && rows == MX_N && cols == MX_N) {
        put(t, "fold(h = 1..H, Z = ");
        t->loop = false;
        between(t, "", rows, cols, depth, ", ");
        t->loop = t->fold = true;
        between(t, "", rows, cols, depth, ")");
        t->fold = false;
    } else if (which == 2 && rows == cols) {
        between(t, "prod(h = 1..H, ", rows, cols, depth, ")");
    } else if (which == 1) {
        between(t, "hcat(h = 1..H, ", rows, inner, depth, ")*");
        between(t, "vcat(h = 1..H, ", inner, cols, depth, ")");
    } else {
        between(t, "sum(h = 1..H, ", rows, cols, depth, ")");
    }
    t->loop = false;
}

static void layer(mx_text *t, enum mx_size rows, enum mx_size cols, int depth) {
    static const char *const entry[] = {"relu(", "tanh(", "sigmoid(", "exp(", "abs("};
    switch (below(t, 7)) {
    case 0:
    case 1:
        between(t, "softmax(", rows, cols, depth, "");
        rk_buf_printf(t->out, rows == cols && below(t, 2) ? ", causal(%s))" : ")", size_name[rows]);
        break;
    case 2:
        if (cols == MX_M) {
            between(t, "layernorm(", rows, cols, depth, ", g, w)");
            break;
        } /* fall through */
    case 3:
        if (cols == MX_M) {
            between(t, "rmsnorm(", rows, cols, depth, ", g)");
            break;
        } /* fall through */
    case 4:
        between(t, below(t, 2) ? "center(" : "center_tokens(", rows, cols, depth, ")");
        break;
    case 5:
        between(t, "(", rows, cols, depth, ") .* ");
        between(t, "(", rows, cols, depth, ")");
        break;
    default:
        between(t, entry[below(t, 5)], rows, cols, depth, ")");
    }
}

static void with_numbers(mx_text *t, enum mx_size rows, enum mx_size cols, int depth) {
    switch (below(t, 5)) {
    case 0:
        if (rows == cols && rows != MX_1) {
            between(t, "diag(", rows, MX_1, depth, ")");
            break;
        } /* fall through */
    case 1:
        if (rows == cols) {
            between(t, "(", rows, cols, depth, below(t, 3) ? ")^2" : ")^0");
            break;
        } /* fall through */
    case 2:
        between(t, "(", rows, cols, depth, below(t, 2) ? ")/n" : ")/z");
        break;
    default:
        put(t, "(");
        mx_text_scalar(t, depth);
        between(t, ")*(", rows, cols, depth, ")");
    }
}

static void inverse(mx_text *t, enum mx_size rows, enum mx_size cols, int depth) {
    if (rows == cols)
        between(t, "inv(", rows, cols, depth, ")");
    else
        factors(t, rows, cols, depth);
}

void mx_text_matrix(mx_text *t, enum mx_size rows, enum mx_size cols, int depth) {
    if (depth <= 0 || t->used > 14 || below(t, 7) == 0) {
        leaf(t, rows, cols);
        return;
    }
    depth--;
    unsigned which = below(t, 16);
    if (which < 5)
        factors(t, rows, cols, depth);
    else if (which < 8) {
        between(t, "(", rows, cols, depth, below(t, 2) ? " + " : " - ");
        between(t, "", rows, cols, depth, ")");
    } else if (which == 8)
        between(t, "(", cols, rows, depth, ")'");
    else if (which == 9 && (t->allowed & MX_INVERSES))
        inverse(t, rows, cols, depth);
    else if (which == 10 && (t->allowed & MX_BLOCKS))
        block_product(t, rows, cols, depth);
    else if (which < 13 && (t->allowed & MX_LOOPS) && !t->loop)
        looped(t, rows, cols, depth);
    else if (which < 15 && (t->allowed & MX_LAYERS))
        layer(t, rows, cols, depth);
    else if (t->allowed & MX_NUMBERS)
        with_numbers(t, rows, cols, depth);
    else
        factors(t, rows, cols, depth);
}

static void grid(mx_text *t, int depth) {
    enum mx_size rows[2] = {any_size(t), any_size(t)}, cols[2] = {any_size(t), any_size(t)};
    unsigned r = 1 + below(t, 2), c = r == 1 ? 2 : 1 + below(t, 2);
    put(t, "[");
    for (unsigned i = 0; i < r; i++)
        for (unsigned j = 0; j < c; j++) {
            put(t, i + j == 0 ? "" : j == 0 ? "; " : ", ");
            if (below(t, 6) == 0)
                rk_buf_printf(t->out, "zeros(%s, %s)", size_name[rows[i]], size_name[cols[j]]);
            else
                mx_text_matrix(t, rows[i], cols[j], depth);
        }
    put(t, "]");
}

void mx_text_any(mx_text *t, int depth) {
    unsigned which = below(t, 10);
    enum mx_size rows = any_size(t), cols = any_size(t);
    if (which < 3 && (t->allowed & MX_BLOCKS)) {
        grid(t, depth - 1);
    } else if (which == 3 && (t->allowed & MX_BLOCKS)) {
        between(t, "kron(", rows, cols, depth - 1, ", ");
        between(t, "", any_size(t), any_size(t), depth - 1, ")");
    } else if (which == 4 && (t->allowed & MX_LOOPS)) {
        t->loop = true;
        between(t, below(t, 2) ? "hcat(h = 1..H, " : "vcat(h = 1..H, ", rows, cols, depth - 1, ")");
        t->loop = false;
    } else {
        mx_text_matrix(t, rows, cols, depth);
    }
}

void mx_text_scalar(mx_text *t, int depth) {
    static const char *const simple[] = {"c", "z", "n", "2", "-1", "1/3", "(n - m)", "H"};
    enum mx_size n = any_size(t);
    t->used++;
    switch (depth > 0 ? below(t, 8) : 0) {
    case 1:
        between(t, "(", MX_1, n, depth - 1, ")*");
        between(t, "(", n, MX_1, depth - 1, ")");
        break;
    case 2:
        between(t, "trace(", n, n, depth - 1, ")");
        break;
    case 3:
        between(t, "det(", n, n, depth - 1, ")");
        break;
    case 4:
        between(t, "rank(", n, any_size(t), depth - 1, ")");
        break;
    default:
        put(t, simple[below(t, sizeof simple / sizeof *simple)]);
    }
}

/* --- claims ------------------------------------------------------------------------------------
 */

/* Parts: %s, %u of one shape (%a by %n), %t that fits on their right; %f of that shape and %e like
   %t, for each h; %m is %f at h = 1 or h = H; %r a range of h; %z a layer, n by n, of Z. */
static const char *const plain_shape[] = {
    "rank(%s*%t) <= rank(%s)",
    "rank(%s*%t) >= rank(%s) + rank(%t) - %n",
    "rank(%s + %u) <= rank(%s) + rank(%u)",
    "rank([%s, %u]) <= rank(%s) + rank(%u)",
    "rank([%s + %u, %u]) == rank([%s, %u])",
    "rank((%s)'*(%s)) == rank(%s)",
    "rank([%s; %u]) >= rank(%s - %u)",
    "rank(%s - %u) >= rank(%s) - rank(%u)",
    "rank([%s, %u; %u, %s]) == rank(%s + %u) + rank(%s - %u)",
    "rank(%s) + rank(%u) >= rank([%s, %u]) + 0*rank(%s*%t)",
    "rank(%s) == rank(%u)",
    "rank(%s) == min(%a, %n)",
    "rank(%s) >= rank(%u)",
    "rank(%s*%t) == rank(%s)",
    "rank(%s*%t) == rank(%t)",
    "rank([%s, %u]) == rank(%s)",
    "rank(%s + %u) == rank([%s, %u])",
    "affrank(%s) <= rank(%s)",
    "rank(%s) <= affrank(%u) + 1",
    "%s == %u",
    "affrank(%s + %u) <= affrank(%s) + affrank(%u)",
    "in_rowspan(%s, %u)",
    "in_colspan(%s*%t, %s)",
    "rank(kron(%s, %t)) == rank(%s)*rank(%t)",
    "rank(sum(i = 1..H, %s)) <= H*rank(%u)",
    "rank(%s) < rank(%u) => rank(%s*%t) < %n",
    "rank(%s) == %n => rank(%s*%t) == rank(%t)",
    "rank([%s, %u]) + rank([%s; %u]) <= rank(%s + %u) + rank(%s) + rank(%u)",
    "rank([%s, zeros(%a, %n); %u, %s]) >= 2*rank(%s)",
    "rank([eye(%a), %s; -%s', eye(%n)]) == %a + %n",
};

static const char *const family_shape[] = {
    "rank(sum(h = %r, %f)) <= sum(h = %r, rank(%f))",
    "rank(sum(h = %r, %f)) <= sum(h = 1..H, rank(%f))",
    "in_colspan(sum(h = %r, %f*%e), hcat(h = %r, %f))",
    "in_rowspan(sum(h = %r, %f*%e), vcat(h = 1..H, %e))",
    "rank(hcat(h = %r, %f)) >= rank(sum(h = %r, %f))",
    "rank(vcat(h = %r, %f)) == rank(%s)",
    "rank(hcat(h = 1..H, %f)) <= H*rank(%s)",
    "rank(sum(h = %r, %f)) <= H*rank(%s)",
    "rank(sum(h = %r, %f)) <= rank(%s)",
    "sum(h = 1..H, %f) == %s",
    "sum(h = %r, %f*%e) == %s*%t",
    "rank(vcat(h = %r, %f)) >= rank(%m)",
    "rank([hcat(h = %r, %f), %m]) == rank(hcat(h = %r, %f))",
    "rank([hcat(h = %r, %f); hcat(h = %r, %f)]) == rank(hcat(h = 1..H, %f))",
    "rank(hcat(h = 1..H, %f)) <= rank(%m) + rank(hcat(h = %r, %f))",
    "all(h = 1..H, rank(%f) <= rank(%s))",
    "all(h = 1..H, rank(%f*%t) <= rank(%t))",
    "affrank(sum(h = 1..H, %f)) <= H*affrank(%s)",
    "rank(sum(h = 1..H, sum(i = 1..H, %f))) <= H*rank(%m)",
    "rank(kron(eye(n), hcat(h = 1..H, %f))) == n*rank(hcat(h = 1..H, %f))",
};

static const char *const layer_shape[] = {
    /* n by n */
    "rank(prod(h = 1..H, %f)) <= rank(%m)",
    "rank(prod(h = 1..H, %f)) >= sum(h = 1..H, rank(%f)) - (H - 1)*n",
    "rank(prod(h = %r, %f)) == n",
    "rank(fold(h = 1..H, Z = %s, %z)) <= rank(%s)",
    "rank(fold(h = 1..H, Z = %s, %z)) <= rank(%s)",
    "rank(fold(h = 1..H, Z = %s, %z)) <= H*rank(%s)",
    "rank(fold(h = 1..H, Z = %s, %z)) <= (H + 1)*rank(%s)",
    "rank(fold(h = 1..H, Z = %s, %z)) <= 2^H*rank(%s)",
    "rank(fold(h = %r, Z = %s, %z)) >= rank(%s)",
    "rank(fold(h = %r, Z = %s, %z)) == rank(%s)",
    "affrank(fold(h = %r, Z = %s, %z)) <= affrank(%s)",
    "in_rowspan(fold(h = %r, Z = %s, %z), %s)",
    "fold(h = %r, Z = %s, %z) == %s",
    "rank(fold(h = %r, Z = %s, %z)) <= rank(%m)",
    "rank((%s)'*R*%s) == rank(R*%s)",
    "rank((%s)'*R*%s) == rank(%s)",
    "rank(R + %s*(%s)') == rank([R, %s])",
    "rank(R + S) >= rank(R) - rank(%s)",
};

enum { PART_S, PART_U, PART_T, PART_F, PART_E, PART_M, PART_Z, PARTS };
static const char part_letter[] = "sutfemz";

static void replace_index(rk_buf *out, const char *text, const char *by) { /* [h] by [1] */
    for (const char *s = text; *s; s++)
        if (strncmp(s, "[h]", 3) == 0) {
            rk_buf_printf(out, "[%s]", by);
            s += 2;
        } else {
            rk_buf_printf(out, "%c", *s);
        }
}

static void write_parts(const mx_text *t, rk_buf *part, enum mx_size rows, enum mx_size inner,
                        enum mx_size cols) {
    int depth = (int)rk_rng_below(t->rng, 3);
    for (int i = 0; i < PARTS; i++) {
        bool right = i == PART_T || i == PART_E;
        mx_text inside = *t;
        rk_buf_init(&part[i]);
        if (i == PART_M) {
            replace_index(&part[i], part[PART_F].text, rk_rng_below(t->rng, 2) ? "1" : "H");
            continue;
        }
        inside.out = &part[i];
        inside.loop = i >= PART_F;
        inside.fold = i == PART_Z;
        rk_buf_printf(&part[i], "(");
        mx_text_matrix(&inside, right ? inner : rows, right ? cols : inner,
                       i == PART_Z ? depth + 1 : depth);
        rk_buf_printf(&part[i], ")");
    }
}

void mx_text_shaped(mx_text *t) {
    static const char *const range[] = {"1..H", "1..H", "2..H", "1..H - 1"};
    unsigned kind = below(t, t->allowed & MX_LOOPS ? 4 : 2);
    enum mx_size rows = kind == 3 ? MX_N : (enum mx_size)(1 + below(t, 3));
    enum mx_size inner = kind == 3 ? MX_N : (enum mx_size)(1 + below(t, 3));
    enum mx_size cols = (enum mx_size)(1 + below(t, 3));
    rk_buf part[PARTS];
    const char *s = kind == 3   ? layer_shape[below(t, sizeof layer_shape / sizeof(char *))]
                    : kind == 2 ? family_shape[below(t, sizeof family_shape / sizeof(char *))]
                                : plain_shape[below(t, sizeof plain_shape / sizeof(char *))];
    const char *over = range[below(t, 4)];
    unsigned allowed = t->allowed;
    if (kind >= 2) /* h is taken */
        t->allowed &= ~(unsigned)MX_LOOPS;
    write_parts(t, part, rows, inner, cols);
    t->allowed = allowed;
    for (; *s; s++) {
        if (*s != '%') {
            rk_buf_printf(t->out, "%c", *s);
            continue;
        }
        const char *which = strchr(part_letter, *++s);
        if (which != NULL)
            rk_buf_write(t->out, part[which - part_letter].text, part[which - part_letter].len);
        else
            rk_buf_printf(t->out, "%s",
                          *s == 'r'   ? over
                          : *s == 'a' ? size_name[rows]
                                      : size_name[inner]);
    }
    for (int i = 0; i < PARTS; i++)
        rk_buf_clear(&part[i]);
}

static void rank_text(mx_text *t, int depth) {
    static const char *const kind[] = {"rank(", "rank(", "rank(", "rank(", "affrank(", "nullity("};
    rk_buf_printf(t->out, "%s", kind[rk_rng_below(t->rng, 6)]);
    mx_text_any(t, depth);
    rk_buf_printf(t->out, ")");
}

void mx_text_linear(mx_text *t) {
    static const char *const sign[] = {" + ", " - ", " + ", " + 2*"};
    static const char *const relation[] = {" <= ", " >= ", " == "};
    static const char *const offset[] = {"", "", "", " + 1", " - 1", " + n", " - m"};
    for (int side = 0; side < 2; side++) {
        unsigned terms = 1 + below(t, 2);
        for (unsigned i = 0; i < terms; i++) {
            rk_buf_printf(t->out, "%s", i ? sign[below(t, 4)] : "");
            rank_text(t, (int)below(t, 4));
        }
        rk_buf_printf(t->out, "%s", side ? offset[below(t, 7)] : relation[below(t, 3)]);
    }
}

/* --- hypotheses ------------------------------------------------------------------------------- */

typedef void sampler(mx_point *p, const rk_checked *checked);

static fmpq_mat_struct *value(mx_point *p, const rk_checked *checked, const char *name) {
    for (unsigned i = 0; i < checked->nvars; i++)
        if (strcmp(checked->vars[i].name, name) == 0)
            return mx_point_variable(p, i, 0);
    return NULL;
}

static void prefer(mx_point *p, const rk_checked *checked, const char *name, rk_pattern pattern) {
    for (unsigned i = 0; i < checked->nvars; i++)
        if (strcmp(checked->vars[i].name, name) == 0)
            mx_point_prefer(p, i, pattern);
}

static void random_entries(mx_point *p, fmpq_mat_t a) {
    for (slong i = 0; i < fmpq_mat_nrows(a); i++)
        for (slong j = 0; j < fmpq_mat_ncols(a); j++)
            fmpq_set_si(fmpq_mat_entry(a, i, j), (slong)rk_rng_between(mx_point_rng(p), -2, 2), 1);
}

static void idempotent_a(mx_point *p, const rk_checked *checked) {
    prefer(p, checked, "A", RK_PATTERN_IDEMPOTENT);
}

static void idempotents(mx_point *p, const rk_checked *checked) {
    idempotent_a(p, checked);
    prefer(p, checked, "C", RK_PATTERN_IDEMPOTENT);
}

static void nilpotent_a(mx_point *p, const rk_checked *checked) {
    prefer(p, checked, "A", RK_PATTERN_NILPOTENT);
}

static void involution_a(mx_point *p, const rk_checked *checked) {
    prefer(p, checked, "A", RK_PATTERN_INVOLUTION);
}

/* A = D of -1, 0, 1 in a random basis */
static void tripotent_a(mx_point *p, const rk_checked *checked) {
    fmpq_mat_struct *a = value(p, checked, "A"), *g = value(p, checked, "G");
    fmpq_mat_t inverse;
    fmpq_mat_init(inverse, g->r, g->c);
    if (fmpq_mat_inv(inverse, g)) {
        fmpq_mat_zero(a);
        for (slong i = 0; i < a->r; i++)
            fmpq_set_si(fmpq_mat_entry(a, i, i), (slong)rk_rng_between(mx_point_rng(p), -1, 1), 1);
        fmpq_mat_mul(a, a, inverse);
        fmpq_mat_mul(a, g, a);
    }
    fmpq_mat_clear(inverse);
}

/* Columns of b in the kernel of a (a*b == 0). */
static void into_kernel(mx_point *p, const fmpq_mat_t a, fmpq_mat_t b) {
    fmpz_mat_t z, basis;
    fmpq_mat_t kernel, mix;
    fmpz_mat_init(z, a->r, a->c);
    fmpz_mat_init(basis, a->c, a->c);
    fmpq_mat_get_fmpz_mat_rowwise(z, NULL, a);
    slong nullity = fmpz_mat_nullspace(basis, z);
    fmpq_mat_init(kernel, a->c, a->c);
    fmpq_mat_init(mix, a->c, b->c);
    fmpq_mat_set_fmpz_mat(kernel, basis);
    random_entries(p, mix);
    for (slong i = nullity; i < a->c; i++)
        for (slong j = 0; j < a->c; j++)
            fmpq_zero(fmpq_mat_entry(kernel, j, i));
    fmpq_mat_mul(b, kernel, mix);
    fmpz_mat_clear(z);
    fmpz_mat_clear(basis);
    fmpq_mat_clear(kernel);
    fmpq_mat_clear(mix);
}

static void product_zero(mx_point *p, const rk_checked *checked) {
    into_kernel(p, value(p, checked, "X"), value(p, checked, "B"));
}

static void square_product_zero(mx_point *p, const rk_checked *checked) {
    into_kernel(p, value(p, checked, "A"), value(p, checked, "C"));
}

static void orthogonal_columns(mx_point *p, const rk_checked *checked) {
    fmpq_mat_struct *x = value(p, checked, "X");
    fmpq_mat_t turned;
    fmpq_mat_init(turned, x->c, x->r);
    fmpq_mat_transpose(turned, x);
    into_kernel(p, turned, value(p, checked, "Y"));
    fmpq_mat_clear(turned);
}

/* X = G*E*J and B = inv(J)*E'*inv(G) with E a partial identity, so X*B*X == X and B*X*B == B; then
   one of them is spoilt where only the other is asked for. */
static void generalised(mx_point *p, const rk_checked *checked) {
    fmpq_mat_struct *x = value(p, checked, "X"), *b = value(p, checked, "B");
    fmpq_mat_struct *g = value(p, checked, "G"), *j = value(p, checked, "J");
    fmpq_mat_t gi, ji, e;
    slong r = (slong)rk_rng_below(mx_point_rng(p), (uint64_t)FLINT_MIN(x->r, x->c) + 1);
    fmpq_mat_init(gi, g->r, g->c);
    fmpq_mat_init(ji, j->r, j->c);
    fmpq_mat_init(e, x->r, x->c);
    for (slong i = 0; i < r; i++)
        fmpq_one(fmpq_mat_entry(e, i, i));
    if (fmpq_mat_inv(gi, g) && fmpq_mat_inv(ji, j)) {
        fmpq_mat_mul(x, g, e);
        fmpq_mat_mul(x, x, j);
        fmpq_mat_transpose(b, e);
        fmpq_mat_mul(b, ji, b);
        fmpq_mat_mul(b, b, gi);
    }
    fmpq_mat_clear(gi);
    fmpq_mat_clear(ji);
    fmpq_mat_clear(e);
}

static void commuting(mx_point *p, const rk_checked *checked) {
    fmpq_mat_struct *a = value(p, checked, "A"), *c = value(p, checked, "C");
    slong k = (slong)rk_rng_between(mx_point_rng(p), -2, 2);
    fmpq_mat_mul(c, a, a);
    for (slong i = 0; i < c->r; i++)
        fmpq_add_si(fmpq_mat_entry(c, i, i), fmpq_mat_entry(c, i, i), k);
}

static void row_span(mx_point *p, const rk_checked *checked) {
    fmpq_mat_struct *x = value(p, checked, "X"), *y = value(p, checked, "Y");
    fmpq_mat_t mix;
    fmpq_mat_init(mix, x->r, y->r);
    random_entries(p, mix);
    fmpq_mat_mul(x, mix, y);
    fmpq_mat_clear(mix);
}

static void column_span(mx_point *p, const rk_checked *checked) {
    fmpq_mat_struct *x = value(p, checked, "X"), *y = value(p, checked, "Y");
    fmpq_mat_t mix;
    fmpq_mat_init(mix, y->c, x->c);
    random_entries(p, mix);
    fmpq_mat_mul(x, y, mix);
    fmpq_mat_clear(mix);
}

static void equal_after(mx_point *p, const rk_checked *checked) { /* X*K == Y*K */
    fmpq_mat_struct *x = value(p, checked, "X"), *y = value(p, checked, "Y");
    fmpq_mat_struct *k = value(p, checked, "K");
    fmpq_mat_t turned, d;
    fmpq_mat_init(turned, k->c, k->r);
    fmpq_mat_init(d, x->c, x->r);
    fmpq_mat_transpose(turned, k);
    into_kernel(p, turned, d); /* K'*d == 0 */
    fmpq_mat_transpose(x, d);
    fmpq_mat_add(x, x, y);
    fmpq_mat_clear(turned);
    fmpq_mat_clear(d);
}

static void symmetric_a(mx_point *p, const rk_checked *checked) {
    fmpq_mat_struct *a = value(p, checked, "A");
    for (slong i = 0; i < a->r; i++)
        for (slong j = 0; j < i; j++)
            fmpq_set(fmpq_mat_entry(a, i, j), fmpq_mat_entry(a, j, i));
}

static void skew_a(mx_point *p, const rk_checked *checked) {
    fmpq_mat_struct *a = value(p, checked, "A");
    for (slong i = 0; i < a->r; i++)
        for (slong j = 0; j <= i; j++) {
            fmpq_neg(fmpq_mat_entry(a, i, j), fmpq_mat_entry(a, j, i));
            if (i == j)
                fmpq_zero(fmpq_mat_entry(a, i, i));
        }
}

static void fixes_ones(mx_point *p, const rk_checked *checked) { /* rows sum to 1 */
    fmpq_mat_struct *a = value(p, checked, "A");
    for (slong i = 0; i < a->r; i++) {
        fmpq *last = fmpq_mat_entry(a, i, a->c - 1);
        fmpq_one(last);
        for (slong j = 0; j + 1 < a->c; j++)
            fmpq_sub(last, last, fmpq_mat_entry(a, i, j));
    }
}

static void equal_x_y(mx_point *p, const rk_checked *checked) {
    fmpq_mat_set(value(p, checked, "X"), value(p, checked, "Y"));
}

static void right_inverse(mx_point *p, const rk_checked *checked) { /* X*B == eye(n) */
    fmpq_mat_struct *x = value(p, checked, "X"), *b = value(p, checked, "B");
    fmpq_mat_struct *g = value(p, checked, "G");
    if (x->r > x->c)
        return;
    random_entries(p, b);
    fmpq_mat_zero(x);
    for (slong i = 0; i < x->r; i++)
        for (slong j = 0; j < x->r; j++)
            fmpq_set(fmpq_mat_entry(x, i, j), fmpq_mat_entry(g, i, j));
    fmpq_mat_t inverse;
    fmpq_mat_init(inverse, g->r, g->c);
    if (fmpq_mat_inv(inverse, g))
        for (slong i = 0; i < x->r; i++)
            for (slong j = 0; j < x->r; j++)
                fmpq_set(fmpq_mat_entry(b, i, j), fmpq_mat_entry(inverse, i, j));
    fmpq_mat_clear(inverse);
}

static void any(mx_point *p, const rk_checked *checked) {
    (void)p, (void)checked;
}

static void rank_one(mx_point *p, const rk_checked *checked) {
    prefer(p, checked, "X", RK_PATTERN_COLLINEAR);
}

static const struct {
    const char *text;
    sampler *sample;
} hypotheses[] = {
    {"A*A == A", idempotent_a},
    {"A*A == A and C*C == C", idempotents},
    {"A*A == zeros(n, n)", nilpotent_a},
    {"A*A*A == zeros(n, n)", nilpotent_a},
    {"A*A == eye(n)", involution_a},
    {"A*A*A == A", tripotent_a},
    {"X*B == zeros(n, n)", product_zero},
    {"A*C == zeros(n, n)", square_product_zero},
    {"X'*Y == zeros(m, m)", orthogonal_columns},
    {"X*B*X == X", generalised},
    {"B*X*B == B", generalised},
    {"X*B*X == X and B*X*B == B", generalised},
    {"A*C == C*A", commuting},
    {"in_rowspan(X, Y)", row_span},
    {"in_colspan(X, Y)", column_span},
    {"X*K == Y*K", equal_after},
    {"A' == A", symmetric_a},
    {"A' == -A", skew_a},
    {"A*ones(n, 1) == ones(n, 1)", fixes_ones},
    {"X == Y", equal_x_y},
    {"X*B == eye(n)", right_inverse},
    {"rank(A) == n", any},
    {"det(A) != 0", any},
    {"rank(X) <= 1", rank_one},
    {"rank(X) < rank(Y)", any},
    {"X != Y", any},
    {"rank(X) == n or rank(X) == m", any},
    {"not in_rowspan(X, Y)", any},
    {"c > 0", any},
    {"c != 1", any},
    {"n <= m", any},
    {"rank(X*K) == rank(X)", any},
    {"A*A == c*A", nilpotent_a},
    {"all(h = 1..H, rank(O[h]) <= 1)", any},
};

unsigned mx_hypotheses(void) {
    return (unsigned)(sizeof hypotheses / sizeof *hypotheses);
}

void mx_hypothesis_text(unsigned i, rk_buf *out) {
    rk_buf_printf(out, "assume %s;\n", hypotheses[i].text);
}

void mx_hypothesis_sample(unsigned i, mx_point *p, const rk_checked *checked) {
    hypotheses[i].sample(p, checked);
}
