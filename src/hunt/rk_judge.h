/* The one place where a candidate assignment becomes a finding: the free slots lie in their sets,
   rk_decide says so exactly, and the caller's `accept` agrees. For universal theorems a finding is
   a violation, for `exists` theorems an example. Keeps the counters. One judge a thread; what is
   dear to make for a program hangs on it. */
#ifndef RK_JUDGE_H
#define RK_JUDGE_H

#include "rk_hunt.h"

/* How far to go when the rationals do not hold the values. */
typedef enum rk_effort {
    RK_EFFORT_RATIONAL, /* no further */
    RK_EFFORT_SCREENED, /* to the richer domains, unless doubles show that it is no finding */
    RK_EFFORT_THOROUGH  /* to the richer domains */
} rk_effort;

typedef struct rk_judge {
    const rk_checked *checked;
    const rk_hunt_options *options; /* not owned */
    rk_tally *tally;                /* not owned; NULL: count nothing */
    rk_domain *doubles, *rationals; /* owned */
    rk_forms forms;                 /* of the last finding: its entries that are not rational */
    rk_effort most;                 /* cap on the effort of every try */
    const char *how;                /* name of what is being tried, static: a way may refine it */
    bool typical;                   /* a finding is to be like what is close by (rk_typical.h) */
    bool stopped;                   /* the deadline passed, or the hunt is to end */
    struct rk_kept *kept;           /* rk_judge_keep */
    size_t nkept, kept_capacity;
} rk_judge;

void rk_judge_init(rk_judge *judge, const rk_checked *checked, const rk_hunt_options *options,
                   rk_tally *tally);
void rk_judge_clear(rk_judge *judge);

/* Is this assignment a finding? *claim: the first claim violated (0 for examples). */
bool rk_judge_try(rk_judge *judge, const rk_program *program, const rk_assignment *a,
                  rk_effort effort, unsigned *claim);

/* The same at a point with closed forms (rk_forms.h), which is screened by doubles first. Never a
   finding where the caller's `accept` has a say: such points are null sets. */
bool rk_judge_try_forms(rk_judge *judge, const rk_program *program, const rk_assignment *a,
                        const rk_forms *forms, unsigned *claim);

/* The margin of rk_margin_violation in doubles. */
double rk_judge_margin(const rk_judge *judge, const rk_program *program, const rk_assignment *a);

/* Doubles show an example or a violation, or cannot exclude one. */
bool rk_judge_worth(const rk_judge *judge, const rk_program *program, const rk_assignment *a);

bool rk_judge_out_of_time(rk_judge *judge);

/* Things that belong to one program and are made when first asked for (a compiled batch): `kind`,
   the address of a static object, says what it is. make may return NULL, which is kept too; drop
   gets what is not NULL when the judge is cleared or told to forget the program. */
typedef struct rk_keeping {
    void *(*make)(rk_judge *judge, const rk_program *program);
    void (*drop)(void *thing);
} rk_keeping;

void *rk_judge_keep(rk_judge *judge, const rk_program *program, const rk_keeping *kind);
/* Before a program is freed that the judge has tried: its address may come again. */
void rk_judge_forget(rk_judge *judge, const rk_program *program);

#endif
