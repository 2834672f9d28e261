/* Processes that share a hunt, on one host or on many. Process 0 leads: it runs the whole, hands
   blocks out and takes what comes back in order; the others follow: they wait for hunts and do
   blocks. How messages travel is the caller's (rankle.h). */
#ifndef RK_TEAM_H
#define RK_TEAM_H

#include "rankle.h"
#include "base/rk_line.h"
#include "rk_keep.h"
#include "rk_parcel.h"

/* What followers are told of a hunt. */
typedef struct rk_team_job {
    const char *digest;  /* of what the theorem claims, in hexadecimal */
    const char *theorem; /* its name */
    const int64_t *only; /* the only dimensions, or NULL */
    size_t ndims;
    uint64_t trials;
    double left; /* seconds, 0: no limit */
    bool one;    /* as of rk_worker_block */
    bool kept;   /* as of rk_hunt_options */
} rk_team_job;

/* The digest of a job, to be freed. */
char *rk_team_digest(const rk_checked *checked);

/* --- process 0 ---------------------------------------------------------------------- */

typedef struct rk_team_lead {
    const rankle_team *team; /* not owned */
    rk_line *line;           /* not owned: item n is block first + n * step */
    rk_keep *keep;           /* not owned: what is there is not handed out */
    uint64_t first, step;
    rk_worker *worker; /* not owned: judges again what is brought in */
    bool one;
    uint64_t *room; /* of each process: blocks it would take */
} rk_team_lead;

void rk_team_begin(rk_team_lead *lead, const rk_team_job *job);
/* Takes what has come and hands out what there is; false: neither. Raises (rk_guard.h) when a
   follower has failed. */
bool rk_team_round(rk_team_lead *lead);
/* The followers are to bring in what they have. */
void rk_team_halt(const rk_team_lead *lead);
void rk_team_end(rk_team_lead *lead);

/* --- the others --------------------------------------------------------------------- */

/* Does the hunts of process 0 until it has no more: `help` is called for each, and does its blocks
   by rk_hunt_help. False when help did: process 0 is told. */
bool rk_team_follow(const rankle_team *team,
                    bool (*help)(void *self, const rankle_team *team, const rk_team_job *job),
                    void *self);

/* Blocks of the job that is on, for rk_hunt_help. */
typedef enum rk_team_word { RK_TEAM_NONE, RK_TEAM_BLOCK, RK_TEAM_HALT, RK_TEAM_OVER } rk_team_word;

void rk_team_ask(const rankle_team *team, uint64_t room);
rk_team_word rk_team_hear(const rankle_team *team, uint64_t *block);
/* result: as rk_parcel_put_result wrote it */
void rk_team_bring(const rankle_team *team, uint64_t block, const rk_buf *result);

/* Does blocks of a hunt of process 0 until that ends. False: this is not the same theorem. */
bool rk_hunt_help(const rk_checked *checked, const rk_hunt_options *o, const rankle_team *team,
                  const rk_team_job *job);

#endif
