/* The hunt for counterexamples: enumeration of small integers, small fields with lifting,
   structured samplers, doubles made exact; then shrinking in a written total order. Trial k
   depends on (seed, theorem digest, k) alone. Only exact decisions make a finding. */
#ifndef RK_HUNT_H
#define RK_HUNT_H

#include "base/rk_rng.h"
#include "eval/rk_dims.h"
#include "eval/rk_run.h"
#include "rk_blocks.h"

typedef struct rk_sample_style rk_sample_style;

/* Draws an exact assignment in the sets of the free slots, structured (repeated and collinear
   rows, planted ranks, rational norms, nearly equal tokens, one-hot and uniform attention, inverse
   pairs, zero blocks, boundaries). `style` 0.. selects the recipe; the name is for reports.
   False: this recipe does not apply here. */
bool rk_sample(const rk_program *program, unsigned style, rk_rng *rng, rk_assignment *out);
unsigned rk_sample_styles(void);
const char *rk_sample_style_name(unsigned style);
/* The style that gives each slot a structure of its own. */
unsigned rk_sample_mixed(void);
/* A draw in the interior of every set: rationals of small height, huge or tiny, of one sign, or near
   something structured. For `generic` instances and interior points. Always succeeds. */
void rk_sample_interior(const rk_program *program, rk_rng *rng, rk_assignment *out);

typedef struct rk_finding {
    int64_t *dims; /* checked->ndims */
    rk_program *program;
    rk_assignment value;
    unsigned claim; /* which claim is violated */
    uint64_t trial;
    const char *how; /* "enumeration", "small field", ... */
} rk_finding;

void rk_finding_clear(rk_finding *f);

typedef struct rk_hunt_options {
    uint64_t seed;
    uint64_t trials;  /* budget; 0: default */
    uint64_t samples; /* with trials 0: go on, within four budgets, until so many instances held */
    double deadline;  /* monotonic seconds, 0: none */
    int64_t max_dim;  /* cap on open dimensions, 0: 6, or 128 when nothing is drawn */
    slong precision_cap;
    bool shrink;
    /* progress, may be NULL: called now and then; false stops the hunt */
    bool (*progress)(void *self, uint64_t trials, double rate, const int64_t *dims);
    void *self;
    /* known counterexamples to try first, as `.thm` snippets; may be NULL */
    const rk_checked *const *known;
    size_t nknown;
    /* decides whether a violating instance counts (open violations for generic theorems); NULL:
       every exact violation does */
    bool (*accept)(void *self, const rk_program *program, const rk_assignment *a);
    void *accept_self;
} rk_hunt_options;

/* What was counted: over a block of trials, or over a hunt (the counters: rk_blocks.h). */
typedef struct rk_tally {
#define RK_TALLY_COUNTER(name) uint64_t name;
    RK_BLOCK_COUNTERS(RK_TALLY_COUNTER)
#undef RK_TALLY_COUNTER
    rk_ev why; /* of the unknown */
    rk_span where;
    int64_t *dims_low, *dims_high; /* range of dimensions of the held instances, checked->ndims */
} rk_tally;

void rk_tally_init(rk_tally *tally, const rk_checked *checked);
void rk_tally_clear(rk_tally *tally);
/* Adds what was counted later. */
void rk_tally_add(rk_tally *tally, const rk_tally *later, const rk_checked *checked);

typedef struct rk_hunt_report {
    bool found;
    rk_finding finding; /* smallest after shrinking */
    rk_tally tally;
} rk_hunt_report;

/* For universal theorems looks for violations, for `exists` theorems for examples (found = an
   example at the dimensions in hand; hunts the given dims only when only_dims is not NULL). */
void rk_hunt(const rk_checked *checked, const int64_t *only_dims, const rk_hunt_options *o,
             rk_hunt_report *out);
void rk_hunt_report_clear(rk_hunt_report *r, const rk_checked *checked);

/* Shrinks a finding in place; the predicate is the exact check (and accept). Idempotent. */
void rk_shrink(const rk_checked *checked, rk_finding *f, const rk_hunt_options *o);

/* The finding as a theorem of its own, readable and checkable by the same tool. */
void rk_finding_snippet(rk_buf *out, const rk_checked *checked, const rk_finding *f);

#endif
