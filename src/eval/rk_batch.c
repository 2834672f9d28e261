#include "batch_inside.h"

#include "base/rk_mem.h"

static const size_t default_memory = (size_t)64 << 20;

static bool is_single(const rk_batch *b) {
    return b->lanes->size == sizeof(float);
}

static void run_steps(rk_batch *b, bool once) {
    for (size_t i = 0; i < b->nsteps; i++) {
        const rk_batch_step *s = &b->step[i];
        if (!s->needed || s->once != once)
            continue;
        if (s->kind == RK_STEP_EIGEN)
            rk_batch_eigen(&s->job);
        else
            b->lanes->value[s->op](&s->job);
    }
}

rk_batch *rk_batch_new_with(const rk_program *program, const rk_batch_options *options) {
    rk_batch *b = rk_calloc(1, sizeof *b);
    size_t bytes = options->memory ? options->memory : default_memory;
    b->program = program;
    b->lanes = options->lanes ? options->lanes : rk_lanes_best(options->single);
    b->arena = rk_arena_new();
    b->value = rk_calloc(program->ninstr + 1, sizeof *b->value);
    b->input = rk_calloc(program->nslots + 1, sizeof *b->input);
    b->reads = rk_calloc(program->nslots + 1, sizeof *b->reads);
    rk_batch_compile(b, bytes);
    if (b->refused || !rk_plan_place(b, options->width, bytes)) {
        rk_batch_free(b);
        return NULL;
    }
    if (is_single(b))
        b->margins = rk_calloc(b->width, sizeof *b->margins);
    run_steps(b, true);
    return b;
}

rk_batch *rk_batch_new(const rk_program *program) {
    return rk_batch_new_with(program, &(rk_batch_options){0});
}

void rk_batch_free(rk_batch *b) {
    if (!b)
        return;
    rk_arena_free(b->arena);
    rk_free(b->plane);
    rk_free(b->constants);
    rk_free(b->step);
    rk_free(b->value);
    rk_free(b->input);
    rk_free(b->reads);
    rk_free(b->block);
    rk_free(b->margins);
    rk_free(b);
}

size_t rk_batch_width(const rk_batch *b) {
    return b->width;
}

static double step_work(const rk_batch_step *s) {
    double m = (double)s->m, n = (double)s->n, k = (double)s->k, least = m < n ? m : n;
    if (s->kind == RK_STEP_EIGEN)
        return 100 * n * n * n;
    switch (s->op) {
    case RK_L_PRODUCT:
        return m * k * n;
    case RK_L_RANK:
    case RK_L_DET:
    case RK_L_IS_PSD:
        return 4 * m * n * least;
    case RK_L_INV:
        return 8 * n * n * n;
    case RK_L_SINGULAR_VALUES:
        return 60 * m * n * n;
    case RK_L_SOFTMAX:
        return 40 * m * n;
    case RK_L_TANH:
    case RK_L_GELU:
    case RK_L_GELU_SLOPE:
        return 40 * n;
    default:
        return 4 + n;
    }
}

double rk_batch_work(const rk_batch *b) {
    double work = 0;
    for (size_t i = 0; i < b->nsteps; i++)
        if (b->step[i].needed && !b->step[i].once)
            work += step_work(&b->step[i]);
    return work;
}

void *rk_batch_input(rk_batch *b, size_t slot) {
    return b->input[slot] ? b->plane[b->input[slot][0]].value : NULL;
}

bool rk_batch_reads(const rk_batch *b, size_t slot) {
    return b->reads[slot];
}

void rk_batch_run(rk_batch *b) {
    run_steps(b, false);
    const float *violation = b->plane[b->violation].value;
    for (size_t t = 0; b->margins && t < b->width; t++)
        b->margins[t] = (double)violation[t];
}

const double *rk_batch_violation(const rk_batch *b) {
    return b->margins ? b->margins : b->plane[b->violation].value;
}

const double *rk_batch_margin(const rk_batch *b, unsigned instr) {
    bool known = b->program->instr[instr].truth && b->value[instr].entry && !b->margins;
    return known ? b->plane[b->value[instr].entry[0]].value : NULL;
}
