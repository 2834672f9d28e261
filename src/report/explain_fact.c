/* Why a fact holds: the reason of its law with the matrices of the instance put in. */
#include "rk_telling.h"

#include <ctype.h>
#include <string.h>

/* --- letters ------------------------------------------------------------------------------ */

enum { LETTERS = 8 };

typedef struct terms { /* the letters of the law and what they stand for */
    rk_telling *telling;
    rk_mxs *store;
    char letter[LETTERS];
    const rk_mx *mx[LETTERS];
    size_t n;
} terms;

static bool alone(const char *text, const char *at) {
    bool before = at > text && (isalnum((unsigned char)at[-1]) || at[-1] == '\\');
    return isupper((unsigned char)*at) && !before && !isalnum((unsigned char)at[1]);
}

/* Laws that say the same of the transposes, of products in the other order. */
static bool same_transposed(rk_law law) {
    return law == RK_LAW_PRODUCT || law == RK_LAW_SYLVESTER || law == RK_LAW_FROBENIUS ||
           law == RK_LAW_FACTOR || law == RK_LAW_SUM;
}

/* Ranks are printed of upright matrices; so should the reason be. */
static void put_upright(terms *l, rk_law law) {
    size_t fallen = 0;
    for (size_t i = 0; i < l->n; i++)
        fallen += rk_telling_upright(l->telling, l->store, l->mx[i]) != l->mx[i];
    if (!same_transposed(law) || 2 * fallen <= l->n)
        return;
    for (size_t i = 0; i < l->n; i++)
        l->mx[i] = rk_mx_transpose(l->store, l->mx[i]);
    bool turned = law == RK_LAW_PRODUCT || law == RK_LAW_SYLVESTER || law == RK_LAW_FROBENIUS;
    for (size_t i = 0; turned && i < l->n / 2; i++) {
        const rk_mx *swap = l->mx[i];
        l->mx[i] = l->mx[l->n - 1 - i];
        l->mx[l->n - 1 - i] = swap;
    }
}

static terms letters_of(rk_telling *t, rk_mxs *store, const rk_fact *fact) {
    const char *law = rk_law_get(fact->law)->law;
    terms l = {.telling = t, .store = store};
    for (const char *p = law; *p != '\0'; p++) {
        if (!alone(law, p) || memchr(l.letter, *p, l.n) != NULL)
            continue;
        if (l.n == LETTERS || l.n == fact->nmatrices)
            return (terms){.telling = t, .store = store};
        l.letter[l.n] = *p;
        l.mx[l.n] = fact->matrix[l.n];
        l.n++;
    }
    if (l.n != fact->nmatrices)
        l.n = 0;
    put_upright(&l, fact->law);
    return l;
}

static const rk_mx *standing_for(const terms *l, char letter) {
    for (size_t i = 0; i < l->n; i++)
        if (l->letter[i] == letter)
            return l->mx[i];
    return NULL;
}

/* --- putting in --------------------------------------------------------------------------- */

static bool starts(const char *p, const char *word) {
    return strncmp(p, word, strlen(word)) == 0;
}

static bool ends(const char *text, const char *at, const char *word) {
    size_t n = strlen(word);
    return (size_t)(at - text) >= n && memcmp(at - n, word, n) == 0;
}

static rk_print_place place_at(const char *text, const char *at) {
    if (at[1] == '\'' || at[1] == '^')
        return RK_AS_BASE;
    bool beside = at[1] == '*' || starts(at + 1, "\\,") || starts(at + 1, " \\otimes") ||
                  ends(text, at, "*") || ends(text, at, "\\, ") || ends(text, at, "\\otimes ");
    return beside ? RK_IN_PRODUCT : RK_IN_SUM;
}

/* cols(A) is a size that the reader knows. */
static bool put_width(const terms *l, rk_buf *out, const char *text, const char *at) {
    static const char head[] = "cols(";
    if (!ends(text, at, head) || at[1] != ')')
        return false;
    out->len -= strlen(head);
    out->text[out->len] = '\0';
    rk_buf_puts(out, rk_telling_scalar(l->telling, l->store, standing_for(l, *at)->cols));
    return true;
}

static void put_in(const terms *l, rk_buf *out, const char *formula) {
    for (const char *p = formula; *p != '\0'; p++) {
        const rk_mx *a = alone(formula, p) ? standing_for(l, *p) : NULL;
        if (a == NULL)
            rk_buf_putc(out, *p);
        else if (put_width(l, out, formula, p))
            p++;
        else
            rk_buf_puts(out, rk_telling_matrix(l->telling, l->store, a, place_at(formula, p)));
    }
}

/* --- words and formulas ------------------------------------------------------------------- */

/* A word that is a formula or part of one: letters of matrices, columns and numbers. */
static bool is_formula(const char *word, size_t len) {
    if (len == 1 &&
        (isdigit((unsigned char)*word) || (islower((unsigned char)*word) && *word != 'a')))
        return true;
    for (size_t i = 0; i < len; i++) {
        bool before = i > 0 && isalnum((unsigned char)word[i - 1]);
        bool behind = i + 1 < len && isalnum((unsigned char)word[i + 1]);
        if (isupper((unsigned char)word[i]) && !before && !behind)
            return true;
    }
    return false;
}

static bool is_sign(const char *word, size_t len) {
    return len > 0 && strspn(word, "=<>+-") >= len;
}

/* Length of the word, brackets kept together. */
static size_t word_length(const char *p) {
    int depth = 0;
    size_t n = 0;
    while (p[n] != '\0' && (p[n] != ' ' || depth > 0)) {
        depth += (p[n] == '[' || p[n] == '(') - (p[n] == ']' || p[n] == ')');
        n++;
    }
    return n;
}

/* The formula that starts at p: words and signs between them. */
static size_t formula_length(const char *p) {
    size_t n = 0, good = 0;
    bool sign = true;
    while (p[n] != '\0') {
        size_t len = word_length(p + n), bare = len;
        while (bare > 0 && strchr(",;.", p[n + bare - 1]) != NULL)
            bare--;
        if (sign ? !is_formula(p + n, bare) : !is_sign(p + n, bare))
            break;
        if (sign)
            good = n + bare;
        n += len;
        if (bare < len || p[n] == '\0')
            break;
        n++;
        sign = !sign;
    }
    return good;
}

/* One formula of the reason as the tale wants it, equations side by side. */
static const char *formula_of(const terms *l, const char *text, size_t len) {
    rk_tale *tale = l->telling->tale;
    const char *claim = rk_arena_strndup(tale->arena, text, len), *equals = strstr(claim, " = ");
    rk_buf out;
    rk_buf_init(&out);
    if (equals != NULL) {
        size_t left = (size_t)(equals - claim);
        put_in(l, &out, rk_tale_formula(tale, rk_arena_strndup(tale->arena, claim, left)));
        rk_buf_puts(&out, " = ");
        claim = equals + 3;
    }
    put_in(l, &out, rk_tale_formula(tale, claim));
    const char *kept = rk_tale_math(tale, rk_arena_strdup(tale->arena, out.text));
    rk_buf_clear(&out);
    return kept;
}

static const char *with_terms(const terms *l, const char *text) {
    rk_buf out;
    rk_buf_init(&out);
    while (*text != '\0') {
        size_t n = formula_length(text), len = n > 0 ? n : word_length(text);
        if (n > 0)
            rk_buf_puts(&out, formula_of(l, text, n));
        else
            rk_buf_write(&out, text, len);
        text += len;
        len = strspn(text, " ,;.");
        rk_buf_write(&out, text, len);
        text += len;
    }
    const char *kept = rk_arena_strdup(l->telling->tale->arena, out.text);
    rk_buf_clear(&out);
    return kept;
}

/* --- reasons ------------------------------------------------------------------------------ */

/* Laws whose reasons are told in other words: the matrices of the instance are numbered, {0} first,
   or the letters of the law would mean nothing to the reader. `lead` is how a paper would put it;
   NULL: "Since" and the reason. */
static const struct {
    rk_law law;
    const char *reason, *lead;
} told[] = {
    {RK_LAW_SYLVESTER, NULL, "By Sylvester's inequality,"},
    {RK_LAW_FROBENIUS, NULL, "By Frobenius' inequality,"},
    {RK_LAW_SUM, NULL, "Since the rank is subadditive,"},
    {RK_LAW_KRON, NULL, "Since ranks multiply under Kronecker products,"},
    {RK_LAW_COPRIME,
     "the kernel of a product of coprime polynomials in a matrix is the direct sum of their "
     "kernels",
     NULL},
    {RK_LAW_BEZOUT,
     "the kernel of {0} lies in the column space of {1}, as the identity is X*{0} + {1}*Y for some "
     "X and Y",
     "Since the identity is a combination of the two factors,"},
    {RK_LAW_FAMILY, "the same holds for every member, and the inequalities are added up", NULL},
    {RK_LAW_FAMILY_MODULO, "modulo a fixed column space the rank is subadditive", NULL},
    {RK_LAW_PART, "a part of a matrix has at most the rank of the whole", NULL},
    {RK_LAW_BLOCKS, "the rank of a matrix is at most the sum of the ranks of its blocks", NULL},
    {RK_LAW_SUBMODULAR, "the rank is submodular in block columns and block rows", NULL},
    {RK_LAW_CORNER, "what block columns add in one block row they also add in the whole", NULL},
    {RK_LAW_TRIANGULAR,
     "a block triangular matrix has at least the sum of the ranks of its diagonal blocks", NULL},
    {RK_LAW_BLOCK_FACTOR,
     "multiplying a block row or column by {2} takes away at most what {2} lacks to full rank",
     NULL},
    {RK_LAW_BLOCK_SUM,
     "the columns of a sum of multiples are in the column space of the matrices side by side",
     NULL},
    {RK_LAW_SUM_BELOW, "Frobenius' inequality holds for a sum as a product of block matrices",
     "By Frobenius' inequality, applied to the sum as a product of block matrices,"},
    {RK_LAW_INTERSECTION, "{0} is a multiple of {1} and of {2}", NULL},
    {RK_LAW_ELIMINATION, "block elimination does not change the rank", "By block elimination,"},
    {RK_LAW_SCHUR, "block elimination takes the one side to the other",
     "Passing to a Schur complement,"},
    {RK_LAW_MAXIMAL,
     "for almost every {1} the rank of {0} is the largest that its other factors and terms allow",
     NULL},
    {RK_LAW_SPECIAL,
     "{1} is a special case of {0}, and a minor that is not zero at one point is not zero almost "
     "everywhere",
     NULL},
    {RK_LAW_HYPOTHESIS, "by assumption", "By assumption,"},
    {RK_LAW_CASE, "in the case at hand", "In the case at hand,"},
    {RK_LAW_INDUCTION, "by the induction hypothesis", "By the induction hypothesis,"},
};

/* The matrices of the instance put in for {0}, {1}, ...; NULL where there are fewer. */
static const char *with_numbers(rk_telling *t, rk_mxs *store, const rk_fact *fact,
                                const char *text) {
    rk_buf out;
    rk_buf_init(&out);
    bool enough = true;
    for (const char *p = text; *p != '\0'; p++) {
        size_t i = p[0] == '{' ? (size_t)(p[1] - '0') : 0;
        enough &= p[0] != '{' || i < fact->nmatrices;
        if (p[0] != '{') {
            rk_buf_putc(&out, *p);
        } else if (enough) {
            const rk_mx *a = rk_telling_upright(t, store, fact->matrix[i]);
            rk_buf_puts(&out, rk_tale_math(t->tale, rk_telling_matrix(t, store, a, RK_IN_SUM)));
            p += 2;
        }
    }
    const char *kept = enough ? rk_arena_strdup(t->tale->arena, out.text) : NULL;
    rk_buf_clear(&out);
    return kept;
}

/* rank(A + B) <= rank(A) + rank(B) may be used for A = (A + B) - B: then the letters mislead. */
static bool letters_mislead(rk_mxs *store, const rk_fact *fact) {
    if (fact->law != RK_LAW_SUM || fact->nmatrices != 2)
        return false;
    rk_scalars *s = rk_mxs_scalars(store);
    const rk_mx *whole = rk_mx_add(store, fact->matrix[0], fact->matrix[1]);
    rk_sc both =
        rk_sc_add(s, rk_mx_rank(store, fact->matrix[0]), rk_mx_rank(store, fact->matrix[1]));
    return fact->value != rk_sc_sub(s, both, rk_mx_rank(store, whole));
}

/* Laws whose condition says more than their reason. */
static bool condition_tells(rk_law law) {
    return law == RK_LAW_FACTOR || law == RK_LAW_INVERTIBLE || law == RK_LAW_SEMIDEFINITE ||
           law == RK_LAW_NONZERO;
}

static const char *told_reason(rk_telling *t, rk_mxs *store, const rk_fact *fact) {
    if (letters_mislead(store, fact))
        return "the rank is subadditive";
    if (fact->law == RK_LAW_MAXIMAL && fact->nmatrices > 1 &&
        rk_telling_upright(t, store, fact->matrix[0]) == fact->matrix[1])
        return with_numbers(t, store, fact, "almost every {1} has full rank");
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        if (told[i].law == fact->law && told[i].reason != NULL)
            return with_numbers(t, store, fact, told[i].reason);
    return NULL;
}

const char *rk_fact_reason(rk_telling *t, rk_mxs *store, const rk_fact *fact) {
    const rk_law_text *law = rk_law_get(fact->law);
    const char *reason = told_reason(t, store, fact);
    if (reason != NULL && strncmp(reason, "by ", 3) != 0 && strncmp(reason, "in ", 3) != 0)
        return rk_arena_printf(t->tale->arena, "%s: %s", law->name, reason);
    if (reason != NULL)
        return reason;
    terms l = letters_of(t, store, fact);
    const char *condition = condition_tells(fact->law) ? law->condition : "";
    return rk_arena_printf(t->tale->arena, "%s: %s%s%s", law->name, with_terms(&l, condition),
                           *condition != '\0' ? "; " : "", with_terms(&l, law->reason));
}

/* Reasons that fit where the terms are too high or too long for a line of text. */
static const char *short_reason(rk_law law) {
    switch (law) {
    case RK_LAW_PRODUCT:
        return "the rank of a product is at most that of each factor";
    case RK_LAW_FACTOR:
        return "multiplying by an invertible matrix does not change the rank";
    case RK_LAW_INVERTIBLE:
        return "an invertible matrix has full rank";
    case RK_LAW_SPECIAL:
        return "a minor that is not zero at one point is not zero almost everywhere";
    case RK_LAW_MAXIMAL:
        return "almost every choice has the largest rank that its blocks allow";
    case RK_LAW_BLOCK_FACTOR:
        return "multiplying a block row or column takes away at most what the factor lacks to full "
               "rank";
    default:
        return NULL;
    }
}

enum { LONG_REASON = 160 }; /* characters of LaTeX */

static bool is_unwieldy(const char *reason) {
    return strlen(reason) > LONG_REASON || strstr(reason, "\\begin{") != NULL;
}

const char *rk_fact_lead(rk_telling *t, rk_mxs *store, const rk_fact *fact) {
    const rk_law_text *law = rk_law_get(fact->law);
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        if (told[i].law == fact->law && told[i].lead != NULL)
            return told[i].lead;
    const char *reason = told_reason(t, store, fact);
    terms l = letters_of(t, store, fact);
    bool condition = condition_tells(fact->law) && l.n > 0;
    if (reason == NULL)
        reason = with_terms(&l, condition ? law->condition : law->reason);
    if (is_unwieldy(reason) && short_reason(fact->law) != NULL)
        reason = short_reason(fact->law);
    return rk_arena_printf(t->tale->arena, "Since %s,", reason);
}
