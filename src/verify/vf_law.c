/* The laws, each as text of the claim language. An instance names the law and gives the text of
   its matrices; the checker puts that text in, in parentheses, for the letters of the law, sees to
   the conditions and compares what the law says with what is stated. Ranks are those of real
   matrices. rank(A') is rank(A), so a law holds for block rows as for block columns, with the
   transposes put in.

   A condition is an equation (the normal forms of both sides are the same), an inequality (by
   rules of signs), or one of
     square A        invertible A       semidefinite A
     some A          some entry of A is not 0
     product A B     A*B is a product of matrices, not a scaling by a number
     member F        F is the member i of the family E with index h
     generic V       V is a generic variable
     free A          A does not depend on the first argument */
#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "vf_calculus.h"

enum { VF_LAW_TEXTS = 8, VF_LAW_ARGUMENTS = 8 };

typedef struct vf_law {
    const char *name, *arguments; /* letters; h: an index that is free in what follows it */
    const char *condition[VF_LAW_TEXTS], *says[VF_LAW_TEXTS];
} vf_law;

#define NORMS(left, right)                                                                         \
    "norm(" left ", 1) <= " right("1"), "norm(" left ", 2) <= " right("2"),                        \
        "norm(" left ", inf) <= " right("inf"), "norm(" left ", fro) <= " right("fro")
#define NORM_A(k) "norm(A, " k ")"
#define NORM_A_PLUS_B(k) "norm(A, " k ") + norm(B, " k ")"

static const vf_law laws[] = {
    /* what a rank can be */
    {"size", "A", {0}, {"0 <= rank(A)", "rank(A) <= rows(A)", "rank(A) <= cols(A)"}},
    {"invertible", "A", {"invertible A"}, {"rank(A) == rows(A)"}},
    {"nonzero", "A", {"some A"}, {"1 <= rank(A)"}},
    {"column", "A", {"some A", "cols(A) == 1"}, {"rank(A) == 1"}},
    /* products */
    {"product", "A B", {"product A B"}, {"rank(A*B) <= rank(A)", "rank(A*B) <= rank(B)"}},
    {"invertible-factor", "A B", {"invertible A", "product A B"}, {"rank(A*B) == rank(B)"}},
    {"invertible-factor", "A B", {"invertible A", "product B A"}, {"rank(B*A) == rank(B)"}},
    {"sylvester", "A B", {"product A B"}, {"rank(A) + rank(B) <= rank(A*B) + cols(A)"}},
    {"frobenius",
     "A B C",
     {"product A B", "product B C"},
     {"rank(A*B) + rank(B*C) <= rank(A*B*C) + rank(B)"}},
    {"equivalent",
     "X Y L R U V",
     {"product L X", "product X R", "product U Y", "product Y V", "L*X*R == Y", "U*Y*V == X"},
     {"rank(X) == rank(Y)"}},
    {"bezout", /* v in the kernel of U is V*Y*v */
     "U V X Y",
     {"product U V", "product X U", "product V Y", "X*U + V*Y == eye(cols(U))"},
     {"rank(U*V) + cols(U) == rank(U) + rank(V)"}},
    {"averages", "A", {"averaging A"}, {"rank(eye(rows(A)) - A) + 1 == rows(A)"}},
    {"gram", "A B", {"product A B"}, {"rank(A'*A*B) == rank(A*B)"}},
    {"semidefinite",
     "A M B",
     {"semidefinite M", "product M A", "product A B"},
     {"rank(A'*M*A*B) == rank(M*A*B)"}},
    /* sums */
    {"sum", "A B", {0}, {"rank(A + B) <= rank(A) + rank(B)"}},
    {"sum-modulo", "A B C", {0}, {"rank([A + B, C]) + rank(C) <= rank([A, C]) + rank([B, C])"}},
    {"sum-from-below",
     "A B",
     {0},
     {"rank([A, B]) + rank([A; B]) <= rank(A + B) + rank(A) + rank(B)"}},
    /* Kronecker products */
    {"kronecker", "A B", {0}, {"rank(kron(A, B)) == rank(A)*rank(B)"}},
    {"kronecker-pair",
     "A B C D",
     {0},
     {"rank([kron(A, B), kron(C, D)]) + (rank(A) + rank(C) - rank([A, C]))*(rank(B) + rank(D) - "
      "rank([B, D])) == rank(A)*rank(B) + rank(C)*rank(D)"}},
    {"kronecker-chain", /* A lies in the span of C, and S between kron(A, D) and kron(A, eye) */
     "S A C D K U W",
     {"product C K", "product S U", "A == C*K", "kron(A, D) == S*U",
      "S == kron(A, eye(rows(D)))*W"},
     {"rank([S, kron(C, D)]) + rank(A)*rank(D) == rank(S) + rank(C)*rank(D)"}},
    /* families */
    {"sum-of-members",
     "h a b E",
     {"a - 1 <= b"},
     {"rank(sum(h = a..b, E)) <= sum(h = a..b, rank(E))"}},
    {"join-of-members",
     "h a b E",
     {"a <= b"},
     {"rank(hcat(h = a..b, E)) <= sum(h = a..b, rank(E))",
      "rank(vcat(h = a..b, E)) <= sum(h = a..b, rank(E))"}},
    {"product-of-members",
     "h a b E n",
     {"a <= b", "rows(prod(h = a..b, E)) == n"},
     {"n <= rank(prod(h = a..b, E)) + sum(h = a..b, n - rank(E))"}},
    {"member",
     "h a b E i F",
     {"a <= i", "i <= b", "member F"},
     {"rank(F) <= rank(hcat(h = a..b, E))", "rank(F) <= rank(vcat(h = a..b, E))",
      "rank(prod(h = a..b, E)) <= rank(F)"}},
    {"family-modulo",
     "h a b E B",
     {"a <= b"},
     {"rank([sum(h = a..b, E), B]) <= rank(B) + sum(h = a..b, rank([E, B]) - rank(B))"}},
    /* blocks */
    {"part", "A B", {0}, {"rank(A) <= rank([A, B])"}},
    {"blocks", "A B", {0}, {"rank([A, B]) <= rank(A) + rank(B)"}},
    {"submodular", "A B C", {0}, {"rank([A, B, C]) + rank(B) <= rank([A, B]) + rank([B, C])"}},
    {"corner", "A B C D", {0}, {"rank([A, B]) + rank([A; C]) <= rank([A, B; C, D]) + rank(A)"}},
    {"triangular", "A B D", {0}, {"rank(A) + rank(D) <= rank([A, B; zeros(rows(D), cols(A)), D])"}},
    {"block-factor",
     "F A B",
     {"product F A"},
     {"rank([F*A; B]) <= rank([A; B])", "rank([A; B]) <= rank([F*A; B]) + cols(F) - rank(F)"}},
    {"intersection",
     "M A U B V",
     {"product A U", "product B V", "M == A*U", "M == B*V"},
     {"rank(M) + rank([A, B]) <= rank(A) + rank(B)"}},
    {"diagonal",
     "A B",
     {0},
     {"rank([A, zeros(rows(A), cols(B)); zeros(rows(B), cols(A)), B]) == rank(A) + rank(B)"}},
    /* for almost every value of a generic variable */
    {"maximal-rank",
     "V A B C",
     {"generic V", "product A V", "product V B", "free A", "free B", "free C"},
     {"rank(C + A*V*B) == min(rank([A, C]), rank([B; C]))"}},
    {"pencil",
     "t A B",
     {"generic t", "free A", "free B"},
     {"rank(A) <= rank(A + t*B)", "rank(B) <= rank(A + t*B)"}},
    /* norms */
    {"norm-of-sum", "A B", {0}, {NORMS("A + B", NORM_A_PLUS_B)}},
    {"norm-of-members",
     "h a b E",
     {"a - 1 <= b"},
     {"norm(sum(h = a..b, E), 1) <= sum(h = a..b, norm(E, 1))",
      "norm(sum(h = a..b, E), 2) <= sum(h = a..b, norm(E, 2))",
      "norm(sum(h = a..b, E), inf) <= sum(h = a..b, norm(E, inf))",
      "norm(sum(h = a..b, E), fro) <= sum(h = a..b, norm(E, fro))"}},
    {"norm-of-product",
     "A B",
     {"product A B"},
     {"norm(A*B, 1) <= norm(A, 1)*norm(B, 1)", "norm(A*B, 2) <= norm(A, 2)*norm(B, 2)",
      "norm(A*B, inf) <= norm(A, inf)*norm(B, inf)", "norm(A*B, fro) <= norm(A, 2)*norm(B, fro)",
      "norm(A*B, fro) <= norm(A, fro)*norm(B, 2)"}},
    {"norm-of-part",
     "A B",
     {0},
     {"norm(A, 1) <= norm([A, B], 1)", "norm(A, 2) <= norm([A, B], 2)",
      "norm(A, inf) <= norm([A, B], inf)", "norm(A, fro) <= norm([A, B], fro)",
      "norm(B, 1) <= norm([A, B], 1)", "norm(B, 2) <= norm([A, B], 2)",
      "norm(B, inf) <= norm([A, B], inf)", "norm(B, fro) <= norm([A, B], fro)"}},
    {"norm-of-blocks", "A B", {0}, {NORMS("[A, B]", NORM_A_PLUS_B)}},
    {"norm-of-projector", "P", {"P == P'", "P*P == P"}, {"norm(P, 2) <= 1"}},
    {"norms-compared",
     "A",
     {0},
     {"norm(A, 2) <= norm(A, fro)", "norm(A, fro)^2 <= rank(A)*norm(A, 2)^2",
      "norm(A, 2)^2 <= norm(A, 1)*norm(A, inf)", "norm(A, inf)^2 <= cols(A)*norm(A, 2)^2",
      "norm(A, 2)^2 <= rows(A)*norm(A, inf)^2", "norm(A, 1)^2 <= rows(A)*norm(A, 2)^2",
      "norm(A, 2)^2 <= cols(A)*norm(A, 1)^2"}},
    {"norms-compared",
     "A",
     {0},
     {"norm(A, inf)^2 <= cols(A)*norm(A, fro)^2", "norm(A, fro)^2 <= rows(A)*norm(A, inf)^2",
      "norm(A, 1)^2 <= rows(A)*norm(A, fro)^2", "norm(A, fro)^2 <= cols(A)*norm(A, 1)^2"}},
    {"cauchy-schwarz",
     "A B",
     {"product A B", "square A*B"},
     {"trace(A*B) <= norm(A, fro)*norm(B, fro)", "-trace(A*B) <= norm(A, fro)*norm(B, fro)",
      "abs(trace(A*B)) <= norm(A, fro)*norm(B, fro)", "trace(A*B)^2 <= trace(A'*A)*trace(B'*B)"}},
    {"singular-value",
     "A k",
     {"1 <= k", "k <= rows(A)", "k <= cols(A)"},
     {"sigma(A, k) <= norm(A, 2)"}},
    {"eigenvalue",
     "A k",
     {"1 <= k", "k <= rows(A)"},
     {"eigabs(A, k) <= norm(A, 1)", "eigabs(A, k) <= norm(A, 2)", "eigabs(A, k) <= norm(A, inf)",
      "eigabs(A, k) <= norm(A, fro)"}},
    {"fixed-ones",
     "A",
     {"product A ones(cols(A), 1)", "A*ones(cols(A), 1) == ones(rows(A), 1)"},
     {"rows(A) <= cols(A)*norm(A, 2)^2"}},
    {"fixed-ones-square",
     "A",
     {"square A", "A*ones(cols(A), 1) == ones(rows(A), 1)"},
     {"1 <= eigabs(A, 1)"}},
    {"norm-of-dyad",
     "A B",
     {"cols(A) == 1", "rows(B) == 1"},
     {"norm(A*B, 1) == norm(A, 1)*norm(B, 1)", "norm(A*B, 2) == norm(A, 2)*norm(B, 2)",
      "norm(A*B, inf) == norm(A, inf)*norm(B, inf)",
      "norm(A*B, fro) == norm(A, fro)*norm(B, fro)"}},
    {"trace-of-turn", "A B", {"product A B", "product B A"}, {"trace(A*B) == trace(B*A)"}},
    {"trace-of-idempotent", "P c", {"square P", "P*P == c*P"}, {"trace(P) == c*rank(P)"}},
    {"square-of-trace",
     "A",
     {"square A"},
     {"trace(A)^2 <= rank(A)*trace(A'*A)", "trace(A)^2 <= rows(A)*trace(A'*A)"}},
    {"associativity",
     "A B C X Y",
     {"product A B", "product B C", "product X A", "product C Y"},
     {"trace(X*((A*B)*C)*Y) == trace(X*(A*(B*C))*Y)"}},
    {"trace-of-semidefinite",
     "A B",
     {"semidefinite A", "semidefinite B", "product A B"},
     {"0 <= trace(A*B)", "trace(A*B) <= trace(A)*trace(B)", "trace(A*B) <= norm(A, 2)*trace(B)"}},
    {"trace-of-nilpotent",
     "A k",
     {"square A", "1 <= k", "A^k == zeros(rows(A), rows(A))"},
     {"trace(A) == 0"}},
    {"trace-and-norm", "A", {"semidefinite A"}, {"norm(A, 2) <= trace(A)"}},
    {"trace-and-norm",
     "A",
     {"square A"},
     {"trace(A) <= rank(A)*norm(A, 2)", "-trace(A) <= rank(A)*norm(A, 2)",
      "abs(trace(A)) <= rank(A)*norm(A, 2)", "trace(A) <= rows(A)*norm(A, 2)",
      "-trace(A) <= rows(A)*norm(A, 2)", "abs(trace(A)) <= rows(A)*norm(A, 2)"}},
    {"norm-of-idempotent",
     "P",
     {"square P", "P*P == P", "some P"},
     {"1 <= norm(P, 1)", "1 <= norm(P, 2)", "1 <= norm(P, inf)", "1 <= norm(P, fro)"}},
    {"determinant-of-product",
     "A B",
     {"square A", "square B", "product A B"},
     {"det(A*B) == det(A)*det(B)"}},
    {"determinant-and-trace", "A", {"semidefinite A"}, {"1 + trace(A) <= det(eye(rows(A)) + A)"}},
    {"determinant-of-sum",
     "A B",
     {"semidefinite A", "semidefinite B", "product A B"},
     {"det(A) + det(B) <= det(A + B)"}},
    {"largest-of-averages",
     "A X",
     {"product A X", "stochastic A"},
     {"max(A*X) <= max(X)", "min(X) <= min(A*X)"}},
    {"largest-of-sum",
     "A B",
     {0},
     {"max(A + B) <= max(A) + max(B)", "min(A) + min(B) <= min(A + B)"}},
    {"largest-of-multiple", "c A", {"0 <= c"}, {"max(c*A) == c*max(A)", "min(c*A) == c*min(A)"}},
    {"largest-of-opposite", "A", {0}, {"max(-A) == -min(A)", "min(-A) == -max(A)"}},
    {"largest-and-smallest", "A", {0}, {"min(A) <= max(A)"}},
    {"largest-and-norm",
     "A",
     {0},
     {"max(A) <= norm(A, 1)", "max(A) <= norm(A, 2)", "max(A) <= norm(A, inf)",
      "max(A) <= norm(A, fro)", "-min(A) <= norm(A, 1)", "-min(A) <= norm(A, 2)",
      "-min(A) <= norm(A, inf)", "-min(A) <= norm(A, fro)"}},
    {"largest-modulus",
     "A",
     {0},
     {"max(abs(A)) <= norm(A, 1)", "max(abs(A)) <= norm(A, 2)", "max(abs(A)) <= norm(A, inf)",
      "max(abs(A)) <= norm(A, fro)", "norm(A, inf) <= cols(A)*max(abs(A))",
      "norm(A, 1) <= rows(A)*max(abs(A))", "norm(A, fro)^2 <= rows(A)*cols(A)*max(abs(A))^2"}},
    {"largest-modulus-of-sum", "A B", {0}, {"max(abs(A + B)) <= max(abs(A)) + max(abs(B))"}},
    {"largest-modulus-of-averages",
     "A X",
     {"product A X", "stochastic A"},
     {"max(abs(A*X)) <= max(abs(X))"}},
    {"largest-of-averaging",
     "A",
     {"A*ones(cols(A), 1) == ones(rows(A), 1)"},
     {"cols(A)*min(A) <= 1", "1 <= cols(A)*max(A)"}},
    {"largest-and-sum",
     "A",
     {0},
     {"ones(1, rows(A))*A*ones(cols(A), 1) <= rows(A)*cols(A)*max(A)",
      "rows(A)*cols(A)*min(A) <= ones(1, rows(A))*A*ones(cols(A), 1)"}},
    {"stable-rank",
     "A",
     {"some A"},
     {"1 <= stable_rank(A)", "stable_rank(A) <= rank(A)",
      "stable_rank(A)*norm(A, 2)^2 == norm(A, fro)^2"}}};

/* --- putting in ------------------------------------------------------------------------------- */

typedef struct vf_instance {
    vf_proof *p;
    const vf_law *law;
    const char *letter[VF_LAW_ARGUMENTS], *text[VF_LAW_ARGUMENTS];
    const vf_term *term[VF_LAW_ARGUMENTS]; /* the same as read; of h its symbol */
    size_t n;
} vf_instance;

static bool is_word(char c) {
    return isalnum((unsigned char)c) || c == '_';
}

static bool is_name(const char *text) {
    size_t i = 0;
    while (is_word(text[i]))
        i++;
    return text[i] == '\0';
}

/* The text that stands for a word of the law; NULL: the word itself does. */
static const char *text_of(const vf_instance *x, const char *word, size_t len) {
    for (size_t i = 0; i < x->n; i++)
        if (len == 1 && *word == *x->letter[i])
            return x->text[i];
    return NULL;
}

/* The law's text with the arguments put in; they stand in parentheses. */
static const char *put_in(const vf_instance *x, const char *text) {
    size_t room = strlen(text) + 1;
    for (const char *c = text; *c != '\0'; c++)
        for (size_t i = 0; i < x->n; i++)
            room += *c == *x->letter[i] ? strlen(x->text[i]) + 2 : 0;
    char *out = vf_alloc(room);
    while (*text != '\0') {
        size_t len = 1;
        while (is_word(*text) && is_word(text[len]))
            len++;
        const char *by = is_word(*text) ? text_of(x, text, len) : NULL;
        if (by == NULL)
            strncat(out, text, len);
        else
            strcat(strcat(strcat(out, is_name(by) ? "" : "("), by), is_name(by) ? "" : ")");
        text += len;
    }
    return out;
}

/* --- conditions ------------------------------------------------------------------------------- */

static bool starts(const char **text, const char *word) {
    size_t n = strlen(word);
    bool is = strncmp(*text, word, n) == 0;
    if (is)
        *text += n;
    return is;
}

static const vf_mx *matrix_of(const vf_instance *x, const char *text) {
    for (size_t i = 0; i < x->n; i++)
        if (text[0] == *x->letter[i] && text[1] == '\0')
            return vf_mx_read(x->p->s, x->term[i]);
    return vf_matrix_text(x->p, put_in(x, text));
}

static bool is_product(const vf_instance *x, const char *text) {
    const char *behind = strchr(text, ' ');
    const char *first = vf_strndup(text, (size_t)(behind - text));
    const vf_mx *a = matrix_of(x, first), *b = matrix_of(x, behind + 1);
    return vf_ratio_equal(a->cols, b->rows);
}

/* E with i for h is F, where the arguments are h, a, b, E, i, F. */
static bool is_member(const vf_instance *x) {
    vf_proof *p = x->p;
    const vf_mx *member = vf_matrix_text(p, x->text[5]);
    const vf_term *at = vf_value_text(p, x->text[4]);
    ENSURE("the index is perhaps no integer", vf_mx_is_integer(p->s, vf_mx_number(p->s, at)));
    vf_name_term(p, x->text[0], at);
    const vf_mx *body = vf_matrix_text(p, x->text[3]);
    p->nnames--;
    return vf_mx_equal(p->s, body, member);
}

static bool holds(const vf_instance *x, const char *text) {
    vf_mxs *s = x->p->s;
    if (starts(&text, "member "))
        return is_member(x);
    if (starts(&text, "generic "))
        return vf_is_generic_text(x->p, put_in(x, text));
    if (starts(&text, "free "))
        return vf_is_free_text(x->p, put_in(x, text), x->text[0]);
    if (starts(&text, "product "))
        return is_product(x, text);
    if (starts(&text, "square ")) {
        const vf_mx *a = matrix_of(x, text);
        return vf_ratio_equal(a->rows, a->cols);
    }
    if (starts(&text, "invertible ")) {
        const vf_mx *a = matrix_of(x, text);
        return vf_ratio_equal(a->rows, a->cols) && vf_mx_is_invertible(s, a);
    }
    if (starts(&text, "semidefinite "))
        return vf_mx_is_psd(s, matrix_of(x, text));
    if (starts(&text, "averaging "))
        return vf_mx_is_averaging(s, matrix_of(x, text));
    if (starts(&text, "stochastic "))
        return vf_mx_is_stochastic(matrix_of(x, text));
    if (starts(&text, "some "))
        return vf_mx_has_nonzero(s, matrix_of(x, text));
    const vf_term *t = vf_text(x->p, put_in(x, text));
    if (t->op == VF_EQ)
        return vf_mx_equal(s, vf_mx_read(s, t->kid[0]), vf_mx_read(s, t->kid[1]));
    return vf_mx_at_least(s, vf_says(x->p, (vf_literal){t, false}).value, 0);
}

/* --- instances -------------------------------------------------------------------------------- */

/* Each argument must be a value by itself, so that the text of the law keeps its meaning. */
static void read_alone(vf_instance *x, size_t i) {
    ENSURE("an argument with a comment or a string in it", strpbrk(x->text[i], "#\"") == NULL);
    if (*x->letter[i] == 'h') {
        ENSURE("an index has a name", is_name(x->text[i]));
        unsigned sym = vf_new_symbol(x->p->t, x->text[i], LONG_MIN);
        x->p->t->sym[sym].bound = true;
        x->term[i] = vf_symbol_term(sym);
        vf_name_term(x->p, x->text[i], x->term[i]);
    } else {
        x->term[i] = vf_value_text(x->p, x->text[i]);
        ENSURE("a number was expected",
               !islower((unsigned char)*x->letter[i]) || vf_is_number(x->term[i]));
    }
}

static vf_instance instance_of(vf_proof *p, const vf_law *law, const char **arg, size_t n) {
    vf_instance x = {.p = p, .law = law};
    size_t before = p->nnames;
    for (const char *c = law->arguments; *c != '\0'; c++)
        if (*c != ' ') {
            ENSURE("too few arguments of a law", x.n < n);
            x.letter[x.n] = c;
            x.text[x.n] = arg[x.n];
            x.n++;
        }
    ENSURE("too many arguments of a law", x.n == n);
    for (size_t i = 0; i < n; i++)
        read_alone(&x, i);
    p->nnames = before;
    return x;
}

static bool meets_conditions(const vf_instance *x) {
    for (size_t i = 0; i < VF_LAW_TEXTS && x->law->condition[i] != NULL; i++)
        if (!holds(x, x->law->condition[i]))
            return false;
    return true;
}

static bool says(const vf_instance *x, vf_relation stated) {
    for (size_t i = 0; i < VF_LAW_TEXTS && x->law->says[i] != NULL; i++)
        if (vf_same_relation(x->p, stated, vf_relation_text(x->p, put_in(x, x->law->says[i]))))
            return true;
    return false;
}

void vf_check_law(vf_proof *p, const char *law, const char **arg, size_t n, vf_relation stated) {
    bool known = false, met = false;
    if (vf_check_other_law(p, law, arg, n, stated))
        return;
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        if (strcmp(laws[i].name, law) != 0)
            continue;
        known = true;
        vf_instance x = instance_of(p, &laws[i], arg, n);
        if (!meets_conditions(&x))
            continue;
        met = true;
        if (says(&x, stated))
            return;
    }
    ENSURE("an unknown law", known);
    ENSURE("a condition of the law is not met", met);
    vf_refuse("not what the law says of these matrices");
}
