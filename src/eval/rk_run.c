#include "rk_run.h"

#include <string.h>

#include "base/rk_clock.h"
#include "base/rk_mem.h"
#include "linalg/rk_likely.h"
#include "linalg/rk_rank.h"
#include "rk_step.h"

/* --- the run -------------------------------------------------------------------------------- */

void rk_run_init(rk_run *run, const rk_program *program, const rk_domain *domain) {
    size_t n = program->ninstr + 1;
    memset(run, 0, sizeof *run);
    run->program = program;
    run->domain = domain;
    run->value = rk_calloc(n, sizeof *run->value);
    run->truth = rk_calloc(n, sizeof *run->truth);
    run->ev = rk_calloc(n, sizeof *run->ev);
    run->defined = rk_calloc(n, sizeof *run->defined);
    run->bounds = rk_calloc(n, sizeof *run->bounds);
    run->done = rk_calloc(n, 1);
    run->input = rk_calloc(program->nslots + 1, sizeof *run->input);
}

static void clear_matrix(rk_matrix *m) {
    if (m->domain != NULL)
        rk_matrix_clear(m);
    memset(m, 0, sizeof *m);
}

static void forget_but(rk_run *run, const unsigned char *keep) {
    for (size_t i = 0; i < run->program->ninstr; i++) {
        if (!run->done[i] || (keep != NULL && keep[i]))
            continue;
        clear_matrix(&run->value[i]);
        rk_bounds_free(run->bounds[i]);
        run->bounds[i] = NULL;
        run->done[i] = 0;
    }
}

static void forget(rk_run *run) {
    forget_but(run, NULL);
}

void rk_run_restart(rk_run *run, const unsigned char *keep) {
    forget_but(run, keep);
}

void rk_run_clear(rk_run *run) {
    forget(run);
    for (size_t i = 0; i < run->program->nslots; i++)
        clear_matrix(&run->input[i]);
    rk_free(run->value);
    rk_free(run->truth);
    rk_free(run->ev);
    rk_free(run->defined);
    rk_free(run->bounds);
    rk_free(run->done);
    rk_free(run->input);
    memset(run, 0, sizeof *run);
}

rk_ev rk_run_set_inputs(rk_run *run, const rk_assignment *a) {
    rk_ev ev = RK_EV_OK;
    forget(run);
    for (size_t i = 0; i < a->nslots; i++) {
        clear_matrix(&run->input[i]);
        if (run->program->slots[i].defined)
            continue;
        ev = rk_ev_worst(ev, rk_matrix_set_fmpq_mat(&run->input[i], run->domain, &a->value[i]));
    }
    return ev;
}

void rk_run_set_input(rk_run *run, unsigned slot, const rk_matrix *value) {
    forget(run);
    clear_matrix(&run->input[slot]);
    rk_matrix_copy(&run->input[slot], value);
}

/* --- one instruction ------------------------------------------------------------------------ */

static void settle(rk_run *run, unsigned i, rk_ev defined, rk_ev ev) {
    run->defined[i] = defined;
    run->ev[i] = defined == RK_EV_OK ? ev : defined;
}

static void give_up(rk_run *run, unsigned i) {
    run->truth[i] = RK_UNKNOWN;
    settle(run, i, RK_EV_LIMIT, RK_EV_LIMIT);
}

static void compute_truth(rk_run *run, unsigned i, rk_ev defined) {
    const rk_instr *p = &run->program->instr[i];
    rk_ev why = RK_EV_OK;
    run->truth[i] = RK_UNKNOWN;
    if (p->code == RK_P_CONSTRUCT)
        defined = rk_ev_worst(defined, RK_EV_CONSTRUCT);
    if (defined == RK_EV_OK)
        run->truth[i] = rk_step_truth(run, p, &why);
    settle(run, i, defined, why);
}

slong rk_doubts_bits(const rk_doubts *d) {
    return d->worst + (d->ranks > 1 ? (slong)FLINT_BIT_COUNT(d->ranks - 1) : 0);
}

static slong likely_rank(rk_doubts *d, const fmpq_mat_t a) {
    rk_likely found = rk_likely_fmpq(a, &d->rng);
    d->worst = d->ranks == 0 || found.doubts > d->worst ? found.doubts : d->worst;
    d->ranks++;
    return found.rank;
}

/* Over Q, with a deadline. */
static rk_ev rank_until(const rk_run *run, slong *low, slong *high, const rk_matrix *a) {
    fmpq_mat_t x;
    fmpq_mat_init(x, a->rows, a->cols);
    rk_matrix_get_fmpq_mat(x, a);
    bool known = rk_rank_fmpq_until(low, high, x, run->rank_deadline);
    if (!known && run->doubts != NULL) {
        slong found = likely_rank(run->doubts, x);
        *low = *high = found > *low ? found : *low;
        known = true;
    }
    fmpq_mat_clear(x);
    return known ? RK_EV_OK : RK_EV_LIMIT;
}

static rk_ev rank_of(const rk_run *run, slong *low, slong *high, const rk_matrix *a) {
    if (run->rank_deadline > 0 && rk_over_rationals(run->domain))
        return rank_until(run, low, high, a);
    return rk_matrix_rank(low, high, a);
}

/* What is known of the rank of instruction p's argument: the bounds are those of the shape when
   nothing better is. */
static rk_ev find_rank(const rk_run *run, const rk_instr *p, slong *low, slong *high) {
    const rk_instr *shape = &run->program->instr[p->arg[0]];
    *low = 0;
    *high = shape->rows < shape->cols ? shape->rows : shape->cols;
    rk_ev ev = run->ev[p->arg[0]];
    slong l, h;
    bool late = false;
    if (ev == RK_EV_OK) {
        ev = rank_of(run, &l, &h, &run->value[p->arg[0]]);
        late = ev == RK_EV_LIMIT && rk_over_rationals(run->domain);
        bool bounds = ev == RK_EV_OK || ev == RK_EV_PRECISION || late;
        *low = bounds ? l : *low;
        *high = bounds ? h : *high;
    }
    if (ev != RK_EV_OK && ev != RK_EV_UNDEFINED && !late) {
        h = rk_step_rank_bound(run, p->arg[0]);
        *high = h < *high ? h : *high;
    }
    return *low == *high ? RK_EV_OK : ev;
}

static rk_ev set_integer(rk_run *run, unsigned i, slong n) {
    const rk_domain *d = run->domain;
    fmpq_t q;
    fmpq_init(q);
    fmpq_set_si(q, n, 1);
    rk_ev ev = d->set_fmpq(d, run->value[i].entry, q);
    fmpq_clear(q);
    return ev;
}

/* The same, where it can be without the exponentials of attention or the roots that divide rows. */
static rk_ev find_bounds(const rk_run *run, const rk_instr *p, rk_ev *defined, slong *low,
                         slong *high) {
    slong l, h;
    rk_ev ev, scaled;
    if (rk_step_attention_rank(run, p, low, high)) {
        *defined = RK_EV_OK;
        return *low == *high ? RK_EV_OK : RK_EV_ESCAPE;
    }
    if (!rk_step_scaled_rank(run, p, &scaled, &l, &h))
        return find_rank(run, p, low, high);
    *defined = RK_EV_OK;
    *low = l;
    *high = h;
    if (scaled == RK_EV_OK)
        return RK_EV_OK;
    ev = find_rank(run, p, &l, &h);
    *low = l > *low ? l : *low;
    *high = h < *high ? h : *high;
    return *low == *high ? RK_EV_OK : ev;
}

static void compute_rank(rk_run *run, unsigned i, rk_ev defined) {
    const rk_instr *p = &run->program->instr[i];
    slong low, high;
    rk_matrix_init(&run->value[i], run->domain, 1, 1);
    rk_ev ev = find_bounds(run, p, &defined, &low, &high);
    run->bounds[i] = rk_bounds_new(low, high);
    if (ev == RK_EV_OK)
        ev = set_integer(run, i, low);
    settle(run, i, defined, ev);
}

static void compute_value(rk_run *run, unsigned i, rk_ev defined, rk_ev known) {
    const rk_instr *p = &run->program->instr[i];
    run->bounds[i] = rk_step_bounds(run, p);
    rk_ev ev = known;
    if (known == RK_EV_OK)
        ev = rk_step_value(run, p, &run->value[i]);
    if (ev == RK_EV_UNDEFINED || !rk_step_total(p))
        defined = rk_ev_worst(defined, ev);
    settle(run, i, defined, ev);
}

/* Whether all arguments are defined, and whether their values are known. A KEEP looks at its
   second argument for definedness only. */
static void look_at_arguments(const rk_run *run, const rk_instr *p, rk_ev *defined, rk_ev *known) {
    *defined = *known = RK_EV_OK;
    for (size_t k = 0; k < p->nargs; k++) {
        *defined = rk_ev_worst(*defined, run->defined[p->arg[k]]);
        if (p->code != RK_P_KEEP || k == 0)
            *known = rk_ev_worst(*known, run->ev[p->arg[k]]);
    }
}

static void compute(rk_run *run, unsigned i) {
    const rk_instr *p = &run->program->instr[i];
    rk_ev defined, known;
    look_at_arguments(run, p, &defined, &known);
    if (defined == RK_EV_UNDEFINED)
        settle(run, i, RK_EV_UNDEFINED, RK_EV_UNDEFINED);
    else if (p->truth)
        compute_truth(run, i, defined);
    else if (p->code == RK_P_RANK)
        compute_rank(run, i, defined);
    else
        compute_value(run, i, defined, known);
}

/* --- results of earlier runs ---------------------------------------------------------------- */

static bool is_rational(const rk_matrix *a) {
    const rk_domain *d = a->domain;
    bool rational = true;
    fmpq_t q;
    if (rk_over_rationals(d))
        return true;
    fmpq_init(q);
    for (slong k = 0; k < a->rows * a->cols && rational; k++)
        rational = d->get_fmpq(d, q, rk_matrix_entry(a, 0, k)) == RK_EV_OK;
    fmpq_clear(q);
    return rational;
}

bool rk_run_settles(const rk_run *e, unsigned i) {
    if (!e->done[i])
        return false;
    if (e->defined[i] == RK_EV_UNDEFINED)
        return true;
    return e->ev[i] == RK_EV_OK && (e->program->instr[i].truth || is_rational(&e->value[i]));
}

/* The earlier run that settled instruction i; NULL: none. */
static const rk_run *settled_earlier(const rk_run *run, unsigned i) {
    const rk_run *e = run->earlier;
    while (e != NULL && !rk_run_settles(e, i))
        e = e->earlier;
    return e;
}

static rk_ev convert(rk_matrix *r, const rk_domain *d, const rk_matrix *a) {
    fmpq_mat_t q;
    fmpq_mat_init(q, a->rows, a->cols);
    rk_ev ev = rk_matrix_get_fmpq_mat(q, a);
    if (ev == RK_EV_OK)
        ev = rk_matrix_set_fmpq_mat(r, d, q);
    fmpq_mat_clear(q);
    return ev;
}

static void take_over(rk_run *run, const rk_run *e, unsigned i) {
    run->truth[i] = e->truth[i];
    run->bounds[i] = rk_bounds_copy(e->bounds[i]);
    rk_ev ev = e->ev[i];
    if (ev == RK_EV_OK && !run->program->instr[i].truth)
        ev = convert(&run->value[i], run->domain, &e->value[i]);
    settle(run, i, e->defined[i], ev);
}

/* An operation may be known to be defined from an earlier run though its value was not. */
static void finish(rk_run *run, unsigned i) {
    run->done[i] = 1;
    for (const rk_run *e = run->earlier; e != NULL; e = e->earlier)
        if (e->done[i] && e->defined[i] == RK_EV_OK)
            run->defined[i] = RK_EV_OK;
}

/* --- all that a root needs ------------------------------------------------------------------ */

static unsigned char *needed(const rk_run *run, unsigned root) {
    unsigned char *marks = rk_calloc((size_t)root + 1, 1);
    marks[root] = 1;
    for (size_t i = (size_t)root + 1; i-- > 0;) {
        const rk_instr *p = &run->program->instr[i];
        if (run->done[i])
            marks[i] = 0;
        if (!marks[i] || settled_earlier(run, (unsigned)i) != NULL)
            continue;
        for (size_t k = 0; k < p->nargs; k++)
            marks[p->arg[k]] = 1;
    }
    return marks;
}

rk_ev rk_run_compute(rk_run *run, unsigned root) {
    unsigned char *marks = needed(run, root);
    const rk_run *e;
    for (unsigned i = 0; i <= root; i++) {
        if (!marks[i])
            continue;
        if (run->deadline > 0 && rk_clock() > run->deadline)
            give_up(run, i);
        else if ((e = settled_earlier(run, i)) != NULL)
            take_over(run, e, i);
        else
            compute(run, i);
        finish(run, i);
    }
    rk_free(marks);
    return run->ev[root];
}
