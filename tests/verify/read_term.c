/* Texts of certificates: what vf_read_term takes in the names of a theorem, and what it refuses. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/verify/vf_text.h"

static const char claims[] =
    "def twice(x) = x + x; # a comment in a def\n"
    "def half(k) = # and inside\n"
    "  k/2;\n"
    "def plus(A) = sum(i = 1..cols(A), A[:, i]);\n"
    "theorem t {\n"
    "  dim n >= 1, d in {2, 4}, e = n*d, q >= 2;\n"
    "  forall X : real[n, d], Y : real[(q - 1)*d, n], W[n] : real[d], Z : real[q/2, 1], x : real;\n"
    "  let C = center(X);\n"
    "  let U = eye(n/2);\n"
    "  assume x > 0;\n"
    "  claim rank(C) <= rank(X);\n"
    "}\n";

typedef struct text_case {
    bool good;
    const char *text;
} text_case;

/* k >= 1 and m of unknown size are indices that the proof introduces, P its matrix. */
static const text_case cases[] = {
    {true, "X"},
    {true, "twice(C) - 2*C"},
    {true, "rank(C) <= rank(X) and x > 0"},
    {true, "W[k]"},
    {true, "eye(n)"},
    {true, "eye(e)*X[1, 1]"},
    {true, "plus(X)"},
    {true, "kron(X, P)"},
    {true, "eye(n*(n + 1) - n*n)"},
    {true, "eye(k + 3)"},
    {true, "rowscales(C)*C"},
    {true, "rowscales(C, 1/10)"},
    {true, "ones(q - 1, 1)"},
    {true, "ones(q/2, 1)"}, /* a size of the theorem */
    {true, "eye(n)^(n - n)"},
    {true, "hcat(i = 1..n, W[i])"},
    {true, "1/2 + n/3"}, /* values, no sizes */
    {false, ""},
    {false, "X X"},
    {false, "X # note"},
    {false, "X | Y"},
    {false, "X;"},
    {false, "X)"},
    {false, "(X"},
    {false, "\"X\""},
    {false, "unknown"},
    {false, "t"},
    {false, "W"},
    {false, "U"}, /* nothing uses it, so n may be odd */
    {false, "twice"},
    {false, "eye(n/2)"},    /* no integer where n is odd */
    {true, "eye(q/2*2/2)"}, /* made of one */
    {false, "eye(half(n))"},
    {false, "eye(n - 1)"}, /* below 1 at n = 1 */
    {false, "eye(m)"},     /* nothing is known of m */
    {false, "ones(n, q - 2)"},
    {false, "X^(n/3)"},
    {false, "hcat(i = 1..n/2, W[i])"},
    {false, "eye(2^(n - 2))"},
    {false, "eye(C)"},
    {false, "eye(x)"},
    {false, "let"},
    {false, "hcat(n = 1..2, X)"}, /* nothing shadows */
    {false, "hcat(k = 1..2, X)"},
    {false, "X + Y"},
    {false, "X*X"},
    {false, "rowscales(X, X)"},
    {false, "prob(x > 0)"},
    {false, "X == X <= X >= X"},
};

static const char *path_of_claims(void) {
    static char path[] = "/tmp/rankle-read-term-XXXXXX";
    int file = mkstemp(path);
    if (file < 0 || write(file, claims, sizeof claims - 1) != (ssize_t)sizeof claims - 1)
        abort();
    close(file);
    return path;
}

static vf_name symbol(vf_theorem *t, const char *name, long low) {
    vf_term *term = vf_alloc(sizeof *term);
    term->op = VF_SYM;
    term->integer = true;
    term->rows = term->cols = vf_ratio_int(1);
    term->sym = vf_new_symbol(t, name, low);
    return (vf_name){name, term};
}

static void read_one(const char *path, const char *text) {
    vf_theorem *t = vf_read_theorem(path, NULL, "t");
    vf_name more[3] = {symbol(t, "k", 1), symbol(t, "m", LONG_MIN)};
    more[2] = (vf_name){"P", vf_read_term(t, more, 2, "eye(n + k)", NULL)};
    vf_read_term(t, more, 3, text, NULL);
    _exit(0);
}

static int status_of(const char *path, const char *text) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        read_one(path, text);
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child)
        abort();
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

int main(void) {
    const char *path = path_of_claims();
    size_t n = sizeof cases / sizeof *cases, failed = 0;
    vf_memory_start();
    printf("1..%zu\n", n);
    for (size_t i = 0; i < n; i++) {
        int status = status_of(path, cases[i].text);
        bool right = status == (cases[i].good ? 0 : 1);
        failed += !right;
        printf("%sok %zu - %s: %s\n", right ? "" : "not ", i + 1,
               cases[i].good ? "taken" : "refused", cases[i].text);
    }
    unlink(path);
    return failed > 0;
}
