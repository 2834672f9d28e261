/* What the files of rk_rewrite share: rk_rewrite.c orders words and applies rules,
   rk_rewrite_complete.c makes rules from equations. */
#ifndef RK_REWRITE_INSIDE_H
#define RK_REWRITE_INSIDE_H

#include "base/rk_mem.h"
#include "rk_rewrite.h"

enum {
    RK_REWRITE_RULES = 96, /* live at a time */
    RK_REWRITE_OVERLAPS = 400,
    RK_REWRITE_LENGTH = 12,  /* of a leading word */
    RK_REWRITE_WORDS = 12,   /* of a rule */
    RK_REWRITE_STEPS = 4000, /* of one completion */
    RK_REWRITE_WORK = 600,   /* steps of one normal form */
    RK_REWRITE_DEPTH = 60
};

typedef struct rk_rule {
    const rk_letter *lead;
    size_t length;
    rk_sc rows, cols;
    const rk_mx *image;
    const rk_mx *first; /* the image when the rule was made */
    uint64_t origins;
    const rk_cofactor *why; /* lead - first is factor times this; NULL: not kept */
    rk_sc factor;
    bool live;
} rk_rule;

typedef struct rk_equation { /* value == 0 */
    const rk_mx *value;
    uint64_t origins;
    uint64_t weight;
    const rk_cofactor *why;
} rk_equation;

typedef struct rk_defined { /* a variable that an equation gives by others */
    const rk_leaf *leaf;
    const rk_mx *value;
    uint64_t weight;
} rk_defined;

struct rk_rewrite {
    rk_mxs *s;
    rk_scalars *scalars;
    rk_arena *arena;
    rk_rule *rule;
    size_t nrules, cap_rules, nlive;
    rk_equation *todo;
    size_t ntodo, cap_todo;
    rk_defined *defined;
    size_t ndefined, cap_defined;
    unsigned char *known; /* by the ids of leaves: seen inverted, or an inverse */
    size_t cap_known;
    const rk_leaf **pending; /* known ones whose rules are to be made */
    size_t npending, cap_pending;
    bool contradicts, cut, busy;
    unsigned steps, depth, overlaps, version;
};

uint64_t rk_rewrite_weight(const rk_rewrite *r, const rk_word *w);
int rk_rewrite_order(const rk_rewrite *r, const rk_word *a, const rk_word *b);
bool rk_rewrite_step(rk_rewrite *r, const rk_word *w, rk_sc rows, rk_sc cols, const rk_mx **result);
const rk_mx *rk_rewrite_reduce(rk_rewrite *r, const rk_mx *a);
/* Notes inverse letters that have no rules yet. */
void rk_rewrite_learn(rk_rewrite *r, const rk_word *w);
const rk_mx *rk_rewrite_letters(rk_rewrite *r, rk_sc rows, rk_sc cols, const rk_letter *letter,
                                size_t n);
void rk_rewrite_resume(rk_rewrite *r); /* completes what is pending */

#endif
