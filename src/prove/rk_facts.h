/* Bounds that hold at every assignment: of ranks from shapes, declared sets and the definedness of
   what is inverted or divided by; of integer-valued scalars built on ranks; and truth values that
   follow from them. Facts from elsewhere (a witness, a neighbourhood of a point) tighten them; the
   result then holds where the facts hold. The rank laws used are textbook: Sylvester's,
   subadditivity, monotonicity under deletion and concatenation, multiplicativity under the
   Kronecker product. */
#ifndef RK_FACTS_H
#define RK_FACTS_H

#include "eval/rk_program.h"
#include "base/rk_flint.h"
#include "rk_ones.h"
#include "rk_rows.h"
#include "base/rk_tern.h"

typedef struct rk_range { /* closed; valid only where known */
    bool known;
    fmpq low, high;
} rk_range;

typedef struct rk_facts {
    const rk_program *program;
    rk_ones ones;
    rk_rows rows;
    int64_t *low, *high;           /* rank of each matrix instruction */
    int64_t *fact_low, *fact_high; /* facts put in before propagation; -1: none */
    bool *positive;                /* every entry of the matrix is above 0 */
    rk_range *value;               /* of each 1 by 1 instruction that is bounded */
    rk_tern *truth;                /* of each truth instruction */
    rk_tern *fact_truth;
} rk_facts;

void rk_facts_init(rk_facts *b, const rk_program *program);
void rk_facts_clear(rk_facts *b);

/* Computes everything from the facts; may be called again after more facts. */
void rk_facts_propagate(rk_facts *b);

/* All claims together, all hypotheses together (true where there are none). */
rk_tern rk_facts_claims(const rk_facts *b);
rk_tern rk_facts_hypotheses(const rk_facts *b);

/* Does the instruction depend on a slot for which `of` holds? marks: ninstr bytes. */
void rk_depends(const rk_program *program, bool (*of)(const rk_slot *slot), unsigned char *marks);

#endif
