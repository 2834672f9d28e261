#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/rk_io.h"
#include "base/rk_limits.h"
#include "base/rk_utf8.h"
#include "lang/rk_parse.h"
#include "lang/rk_print.h"
#include "lang_trees.h"

/* --- trees as fully parenthesised prefix text, apart from the printer under test ----------- */

static const char *const heads[] = {
    [RK_N_NORM] = "norm",   [RK_N_JRANK] = "jrank",  [RK_N_FOLD] = "fold", [RK_N_BLOCK] = "block",
    [RK_N_ROW] = "row",     [RK_N_TRANSPOSE] = "'",  [RK_N_POWER] = "^",   [RK_N_MEMBER] = "member",
    [RK_N_ENTRY] = "entry", [RK_N_NEG] = "neg",      [RK_N_MUL] = "*",     [RK_N_DIV] = "/",
    [RK_N_EMUL] = ".*",     [RK_N_EDIV] = "./",      [RK_N_ADD] = "+",     [RK_N_SUB] = "-",
    [RK_N_NOT] = "not",     [RK_N_AND] = "and",      [RK_N_OR] = "or",     [RK_N_IMPLIES] = "=>",
    [RK_N_IFF] = "<=>",     [RK_N_COMPARE] = "chain"};

static void outline(rk_buf *out, const rk_node *n) {
    static const char *const cmps[] = {"==", "!=", "<", "<=", ">", ">="};
    if (n->kind == RK_N_NUMBER || n->kind == RK_N_NAME) {
        rk_buf_puts(out, n->kind == RK_N_NUMBER ? n->text : n->name);
        return;
    }
    if (n->kind == RK_N_COLON) {
        rk_buf_putc(out, ':');
        return;
    }
    bool named = n->kind == RK_N_CALL || n->kind == RK_N_LOOP;
    rk_buf_printf(out, "(%s", n->kind == RK_N_LOOP ? n->name2 : named ? n->name : heads[n->kind]);
    if (n->kind == RK_N_LOOP || n->kind == RK_N_FOLD || n->kind == RK_N_NORM)
        rk_buf_printf(out, " %s", n->name);
    if (n->kind == RK_N_FOLD)
        rk_buf_printf(out, " %s", n->name2);
    for (size_t i = 0; i < n->nkids; i++) {
        if (n->kind == RK_N_COMPARE && i > 0)
            rk_buf_printf(out, " %s", cmps[n->cmp[i - 1]]);
        rk_buf_putc(out, ' ');
        outline(out, n->kid[i]);
    }
    rk_buf_putc(out, ')');
}

/* The outline of an expression, or the name of its first error. */
static char *read_outline(const char *text) {
    rk_arena *arena = rk_arena_new();
    rk_diags *diags = rk_diags_new();
    rk_buf out;
    rk_buf_init(&out);
    rk_node *n = rk_expr_parse(arena, "expression", text, strlen(text), diags);
    if (n != NULL)
        outline(&out, n);
    else
        rk_buf_puts(&out, rk_diag_name(diags, 0));
    rk_diags_free(diags);
    rk_arena_free(arena);
    char *text_of = rk_strdup(out.text);
    rk_buf_clear(&out);
    return text_of;
}

typedef struct reading {
    const char *text, *outline;
} reading;

static void check_readings(const reading *cases, size_t n) {
    for (size_t i = 0; i < n; i++) {
        char *got = read_outline(cases[i].text);
        if (strcmp(got, cases[i].outline) != 0)
            fail_msg("`%s` reads %s, not %s", cases[i].text, got, cases[i].outline);
        rk_free(got);
    }
}

#define CHECK_READINGS(...)                                                                        \
    do {                                                                                           \
        static const reading readings[] = {__VA_ARGS__};                                           \
        check_readings(readings, sizeof readings / sizeof *readings);                              \
    } while (0)

/* --- the grammar -------------------------------------------------------------------------- */

static void precedence_is_that_of_the_ladder(void **state) {
    (void)state;
    CHECK_READINGS({"a + b*c", "(+ a (* b c))"}, {"a - b - c", "(- (- a b) c)"},
                   {"a / b * c", "(* (/ a b) c)"}, {"a .* b ./ c", "(./ (.* a b) c)"},
                   {"-a*b", "(* (neg a) b)"}, {"-x^2", "(neg (^ x 2))"}, {"a*-b", "(* a (neg b))"},
                   {"a - -b", "(- a (neg b))"}, {"--a", "(neg (neg a))"},
                   {"(a + b)*c", "(* (+ a b) c)"}, {"a == b + 1", "(chain a == (+ b 1))"},
                   {"not a == b and c", "(and (not (chain a == b)) c)"},
                   {"a or b and c", "(or a (and b c))"}, {"a or b or c", "(or (or a b) c)"},
                   {"a => b => c", "(=> a (=> b c))"}, {"a or b => c", "(=> (or a b) c)"},
                   {"a => b <=> c => d", "(<=> (=> a b) (=> c d))"},
                   {"not not a", "(not (not a))"});
}

static void postfix_operators_apply_from_left_to_right(void **state) {
    (void)state;
    CHECK_READINGS({"A^2'", "(' (^ A 2))"}, {"A'^2", "(^ (' A) 2)"}, {"A''", "(' (' A))"},
                   {"A^2^3", "chained-power"}, {"A^2'^3", "chained-power"},
                   {"(A^2)^3", "(^ (^ A 2) 3)"}, {"A^k[1]", "(member (^ A k) 1)"},
                   {"A^(-1)", "(^ A (neg 1))"}, {"A^-1", "bad-exponent"}, {"A^0.5", "bad-exponent"},
                   {"W[h][1, 2]", "(entry (member W h) 1 2)"}, {"A[:, 2]", "(entry A : 2)"},
                   {"A[1, :]", "(entry A 1 :)"}, {"A [1]", "(member A 1)"},
                   {"A[1, 2, 3]", "unexpected-token"}, {"[1, 2]'", "(' (block (row 1 2)))"},
                   {"A*B'", "(* A (' B))"});
}

static void numbers_end_where_the_longest_operator_begins(void **state) {
    (void)state;
    CHECK_READINGS({"2.*A", "(.* 2 A)"}, {"2./A", "(./ 2 A)"}, {"2.5.*A", "(.* 2.5 A)"},
                   {"sum(i = 1..4, i)", "(sum i 1 4 i)"}, {"1.5e-3", "1.5e-3"}, {"1E+3", "1E+3"},
                   {"1e3.*A", "(.* 1e3 A)"}, {"sum(i = 1 .. 4, i)", "(sum i 1 4 i)"},
                   {"1.", "bad-number"}, {".5", "bad-number"}, {"1.e5", "bad-number"},
                   {"2x", "bad-number"}, {"1e", "bad-number"}, {"1e+", "bad-number"},
                   {"1_000", "bad-number"}, {"1.5.2", "bad-number"}, {"1...5", "bad-number"},
                   {"0x10", "bad-number"}, {"007", "007"}, {"1e5x", "bad-number"});
}

static void the_longest_operator_wins(void **state) {
    (void)state;
    CHECK_READINGS({"a<=>b", "(<=> a b)"}, {"a=>b", "(=> a b)"}, {"a<=b", "(chain a <= b)"},
                   {"a<b", "(chain a < b)"}, {"a==b", "(chain a == b)"}, {"a>=b", "(chain a >= b)"},
                   {"a<=>-b", "(<=> a (neg b))"}, {"a'.*b'", "(.* (' a) (' b))"});
}

static void blanks_never_separate(void **state) {
    (void)state;
    CHECK_READINGS({"[0 -1]", "(block (row (- 0 1)))"}, {"[0, -1]", "(block (row 0 (neg 1)))"},
                   {"[1, 2; 3]", "(block (row 1 2) (row 3))"}, {"[1 2]", "unexpected-token"},
                   {"rank (A)", "(rank A)"}, {"[]", "unexpected-token"});
}

static void a_blank_before_a_sign_in_brackets_is_warned_of(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t warnings;
    } cases[] = {{"[0 -1]", 1},   {"[0 - 1]", 0}, {"[0-1]", 0},       {"[0, -1]", 0},
                 {"(0 -1)", 0},   {"0 -1", 0},    {"[f(0 -1)]", 0},   {"[(0 -1)]", 0},
                 {"[[0 -1]]", 1}, {"W[h -1]", 0}, {"[1, 2\n -1]", 1}, {"[0 +1; 2 -3]", 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rk_arena *arena = rk_arena_new();
        rk_diags *diags = rk_diags_new();
        assert_non_null(rk_expr_parse(arena, "e", cases[i].text, strlen(cases[i].text), diags));
        assert_int_equal(rk_diags_count(diags), cases[i].warnings);
        assert_int_equal(rk_diags_errors(diags), 0);
        rk_diags_free(diags);
        rk_arena_free(arena);
    }
}

static void chains_go_one_way(void **state) {
    (void)state;
    CHECK_READINGS({"a == b < c <= d", "(chain a == b < c <= d)"},
                   {"a >= b == c > d", "(chain a >= b == c > d)"},
                   {"a == b == c", "(chain a == b == c)"}, {"a < b > c", "mixed-chain"},
                   {"a != b", "(chain a != b)"}, {"a != b != c", "mixed-chain"},
                   {"a != b == c", "mixed-chain"}, {"(a < b) == c", "(chain (chain a < b) == c)"},
                   {"a <=> b <=> c", "chained-iff"}, {"(a <=> b) <=> c", "(<=> (<=> a b) c)"});
}

static void calls_and_loops_have_their_forms(void **state) {
    (void)state;
    CHECK_READINGS({"eye(n)", "(eye n)"}, {"f()", "(f)"}, {"sum(A)", "(sum A)"},
                   {"max(a, b, c)", "(max a b c)"}, {"min(i = 1..n, x)", "(min i 1 n x)"},
                   {"all(i = 1..n, a == b)", "(all i 1 n (chain a == b))"},
                   {"prod(A)", "missing-range"}, {"hcat(A, B)", "missing-range"},
                   {"fold(l = 1..L, Z = X, Z + A[l])", "(fold l Z 1 L X (+ Z (member A l)))"},
                   {"jrank(E; X, W)", "(jrank E X W)"}, {"jrank(E)", "unexpected-token"},
                   {"norm(A, fro)", "(norm fro A)"}, {"norm(A, 2)", "(norm 2 A)"},
                   {"norm(A, 3)", "unexpected-token"}, {"inf + fro + norm", "(+ (+ inf fro) norm)"},
                   {"in + 1", "reserved-word"}, {"sum + 1", "reserved-word"},
                   {"hcat(h = 1..H, W[h])*V", "(* (hcat h 1 H (member W h)) V)"});
}

static void limits_are_errors(void **state) {
    (void)state;
    static const struct {
        const char *open, *middle, *close, *error;
        size_t fits;
    } cases[] = {{"(", "1", ")", "limit-nesting", RK_LIMIT_NESTING - 1},
                 {"f(", "1", ")", "limit-nesting", RK_LIMIT_NESTING - 1},
                 {"[", "1", "]", "limit-nesting", RK_LIMIT_NESTING - 1},
                 {"-", "1", "", "limit-nesting", RK_LIMIT_NESTING - 1},
                 {"not ", "a", "", "limit-nesting", RK_LIMIT_NESTING - 1},
                 {"a => ", "a", "", "limit-nesting", RK_LIMIT_NESTING - 1},
                 {"", "A", "'", "limit-height", RK_LIMIT_HEIGHT - 1},
                 {"", "1", " + 1", "limit-height", RK_LIMIT_HEIGHT - 1},
                 {"", "a", " and a", "limit-height", RK_LIMIT_HEIGHT - 1},
                 {"", "W", "[1]", "limit-height", RK_LIMIT_HEIGHT - 1},
                 {"", "1", "0", "limit-digits", RK_LIMIT_DIGITS - 1},
                 {"", "a", "b", "limit-name-bytes", RK_LIMIT_NAME_BYTES - 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t more = 0; more < 2; more++) {
            rk_buf text;
            rk_buf_init(&text);
            for (size_t k = 0; k < cases[i].fits + more; k++)
                rk_buf_puts(&text, cases[i].open);
            rk_buf_puts(&text, cases[i].middle);
            for (size_t k = 0; k < cases[i].fits + more; k++)
                rk_buf_puts(&text, cases[i].close);
            char *got = read_outline(text.text);
            if ((strcmp(got, cases[i].error) == 0) != (more == 1))
                fail_msg("%s...%s with %zu levels: %.60s", cases[i].open, cases[i].close,
                         cases[i].fits + more, got);
            rk_free(got);
            rk_buf_clear(&text);
        }
    CHECK_READINGS({"1e9999", "1e9999"}, {"1e10000", "limit-digits"},
                   {"1e-999999999999999999999", "limit-digits"});
}

static void a_text_that_is_too_long_is_not_read(void **state) {
    (void)state;
    size_t len = RK_LIMIT_FILE_BYTES + 1;
    char *text = rk_malloc(len);
    memset(text, ' ', len);
    for (size_t more = 0; more < 2; more++) {
        rk_diags *diags = rk_diags_new();
        rk_unit *unit = rk_unit_parse("long", text, len - 1 + more, NULL, diags);
        assert_int_equal(rk_diags_errors(diags), more);
        assert_int_equal(unit->main->broken, more == 1);
        rk_diags_free(diags);
        rk_unit_free(unit);
    }
    rk_free(text);
}

static void utf8_is_decoded_strictly(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        unsigned long code;
    } cases[] = {{"A", 1, 'A'},
                 {"\xC3\xA9", 2, 0xE9},
                 {"\xE2\x89\xA4", 3, 0x2264},
                 {"\xF0\x9F\x98\x80", 4, 0x1F600},
                 {"\xF4\x8F\xBF\xBF", 4, 0x10FFFF},
                 {"\xC0\x80", 0, 0},
                 {"\xE0\x80\x80", 0, 0},
                 {"\xED\xA0\x80", 0, 0},
                 {"\xF4\x90\x80\x80", 0, 0},
                 {"\x80", 0, 0},
                 {"\xC3", 0, 0},
                 {"\xFF", 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned long code = 0;
        assert_int_equal(rk_utf8_decode(cases[i].bytes, strlen(cases[i].bytes), &code),
                         cases[i].length);
        if (cases[i].length > 0)
            assert_int_equal(code, cases[i].code);
    }
}

static void spans_cover_the_whole_expression(void **state) {
    (void)state;
    const char *text = "  (a + b)*rank(X)  ";
    rk_arena *arena = rk_arena_new();
    rk_diags *diags = rk_diags_new();
    const rk_node *n = rk_expr_parse(arena, "e", text, strlen(text), diags);
    assert_non_null(n);
    assert_int_equal(n->span.begin, 2);
    assert_int_equal(n->span.end, 17);
    assert_int_equal(n->op.begin, 9);
    assert_int_equal(n->kid[0]->span.begin, 3);
    assert_int_equal(n->kid[0]->span.end, 8);
    assert_int_equal(n->kid[1]->op.begin, 10);
    assert_int_equal(n->kid[1]->op.end, 14);
    assert_int_equal(n->height, 3);
    rk_diags_free(diags);
    rk_arena_free(arena);
}

/* What is wrong never reaches the tree, wherever the reader was when it saw it. */
static void broken_clauses_are_left_out(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "dim ! >= 1;",    "claim 2x == 1;",   "claim 1e99999 == 1;",
        "let in = 1;",    "claim 1 < 2 > 1;", "note \"\\n\";",
        "claim (1 == 1;", "assume ;",         "expect proved claim"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        rk_buf text;
        rk_buf_init(&text);
        rk_buf_printf(&text,
                      "theorem a { claim 1 == 1; } theorem b { claim 1 == 1; %s let x = 1; }"
                      " theorem c { claim 1 == 1; }",
                      wrong[i]);
        rk_diags *diags = rk_diags_new();
        rk_unit *unit = rk_unit_parse("wrong", text.text, text.len, NULL, diags);
        assert_int_equal(unit->main->nitems, 3);
        assert_false(unit->main->items[0].theorem->broken);
        assert_true(unit->main->items[1].theorem->broken);
        assert_false(unit->main->items[2].theorem->broken);
        const rk_theorem *b = unit->main->items[1].theorem;
        for (size_t k = 0; k < b->nclauses; k++)
            assert_true(b->clauses[k].kind == RK_C_LET || b->clauses[k].kind == RK_C_CLAIM ||
                        b->clauses[k].kind == RK_C_EXPECT);
        assert_true(b->nclauses <= 2);
        rk_diags_free(diags);
        rk_unit_free(unit);
        rk_buf_clear(&text);
    }
}

/* --- random trees ------------------------------------------------------------------------- */

static size_t trees_to_try(void) {
    return getenv("RK_TEST_LONG") != NULL ? 200000 : 6000;
}

static rk_node *parse_again(rk_arena *arena, const char *text) {
    rk_diags *diags = rk_diags_new();
    rk_node *n = rk_expr_parse(arena, "again", text, strlen(text), diags);
    if (n == NULL) {
        rk_buf b;
        rk_buf_init(&b);
        rk_diags_print(diags, &b, false);
        print_error("%s", b.text);
        rk_buf_clear(&b);
    }
    rk_diags_free(diags);
    return n;
}

static void printing_and_parsing_is_the_identity_on_trees(void **state) {
    (void)state;
    uint64_t seed = test_seed();
    print_message("# RK_TEST_SEED=%llu\n", (unsigned long long)seed);
    unsigned char digest[32] = {0};
    for (size_t k = 0; k < trees_to_try(); k++) {
        grower g = {rk_arena_new(), rk_rng_trial(seed, digest, k)};
        rk_node *tree = grow(&g, 2 + (unsigned)below(&g, 5));
        rk_buf text;
        rk_buf_init(&text);
        rk_print_node(&text, tree);
        rk_node *again = parse_again(g.arena, text.text);
        if (again == NULL || !rk_node_equal(tree, again))
            fail_msg("tree %zu of seed %llu: %s", k, (unsigned long long)seed, text.text);
        rk_buf_clear(&text);
        rk_arena_free(g.arena);
    }
}

/* --- fewest parentheses ------------------------------------------------------------------- */

static size_t closing(const char *text, size_t open) {
    size_t depth = 0;
    for (size_t i = open;; i++) {
        depth += text[i] == '(';
        depth -= text[i] == ')';
        if (depth == 0)
            return i;
    }
}

/* A parenthesis that groups; the printer writes those of a call directly behind its name. */
static bool groups(const char *text, size_t i) {
    char before = i > 0 ? text[i - 1] : ' ';
    bool name = before == '_' || (before >= '0' && before <= '9') ||
                (before >= 'a' && before <= 'z') || (before >= 'A' && before <= 'Z');
    return text[i] == '(' && !name;
}

static void every_parenthesis_printed_is_needed(void **state) {
    (void)state;
    uint64_t seed = test_seed();
    unsigned char digest[32] = {1};
    for (size_t k = 0; k < trees_to_try() / 6; k++) {
        grower g = {rk_arena_new(), rk_rng_trial(seed, digest, k)};
        rk_node *tree = grow(&g, 2 + (unsigned)below(&g, 3));
        rk_buf text;
        rk_buf_init(&text);
        rk_print_node(&text, tree);
        for (size_t i = 0; i < text.len; i++) {
            if (!groups(text.text, i))
                continue;
            char *without = rk_arena_strdup(g.arena, text.text);
            without[i] = without[closing(without, i)] = ' ';
            rk_diags *diags = rk_diags_new();
            rk_node *n = rk_expr_parse(g.arena, "without", without, text.len, diags);
            if (n != NULL && rk_node_equal(n, tree))
                fail_msg("seed %llu: %s needs no parentheses at %zu", (unsigned long long)seed,
                         text.text, i);
            rk_diags_free(diags);
        }
        rk_buf_clear(&text);
        rk_arena_free(g.arena);
    }
}

static void printed_text_is_what_a_person_would_write(void **state) {
    (void)state;
    static const reading cases[] = {{"(a+b)*c", "(a + b)*c"},
                                    {"rank(  X+A *X*W )==n", "rank(X + A*X*W) == n"},
                                    {"-(x^2)", "-x^2"},
                                    {"(-x)^2", "(-x)^2"},
                                    {"((A))'", "A'"},
                                    {"2.*A", "2 .* A"},
                                    {"A^(k)", "A^k"},
                                    {"A^(k+1)", "A^(k + 1)"},
                                    {"(A^2)'", "A^2'"},
                                    {"a and (b and c)", "a and (b and c)"},
                                    {"(a and b) and c", "a and b and c"},
                                    {"not (a < b)", "not a < b"},
                                    {"(not a) == b", "(not a) == b"},
                                    {"[1,2;3,-4]", "[1, 2; 3, -4]"},
                                    {"sum(h=1..H,A[h]*X)", "sum(h = 1..H, A[h]*X)"},
                                    {"X[:,1]", "X[:, 1]"},
                                    {"jrank(E;X,W)", "jrank(E; X, W)"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rk_arena *arena = rk_arena_new();
        rk_buf text;
        rk_buf_init(&text);
        rk_print_node(&text, parse_again(arena, cases[i].text));
        assert_string_equal(text.text, cases[i].outline);
        rk_buf_clear(&text);
        rk_arena_free(arena);
    }
}

/* --- random files ------------------------------------------------------------------------- */

static void printing_and_parsing_is_the_identity_on_files(void **state) {
    (void)state;
    uint64_t seed = test_seed();
    unsigned char digest[32] = {2};
    for (size_t k = 0; k < trees_to_try() / 4; k++) {
        grower g = {rk_arena_new(), rk_rng_trial(seed, digest, k)};
        rk_file file = {0};
        grow_file(&g, &file);
        rk_buf text;
        rk_buf_init(&text);
        rk_print_file(&text, &file);
        rk_diags *diags = rk_diags_new();
        rk_unit *unit = rk_unit_parse("random.thm", text.text, text.len, NULL, diags);
        if (rk_diags_errors(diags) > 0 || !rk_file_equal(&file, unit->main))
            fail_msg("file %zu of seed %llu:\n%s", k, (unsigned long long)seed, text.text);
        rk_diags_free(diags);
        rk_unit_free(unit);
        rk_buf_clear(&text);
        rk_arena_free(g.arena);
    }
}

/* Damaged text must neither crash nor hang, and an error is always said when text is missing. */
static void damaged_files_are_survived(void **state) {
    (void)state;
    static const char bytes[] = "()[]{};,:='\"#\\.*/^<>!-+ \n0aXe\x80";
    uint64_t seed = test_seed();
    unsigned char digest[32] = {3};
    for (size_t k = 0; k < trees_to_try() / 4; k++) {
        grower g = {rk_arena_new(), rk_rng_trial(seed, digest, k)};
        rk_file file = {0};
        grow_file(&g, &file);
        rk_buf text;
        rk_buf_init(&text);
        rk_print_file(&text, &file);
        for (size_t i = 0; i < 4 && text.len > 0; i++)
            text.text[below(&g, text.len)] = PICK(&g, bytes);
        rk_diags *diags = rk_diags_new();
        rk_unit *unit = rk_unit_parse("damaged.thm", text.text, text.len, NULL, diags);
        assert_int_equal(unit->main->broken, rk_diags_errors(diags) > 0);
        rk_buf said;
        rk_buf_init(&said);
        rk_diags_print(diags, &said, false);
        rk_buf_clear(&said);
        rk_diags_free(diags);
        rk_unit_free(unit);
        rk_buf_clear(&text);
        rk_arena_free(g.arena);
    }
}

/* --- imports ------------------------------------------------------------------------------ */

static char scratch[64];

static int make_scratch(void **state) {
    (void)state;
    strcpy(scratch, "/tmp/rankle-import.XXXXXX");
    return mkdtemp(scratch) == NULL;
}

static int remove_scratch(void **state) {
    (void)state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf '%s'", scratch);
    return system(command);
}

static const char *path_of(const char *name) {
    static char path[2][160];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", scratch, name);
    return path[turn];
}

static void put(const char *name, const char *text) {
    const char *why;
    assert_int_equal(rk_write_file(path_of(name), text, strlen(text), &why), RK_OK);
}

/* Reads `name`; the names of its errors in order, and the files read, as one text. */
static void check_unit(const char *name, const char *expected) {
    char library[128];
    snprintf(library, sizeof library, "%s/library", scratch);
    const char *const path[] = {library, NULL};
    rk_diags *diags = rk_diags_new();
    rk_unit *unit = rk_unit_read(path_of(name), path, diags);
    rk_buf out;
    rk_buf_init(&out);
    for (size_t i = 0; i < rk_diags_count(diags); i++)
        rk_buf_printf(&out, "%s ", rk_diag_name(diags, i));
    for (size_t i = 0; unit != NULL && i < unit->nfiles; i++)
        rk_buf_printf(&out, "%s ", strrchr(unit->files[i]->path, '/') + 1);
    rk_buf_puts(&out, unit == NULL ? "none" : unit->main->broken ? "broken" : "whole");
    rk_buf said;
    rk_buf_init(&said);
    rk_diags_print(diags, &said, false);
    rk_buf_clear(&said);
    rk_diags_free(diags);
    rk_unit_free(unit);
    assert_string_equal(out.text, expected);
    rk_buf_clear(&out);
}

static void imports_are_read_once_and_in_order(void **state) {
    (void)state;
    assert_int_equal(mkdir(path_of("sub"), 0700), 0);
    assert_int_equal(mkdir(path_of("library"), 0700), 0);
    put("sub/b.thm", "import \"c.thm\"; def b() = 1;");
    put("sub/c.thm", "def c() = 1;");
    put("library/lib.thm", "def lib() = 1;");
    assert_int_equal(symlink("sub/c.thm", path_of("alias.thm")), 0);
    put("a.thm", "import \"sub/b.thm\"; import \"alias.thm\"; import \"lib.thm\"; def a() = 1;");
    check_unit("a.thm", "c.thm b.thm lib.thm a.thm whole");
    put("beside.thm", "import \"lib.thm\";");
    put("lib.thm", "def nearer() = 1;");
    check_unit("beside.thm", "lib.thm beside.thm whole");
}

static void import_cycles_are_found_behind_links(void **state) {
    (void)state;
    put("self.thm", "import \"self.thm\";");
    check_unit("self.thm", "import-cycle self.thm broken");
    put("x.thm", "import \"y.thm\";");
    put("y.thm", "import \"z.thm\";");
    assert_int_equal(symlink("x.thm", path_of("z.thm")), 0);
    check_unit("x.thm", "import-cycle y.thm x.thm broken");
}

static void imports_that_fail_are_errors_at_their_place(void **state) {
    (void)state;
    assert_int_equal(mkdir(path_of("library"), 0700), 0);
    put("lost.thm", "import \"nowhere.thm\"; import \"\"; import \"library\";");
    check_unit("lost.thm", "import-missing unreadable-file unreadable-file lost.thm broken");
    put("wrong.thm", "theorem {");
    put("far.thm", "import \"wrong.thm\"; def f() = 1;");
    check_unit("far.thm", "unexpected-token unclosed-brace wrong.thm far.thm broken");
    check_unit("absent.thm", "unreadable-file none");
    check_unit("library", "unreadable-file none");
}

static void the_number_of_files_is_limited(void **state) {
    (void)state;
    rk_buf text;
    rk_buf_init(&text);
    for (int i = 0; i < RK_LIMIT_FILES; i++) {
        char name[32];
        snprintf(name, sizeof name, "many%d.thm", i);
        put(name, "");
        rk_buf_printf(&text, "import \"%s\";\n", name);
    }
    put("many.thm", text.text);
    rk_buf_clear(&text);
    rk_diags *diags = rk_diags_new();
    rk_unit *unit = rk_unit_read(path_of("many.thm"), NULL, diags);
    assert_int_equal(rk_diags_count(diags), 1);
    assert_string_equal(rk_diag_name(diags, 0), "limit-files");
    assert_int_equal(unit->nfiles, RK_LIMIT_FILES);
    rk_diags_free(diags);
    rk_unit_free(unit);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(precedence_is_that_of_the_ladder),
        cmocka_unit_test(postfix_operators_apply_from_left_to_right),
        cmocka_unit_test(numbers_end_where_the_longest_operator_begins),
        cmocka_unit_test(the_longest_operator_wins),
        cmocka_unit_test(blanks_never_separate),
        cmocka_unit_test(a_blank_before_a_sign_in_brackets_is_warned_of),
        cmocka_unit_test(chains_go_one_way),
        cmocka_unit_test(calls_and_loops_have_their_forms),
        cmocka_unit_test(limits_are_errors),
        cmocka_unit_test(a_text_that_is_too_long_is_not_read),
        cmocka_unit_test(utf8_is_decoded_strictly),
        cmocka_unit_test(spans_cover_the_whole_expression),
        cmocka_unit_test(broken_clauses_are_left_out),
        cmocka_unit_test(printing_and_parsing_is_the_identity_on_trees),
        cmocka_unit_test(every_parenthesis_printed_is_needed),
        cmocka_unit_test(printed_text_is_what_a_person_would_write),
        cmocka_unit_test(printing_and_parsing_is_the_identity_on_files),
        cmocka_unit_test(damaged_files_are_survived),
        cmocka_unit_test_setup_teardown(imports_are_read_once_and_in_order, make_scratch,
                                        remove_scratch),
        cmocka_unit_test_setup_teardown(import_cycles_are_found_behind_links, make_scratch,
                                        remove_scratch),
        cmocka_unit_test_setup_teardown(imports_that_fail_are_errors_at_their_place, make_scratch,
                                        remove_scratch),
        cmocka_unit_test_setup_teardown(the_number_of_files_is_limited, make_scratch,
                                        remove_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
