/* Claims of random theorems: prob(bool) >= p, or mean(expr), var(expr) compared with numbers. */
#include "rk_checker.h"

static bool statistic(const rk_term *t) {
    return t->op == RK_T_PROB || t->op == RK_T_MEAN || t->op == RK_T_VARIANCE;
}

static bool number(const rk_checker *ck, const rk_term *t) {
    return !(ck->traits[t->id] & (RK_TRAIT_VARIABLE | RK_TRAIT_STATISTIC));
}

static bool good_comparison(const rk_checker *ck, const rk_term *t) {
    const rk_term *a = t->kid[0], *b = t->kid[1];
    bool ordered = t->cmp != RK_EQ && t->cmp != RK_NE;
    if (!statistic(a) && statistic(b)) {
        a = b;
        b = t->kid[0];
    }
    return statistic(a) && number(ck, b) && (ordered || a->op != RK_T_PROB);
}

static bool good_claim(const rk_checker *ck, const rk_term *t) {
    if (t->op == RK_T_COMPARE)
        return good_comparison(ck, t);
    bool good = t->op == RK_T_AND;
    for (size_t i = 0; good && i < t->nkids; i++)
        good = good_claim(ck, t->kid[i]);
    return good;
}

void rk_check_random_claim(rk_checker *ck, const rk_term *claim) {
    if (good_claim(ck, claim))
        return;
    if (rk_complain(ck, "random-claim", claim->span,
                    "a random claim compares prob(...), mean(...) or var(...) with a number"))
        rk_hint(ck, "`prob(A > 0) >= 0.9`, `mean(x) <= 1/2`; a probability is not claimed to be "
                    "equal to a number");
}

void rk_check_no_statistic(rk_checker *ck, const rk_term *t, const char *what) {
    if (ck->traits[t->id] & RK_TRAIT_STATISTIC)
        rk_complain(ck, "random-claim", t->span, "no `prob`, `mean` or `var` stands in %s", what);
}
