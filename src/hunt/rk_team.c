#include "rk_team.h"
#include "base/rk_guard.h"
#include "base/rk_mem.h"

/* The first number of every message. */
enum { JOB = 1, BLOCK, HALT, OVER, DISMISS, ASK, HAUL, FAILURE };

static void send_buf(const rankle_team *team, unsigned to, rk_buf *b) {
    team->send(team->self, to, b->text, b->len);
    rk_buf_clear(b);
}

static void send_word(const rankle_team *team, unsigned to, uint64_t word, uint64_t number) {
    rk_buf b;
    rk_buf_init(&b);
    rk_parcel_put_number(&b, word);
    rk_parcel_put_number(&b, number);
    send_buf(team, to, &b);
}

static void send_word_to_all(const rankle_team *team, uint64_t word) {
    for (unsigned to = 1; to < team->size; to++)
        send_word(team, to, word, 0);
}

static bool receive(const rankle_team *team, unsigned *from, rk_parcel *p) {
    const void *bytes;
    size_t n;
    if (!team->receive(team->self, from, &bytes, &n))
        return false;
    *p = (rk_parcel){.at = bytes, .end = (const char *)bytes + n, .good = true};
    return true;
}

char *rk_team_digest(const rk_checked *checked) {
    rk_buf hex;
    rk_buf_init(&hex);
    for (size_t i = 0; i < sizeof checked->statement; i++)
        rk_buf_printf(&hex, "%02x", checked->statement[i]);
    return rk_buf_take(&hex);
}

/* --- process 0 ---------------------------------------------------------------------- */

static void put_job(rk_buf *b, const rk_team_job *job) {
    rk_parcel_put_number(b, JOB);
    rk_parcel_put_text(b, job->digest);
    rk_parcel_put_text(b, job->theorem);
    rk_parcel_put_number(b, job->trials);
    rk_parcel_put_real(b, job->left);
    rk_parcel_put_number(b, job->one);
    rk_parcel_put_number(b, job->kept);
    rk_parcel_put_number(b, job->only ? job->ndims : 0);
    for (size_t i = 0; i < job->ndims && job->only; i++)
        rk_parcel_put_number(b, (uint64_t)job->only[i]);
}

void rk_team_begin(rk_team_lead *lead, const rk_team_job *job) {
    lead->one = job->one;
    lead->room = rk_calloc(lead->team->size, sizeof *lead->room);
    for (unsigned to = 1; to < lead->team->size; to++) {
        rk_buf b;
        rk_buf_init(&b);
        put_job(&b, job);
        send_buf(lead->team, to, &b);
    }
}

static void take_haul(rk_team_lead *lead, rk_parcel *p) {
    uint64_t block = rk_parcel_number(p);
    rk_arena *arena = rk_arena_new();
    rk_block_result r;
    rk_parcel_result(p, arena, &r);
    rk_haul *haul = p->good ? rk_keep_restore(lead->worker, &r, lead->one) : NULL;
    rk_arena_free(arena);
    if (!haul || block < lead->first)
        rk_guard_raise("a process of this job brought in a block that is none");
    rk_line_put(lead->line, (block - lead->first) / lead->step, haul);
}

static void take_message(rk_team_lead *lead, unsigned from, rk_parcel *p) {
    switch (rk_parcel_number(p)) {
    case ASK:
        lead->room[from] += rk_parcel_number(p);
        break;
    case HAUL:
        lead->room[from]++;
        take_haul(lead, p);
        break;
    default:
        rk_guard_raise("a process of this job failed");
    }
}

/* Item n to this process, unless it is there already. */
static void hand_to(rk_team_lead *lead, unsigned to, uint64_t n) {
    uint64_t block = lead->first + n * lead->step;
    rk_haul *haul = rk_keep_fetch(lead->keep, lead->worker, block);
    if (haul) {
        rk_line_put(lead->line, n, haul);
    } else {
        send_word(lead->team, to, BLOCK, block);
        lead->room[to]--;
    }
}

static bool hand_out(rk_team_lead *lead) {
    bool any = false;
    for (unsigned to = 1; to < lead->team->size; to++) {
        uint64_t n;
        while (lead->room[to] > 0 && rk_line_next(lead->line, 0, &n) == RK_LINE_GIVEN) {
            hand_to(lead, to, n);
            any = true;
        }
    }
    return any;
}

bool rk_team_round(rk_team_lead *lead) {
    unsigned from;
    rk_parcel p;
    bool any = false;
    while (receive(lead->team, &from, &p)) {
        take_message(lead, from, &p);
        any = true;
    }
    return hand_out(lead) || any;
}

void rk_team_halt(const rk_team_lead *lead) {
    send_word_to_all(lead->team, HALT);
}

/* Waits until all have left the hunt, so that nothing of it arrives in the next. */
void rk_team_end(rk_team_lead *lead) {
    unsigned from, left = lead->team->size - 1;
    rk_parcel p;
    send_word_to_all(lead->team, OVER);
    while (left > 0) {
        if (!receive(lead->team, &from, &p)) {
            rk_line_nap(0.0005);
            continue;
        }
        uint64_t word = rk_parcel_number(&p);
        if (word == FAILURE)
            rk_guard_raise("a process of this job failed");
        left -= word == OVER;
    }
    rk_free(lead->room);
}

void rankle_team_dismiss(const rankle_team *team) {
    send_word_to_all(team, DISMISS);
}

/* --- the others --------------------------------------------------------------------- */

static bool help_job(const rankle_team *team, rk_parcel *p,
                     bool (*help)(void *self, const rankle_team *team, const rk_team_job *job),
                     void *self) {
    rk_team_job job = {0};
    job.digest = rk_parcel_text(p);
    job.theorem = rk_parcel_text(p);
    job.trials = rk_parcel_number(p);
    job.left = rk_parcel_real(p);
    job.one = rk_parcel_number(p) != 0;
    job.kept = rk_parcel_number(p) != 0;
    job.ndims = rk_parcel_number(p);
    if (!p->good || job.ndims > (size_t)(p->end - p->at))
        return false;
    int64_t *only = rk_calloc(job.ndims + 1, sizeof *only);
    for (size_t i = 0; i < job.ndims; i++)
        only[i] = (int64_t)rk_parcel_number(p);
    job.only = job.ndims > 0 ? only : NULL;
    char *digest = rk_strdup(job.digest), *theorem = rk_strdup(job.theorem);
    job.digest = digest; /* the message goes with the next one */
    job.theorem = theorem;
    bool good = p->good && help(self, team, &job);
    rk_free(only);
    rk_free(digest);
    rk_free(theorem);
    return good;
}

bool rk_team_follow(const rankle_team *team,
                    bool (*help)(void *self, const rankle_team *team, const rk_team_job *job),
                    void *self) {
    for (;;) {
        unsigned from;
        rk_parcel p;
        if (!receive(team, &from, &p)) {
            rk_line_nap(0.001);
            continue;
        }
        uint64_t word = rk_parcel_number(&p);
        if (word == DISMISS)
            return true;
        if (word == JOB && !help_job(team, &p, help, self)) {
            send_word(team, 0, FAILURE, 0);
            return false;
        }
        if (word == JOB)
            send_word(team, 0, OVER, 0);
    }
}

void rk_team_ask(const rankle_team *team, uint64_t room) {
    send_word(team, 0, ASK, room);
}

rk_team_word rk_team_hear(const rankle_team *team, uint64_t *block) {
    unsigned from;
    rk_parcel p;
    if (!receive(team, &from, &p))
        return RK_TEAM_NONE;
    uint64_t word = rk_parcel_number(&p);
    *block = rk_parcel_number(&p);
    return word == BLOCK ? RK_TEAM_BLOCK : word == HALT ? RK_TEAM_HALT : RK_TEAM_OVER;
}

void rk_team_bring(const rankle_team *team, uint64_t block, const rk_buf *result) {
    rk_buf b;
    rk_buf_init(&b);
    rk_parcel_put_number(&b, HAUL);
    rk_parcel_put_number(&b, block);
    rk_buf_write(&b, result->text, result->len);
    send_buf(team, 0, &b);
}
