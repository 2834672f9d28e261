#include "rk_line.h"
#include <time.h>
#include "rk_guard.h"
#include "rk_mem.h"

void rk_line_init(rk_line *line, uint64_t count, uint64_t window) {
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&line->lock, NULL);
    pthread_cond_init(&line->moved, &monotonic);
    pthread_condattr_destroy(&monotonic);
    line->count = count;
    line->window = window;
    line->given = line->taken = line->put = 0;
    line->closed = line->enough = line->broken = false;
    line->waiting = rk_calloc(window, sizeof *line->waiting);
}

void rk_line_clear(rk_line *line) {
    for (uint64_t i = 0; i < line->window; i++)
        if (line->waiting[i])
            line->drop(line->self, line->waiting[i]);
    rk_free(line->waiting);
    pthread_cond_destroy(&line->moved);
    pthread_mutex_destroy(&line->lock);
}

static struct timespec from_now(double seconds) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    long whole = (long)seconds;
    t.tv_sec += whole;
    t.tv_nsec += (long)(1e9 * (seconds - (double)whole));
    if (t.tv_nsec >= 1000000000L) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000L;
    }
    return t;
}

static bool is_over(const rk_line *line) {
    return line->closed || line->enough || line->given >= line->count;
}

static bool is_full(const rk_line *line) {
    return line->given >= line->taken + line->window;
}

rk_line_answer rk_line_next(rk_line *line, double patience, uint64_t *n) {
    struct timespec until = from_now(patience);
    rk_line_answer answer = RK_LINE_LATER;
    pthread_mutex_lock(&line->lock);
    while (!is_over(line) && is_full(line))
        if (pthread_cond_timedwait(&line->moved, &line->lock, &until) != 0)
            break;
    if (is_over(line)) {
        answer = RK_LINE_OVER;
    } else if (!is_full(line)) {
        answer = RK_LINE_GIVEN;
        *n = line->given++;
    }
    pthread_mutex_unlock(&line->lock);
    return answer;
}

static rk_status take_all(void *arg) {
    rk_line *line = arg;
    for (void **next; !line->enough && *(next = &line->waiting[line->taken % line->window]);) {
        void *item = *next;
        *next = NULL;
        uint64_t n = line->taken++;
        line->enough = !line->take(line->self, n, item);
    }
    return RK_OK;
}

void rk_line_put(rk_line *line, uint64_t n, void *item) {
    const char *message = NULL;
    pthread_mutex_lock(&line->lock);
    line->put++;
    bool late = line->enough;
    if (!late)
        line->waiting[n % line->window] = item;
    if (!late && rk_guard_run(take_all, line, &message) != RK_OK)
        line->closed = line->enough = line->broken = true;
    bool broken = line->broken;
    pthread_cond_broadcast(&line->moved);
    pthread_mutex_unlock(&line->lock);
    if (late)
        line->drop(line->self, item);
    if (broken && message != NULL)
        rk_guard_raise(message);
}

void rk_line_close(rk_line *line) {
    pthread_mutex_lock(&line->lock);
    line->closed = true;
    pthread_cond_broadcast(&line->moved);
    pthread_mutex_unlock(&line->lock);
}

void rk_line_break(rk_line *line) {
    pthread_mutex_lock(&line->lock);
    line->closed = line->enough = line->broken = true;
    pthread_cond_broadcast(&line->moved);
    pthread_mutex_unlock(&line->lock);
}

bool rk_line_idle(rk_line *line, double patience) {
    struct timespec until = from_now(patience);
    pthread_mutex_lock(&line->lock);
    while (line->put < line->given && !line->broken)
        if (pthread_cond_timedwait(&line->moved, &line->lock, &until) != 0)
            break;
    bool idle = line->put >= line->given || line->broken;
    pthread_mutex_unlock(&line->lock);
    return idle;
}

bool rk_line_done(rk_line *line) {
    pthread_mutex_lock(&line->lock);
    bool done = line->enough || line->broken || (is_over(line) && line->put >= line->given);
    pthread_mutex_unlock(&line->lock);
    return done;
}

void rk_line_nap(double seconds) {
    struct timespec t = {.tv_sec = (time_t)seconds};
    t.tv_nsec = (long)(1e9 * (seconds - (double)t.tv_sec));
    nanosleep(&t, NULL);
}
