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
                  ends(text, at, "*") || ends(text, at, "\\,") || ends(text, at, "\\otimes ");
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

/* Laws whose condition says more than their reason. */
static bool condition_tells(rk_law law) {
    return law == RK_LAW_FACTOR || law == RK_LAW_INVERTIBLE || law == RK_LAW_SEMIDEFINITE ||
           law == RK_LAW_NONZERO;
}

const char *rk_fact_reason(rk_telling *t, rk_mxs *store, const rk_fact *fact) {
    const rk_law_text *law = rk_law_get(fact->law);
    if (fact->law == RK_LAW_HYPOTHESIS)
        return "by assumption";
    if (fact->law == RK_LAW_CASE)
        return "in the case at hand";
    if (fact->law == RK_LAW_INDUCTION)
        return "by the induction hypothesis";
    terms l = letters_of(t, store, fact);
    const char *condition = condition_tells(fact->law) ? law->condition : "";
    return rk_arena_printf(t->tale->arena, "%s: %s%s%s", law->name, with_terms(&l, condition),
                           *condition != '\0' ? "; " : "", with_terms(&l, law->reason));
}

/* How a paper would lead in: named laws by their name, hypotheses as such. */
static const char *lead_of(rk_law law) {
    switch (law) {
    case RK_LAW_SYLVESTER:
        return "By Sylvester's inequality,";
    case RK_LAW_FROBENIUS:
        return "By Frobenius' inequality,";
    case RK_LAW_SUM:
        return "Since the rank is subadditive,";
    case RK_LAW_SUBMODULAR:
        return "Since the rank is submodular,";
    case RK_LAW_ELIMINATION:
        return "By block elimination,";
    case RK_LAW_SCHUR:
        return "Passing to a Schur complement,";
    case RK_LAW_KRON:
        return "Since ranks multiply under Kronecker products,";
    case RK_LAW_PART:
        return "Since a part of a matrix has at most the rank of the whole,";
    case RK_LAW_HYPOTHESIS:
        return "By assumption,";
    case RK_LAW_CASE:
        return "In the case at hand,";
    case RK_LAW_INDUCTION:
        return "By the induction hypothesis,";
    default:
        return NULL;
    }
}

const char *rk_fact_lead(rk_telling *t, rk_mxs *store, const rk_fact *fact) {
    const rk_law_text *law = rk_law_get(fact->law);
    terms l = letters_of(t, store, fact);
    const char *lead = lead_of(fact->law);
    if (lead != NULL)
        return lead;
    bool condition = condition_tells(fact->law) && l.n > 0;
    return rk_arena_printf(t->tale->arena, "Since %s,",
                           with_terms(&l, condition ? law->condition : law->reason));
}
