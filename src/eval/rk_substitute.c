/* A program with some of its slots given by closed programs: the instructions are written anew,
   with the given values where the slots stood. */
#include "rk_member.h"

typedef struct rewriting {
    rk_emitter emitter;
    const rk_program *program;
    unsigned *given; /* by slot: its instruction, or RK_NO_INSTR */
    unsigned *made;  /* by instruction of the program in hand: the new one */
} rewriting;

static unsigned rewrite_instr(rewriting *w, const rk_instr *p) {
    if (p->code == RK_P_INPUT && w->given[p->slot] != RK_NO_INSTR)
        return w->given[p->slot];
    unsigned *arg = rk_malloc((p->nargs + 1) * sizeof *arg);
    for (size_t k = 0; k < p->nargs; k++)
        arg[k] = w->made[p->arg[k]];
    w->emitter.span = p->span;
    unsigned made = rk_emit(&w->emitter, p, arg, p->nargs);
    rk_free(arg);
    return made;
}

/* The spans of a given value lead into a text of its own, which is not kept. */
static unsigned write_given(rewriting *w, const rk_program *value) {
    w->made = rk_calloc(value->ninstr + 1, sizeof *w->made);
    for (size_t i = 0; i < value->ninstr; i++) {
        rk_instr p = value->instr[i];
        p.span = (rk_span){0};
        w->made[i] = rewrite_instr(w, &p);
    }
    unsigned last = w->made[value->ninstr - 1];
    rk_free(w->made);
    return last;
}

static void write_program(rewriting *w) {
    w->made = rk_calloc(w->program->ninstr + 1, sizeof *w->made);
    for (size_t i = 0; i < w->program->ninstr; i++)
        w->made[i] = rewrite_instr(w, &w->program->instr[i]);
}

static void copy_dims(rewriting *w) {
    size_t n = w->program->checked->ndims;
    w->emitter.program->dims = rk_calloc(n + 1, sizeof(int64_t));
    for (size_t i = 0; i < n; i++)
        w->emitter.program->dims[i] = w->program->dims[i];
}

static void copy_slots(rewriting *w) {
    rk_program *out = w->emitter.program;
    out->nslots = w->program->nslots;
    out->slots = rk_calloc(out->nslots + 1, sizeof *out->slots);
    for (size_t s = 0; s < out->nslots; s++) {
        out->slots[s] = w->program->slots[s];
        if (out->slots[s].defined)
            out->slots[s].definition = w->made[out->slots[s].definition];
        if (w->given[s] == RK_NO_INSTR)
            continue;
        out->slots[s].defined = true;
        out->slots[s].definition = w->given[s];
    }
}

static void write_hypotheses(rewriting *w) {
    rk_program *out = w->emitter.program;
    size_t most = w->program->nhypotheses + RK_MEMBER_MAX * out->nslots;
    out->hypotheses = rk_calloc(most + 1, sizeof *out->hypotheses);
    for (size_t i = 0; i < w->program->nhypotheses; i++)
        out->hypotheses[out->nhypotheses++] = w->made[w->program->hypotheses[i]];
    w->emitter.span = (rk_span){0};
    for (size_t s = 0; s < out->nslots; s++) {
        unsigned truth[RK_MEMBER_MAX];
        size_t n = 0;
        if (w->given[s] != RK_NO_INSTR)
            n = rk_emit_membership(&w->emitter, out->slots[s].set, w->given[s], truth);
        for (size_t k = 0; k < n; k++)
            out->hypotheses[out->nhypotheses++] = truth[k];
    }
}

static void write_claims(rewriting *w) {
    rk_program *out = w->emitter.program;
    out->claims = rk_calloc(w->program->nclaims + 1, sizeof *out->claims);
    for (size_t i = 0; i < w->program->nclaims; i++)
        out->claims[out->nclaims++] = w->made[w->program->claims[i]];
}

rk_build_status rk_program_substitute(const rk_program *program, const rk_program *const *given,
                                      unsigned *place, rk_program **out) {
    rewriting w = {.program = program};
    rk_emitter_init(&w.emitter, program->checked, NULL);
    w.given = rk_malloc((program->nslots + 1) * sizeof *w.given);
    for (size_t s = 0; s < program->nslots; s++)
        w.given[s] = RK_NO_INSTR;
    for (size_t s = 0; s < program->nslots; s++)
        if (given[s] != NULL)
            w.given[s] = write_given(&w, given[s]);
    copy_dims(&w);
    write_program(&w);
    copy_slots(&w);
    write_hypotheses(&w);
    write_claims(&w);
    for (size_t i = 0; place != NULL && i < program->ninstr; i++)
        place[i] = w.made[i];
    rk_build_status status = w.emitter.status;
    *out = w.emitter.program;
    if (status != RK_BUILD_OK) {
        rk_program_free(*out);
        *out = NULL;
    }
    rk_emitter_clear(&w.emitter);
    rk_free(w.given);
    rk_free(w.made);
    return status;
}
