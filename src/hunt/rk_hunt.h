/* The hunt for counterexamples: enumeration of small integers, small fields with lifting,
   structured samplers, doubles made exact; then shrinking in a written total order. Trial k
   depends on (seed, theorem digest, k) alone. Only exact decisions make a finding. */
#ifndef RK_HUNT_H
#define RK_HUNT_H

#include "base/rk_rng.h"
#include "eval/rk_dims.h"
#include "eval/rk_run.h"
#include "rk_blocks.h"
#include "rk_forms.h"

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
/* A draw in the interior of every set: rationals of small height, huge or tiny, of one sign, or
   near something structured. For `generic` instances and interior points. Always succeeds. */
void rk_sample_interior(const rk_program *program, rk_rng *rng, rk_assignment *out);

typedef struct rk_finding {
    int64_t *dims; /* checked->ndims */
    rk_program *program;
    rk_assignment value;
    rk_forms forms; /* entries that are not rational */
    unsigned claim; /* which claim is violated */
    uint64_t trial;
    char *how; /* "enumeration", "small field", ...; owned */
} rk_finding;

void rk_finding_clear(rk_finding *f);

typedef struct rk_hunt_progress {
    uint64_t trials; /* done, whatever their order */
    double rate;     /* of trials a second */
    const int64_t *dims;
    double best; /* largest violation seen in doubles; -INFINITY: none */
    uint64_t findings;
} rk_hunt_progress;

typedef struct rk_hunt_options {
    uint64_t seed;
    uint64_t trials;  /* budget; 0: default */
    uint64_t samples; /* with trials 0: go on, within four budgets, until so many instances held */
    double deadline;  /* monotonic seconds, 0: none */
    int64_t max_dim;  /* cap on open dimensions, 0: 6, or 128 when nothing is drawn */
    slong precision_cap;
    bool shrink;
    unsigned jobs;          /* threads, the caller's among them; 0: that one alone, as it is */
    uint64_t shard, shards; /* only the blocks b with b mod shards == shard; shards 0: all */
    uint64_t findings;      /* go on until so many different ones, of different kinds when they
                               are shrunk; 0: one */
    /* Where finished blocks are kept and asked for, or NULL. Blocks are then whole, whatever the
       budget of trials, and findings are shrunk with their blocks. When the store fails the hunt
       ends and reports nothing beyond what was stored. */
    const rk_block_store *store;
    /* progress, may be NULL: called by the caller's thread now and then; false stops the hunt */
    bool (*progress)(void *self, const rk_hunt_progress *now);
    void *self;
    /* known counterexamples to try first, as `.thm` snippets; may be NULL */
    const rk_checked *const *known;
    size_t nknown;
    /* decides whether a violating instance counts (open violations for generic theorems); NULL:
       every exact violation does */
    bool (*accept)(void *self, const rk_program *program, const rk_assignment *a);
    void *accept_self;
    const struct rankle_team *team; /* processes that help (rk_team.h); NULL: none */
    /* Set by a hunt for those that work for it: asked before each trial and within long ones, false
       stops them. */
    bool (*alive)(void *self);
    void *alive_self;
    bool kept;              /* a store keeps what they find, here or in the process that leads */
    struct rk_kinds *kinds; /* kinds of findings that earlier blocks had (rk_kinds.h), or NULL */
} rk_hunt_options;

/* The options of a small hunt within a hunt: with the same seed, rules and limits, on the caller's
   thread, for one finding that is not shrunk. */
rk_hunt_options rk_hunt_within(const rk_hunt_options *o, uint64_t trials);

/* What was counted: over a block of trials, or over a hunt (the counters: rk_blocks.h). */
typedef struct rk_tally {
#define RK_TALLY_COUNTER(name) uint64_t name;
    RK_BLOCK_COUNTERS(RK_TALLY_COUNTER)
#undef RK_TALLY_COUNTER
    double best; /* largest violation seen in doubles, -INFINITY: none */
    rk_ev why;   /* of the unknown */
    rk_span where;
    int64_t *dims_low, *dims_high; /* range of dimensions of the held instances, checked->ndims */
} rk_tally;

void rk_tally_init(rk_tally *tally, const rk_checked *checked);
void rk_tally_clear(rk_tally *tally);
/* Adds what was counted later. */
void rk_tally_add(rk_tally *tally, const rk_tally *later, const rk_checked *checked);

typedef struct rk_hunt_report {
    bool found;
    rk_finding finding; /* the first, after shrinking */
    rk_finding *more;   /* the others, in the order of trials */
    size_t nmore;
    rk_tally tally; /* of the blocks up to where the hunt stopped */
} rk_hunt_report;

/* Trial k is a function of the theorem, the seed, the options that shape the plan, and k. Trials
   are done in blocks, and blocks are taken in their order, so that the report is the same for any
   number of workers: the hunt ends with the block that has the last finding wanted, or that fills
   the budget; a deadline or an interrupt leaves the blocks before the first that was cut, and of
   that one the trials that were done.

   For universal theorems looks for violations, for `exists` theorems for examples (found = an
   example at the dimensions in hand; hunts the given dims only when only_dims is not NULL). */
void rk_hunt(const rk_checked *checked, const int64_t *only_dims, const rk_hunt_options *o,
             rk_hunt_report *out);
void rk_hunt_report_clear(rk_hunt_report *r, const rk_checked *checked);

/* Shrinks a finding in place; the predicate is the exact check (and accept). Idempotent. */
void rk_shrink(const rk_checked *checked, rk_finding *f, const rk_hunt_options *o);

/* The finding as a theorem of its own, readable and checkable by the same tool. */
void rk_finding_snippet(rk_buf *out, const rk_checked *checked, const rk_finding *f);
/* The same for several in one file: from the second on the number stands in the name, and what the
   first brings along of the theorem's file is not told again. */
void rk_finding_snippet_numbered(rk_buf *out, const rk_checked *checked, const rk_finding *f,
                                 size_t number);

#endif
