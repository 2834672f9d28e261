#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <nettle/sha2.h>

#include "lang/rk_check_text.h"
#include "lang/rk_functions.h"

typedef struct checked {
    rk_diags *diags;
    rk_unit *unit;
    rk_module *module;
    const rk_checked *first;
} checked;

static checked check(const char *text) {
    checked c = {.diags = rk_diags_new()};
    c.unit = rk_unit_parse("t.thm", text, strlen(text), NULL, c.diags);
    c.module = rk_module_check(c.unit, NULL, c.diags);
    c.first = c.module->ntheorems ? &c.module->theorems[0] : NULL;
    return c;
}

static void done(checked *c) {
    rk_module_free(c->module);
    rk_unit_free(c->unit);
    rk_diags_free(c->diags);
}

static checked check_well(const char *text) {
    checked c = check(text);
    rk_buf out;
    rk_buf_init(&out);
    rk_diags_print(c.diags, &out, false);
    assert_string_equal(out.text, "");
    rk_buf_clear(&out);
    assert_non_null(c.first);
    return c;
}

/* --- terms as text ------------------------------------------------------------------------- */

static void print_term(rk_buf *out, const rk_checked *t, const rk_term *term);

static void print_leaf(rk_buf *out, const rk_checked *t, const rk_term *term) {
    if (term->op == RK_T_NUMBER)
        rk_buf_puts(out, term->text);
    else if (term->op == RK_T_VAR)
        rk_buf_puts(out, t->vars[term->var].name);
    else
        rk_buf_puts(out, rk_op_name(term->op));
}

static void print_kids(rk_buf *out, const rk_checked *t, const rk_term *term) {
    rk_buf_putc(out, '(');
    for (size_t i = 0; i < term->nkids; i++) {
        rk_buf_puts(out, i ? ", " : "");
        print_term(out, t, term->kid[i]);
    }
    rk_buf_putc(out, ')');
}

/* name{integers}(kids), with SCALE told from MUL. */
static void print_term(rk_buf *out, const rk_checked *t, const rk_term *term) {
    if (term->op == RK_T_SCALE)
        rk_buf_puts(out, "scale");
    else
        print_leaf(out, t, term);
    for (int i = 0; i < 2; i++)
        if (term->ival[i]) {
            rk_buf_putc(out, '{');
            rk_size_print(out, t->sizes, term->ival[i]);
            rk_buf_putc(out, '}');
        }
    if (term->nkids)
        print_kids(out, t, term);
}

static void assert_term(const rk_checked *t, const rk_term *term, const char *expected) {
    rk_buf out;
    rk_buf_init(&out);
    print_term(&out, t, term);
    assert_string_equal(out.text, expected);
    rk_buf_clear(&out);
}

static void assert_claim(const char *head, const char *claim, const char *expected) {
    char text[2000];
    snprintf(text, sizeof text, "theorem t { %s claim %s; }", head, claim);
    checked c = check_well(text);
    assert_int_equal(c.first->nclaims, 1);
    assert_term(c.first, c.first->claims[0], expected);
    done(&c);
}

static void assert_shape(const char *head, const char *value, const char *expected) {
    char text[2000];
    snprintf(text, sizeof text, "theorem t { %s claim %s == %s; }", head, value, value);
    checked c = check_well(text);
    const rk_term *t = c.first->claims[0]->kid[0];
    rk_buf out;
    rk_buf_init(&out);
    rk_size_print(&out, c.first->sizes, t->rows);
    rk_buf_puts(&out, " by ");
    rk_size_print(&out, c.first->sizes, t->cols);
    assert_string_equal(out.text, expected);
    rk_buf_clear(&out);
    done(&c);
}

/* --- tests --------------------------------------------------------------------------------- */

#define HEAD                                                                                       \
    "dim n >= 1, d >= 1, H >= 1; forall A : real[n, d], B : real[d, n], S : real[n, n], "          \
    "c : real, W[H] : real[n, d], v : real[d];"

static void overloaded_operators_are_decided(void **state) {
    (void)state;
    assert_claim(HEAD, "A*B == S", "comparison(*(A, B), S)");
    assert_claim(HEAD, "c*A == A*c", "comparison(scale(c, A), scale(c, A))");
    assert_claim(HEAD, "c*c == 2*c", "comparison(*(c, c), *(2, c))");
    assert_claim(HEAD, "v*c == c*v", "comparison(*(v, c), scale(c, v))");
    assert_claim(HEAD, "diag(v)*diag(diag(v)) == v", "comparison(*(diag(v), diag(diag(v))), v)");
    assert_claim(HEAD, "A/c == A", "comparison(/(A, c), A)");
    assert_claim(HEAD, "max(A) == max(1, 2, c)", "comparison(max(A), max(1, 2, c))");
    assert_claim(HEAD, "S^(-1) == S", "comparison(^{-1}(S), S)");
    assert_claim(HEAD, "A[1,:]*B == A[1,:]*B", "comparison(*([i,:]{1}(A), B), *([i,:]{1}(A), B))");
    assert_claim(HEAD, "A[1,2] == A[:,n-n+2][1,1]",
                 "comparison([i,j]{1}{2}(A), [i,j]{1}{1}([:,j]{2}(A)))");
    assert_claim(HEAD, "A[:,:] == [A]", "comparison(A, A)");
    assert_claim(HEAD, "0 <= A <= 1 < n",
                 "and(comparison(0, A), comparison(A, 1), comparison(1, integer{n}))");
    assert_claim(HEAD, "n/2 < c", "comparison(/(integer{n}, 2), c)");
    assert_claim(HEAD, "sum(h = 1..H, W[h]) == A", "comparison(sum{1}{H}(W{h}), A)");
    assert_claim(HEAD, "fold(l = 1..H, Z = A, Z + W[l]) == A",
                 "comparison(fold{1}{H}(A, +(fold, W{l})), A)");
    assert_claim(HEAD, "not (c == 1) or all(i = 1..n, A[i,1] > 0) => 1 == 1 <=> 2 == 2",
                 "<=>(=>(or(not(comparison(c, 1)), all{1}{n}(comparison([i,j]{i}{1}(A), 0))), "
                 "comparison(1, 1)), comparison(2, 2))");
}

static void functions_become_operations(void **state) {
    (void)state;
    static const char *const pairs[][2] = {
        {"norm(A, 1) == norm(A, 2)", "comparison(norm(, 1)(A), norm(, 2)(A))"},
        {"norm(A, inf) == norm(A, fro)", "comparison(norm(, inf)(A), norm(, fro)(A))"},
        {"norm1inf(A) == stable_rank(A)", "comparison(norm1inf(A), stable_rank(A))"},
        {"sigma(A, 1) == eigabs(S, 1)", "comparison(sigma{1}(A), eigabs{1}(S))"},
        {"unit(d, 1) == v", "comparison(unit{1}, v)"},
        {"in_rowspan(A, A) and in_colspan(A, A)", "and(in_rowspan(A, A), in_colspan(A, A))"},
        {"jrank(W[1]*v; W, v, W) == n", "comparison(jrank(*(W{1}, v)), integer{n})"},
        {"softmax(S, causal(n)) == eye(n)", "comparison(softmax(S, causal), eye)"},
        {"rmsnorm(A, v, c) == batchnorm(A)", "comparison(rmsnorm(A, v, c), batchnorm(A))"},
        {"center(A) == center_tokens(A)", "comparison(center(A), center_tokens(A))"},
        {"det(S) == trace(S) + nullity(A)", "comparison(det(S), +(trace(S), nullity(A)))"},
        {"sum(A) == sum(1, c)", "comparison(sum(A), sum(1, c))"},
        {"any(i = 1..n, S[i,i] == 0)", "any{1}{n}(comparison([i,j]{i}{i}(S), 0))"},
        {"max(i = 1..n, i) == prod(i = 1..n, S)[1,1]",
         "comparison(max{1}{n}(integer{i}), [i,j]{1}{1}(prod{1}{n}(S)))"},
        {"relu(A) .* gelu(A) == abs(A) ./ sign(A)",
         "comparison(.*(relu(A), gelu(A)), ./(abs(A), sign(A)))"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_claim(HEAD, pairs[i][0], pairs[i][1]);
}

static void shapes_follow_from_the_dimensions(void **state) {
    (void)state;
    assert_shape(HEAD, "[A, S; A, S]", "2*n by n + d");
    assert_shape(HEAD, "kron(A, B)", "n*d by n*d");
    assert_shape(HEAD, "vec(A)", "n*d by 1");
    assert_shape(HEAD, "hcat(h = 1..H, W[h])", "n by d*H");
    assert_shape(HEAD, "vcat(h = 1..H, ones(h, 2))", "(H^2 + H)/2 by 2");
    assert_shape(HEAD, "hcat(i = 1..n, hcat(j = 1..i, ones(2, j)))", "2 by (n^3 + 3*n^2 + 2*n)/6");
    assert_shape(HEAD, "entropy(A)", "n by 1");
    assert_shape(HEAD, "diag(S)", "n by 1");
    assert_shape(HEAD, "diag([S, A])", "n by 1");
    assert_shape(HEAD, "layernorm(A, v, v, 1)", "n by d");
    assert_shape(HEAD, "eye(rows(A) + cols([A, A]))", "n + 2*d by n + 2*d");
    assert_shape("dim H >= 1, k >= 1, d = H*k; forall A : real[d, d], B : real[k*H, 1];",
                 "[A; A]*B", "2*H*k by 1");
}

static void definitions_are_expanded(void **state) {
    (void)state;
    checked c = check_well("def g(W, h) = W[h]*2;\n"
                           "def f(W, H) = sum(h = 1..H, g(W, h));\n"
                           "def pow(A, k) = A^k;\n"
                           "theorem t { dim n >= 1, H >= 2; forall W[H] : real[n, n];\n"
                           "claim f(W, H - 1) == pow(W[1] + W[2], 2*H); }");
    assert_term(c.first, c.first->claims[0],
                "comparison(sum{1}{H - 1}(scale(2, W{h})), ^{2*H}(+(W{1}, W{2})))");
    done(&c);
}

static void a_let_used_twice_is_one_object(void **state) {
    (void)state;
    checked c = check_well("def double(x) = x + x;\n"
                           "theorem t { dim n >= 1; forall A : real[n, n];\n"
                           "let B = A*A; let C = double(B*B); claim C == C*B; }");
    const rk_term *claim = c.first->claims[0];
    const rk_term *sum = claim->kid[0];
    assert_ptr_equal(sum, claim->kid[1]->kid[0]);
    assert_ptr_equal(sum->kid[0], sum->kid[1]);
    assert_ptr_equal(sum->kid[0]->kid[0], claim->kid[1]->kid[1]);
    done(&c);
}

static void walk_ids(const rk_term *t, bool *seen, size_t n) {
    assert_true(t->id < n);
    seen[t->id] = true;
    for (size_t i = 0; i < t->nkids; i++) {
        assert_true(t->kid[i]->id < t->id);
        walk_ids(t->kid[i], seen, n);
    }
}

static void ids_are_dense_and_kids_come_first(void **state) {
    (void)state;
    checked c = check_well("theorem t { dim n >= 1; forall A : real[n, n]; let unused = inv(A)*A;\n"
                           "let B = A + eye(n); assume det(B) != 0; claim rank(B*B) == n; }");
    bool seen[100] = {false};
    assert_true(c.first->nterms < 100);
    walk_ids(c.first->claims[0], seen, c.first->nterms);
    walk_ids(c.first->assumes[0], seen, c.first->nterms);
    for (size_t i = 0; i < c.first->nterms; i++)
        assert_true(seen[i]);
    done(&c);
}

/* Integer expressions of lets count where the let does. */
static void unused_lets_do_not_restrict_dimensions(void **state) {
    (void)state;
    checked c = check_well("theorem t { dim n >= 1; forall x : real;\n"
                           "let a = ones(n/2, 1); let b = [a; a]; let e = sum(ones(n/3, 1));\n"
                           "claim x == x + e; }");
    assert_int_equal(c.first->niexprs, 2); /* n/3 and the 1 beside it */
    int64_t value, four[1] = {4};
    assert_int_equal(rk_size_eval(c.first->iexprs[0], four, &value), RK_SIZE_NOT_INTEGER);
    done(&c);
}

static void integer_expressions_in_loops_restrict_nothing(void **state) {
    (void)state;
    checked c = check_well("theorem t { dim n >= 1; claim all(i = 1..n, sum(ones(n/i, 1)) > 0); }");
    assert_int_equal(c.first->niexprs, 2); /* the ends of the range */
    done(&c);
}

/* rows(inv(A)) is defined only where inv(A) is: the claim must know. */
static void the_matrix_of_a_size_must_be_defined(void **state) {
    (void)state;
    assert_claim(HEAD, "rows(inv(S)) == n",
                 "comparison(+(integer{n}, scale(sum(inv(S)), zeros)), integer{n})");
    assert_claim(HEAD, "all(i = 1..rows(inv(S)), i >= 1)",
                 "and(all{1}{n}(comparison(integer{i}, 1)), comparison(sum(inv(S)), sum(inv(S))))");
    assert_claim(HEAD, "rows(A*B) == n", "comparison(integer{n}, integer{n})");
    assert_claim(HEAD, "S == eye(rows(log(S)))",
                 "comparison(S, +(eye, scale(sum(log(S)), zeros)))");
}

/* Where the matrix stands in the claim anyway, the claim stays as it was written. */
static void a_matrix_defined_anyway_is_not_attached(void **state) {
    (void)state;
    assert_claim(HEAD, "S*eye(rows(inv(S))) == inv(S)*S",
                 "comparison(*(S, +(eye, scale(sum(inv(S)), zeros))), *(inv(S), S))");
    checked c = check_well("def bias(X, b) = X + ones(rows(X), 1)*b';\n"
                           "theorem t { dim n >= 1, d >= 1, H >= 1; forall X : real[n, d], b : "
                           "real[d], W[H] : real[n, d];\n"
                           "let Y = inv(X*X')*X;\n"
                           "claim bias(Y, b) == X;\n"
                           "claim sum(h = 1..H, bias(X ./ W[h], b)) == X;\n"
                           "claim fold(h = 1..H, Z = X, bias(Z ./ W[h], b)) == X;\n"
                           "claim all(h = 1..H - 1, ones(rows(Y), 1)*b' == Y);\n"
                           "claim ones(rows(Y), 1)*b' == X; }");
    assert_term(c.first, c.first->claims[0],
                "comparison(+(*(inv(*(X, '(X))), X), *(ones, '(b))), X)");
    assert_term(c.first, c.first->claims[1],
                "comparison(sum{1}{H}(+(./(X, W{h}), *(ones, '(b)))), X)");
    assert_term(c.first, c.first->claims[2],
                "comparison(fold{1}{H}(X, +(./(fold, W{h}), *(ones, '(b)))), X)");
    assert_term(c.first, c.first->claims[3],
                "all{1}{H - 1}(comparison(*(ones, '(b)), *(inv(*(X, '(X))), X)))");
    assert_term(c.first, c.first->claims[4],
                "comparison(*(+(ones, scale(sum(*(inv(*(X, '(X))), X)), zeros)), '(b)), X)");
    done(&c);
}

static void clauses_become_fields(void **state) {
    (void)state;
    checked c = check_well("paper p { title \"T\"; }\n"
                           "theorem t \"title\" { source p \"page 1\"; corrects u; note \"n\";\n"
                           "dim n >= 2, m in 3..5, k in {4, 2, 4}, e = n*m;\n"
                           "forall A : symmetric[n]; generic B[m] : real[e, k];\n"
                           "assume rank(A) == n; claim rank(B[1]) <= k; expect verified; }\n"
                           "theorem u { exists x : real; claim x == 1; }");
    const rk_checked *t = c.first;
    assert_string_equal(t->paper->name, "p");
    assert_string_equal(t->source, "page 1");
    assert_string_equal(t->corrects, "u");
    assert_int_equal(t->expect, RK_VERIFIED);
    assert_int_equal(t->mode, RK_MODE_UNIVERSAL);
    assert_int_equal(t->ndims, 4);
    assert_int_equal(t->dims[0].low, 2);
    assert_int_equal(t->dims[1].high, 5);
    assert_int_equal(t->dims[2].nvalues, 2);
    assert_int_equal(t->dims[2].values[0], 2);
    assert_int_equal(t->dims[3].kind, RK_DIM_EQUAL);
    assert_int_equal(t->nvars, 2);
    assert_int_equal(t->vars[0].set, RK_SET_SYMMETRIC);
    assert_ptr_equal(t->vars[0].rows, t->vars[0].cols);
    assert_int_equal(t->vars[1].quant, RK_GENERIC);
    assert_non_null(t->vars[1].family);
    assert_int_equal(c.module->theorems[1].mode, RK_MODE_EXISTS);
    assert_int_equal(c.module->theorems[1].expect, RK_VERDICT_NONE);
    done(&c);
}

static void number(struct sha256_ctx *sha, uint64_t n) {
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(n >> (8 * i));
    sha256_update(sha, 8, bytes);
}

static void the_digest_is_that_of_the_written_list(void **state) {
    (void)state;
    const char *text = "theorem first { claim 1 == 1; }\ntheorem other { claim 1 == 1; }\n";
    checked c = check_well(text);
    struct sha256_ctx sha;
    uint8_t expected[32];
    sha256_init(&sha);
    number(&sha, 1);
    number(&sha, strlen(text));
    sha256_update(&sha, strlen(text), (const uint8_t *)text);
    number(&sha, 5);
    sha256_update(&sha, 5, (const uint8_t *)"first");
    sha256_digest(&sha, 32, expected);
    assert_memory_equal(c.module->theorems[0].digest, expected, 32);
    assert_memory_not_equal(c.module->theorems[1].digest, expected, 32);
    done(&c);
}

static bool same_statement(const char *a, const char *b) {
    checked x = check_well(a), y = check_well(b);
    bool same = memcmp(x.module->theorems[0].statement, y.module->theorems[0].statement, 32) == 0;
    done(&x);
    done(&y);
    return same;
}

static void the_statement_is_what_is_claimed(void **state) {
    (void)state;
    const char *text =
        "def g(x) = x*x; def f(x) = g(x); theorem t { forall x : real; claim f(x) >= 0; }";
    assert_true(same_statement(
        text,
        "# other words\ndef f(x) = g(x); def h(x) = 2*x; def g(x) = (x*x);\n"
        "theorem s \"title\" { note \"n\"; forall x : real; claim f(x) >= 0; expect proved; }\n"
        "theorem other { claim 1 == 1; }"));
    assert_false(same_statement(
        text,
        "def g(x) = x*x*x; def f(x) = g(x); theorem t { forall x : real; claim f(x) >= 0; }"));
    assert_false(same_statement(
        text, "def g(x) = x*x; def f(x) = g(x); theorem t { forall x : real; claim f(x) > 0; }"));
}

typedef struct fake_loader {
    char path[64], tensor[64];
    int calls;
} fake_loader;

static bool fake_load(void *self, const char *path, const char *tensor, rk_span span,
                      rk_diags *diags, size_t *rows, size_t *cols, void **matrix,
                      unsigned char sha[32]) {
    fake_loader *f = self;
    (void)span;
    (void)diags;
    snprintf(f->path, sizeof f->path, "%s", path);
    snprintf(f->tensor, sizeof f->tensor, "%s", tensor ? tensor : "none");
    *rows = 3;
    *cols = 4;
    *matrix = f;
    memset(sha, 7 + f->calls++, 32);
    return true;
}

/* Shapes come from the loader, paths are taken beside the claim file, and the digest covers the
   data in the order of the clauses. */
static void data_are_read_while_checking(void **state) {
    (void)state;
    const char *text = "theorem t { data X = load(\"x.npy\"); data Y = load(\"/abs/y\", \"w\");\n"
                       "claim X*Y' == Y*X'; }";
    checked c = {.diags = rk_diags_new()};
    fake_loader fake = {.calls = 0};
    rk_loader loader = {fake_load, &fake};
    c.unit = rk_unit_parse("some/where/t.thm", text, strlen(text), NULL, c.diags);
    c.module = rk_module_check(c.unit, &loader, c.diags);
    assert_int_equal(c.module->ntheorems, 1);
    c.first = &c.module->theorems[0];
    assert_int_equal(c.first->ndata, 2);
    assert_string_equal(c.first->data[0].file, "some/where/x.npy");
    assert_string_equal(fake.path, "/abs/y");
    assert_string_equal(fake.tensor, "w");
    assert_ptr_equal(c.first->data[1].matrix, &fake);
    assert_term(c.first, c.first->claims[0], "comparison(*(data, '(data)), *(data, '(data)))");
    assert_int_equal(c.first->claims[0]->kid[1]->kid[0]->data, 1);
    struct sha256_ctx sha;
    uint8_t expected[32], bytes[32];
    sha256_init(&sha);
    number(&sha, 1);
    number(&sha, strlen(text));
    sha256_update(&sha, strlen(text), (const uint8_t *)text);
    for (int i = 0; i < 2; i++) {
        memset(bytes, 7 + i, 32);
        sha256_update(&sha, 32, bytes);
    }
    number(&sha, 1);
    sha256_update(&sha, 1, (const uint8_t *)"t");
    sha256_digest(&sha, 32, expected);
    assert_memory_equal(c.first->digest, expected, 32);
    done(&c);
}

static void without_a_loader_data_are_an_error(void **state) {
    (void)state;
    checked c = check("theorem t { data X = load(\"x.npy\"); claim X == X; }");
    assert_int_equal(rk_diags_errors(c.diags), 1);
    assert_string_equal(rk_diag_name(c.diags, 0), "data-read");
    assert_int_equal(c.module->ntheorems, 0);
    done(&c);
}

static void what_uses_a_bad_definition_is_no_theorem(void **state) {
    (void)state;
    checked c = check("def f(x) = f(x);\n"
                      "theorem t { claim f(1) == 1; }\n"
                      "theorem u { claim 1 == 1; }\n");
    assert_int_equal(rk_diags_errors(c.diags), 1);
    assert_int_equal(c.module->ntheorems, 1);
    assert_string_equal(c.first->theorem->name, "u");
    done(&c);
}

/* Linear time, no deep recursion: each let is made of the one before, twice. */
static void long_chains_of_lets(void **state) {
    (void)state;
    rk_buf text;
    rk_buf_init(&text);
    rk_buf_puts(&text, "theorem t { dim n >= 1; forall a0 : real[n, n];\n");
    for (int i = 1; i <= 100000; i++)
        rk_buf_printf(&text, "let a%d = a%d*a%d;\n", i, i - 1, i - 1);
    rk_buf_puts(&text, "claim rank(a100000) <= n; }");
    checked c = check_well(text.text);
    assert_int_equal(c.first->nterms, 100004);
    rk_buf_clear(&text);
    done(&c);
}

static void lone_expressions(void **state) {
    (void)state;
    rk_arena *arena = rk_arena_new();
    rk_diags *diags = rk_diags_new();
    const char *good[] = {"rank([1, 2; 2, 4])", "1 < 2 and 2 < 3"};
    for (int i = 0; i < 2; i++) {
        rk_node *node = rk_expr_parse(arena, "expression", good[i], strlen(good[i]), diags);
        rk_lone *lone = rk_expr_check(arena, node, diags);
        assert_non_null(lone);
        assert_int_equal(lone->truth, i == 1);
        assert_int_equal(lone->checked.nclaims, i);
        assert_int_equal(lone->value == NULL, i == 1);
        assert_true(lone->checked.nterms > 0);
        rk_lone_free(lone);
    }
    rk_node *node = rk_expr_parse(arena, "expression", "x + 1", 5, diags);
    assert_null(rk_expr_check(arena, node, diags));
    assert_int_equal(rk_diags_errors(diags), 1);
    rk_diags_free(diags);
    rk_arena_free(arena);
}

static void tables_have_no_gaps(void **state) {
    (void)state;
    for (int op = 0; op < RK_T_COUNT; op++)
        assert_non_null(rk_op_name((rk_op)op));
    for (int s = 0; s < RK_SET_COUNT; s++) {
        rk_set found;
        assert_true(rk_set_find(rk_set_lookup((rk_set)s)->name, &found));
        assert_int_equal(found, s);
    }
    for (int v = 0; v < RK_VERDICT_NONE; v++) {
        rk_verdict found;
        assert_true(rk_verdict_find(rk_verdict_name((rk_verdict)v), &found));
        assert_int_equal(found, v);
    }
    assert_int_equal(rk_function_find("max", 1)->op, RK_T_MAX_ENTRIES);
    assert_int_equal(rk_function_find("max", 3)->op, RK_T_MAX_OF);
    assert_int_equal(rk_function_kind(rk_function_find("layernorm", 4), 3), 's');
    assert_false(rk_function_takes(rk_function_find("layernorm", 5), 5));
    assert_true(rk_function_name("norm"));
    assert_false(rk_function_name("hcat"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overloaded_operators_are_decided),
        cmocka_unit_test(functions_become_operations),
        cmocka_unit_test(shapes_follow_from_the_dimensions),
        cmocka_unit_test(definitions_are_expanded),
        cmocka_unit_test(a_let_used_twice_is_one_object),
        cmocka_unit_test(ids_are_dense_and_kids_come_first),
        cmocka_unit_test(unused_lets_do_not_restrict_dimensions),
        cmocka_unit_test(integer_expressions_in_loops_restrict_nothing),
        cmocka_unit_test(the_matrix_of_a_size_must_be_defined),
        cmocka_unit_test(a_matrix_defined_anyway_is_not_attached),
        cmocka_unit_test(clauses_become_fields),
        cmocka_unit_test(the_digest_is_that_of_the_written_list),
        cmocka_unit_test(the_statement_is_what_is_claimed),
        cmocka_unit_test(data_are_read_while_checking),
        cmocka_unit_test(without_a_loader_data_are_an_error),
        cmocka_unit_test(what_uses_a_bad_definition_is_no_theorem),
        cmocka_unit_test(long_chains_of_lets),
        cmocka_unit_test(lone_expressions),
        cmocka_unit_test(tables_have_no_gaps),
    };
    return cmocka_run_group_tests_name("check_text", tests, NULL, NULL);
}
