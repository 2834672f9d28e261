/* A process that follows: its threads do the blocks that process 0 sends, and the caller's thread
   talks to process 0. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include "base/rk_guard.h"
#include "base/rk_mem.h"
#include "base/rk_pool.h"
#include "rk_record.h"
#include "rk_team.h"

/* Blocks a thread that are asked for ahead, so that none waits for an answer; and seconds between
   two looks for messages. */
enum { AHEAD = 3 };
static const double nap = 0.0005;

typedef struct done {
    uint64_t block;
    rk_buf result;
} done;

typedef struct helper {
    const rk_checked *checked;
    const rk_hunt_options *options;
    const rk_team_job *job;
    rk_schedule schedule;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t come;
    uint64_t *todo; /* blocks to do, and results to send */
    size_t ntodo, todo_capacity;
    done *done;
    size_t ndone, done_capacity;
    bool over;
    bool talked; /* the caller's thread has: it may be asked again when others start late */
    atomic_bool halt;
} helper;

typedef struct helping {
    helper *helper;
    const rankle_team *team;
    unsigned number, threads;
} helping;

static bool is_alive(void *self) {
    return !atomic_load_explicit(&((helper *)self)->halt, memory_order_relaxed);
}

/* --- the threads -------------------------------------------------------------------- */

static bool next_block(helper *h, uint64_t *block) {
    pthread_mutex_lock(&h->lock);
    while (h->ntodo == 0 && !h->over)
        pthread_cond_wait(&h->come, &h->lock);
    bool more = !h->over;
    if (more) {
        *block = h->todo[0];
        memmove(h->todo, h->todo + 1, --h->ntodo * sizeof *h->todo);
    }
    pthread_mutex_unlock(&h->lock);
    return more;
}

static void put_done(helper *h, uint64_t block, rk_haul *haul) {
    rk_arena *arena = rk_arena_new();
    rk_block_result r;
    done d = {.block = block};
    rk_record_block(arena, h->checked, &haul->tally, haul->finding, haul->small, haul->n, &r);
    r.cut = haul->cut;
    rk_buf_init(&d.result);
    rk_parcel_put_result(&d.result, &r);
    rk_arena_free(arena);
    rk_haul_free(haul);
    pthread_mutex_lock(&h->lock);
    rk_grow(&h->done, &h->done_capacity, h->ndone + 1, sizeof *h->done);
    h->done[h->ndone++] = d;
    pthread_mutex_unlock(&h->lock);
}

static void do_blocks(helper *h) {
    rk_worker w;
    uint64_t block;
    rk_worker_init(&w, &h->schedule, h->options);
    while (next_block(h, &block)) {
        uint64_t first = block * RK_BLOCK_TRIALS, end = first + RK_BLOCK_TRIALS;
        bool whole = h->job->kept && !h->schedule.plan.closed;
        end = whole || end < h->job->trials ? end : h->job->trials;
        put_done(h, block, rk_worker_block(&w, first, end, h->job->one));
    }
    rk_worker_clear(&w);
}

/* --- the talk ----------------------------------------------------------------------- */

static void end_all(helper *h) {
    atomic_store(&h->halt, true);
    pthread_mutex_lock(&h->lock);
    h->over = true;
    pthread_cond_broadcast(&h->come);
    pthread_mutex_unlock(&h->lock);
}

static void add_block(helper *h, uint64_t block) {
    pthread_mutex_lock(&h->lock);
    rk_grow(&h->todo, &h->todo_capacity, h->ntodo + 1, sizeof *h->todo);
    h->todo[h->ntodo++] = block;
    pthread_cond_signal(&h->come);
    pthread_mutex_unlock(&h->lock);
}

static bool send_one(helper *h, const rankle_team *team) {
    done d = {0};
    pthread_mutex_lock(&h->lock);
    bool any = h->ndone > 0;
    if (any) {
        d = h->done[0];
        memmove(h->done, h->done + 1, --h->ndone * sizeof *h->done);
    }
    pthread_mutex_unlock(&h->lock);
    if (any) {
        rk_team_bring(team, d.block, &d.result);
        rk_buf_clear(&d.result);
    }
    return any;
}

static void talk(helper *h, const rankle_team *team, unsigned threads) {
    bool over = false;
    h->talked = true;
    rk_team_ask(team, AHEAD * (uint64_t)threads);
    while (!over) {
        uint64_t block;
        rk_team_word word = rk_team_hear(team, &block);
        if (word == RK_TEAM_BLOCK)
            add_block(h, block);
        else if (word == RK_TEAM_HALT)
            atomic_store(&h->halt, true);
        over = word == RK_TEAM_OVER;
        if (!send_one(h, team) && word == RK_TEAM_NONE)
            rk_line_nap(nap);
    }
    end_all(h);
}

static rk_status help_guarded(void *arg) {
    helping *own = arg;
    if (own->number != 0)
        do_blocks(own->helper);
    else if (!own->helper->talked)
        talk(own->helper, own->team, own->threads - 1);
    return RK_OK;
}

static void help(void *self, size_t index, unsigned worker) {
    helping own = *(helping *)self;
    const char *message = NULL;
    (void)index;
    own.number = worker;
    if (rk_guard_run(help_guarded, &own, &message) != RK_OK) {
        end_all(own.helper);
        rk_guard_raise(message);
    }
}

/* --- the whole ---------------------------------------------------------------------- */

static bool is_same(const rk_checked *checked, const rk_team_job *job) {
    char *digest = rk_team_digest(checked);
    bool same = strcmp(digest, job->digest) == 0 && (!job->only || job->ndims == checked->ndims);
    rk_free(digest);
    return same;
}

static void clear(helper *h) {
    for (size_t i = 0; i < h->ndone; i++)
        rk_buf_clear(&h->done[i].result);
    rk_free(h->done);
    rk_free(h->todo);
    pthread_cond_destroy(&h->come);
    pthread_mutex_destroy(&h->lock);
    rk_schedule_clear(&h->schedule);
}

bool rk_hunt_help(const rk_checked *checked, const rk_hunt_options *o, const rankle_team *team,
                  const rk_team_job *job) {
    if (!is_same(checked, job))
        return false;
    rk_hunt_options theirs = *o;
    helper h = {.checked = checked, .options = &theirs, .job = job};
    theirs.alive = is_alive;
    theirs.alive_self = &h;
    theirs.progress = NULL;
    theirs.kept = job->kept;
    atomic_init(&h.halt, false);
    pthread_mutex_init(&h.lock, NULL);
    pthread_cond_init(&h.come, NULL);
    rk_judge judge;
    rk_judge_init(&judge, checked, &theirs, NULL);
    rk_schedule_init(&h.schedule, &judge, job->only, o->max_dim);
    rk_judge_clear(&judge);
    helping all = {.helper = &h, .team = team, .threads = (o->jobs > 0 ? o->jobs : 1) + 1};
    rk_pool_run(all.threads, all.threads, help, &all);
    clear(&h);
    return true;
}
