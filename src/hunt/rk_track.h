/* Lines through an assignment, and the functions of one number that comparisons, kinks and ranks
   are along them. One slot moves, X = base + t*direction, in a direction that keeps the affine
   conditions of its set (symmetric, rows that sum to 1, ...); all else stands still. */
#ifndef RK_TRACK_H
#define RK_TRACK_H

#include "base/rk_rng.h"
#include "rk_forms.h"

typedef struct rk_track {
    const rk_program *program; /* not owned */
    rk_assignment base;
    size_t slot;
    fmpq_mat_t direction;
} rk_track;

/* A random line through `at`, which lies in the sets. False, and nothing to clear: there is nothing
   to move, or the set that was chosen holds no lines. */
bool rk_track_draw(rk_track *line, const rk_program *program, rk_rng *rng, const rk_assignment *at);
/* Along one entry, and what has to go with it in a symmetric matrix. False, and nothing to clear:
   the set holds no such line. */
bool rk_track_entry(rk_track *line, const rk_program *program, const rk_assignment *at, size_t slot,
                    slong i, slong j);
void rk_track_clear(rk_track *line);

void rk_track_at(const rk_track *line, const fmpq_t t, rk_assignment *out);
/* The entries that move, with the closed form `t` of the parameter, which is near `near`
   (rk_root), added to `out`. */
void rk_track_forms(const rk_track *line, const char *t, const fmpq_t near, rk_forms *out);
/* The same line at the number t of the run's domain, as inputs; what was computed is forgotten. */
rk_ev rk_track_inputs(rk_run *run, const rk_track *line, const void *t);

/* What to look at along a line: where it changes sign, truth may change. */
typedef struct rk_height {
    enum { RK_HEIGHT_DIFFERENCE, RK_HEIGHT_VALUE, RK_HEIGHT_DETERMINANT } kind;
    unsigned left, right; /* instructions: sides of a comparison; argument of abs, of rank */
    slong entry;
} rk_height;

/* The heights of a program, at most `room`, chosen at random where there are more. Determinants
   are those of square matrices, and of the Gram matrices of others, whose rank is asked for. */
size_t rk_heights(rk_height *out, size_t room, const rk_program *program, rk_rng *rng);

/* The height in the run's domain, into *value (an entry, initialised). OK, or why not. */
rk_ev rk_height_value(rk_run *run, const rk_height *height, void *value);

#endif
