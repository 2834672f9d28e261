/* Equations that are assumed are ways of writing: where A*B*C becomes M, the rank of M is that of a
   product of three, whatever the normal form of M looks like. */
#include "rk_inst_inside.h"

#include "rk_rewrite.h"

enum { MOST_RULES = 32, MOST_LETTERS = 6 };

/* Inverses have rules of their own, which say nothing about ranks. */
static bool useful(const rk_word *lead) {
    for (size_t i = 0; i < lead->length; i++)
        if (lead->letter[i].inverted || lead->letter[i].leaf->kind == RK_L_INV)
            return false;
    return lead->length > 1 && lead->length <= MOST_LETTERS;
}

void rk_inst_equations(rk_instances *g) {
    rk_mxs *s = rk_instances_store(g);
    const rk_rewrite *rules = rk_mxs_rules(s);
    size_t seen = 0;
    for (size_t i = 0; rules && i < rk_rewrite_size(rules) && seen < MOST_RULES; i++) {
        rk_rewrite_rule rule = rk_rewrite_get(rules, i);
        if (rule.lead->nwords != 1 || !useful(rule.lead->word)) /* a grid is no product */
            continue;
        seen++;
        rk_site from = {.mx = rule.image, .rank = rk_mx_rank(s, rule.image)};
        rk_inst_cuts(g, &from, rule.image, rule.lead);
        rk_inst_squares(g, &from, rule.lead);
    }
}
