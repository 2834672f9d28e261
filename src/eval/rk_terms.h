/* The terms that a set of roots reaches, by id, and the loop indices each depends on. Nothing here
   recurses: let chains may be as long as the text. */
#ifndef RK_TERMS_H
#define RK_TERMS_H

#include "base/rk_mem.h"
#include "lang/rk_term.h"

typedef struct rk_symset { /* loop indices, ascending; shared, in the arena */
    size_t n;
    const unsigned *sym;
} rk_symset;

typedef struct rk_terms {
    rk_arena *arena; /* not owned */
    const rk_checked *checked;
    const rk_term **term; /* by id; NULL where nothing was reached */
    rk_symset *depends;   /* by id: indices of enclosing loops it depends on */
    size_t nids;
    bool too_large; /* more loops inside one another than can be served */
} rk_terms;

#define RK_MAX_LOOP_DEPTH 64

void rk_terms_init(rk_terms *t, rk_arena *arena, const rk_checked *checked,
                   const rk_term *const *roots, size_t nroots);
void rk_terms_clear(rk_terms *t);

bool rk_terms_depends(const rk_terms *t, const rk_term *term, unsigned sym);
bool rk_term_is_loop(const rk_term *term);
/* The kids that stand outside the body: all of an ordinary term, the start of a fold. */
size_t rk_term_outer_kids(const rk_term *term);
const rk_term *rk_term_body(const rk_term *loop);

/* A stack of terms, each pushed once (NULL entries of `seen` grow as needed). */
typedef struct rk_term_stack {
    const rk_term **item;
    size_t count, cap;
    unsigned char *seen; /* by id */
    size_t nseen;
} rk_term_stack;

void rk_term_stack_push(rk_term_stack *s, const rk_term *term); /* ignored when pushed before */
const rk_term *rk_term_stack_pop(rk_term_stack *s);             /* NULL when empty */
void rk_term_stack_clear(rk_term_stack *s);

#endif
