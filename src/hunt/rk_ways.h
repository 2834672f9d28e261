/* The ways of looking for a finding, in one table. Each looks at one program with one stream of
   random numbers and keeps its promise alone: whatever it tries goes through the judge, so that no
   way can make a wrong finding, only miss one. Enumeration is not among them: its trials are
   numbered, not drawn (rk_schedule.h). */
#ifndef RK_WAYS_H
#define RK_WAYS_H

#include "rk_judge.h"

typedef struct rk_way {
    const char *name;     /* for reports; a run may be more precise in judge->how */
    unsigned char weight; /* of every program's trials: its share among the ways that apply */
    bool (*applies)(const rk_judge *judge, const rk_program *program);
    /* out: initialised for the program; the finding when true (*claim: as of rk_judge_try) */
    bool (*run)(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                unsigned *claim);
} rk_way;

size_t rk_way_count(void);
const rk_way *rk_way_at(size_t i);
/* Do its trials stay cheap where dimensions are large (rk_far.h)? */
bool rk_way_goes_far(const rk_way *way);

#endif
