/* Random terms of one shape, compared by the checker's symbolic normal forms at all dimensions at
   once: where two are said to be equal, or one to be semidefinite or of a sign, its evaluator must
   find that so at random points. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/verify/vf_cert.h"
#include "src/verify/vf_matrix.h"

enum { TERMS = 36, POINTS = 6, TEXT = 1 << 16 };

static unsigned long long state;

static unsigned pick(unsigned n) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(state >> 33) % n;
}

/* ---- terms ---- */

static char text[TEXT];

static void put(const char *s) {
    size_t n = strlen(text);
    if (n + strlen(s) + 1 > TEXT)
        exit(2);
    memcpy(text + n, s, strlen(s) + 1);
}

typedef enum shape { NN, ND, N1, S11, SHAPES } shape; /* n by n, n by d, n by 1, number */

static const char *const leaves[SHAPES][16] = {
    {"A", "B", "Q", "P", "S", "Y", "D", "G", "eye(n)", "ones(n, n)", "diag(u)", "A'", "W[1]",
     "W[H]", "Q'", "zeros(n, n)"},
    {"X", "Z", "ones(n, d)", "center(X)", "center_tokens(Z)", "V[1]", "V[H]", "u*g'", "P*X", "S*X",
     "A*X", "X*K", "X", "Z", "layernorm(X, g, g)", "rmsnorm(Z, g)"},
    {"u", "v", "ones(n, 1)", "unit(n, 1)", "unit(n, n)", "X*g", "A*u", "P*v", "S*ones(n, 1)", "D*u",
     "u", "v", "X[:, 1]", "X[:, d]", "A[:, n]", "Q*u"},
    {"c", "e", "2", "n", "1/n", "u'*v", "u'*A*v", "trace(A)", "trace(A*B)", "rank(X)", "sqrt(n)",
     "e^2", "c", "A[1, n]", "X[n, d]", "H"}};

static void term(shape s, int depth);

static void binary(shape a, const char *op, shape b, int depth) {
    put("(");
    term(a, depth - 1);
    put(op);
    term(b, depth - 1);
    put(")");
}

static void put_index(const char *format, unsigned index) {
    char part[64];
    snprintf(part, sizeof part, format, index, index);
    put(part);
}

static void loop(const char *head, shape s, int depth) {
    static const char *const ranges[] = {"h%u = 1..H, ", "h%u = 1..H - 1, ", "h%u = 2..H, ",
                                         "h%u = 3..H, ", "h%u = 1..2, ",     "h%u = 1..H + 1, ",
                                         "h%u = H..1, ", "h%u = 4..n, "};
    static unsigned last;
    unsigned r = pick(8), h = ++last;
    const char *member = r < 4 ? "[h%u]" : "[1]";
    put(head);
    put_index(ranges[r], h);
    if (s == ND && pick(2)) {
        term(NN, depth - 1);
        put("*");
    }
    if (s == NN || s == ND) {
        put(s == NN ? "W" : "V");
        put_index(member, h);
    }
    if (s != ND) {
        put_index(s == NN && pick(2) ? "*" : s == NN ? " + h%u*" : "h%u*", h);
        term(s, depth - 1);
    }
    put(")");
}

/* Powers beside what they are powers of. */
static void power_term(bool wide) {
    static const char *const square[] = {"(A*B)^H",         "(B*A)^H*B", "B*(A*B)^H", "(c*A*B)^H*A",
                                         "A*(B*A)^(H + 1)", "(G*A)^H*G", "G*(A*G)^H"};
    static const char *const beside[] = {"(X*K*Z')^H*X", "X*(K*Z'*X)^H", "(A*X*Z')^H*A*X",
                                         "A*X*(Z'*A*X)^H"};
    put("(");
    put(wide ? beside[pick(4)] : square[pick(7)]);
    put(")");
}

/* Semidefinite ones, and differences of such, in sums whose ranges join. */
static void semidefinite_term(void) {
    static const char *const of[] = {"T[1]",
                                     "(eye(n) + T[H])",
                                     "inv(eye(n) + T[H])",
                                     "(X*X')",
                                     "(A'*T[1]*A)",
                                     "(T[1] - T[H + 1])",
                                     "sum(h = 1..H, T[h + H])",
                                     "sum(h = 1 - H..H, T[h + H])",
                                     "(sum(h = 1 - H..H, T[h + H]) - sum(h = 1..H, T[h + H]))",
                                     "(sum(h = 1..H, T[h + H]) - sum(h = 1 - H..H, T[h + H]))"};
    put(of[pick(10)]);
}

static void square_term(int depth) {
    switch (pick(17)) {
    case 15:
    case 16:
        semidefinite_term();
        break;
    case 0:
    case 1:
        binary(NN, "*", NN, depth);
        break;
    case 2:
        binary(NN, " + ", NN, depth);
        break;
    case 3:
        binary(NN, " - ", NN, depth);
        break;
    case 4:
        term(NN, depth - 1);
        put("'");
        break;
    case 5:
        binary(ND, "*", ND, depth);
        text[strlen(text) - 1] = '\0';
        put("')");
        break;
    case 6:
        put("inv(");
        put(pick(2) ? "G" : pick(2) ? "Q" : pick(2) ? "A" : "G*Q");
        put(")");
        break;
    case 7:
        put("diag(");
        term(N1, depth - 1);
        put(")");
        break;
    case 8:
        binary(NN, pick(2) ? " .* " : "*", NN, depth);
        break;
    case 9:
        loop(pick(2) ? "sum(" : "prod(", NN, depth);
        break;
    case 10:
        put(pick(2) ? "softmax(" : pick(2) ? "relu(" : "abs(");
        term(NN, depth - 1);
        put(")");
        break;
    case 11:
        binary(S11, "*", NN, depth);
        break;
    case 12:
        put(pick(2) ? "(G^H)" : pick(2) ? "(A^(H + 1))" : "(A^2)");
        break;
    case 13:
        power_term(false);
        break;
    default:
        loop("sum(", NN, depth);
    }
}

/* Powers and norms of numbers of either sign, and of 0. */
static void measure(void) {
    static const char *const of[] = {"c^H",
                                     "c^(H + 1)",
                                     "c^(2*H + n)",
                                     "c^H*c^n",
                                     "(c^H)^2*c^n",
                                     "c^(n*H)",
                                     "abs(c)",
                                     "abs(-c)^2",
                                     "norm(c*X, fro)",
                                     "norm(P*X, inf)",
                                     "norm(X, inf)",
                                     "norm(c*X*K, 1)",
                                     "abs(c)*norm(X*K, 1)",
                                     "norm(-c*P*X, 1)",
                                     "max(abs(X))",
                                     "max(abs(-X))",
                                     "max(abs(c*X))",
                                     "abs(c)*max(abs(X))",
                                     "min(X - Z)",
                                     "max(abs(X - Z))",
                                     "max(abs(Z - X))",
                                     "max(relu(X))",
                                     "norm(Q, 2)",
                                     "norm(c*Q*A, 2)"};
    put("(");
    put(of[pick(24)]);
    put(")");
}

static void wide_term(int depth) {
    switch (pick(11)) {
    case 10:
        power_term(true);
        break;
    case 0:
    case 1:
    case 2:
        binary(NN, "*", ND, depth);
        break;
    case 3:
        binary(ND, " + ", ND, depth);
        break;
    case 4:
        binary(ND, " - ", ND, depth);
        break;
    case 5:
        put("center(");
        term(ND, depth - 1);
        put(")");
        break;
    case 6:
        loop("sum(", ND, depth);
        break;
    case 7:
        put("([A, X]*[");
        term(ND, depth - 1);
        put("; K])");
        break;
    case 8:
        put("(hcat(h = 1..H, W[h])*vcat(h = 1..H, V[h]))");
        break;
    default:
        binary(ND, " .* ", ND, depth);
    }
}

static void column_term(int depth) {
    switch (pick(6)) {
    case 0:
    case 1:
        binary(NN, "*", N1, depth);
        break;
    case 2:
        binary(N1, " + ", N1, depth);
        break;
    case 3:
        put("(");
        term(ND, depth - 1);
        put(pick(2) ? "*g)" : "*ones(d, 1))");
        break;
    case 4:
        binary(S11, "*", N1, depth);
        break;
    default:
        binary(N1, " .* ", N1, depth);
    }
}

/* Blocks whose columns need not be as wide in each row, many of them zero: their determinant and
   rank beside what they are where the blocks stand below one another. */
static void blocks(void) {
    static const char *const row[3][6] = {
        {"A, 0*A, 0*X2", "A, 0*X2, 0*A", "0*A, A, 0*X2", "A, B, 0*X2", "B, A, X2", "A, X2, B"},
        {"0*A, B, 0*X2", "0*X2, B, 0*A", "X2, B, 0*A", "A, B, 0*X2", "B, 0*X2, A", "0*A, X2, G"},
        {"0*L2, 0*L2, D2", "L2, 0*L2, D2", "0*L2, D2, L2", "L2, L2, D2", "D2, L2, 0*L2",
         "0*L2, L2, D2"}};
    static const char *const plain[] = {
        "det(A)*det(B)*det(D2)", "det(A)*det(G)*det(D2)", "(rank(A) + rank(B) + rank(D2))",
        "(2*n + rank(B))",       "(n + rank(B))",         "4*n"};
    if (pick(3) == 0) {
        put(plain[pick(6)]);
        return;
    }
    put(pick(3) ? "det([" : "rank([");
    for (int i = 0; i < 3; i++) {
        put(i > 0 ? "; " : "");
        put(row[i][pick(6)]);
    }
    put("])");
}

static void number_term(int depth) {
    static const char *const of[] = {"trace(", "rank(", "sum(", "det("};
    switch (pick(10)) {
    case 9:
        blocks();
        break;
    case 8:
        measure();
        break;
    case 0:
        binary(S11, " + ", S11, depth);
        break;
    case 1:
        binary(S11, "*", S11, depth);
        break;
    case 2:
        put("((");
        term(N1, depth - 1);
        put(")'*");
        term(N1, depth - 1);
        put(")");
        break;
    case 3:
        loop("sum(", S11, depth);
        break;
    case 4:
        put("rank([");
        term(ND, depth - 1);
        put(pick(2) ? ", A])" : ", 0*X])");
        break;
    case 5:
        put("(");
        term(S11, depth - 1);
        put(pick(2) ? "/n)" : "/e)");
        break;
    default:
        put(of[pick(4)]);
        term(NN, depth - 1);
        put(")");
    }
}

static void term(shape s, int depth) {
    if (depth <= 0 || pick(6) == 0) {
        put("(");
        put(leaves[s][pick(16)]);
        put(")");
    } else if (s == NN)
        square_term(depth);
    else if (s == ND)
        wide_term(depth);
    else if (s == N1)
        column_term(depth);
    else
        number_term(depth);
}

/* ---- points ---- */

static void entry(void) {
    static const char *const values[] = {"0", "1", "-1", "2", "1/2", "-3", "1", "3"};
    put(values[pick(8)]);
}

/* One entry of a variable that lies in its set. */
static void entry_in(char set, unsigned i, unsigned j, unsigned n, unsigned turn) {
    static const char *const stochastic[3][9] = {
        {"1"}, {"1/2", "1/2", "1", "0"}, {"1/3", "1/3", "1/3", "0", "1", "0", "1/4", "0", "3/4"}};
    static const char *const rotation[4] = {"3/5", "4/5", "-4/5", "3/5"};
    char small[24];
    snprintf(small, sizeof small, "%u", i + j + i * j);
    if (set == 'P')
        put((i + turn) % n == j ? "1" : "0");
    else if (set == 'Q')
        put(n == 2 && turn ? rotation[i * 2 + j] : (i + turn) % n == j ? "-1" : "0");
    else if (set == 'S')
        put(stochastic[n - 1][i * n + j]);
    else if (set == 'Y')
        put(small);
    else if (set == 'D' && i != j)
        put("0");
    else if (set == 'G')
        put(i == j ? "2" : i < j ? small : "0");
    else if (set == 'e')
        put("3/2");
    else if (set == 'T') /* ones, or ones beside a larger diagonal */
        put(turn && i == j ? "3" : "1");
    else
        entry();
}

static void set(const char *name, char kind, unsigned rows, unsigned cols) {
    unsigned turn = pick(3);
    put("set ");
    put(name);
    put(" | [");
    for (unsigned i = 0; i < rows; i++)
        for (unsigned j = 0; j < cols; j++) {
            if (i + j)
                put(j ? ", " : "; ");
            entry_in(kind, i, j, rows, turn);
        }
    put("]\n");
}

static void write_file(const char *path) {
    FILE *f = fopen(path, "w");
    if (!f || fputs(text, f) < 0 || fclose(f) != 0)
        exit(2);
}

static void point(const char *path) {
    unsigned n = 1 + pick(3), d = 1 + pick(2), many = 1 + pick(3), records = 0;
    char line[64], body[TEXT];
    text[0] = '\0';
    snprintf(line, sizeof line, "at n=%u d=%u H=%u\n", n, d, many);
    put(line);
    for (const char *name = "ABQPSYDG"; *name; name++)
        set((char[2]){*name, '\0'}, *name, n, n);
    set("X", 'X', n, d);
    set("Z", 'Z', n, d);
    set("K", 'K', d, d);
    set("u", 'u', n, 1);
    set("v", 'v', n, 1);
    set("g", 'g', d, 1);
    set("c", 'c', 1, 1);
    set("e", 'e', 1, 1);
    for (unsigned h = 1; h <= 2 * many; h++) {
        bool first = h <= many;
        snprintf(line, sizeof line, "%c[%u]", first ? 'W' : 'V', first ? h : h - many);
        set(line, 'W', n, first ? n : d);
    }
    set("X2", 'X', n, 2 * n);
    set("L2", 'X', 2 * n, n);
    set("D2", 'X', 2 * n, 2 * n);
    for (unsigned h = 1; h <= 2 * many; h++) {
        snprintf(line, sizeof line, "T[%u]", h);
        set(line, 'T', n, n);
    }
    for (const char *p = text; *p; p++)
        records += *p == '\n';
    memcpy(body, text, TEXT);
    text[0] = '\0';
    put("rankle-cert 1\ndigest ");
    for (int i = 0; i < 64; i++)
        put("0");
    put("\ntheorem t\nverdict proved\n");
    put(body);
    snprintf(line, sizeof line, "end %u\n", records);
    put(line);
    write_file(path);
}

/* ---- pairs ---- */

static vf_term *equation(const vf_theorem *t, size_t i, size_t k) {
    vf_term *e = vf_alloc(sizeof *e);
    *e = *t->claim[i];
    e->kid = vf_alloc(2 * sizeof *e->kid);
    e->kid[0] = t->claim[i]->kid[0];
    e->kid[1] = t->claim[k]->kid[0];
    return e;
}

static bool said_equal(vf_theorem *t, const vf_term *e) {
    vf_mxs *s = vf_mxs_new(t);
    vf_mx_note(s, e);
    const vf_mx *a = vf_mx_read(s, e->kid[0]), *b = vf_mx_read(s, e->kid[1]);
    return vf_mx_equal(s, a, b);
}

static void theorem_text(shape s, bool signs) {
    text[0] = '\0';
    put("theorem t {\n  dim n >= 1, d >= 1, H >= 1;\n"
        "  forall A : real[n, n], B : real[n, n], Q : orthogonal[n], P : permutation[n];\n"
        "  forall S : stochastic[n, n], Y : symmetric[n], D : diagonal[n], G : invertible[n];\n"
        "  forall X : real[n, d], Z : real[n, d], K : real[d, d], u : real[n], v : real[n];\n"
        "  forall g : real[d], c : real, e : positive, W[H] : real[n, n], V[H] : real[n, d];\n"
        "  forall X2 : real[n, 2*n], L2 : real[2*n, n], D2 : real[2*n, 2*n], T[2*H] : psd[n];\n");
    for (int i = 0; i < TERMS; i++) {
        put(signs && s == NN ? "  claim u'*" : "  claim ");
        size_t from = strlen(text);
        term(s, 1 + (int)pick(3));
        char *copy = vf_strndup(text + from, strlen(text + from));
        put(signs && s == NN ? "*u >= 0" : signs ? " >= 0" : " == ");
        put(signs ? "" : copy);
        put(";\n");
    }
    put("}\n");
}

typedef struct said {
    const vf_term **item;
    size_t n;
} said;

static void say(said *x, const vf_term *t) {
    x->item = vf_grow(x->item, x->n, sizeof *x->item);
    x->item[x->n++] = t;
}

/* Which two terms are said to be equal. */
static void say_equal(vf_theorem *t, said *x, long counts[3]) {
    for (size_t i = 0; i < t->nclaims; i++)
        for (size_t k = i + 1; k < t->nclaims; k++) {
            vf_term *e = equation(t, i, k);
            counts[0]++;
            if (said_equal(t, e))
                say(x, e);
        }
}

static vf_term *compared(const vf_term *claim, vf_op op) {
    vf_term *e = vf_alloc(sizeof *e);
    *e = *claim;
    e->op = op;
    return e;
}

/* Which numbers are said to be at least 0, above it, or not 0; of claims u'*M*u >= 0, which M are
   said to be semidefinite. */
static void say_signs(vf_theorem *t, bool forms, said *x, long counts[3]) {
    for (size_t i = 0; i < t->nclaims; i++) {
        const vf_term *claim = t->claim[i];
        vf_mxs *s = vf_mxs_new(t);
        counts[0]++;
        vf_mx_note(s, claim);
        if (forms && vf_mx_is_psd(s, vf_mx_read(s, claim->kid[0]->kid[0]->kid[1])))
            say(x, claim);
        if (forms)
            continue;
        vf_ratio v = vf_mx_number(s, claim->kid[0]);
        if (vf_mx_at_least(s, v, 0))
            say(x, claim);
        if (vf_n_positive(s, v))
            say(x, compared(claim, VF_GT));
        if (vf_mx_is_nonzero(s, v))
            say(x, compared(claim, VF_NE));
    }
}

static void show(const char *claims, const char *cert, const vf_theorem *t, const vf_term *e) {
    printf("# false at the point of %s, about claims of %s:", cert, claims);
    for (size_t k = 0; k < t->nclaims; k++)
        if (t->claim[k]->kid[0] == e->kid[0] || t->claim[k]->kid[0] == e->kid[1])
            printf(" %zu", k + 1);
    printf("\n");
}

/* In a process of its own: its memory is given back, and terms that reach a limit are passed over.
 */
static void one_round(const char *folder, long counts[3]) {
    char claims[256], cert[256];
    snprintf(claims, sizeof claims, "%s/t.thm", folder);
    snprintf(cert, sizeof cert, "%s/t.cert", folder);
    bool signs = pick(3) == 0;
    shape s = signs ? (pick(2) ? NN : S11) : (shape)pick(SHAPES);
    theorem_text(s, signs);
    write_file(claims);
    vf_theorem *t = vf_read_theorem(claims, (const char *const[]){NULL}, "t");
    said x = {0};
    if (signs)
        say_signs(t, s == NN, &x, counts);
    else
        say_equal(t, &x, counts);
    counts[1] += (long)x.n;
    for (int p = 0; p < POINTS && x.n > 0; p++) {
        point(cert);
        vf_cert *c = vf_cert_read(cert);
        vf_point *at = vf_read_at(t, vf_take(c, "at"));
        vf_read_sets(t, c, at);
        for (size_t i = 0; i < x.n; i++) {
            vf_tern truth = vf_truth(t, x.item[i], at);
            counts[2] += truth == VF_TRUE;
            if (truth != VF_FALSE)
                continue;
            show(claims, cert, t, x.item[i]);
            exit(1);
        }
    }
}

/* One round in a process of its own, which gives its memory back; its counts are added to all.
   False: it found two terms that are not equal. A limit that terms reach is no failure. */
static bool round_of(unsigned long long seed, const char *folder, long all[3], long *limits) {
    int pipes[2], status = 0;
    long counts[3] = {0};
    fflush(stdout);
    if (pipe(pipes) != 0)
        exit(2);
    pid_t child = fork();
    if (child == 0) {
        state = seed;
        vf_memory_start();
        one_round(folder, counts);
        _exit(write(pipes[1], counts, sizeof counts) == sizeof counts ? 0 : 2);
    }
    waitpid(child, &status, 0);
    close(pipes[1]);
    bool whole = read(pipes[0], counts, sizeof counts) == sizeof counts;
    close(pipes[0]);
    for (int i = 0; i < 3 && whole; i++)
        all[i] += counts[i];
    *limits += WIFEXITED(status) && WEXITSTATUS(status) == 3;
    if (WIFSIGNALED(status))
        printf("# seed %llu: signal %d\n", seed, WTERMSIG(status));
    return WIFEXITED(status) && (WEXITSTATUS(status) == 3 || (WEXITSTATUS(status) == 0 && whole));
}

int main(int argc, char **argv) {
    const char *seed = getenv("RK_TEST_SEED");
    char folder[] = "/tmp/matrix_random.XXXXXX", path[64];
    long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 20, all[3] = {0}, limits = 0;
    unsigned long long first = seed ? strtoull(seed, NULL, 10) : 1;
    bool good = mkdtemp(folder) != NULL;
    printf("1..1\n# seed %llu\n", first);
    for (long r = 0; r < rounds && good; r++)
        good = round_of(first * 1000003ULL + (unsigned long long)r, folder, all, &limits);
    printf("# %ld pairs and numbers, %ld said to be equal or of a sign, true at %ld points; %ld "
           "rounds reached a limit\n",
           all[0], all[1], all[2], limits);
    printf("%sok 1 - normal forms that agree are equal, and signs are right, at random points\n",
           good ? "" : "not ");
    if (!good)
        return 1;
    snprintf(path, sizeof path, "%s/t.thm", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/t.cert", folder);
    unlink(path);
    rmdir(folder);
    return 0;
}
