/* Batches: thousands of structured draws in doubles, all lanes at once (eval/rk_batch.h). What
   looks violated is made exact from the same draw and goes to the judge; what exact arithmetic does
   not confirm is counted.

   A slot is filled in one of two ways. Drawn: its entries are small multiples of a power of two,
   arranged in a pattern (repeated or collinear rows, planted rank, zeros, ...), exactly in doubles;
   for sets whose members can be written down so. Chosen: each lane takes a member, or where the set
   allows each row, of a few exact samples (rk_sample), so that every set and every relation of the
   samplers occurs. */
#include <math.h>
#include <string.h>

#include "base/rk_mem.h"
#include "eval/rk_batch.h"
#include "rk_element.h"
#include "rk_margin.h"
#include "rk_trial.h"

enum {
    SAMPLES = 16, /* exact samples of a trial */
    MOST_LANES = 8192,
    CANDIDATES = 6,       /* judged in a trial, at most */
    FROM_RUN = 2,         /* of one run */
    DISAPPOINTED = 3,     /* unconfirmed hits after which a trial ends */
    MOST_BYTES = 1 << 21, /* of a batch: a judge keeps one for each program */
    PATIENCE = 4          /* runs in which some lane has to satisfy the hypotheses */
};

/* Lanes times operations of a trial. */
static const double most_work = 8e6;

/* A margin below this is rounding; a strict inequality met with equality has RK_MARGIN_NOISE. */
#define WORTH (RK_MARGIN_NOISE / 2)

typedef enum fill { DRAWN, CHOSEN_ROWS, CHOSEN } fill;

typedef struct side { /* one slot in the run at hand */
    fill fill;
    size_t rows, cols;
    double **plane;  /* inputs of the batch, rows*cols; NULL: the slot is not drawn */
    double **index;  /* rows planes: number of the sample each row is taken from */
    double *samples; /* SAMPLES matrices in doubles */
} side;

typedef struct candidate {
    double margin;
    double *entries; /* of all slots, one after the other */
    double *index;   /* rows of all slots; -1: drawn */
} candidate;

/* Made once for a program and judge. */
typedef struct floats {
    const rk_program *program;
    const rk_lanes *lanes;
    rk_batch *batch;
    size_t nslots, width, runs, entries, rows;
    side *side;           /* of each slot */
    rk_assignment *exact; /* SAMPLES */
    candidate *found;     /* CANDIDATES and one spare */
    size_t nfound;
    double **spare_plane; /* planes of the largest slot, twice */
    double *block;
} floats;

/* --- making it ---------------------------------------------------------------------------------*/

static void planes_at(double **at, size_t n, size_t width, double **pointers) {
    for (size_t i = 0; i < n; i++)
        pointers[i] = *at + i * width;
    *at += n * width;
}

static size_t count_planes(floats *f, size_t *largest) {
    size_t planes = 0;
    *largest = 0;
    for (size_t s = 0; s < f->program->nslots; s++) {
        const rk_slot *slot = &f->program->slots[s];
        size_t n = (size_t)(slot->rows * slot->cols);
        if (slot->defined)
            continue;
        f->entries += n;
        f->rows += (size_t)slot->rows;
        planes += (size_t)slot->rows;
        *largest = n > *largest ? n : *largest;
    }
    return planes + 2 * *largest;
}

static void make_sides(floats *f, double *at, size_t largest) {
    for (size_t s = 0; s < f->program->nslots; s++) {
        const rk_slot *slot = &f->program->slots[s];
        side *x = &f->side[s];
        if (slot->defined)
            continue;
        x->rows = (size_t)slot->rows;
        x->cols = (size_t)slot->cols;
        x->plane = rk_calloc(x->rows * x->cols, sizeof *x->plane);
        double *entry = rk_batch_input(f->batch, s);
        planes_at(&entry, x->rows * x->cols, f->width, x->plane);
        x->index = rk_calloc(x->rows, sizeof *x->index);
        planes_at(&at, x->rows, f->width, x->index);
        x->samples = rk_calloc(SAMPLES * x->rows * x->cols, sizeof *x->samples);
    }
    f->spare_plane = rk_calloc(2 * largest + 1, sizeof *f->spare_plane);
    planes_at(&at, 2 * largest, f->width, f->spare_plane);
}

static void make_candidates(floats *f) {
    f->found = rk_calloc(CANDIDATES + 1, sizeof *f->found);
    for (size_t i = 0; i <= CANDIDATES; i++) {
        f->found[i].entries = rk_calloc(f->entries + 1, sizeof(double));
        f->found[i].index = rk_calloc(f->rows + 1, sizeof(double));
    }
    f->exact = rk_calloc(SAMPLES, sizeof *f->exact);
    for (size_t i = 0; i < SAMPLES; i++)
        rk_assignment_init(&f->exact[i], f->program);
}

static void *make_floats(rk_judge *judge, const rk_program *program) {
    (void)judge;
    rk_batch *batch = rk_batch_new_with(program, &(rk_batch_options){.memory = MOST_BYTES});
    if (!batch)
        return NULL;
    floats *f = rk_calloc(1, sizeof *f);
    size_t largest;
    f->program = program;
    f->nslots = program->nslots;
    f->lanes = rk_lanes_best();
    f->batch = batch;
    f->width = rk_batch_width(batch);
    double lanes = most_work / rk_batch_work(batch);
    lanes = lanes > MOST_LANES ? MOST_LANES : lanes;
    f->runs = 1 + (size_t)(lanes / (double)f->width);
    f->side = rk_calloc(program->nslots + 1, sizeof *f->side);
    size_t planes = count_planes(f, &largest);
    f->block = rk_calloc(planes * f->width + RK_LANES_STEP, sizeof(double));
    uintptr_t start = (uintptr_t)f->block + RK_LANES_ALIGN - 1;
    make_sides(f, (double *)(start / RK_LANES_ALIGN * RK_LANES_ALIGN), largest);
    make_candidates(f);
    return f;
}

static void drop_floats(void *thing) {
    floats *f = thing;
    for (size_t s = 0; s < f->nslots; s++) { /* the program may be gone */
        rk_free(f->side[s].plane);
        rk_free(f->side[s].index);
        rk_free(f->side[s].samples);
    }
    for (size_t i = 0; i <= CANDIDATES; i++) {
        rk_free(f->found[i].entries);
        rk_free(f->found[i].index);
    }
    for (size_t i = 0; i < SAMPLES; i++)
        rk_assignment_clear(&f->exact[i]);
    rk_free(f->side);
    rk_free(f->found);
    rk_free(f->exact);
    rk_free(f->spare_plane);
    rk_free(f->block);
    rk_batch_free(f->batch);
    rk_free(f);
}

static const rk_keeping keeping = {make_floats, drop_floats};

/* --- random planes -----------------------------------------------------------------------------*/

typedef struct alphabet {
    int low;
    unsigned range;
    double unit;
} alphabet;

static const alphabet alphabets[] = {
    {0, 2, 1},           {-1, 3, 1},    {-1, 3, 1},           {-2, 5, 1},
    {-3, 7, 1},          {-9, 19, 1},   {-4, 9, 0.5},         {-8, 17, 0.25},
    {0, 4, 1},           {-1, 3, 1000}, {-1, 3, 0.001953125}, {-32768, 65536, 0x1p-13},
    {0, 65536, 0x1p-16},
};

static alphabet any_alphabet(rk_rng *rng) {
    return alphabets[rk_rng_below(rng, sizeof alphabets / sizeof alphabets[0])];
}

static void draw_planes(const floats *f, double *const *plane, size_t n, alphabet a, rk_rng *rng) {
    rk_lanes_draw d = {.width = f->width,
                       .n = n,
                       .r = plane,
                       .key = {rk_rng_u32(rng), rk_rng_u32(rng)},
                       .stream = rk_rng_u64(rng),
                       .low = a.low,
                       .range = a.range,
                       .unit = a.unit};
    f->lanes->draw(&d);
}

static void copy_plane(const floats *f, double *to, const double *from) {
    if (to != from)
        memcpy(to, from, f->width * sizeof *to);
}

static void fill_plane(const floats *f, double *to, double x) {
    for (size_t t = 0; t < f->width; t++)
        to[t] = x;
}

/* --- patterns ----------------------------------------------------------------------------------*/

/* The matrix at hand with its lines: rows, or columns when turned. All start drawn. */
typedef struct canvas {
    const floats *f;
    double *const *plane;
    size_t lines, length, line_step, step;
    rk_rng *rng;
} canvas;

static double *cell(const canvas *c, size_t i, size_t k) {
    return c->plane[i * c->line_step + k * c->step];
}

static void copy_line(const canvas *c, size_t to, size_t from) {
    for (size_t k = 0; k < c->length; k++)
        copy_plane(c->f, cell(c, to, k), cell(c, from, k));
}

/* line i := line p + factor * line i, or factor * line i without p; factor a spare plane */
static void blend_line(const canvas *c, size_t i, const double *factor, const size_t *p) {
    for (size_t k = 0; k < c->length; k++) {
        double *x = cell(c, i, k);
        const double *y = p ? cell(c, *p, k) : NULL;
        for (size_t t = 0; t < c->f->width; t++)
            x[t] = (y ? y[t] : 0) + factor[t] * x[t];
    }
}

static const alphabet small = {-2, 5, 1};

static void repeated(const canvas *c) {
    for (size_t i = 1; i < c->lines; i++)
        copy_line(c, i, (size_t)rk_rng_below(c->rng, i + 1));
}

/* Lines on a line through the origin, or through line 0 along line 1. */
static void collinear_from(const canvas *c, size_t first) {
    draw_planes(c->f, c->f->spare_plane, c->lines, small, c->rng);
    for (size_t i = first + 1; i < c->lines; i++) {
        size_t origin = 0;
        copy_line(c, i, first);
        blend_line(c, i, c->f->spare_plane[i], first ? &origin : NULL);
    }
    if (first && c->lines > 1) { /* the direction itself becomes a point, too */
        size_t origin = 0;
        fill_plane(c->f, c->f->spare_plane[0], 1);
        blend_line(c, 1, c->f->spare_plane[0], &origin);
    }
}

static void collinear(const canvas *c) {
    collinear_from(c, 0);
}

static void collinear_off(const canvas *c) {
    collinear_from(c, c->lines > 1);
}

/* Some lines are small combinations of two lines before. */
static void planted(const canvas *c) {
    size_t rank = 1 + (size_t)rk_rng_below(c->rng, c->lines);
    for (size_t i = rank; i < c->lines; i++) {
        size_t p = (size_t)rk_rng_below(c->rng, rank), q = (size_t)rk_rng_below(c->rng, rank);
        draw_planes(c->f, c->f->spare_plane, 1, small, c->rng);
        copy_line(c, i, p);
        blend_line(c, i, c->f->spare_plane[0], &q);
    }
}

static void zero_lines(const canvas *c) {
    for (size_t i = 0; i < c->lines; i++)
        for (size_t k = 0, zero = (size_t)rk_rng_below(c->rng, 2); zero && k < c->length; k++)
            fill_plane(c->f, cell(c, i, k), 0);
}

static void nearly_equal(const canvas *c) {
    size_t origin = 0;
    fill_plane(c->f, c->f->spare_plane[0], ldexp(1, -(int)rk_rng_below(c->rng, 24)));
    for (size_t i = 1; i < c->lines; i++)
        blend_line(c, i, c->f->spare_plane[0], &origin);
}

/* Each line has one value throughout. */
static void constant(const canvas *c) {
    for (size_t i = 0; i < c->lines; i++)
        for (size_t k = 1; k < c->length; k++)
            copy_plane(c->f, cell(c, i, k), cell(c, i, 0));
}

/* Lines that differ by multiples of the line of ones. */
static void shifted(const canvas *c) {
    for (size_t i = 1; i < c->lines; i++)
        for (size_t k = c->length; k-- > 0;) {
            double *x = cell(c, i, k);
            const double *y = cell(c, 0, k), *shift = cell(c, i, 0);
            for (size_t t = 0; t < c->f->width; t++)
                x[t] = y[t] + shift[t];
        }
}

static void one_hot(const canvas *c) {
    alphabet place = {0, (unsigned)c->length, 1};
    draw_planes(c->f, c->f->spare_plane, c->lines, place, c->rng);
    for (size_t i = 0; i < c->lines; i++)
        for (size_t k = 0; k < c->length; k++)
            for (size_t t = 0; t < c->f->width; t++)
                cell(c, i, k)[t] = c->f->spare_plane[i][t] == (double)k;
}

static void triangular(const canvas *c) {
    for (size_t i = 0; i < c->lines; i++)
        for (size_t k = i + 1; k < c->length; k++)
            fill_plane(c->f, cell(c, i, k), 0);
}

static void diagonal(const canvas *c) {
    triangular(c);
    for (size_t i = 1; i < c->lines; i++)
        for (size_t k = 0; k < c->length && k < i; k++)
            fill_plane(c->f, cell(c, i, k), 0);
}

static void plain(const canvas *c) {
    (void)c;
}

static void sparse(const canvas *c) {
    for (size_t i = 0; i < c->lines; i++)
        for (size_t k = 0; k < c->length; k++)
            if (rk_rng_below(c->rng, 3) != 0)
                fill_plane(c->f, cell(c, i, k), 0);
}

typedef void pattern(const canvas *c);

static pattern *const patterns[] = {plain,   plain,         plain,      repeated, collinear,
                                    planted, collinear_off, zero_lines, constant, shifted,
                                    one_hot, nearly_equal,  triangular, diagonal, sparse};

/* --- sets --------------------------------------------------------------------------------------*/

static bool can_draw(const rk_slot *slot) {
    switch (slot->set) {
    case RK_SET_REAL:
    case RK_SET_POSITIVE:
    case RK_SET_NONNEGATIVE:
    case RK_SET_NONZERO:
    case RK_SET_INTEGER:
    case RK_SET_SYMMETRIC:
    case RK_SET_PSD:
    case RK_SET_DIAGONAL:
    case RK_SET_INVERTIBLE:
        return true;
    default:
        return false;
    }
}

/* Rows of members make a member. */
static bool rows_are_free(const rk_slot *slot) {
    switch (slot->set) {
    case RK_SET_SYMMETRIC:
    case RK_SET_PSD:
    case RK_SET_DIAGONAL:
    case RK_SET_INVERTIBLE:
    case RK_SET_ORTHOGONAL:
    case RK_SET_PERMUTATION:
        return false;
    default:
        return true;
    }
}

static void each_entry(const floats *f, const side *x, double (*to)(double)) {
    for (size_t p = 0; p < x->rows * x->cols; p++)
        for (size_t t = 0; t < f->width; t++)
            x->plane[p][t] = to(x->plane[p][t]);
}

static double not_zero(double x) {
    return x == 0 ? 1 : x;
}

static double positive(double x) {
    return x == 0 ? 1 : fabs(x);
}

static void mirror(const floats *f, const side *x) {
    for (size_t i = 0; i < x->rows; i++)
        for (size_t k = 0; k < i; k++)
            copy_plane(f, x->plane[i * x->cols + k], x->plane[k * x->cols + i]);
}

/* B*B' */
static void square(floats *f, const side *x) {
    size_t n = x->rows * x->cols;
    double **turned = f->spare_plane + n;
    for (size_t p = 0; p < n; p++) {
        copy_plane(f, f->spare_plane[p], x->plane[p]);
        copy_plane(f, turned[p % x->cols * x->rows + p / x->cols], x->plane[p]);
    }
    f->lanes->value[RK_L_PRODUCT](&(rk_lanes_job){.width = f->width,
                                                  .m = x->rows,
                                                  .k = x->cols,
                                                  .n = x->rows,
                                                  .r = x->plane,
                                                  .a = f->spare_plane,
                                                  .b = turned});
}

static void into_set(floats *f, const rk_slot *slot, const side *x, rk_rng *rng) {
    canvas c = {.f = f,
                .plane = x->plane,
                .lines = x->rows,
                .length = x->cols,
                .line_step = x->cols,
                .step = 1,
                .rng = rng};
    switch (slot->set) {
    case RK_SET_POSITIVE:
        each_entry(f, x, positive);
        break;
    case RK_SET_NONNEGATIVE:
        each_entry(f, x, fabs);
        break;
    case RK_SET_NONZERO:
        each_entry(f, x, not_zero);
        break;
    case RK_SET_INTEGER:
        each_entry(f, x, floor);
        break;
    case RK_SET_SYMMETRIC:
        mirror(f, x);
        break;
    case RK_SET_PSD:
        square(f, x);
        break;
    case RK_SET_DIAGONAL:
        diagonal(&c);
        break;
    default:
        break;
    }
}

/* --- filling -----------------------------------------------------------------------------------*/

static void fill_drawn(floats *f, size_t s, rk_rng *rng) {
    const side *x = &f->side[s];
    alphabet a = any_alphabet(rng);
    bool turned = rk_rng_below(rng, 4) == 0;
    pattern *shape = patterns[rk_rng_below(rng, sizeof patterns / sizeof patterns[0])];
    canvas c = {.f = f,
                .plane = x->plane,
                .lines = turned ? x->cols : x->rows,
                .length = turned ? x->rows : x->cols,
                .line_step = turned ? 1 : x->cols,
                .step = turned ? x->cols : 1,
                .rng = rng};
    draw_planes(f, x->plane, x->rows * x->cols, a, rng);
    shape(&c);
    into_set(f, &f->program->slots[s], x, rng);
}

static void fill_chosen(const floats *f, const side *x) {
    size_t n = x->rows * x->cols;
    for (size_t i = 0; i < x->rows; i++)
        for (size_t k = 0; k < x->cols; k++) {
            const double *from = x->samples + i * x->cols + k, *index = x->index[i];
            double *to = x->plane[i * x->cols + k];
            for (size_t t = 0; t < f->width; t++)
                to[t] = from[(size_t)index[t] * n];
        }
}

/* Which sample each row takes: rows alike unless they are free. */
static void choose(const floats *f, const side *x, rk_rng *rng) {
    alphabet a = {0, SAMPLES, 1};
    size_t drawn = x->fill == CHOSEN_ROWS ? x->rows : 1;
    draw_planes(f, x->index, drawn, a, rng);
    for (size_t i = drawn; i < x->rows; i++)
        copy_plane(f, x->index[i], x->index[0]);
}

static fill any_fill(const rk_slot *slot, rk_rng *rng) {
    if (can_draw(slot) && rk_rng_below(rng, 8) != 0)
        return DRAWN;
    return rows_are_free(slot) && rk_rng_below(rng, 2) ? CHOSEN_ROWS : CHOSEN;
}

/* A slot of the same set and shape before s, or s. */
static size_t twin(const floats *f, size_t s) {
    const rk_slot *slot = &f->program->slots[s];
    for (size_t r = 0; r < s; r++) {
        const rk_slot *other = &f->program->slots[r];
        if (!other->defined && rk_batch_reads(f->batch, r) && other->set == slot->set &&
            other->rows == slot->rows && other->cols == slot->cols)
            return r;
    }
    return s;
}

static void copy_side(const floats *f, side *to, const side *from) {
    to->fill = from->fill;
    for (size_t p = 0; p < to->rows * to->cols; p++)
        copy_plane(f, to->plane[p], from->plane[p]);
    for (size_t i = 0; i < to->rows; i++)
        copy_plane(f, to->index[i], from->index[i]);
}

static void fill_slot(floats *f, size_t s, rk_rng *rng) {
    side *x = &f->side[s];
    size_t other = rk_rng_below(rng, 8) == 0 ? twin(f, s) : s;
    if (!rk_batch_reads(f->batch, s)) { /* any members do, when a lane is made exact */
        x->fill = CHOSEN;
        return;
    }
    x->fill = any_fill(&f->program->slots[s], rng);
    if (other != s) {
        copy_side(f, x, &f->side[other]);
    } else if (x->fill == DRAWN) {
        fill_drawn(f, s, rng);
    } else {
        choose(f, x, rng);
        fill_chosen(f, x);
    }
}

/* Every lane takes one sample for all slots, so that their relations stay; perhaps one slot goes
   its own way. */
static void fill_together(floats *f, rk_rng *rng) {
    const side *first = NULL;
    for (size_t s = 0; s < f->program->nslots; s++) {
        side *x = &f->side[s];
        if (!x->plane)
            continue;
        x->fill = CHOSEN;
        if (!first)
            choose(f, x, rng);
        for (size_t i = 0; first && i < x->rows; i++)
            copy_plane(f, x->index[i], first->index[0]);
        first = first ? first : x;
        if (rk_batch_reads(f->batch, s))
            fill_chosen(f, x);
    }
    size_t own = (size_t)rk_rng_below(rng, f->program->nslots);
    if (f->side[own].plane && rk_rng_below(rng, 2))
        fill_slot(f, own, rng);
}

static void fill_all(floats *f, rk_rng *rng) {
    if (rk_rng_below(rng, 4) == 0) {
        fill_together(f, rng);
        return;
    }
    for (size_t s = 0; s < f->program->nslots; s++)
        if (f->side[s].plane)
            fill_slot(f, s, rng);
}

/* --- samples -----------------------------------------------------------------------------------*/

static double to_double(const fmpq_t x) {
    arf_t f;
    arf_init(f);
    arf_set_fmpq(f, x, 53, ARF_RND_NEAR);
    double d = arf_get_d(f, ARF_RND_NEAR);
    arf_clear(f);
    return d;
}

static void draw_samples(floats *f, rk_rng *rng) {
    for (size_t i = 0; i < SAMPLES; i++) {
        unsigned style = (unsigned)rk_rng_below(rng, rk_sample_styles());
        if (rk_rng_below(rng, 4) == 0 || !rk_sample(f->program, style, rng, &f->exact[i]))
            rk_sample_interior(f->program, rng, &f->exact[i]);
        for (size_t s = 0; s < f->program->nslots; s++) {
            const side *x = &f->side[s];
            const fmpq_mat_struct *m = &f->exact[i].value[s];
            for (size_t p = 0; x->plane && p < x->rows * x->cols; p++)
                x->samples[i * x->rows * x->cols + p] =
                    to_double(fmpq_mat_entry(m, (slong)(p / x->cols), (slong)(p % x->cols)));
        }
    }
}

/* --- what looks violated -----------------------------------------------------------------------*/

static void note_lane(const floats *f, candidate *c, size_t t) {
    double *entry = c->entries, *index = c->index;
    for (size_t s = 0; s < f->program->nslots; s++) {
        const side *x = &f->side[s];
        if (!x->plane)
            continue;
        for (size_t p = 0; p < x->rows * x->cols; p++)
            *entry++ = x->plane[p][t];
        for (size_t i = 0; i < x->rows; i++)
            *index++ = x->fill == DRAWN ? -1 : x->index[i][t];
    }
}

/* The list is sorted, the largest margin first; of equal ones the earlier stays before. */
static bool insert(floats *f, double margin, size_t t) {
    size_t at = f->nfound;
    while (at > 0 && f->found[at - 1].margin < margin)
        at--;
    if (at == CANDIDATES)
        return false;
    candidate spare = f->found[CANDIDATES];
    for (size_t i = CANDIDATES; i > at; i--)
        f->found[i] = f->found[i - 1];
    spare.margin = margin;
    f->found[at] = spare;
    note_lane(f, &f->found[at], t);
    f->nfound += f->nfound < CANDIDATES;
    return true;
}

/* The best lanes of the run; true when in some lane all hypotheses looked true. */
static bool collect(floats *f, double *best) {
    const double *violation = rk_batch_violation(f->batch);
    double taken[FROM_RUN];
    bool some = false;
    size_t n = 0;
    for (size_t t = 0; t < f->width; t++) {
        some = some || violation[t] != -INFINITY;
        *best = violation[t] > *best ? violation[t] : *best;
        if (!(violation[t] > WORTH) || (n == FROM_RUN && violation[t] <= taken[n - 1]))
            continue;
        n -= n == FROM_RUN;
        if (insert(f, violation[t], t))
            taken[n++] = violation[t];
    }
    return some;
}

/* --- made exact --------------------------------------------------------------------------------*/

static void from_double(fmpq_t r, double x) {
    arf_t f;
    arf_init(f);
    arf_set_d(f, x);
    arf_get_fmpq(r, f);
    arf_clear(f);
}

static void make_exact(const floats *f, const candidate *c, rk_assignment *out) {
    const double *entry = c->entries, *index = c->index;
    for (size_t s = 0; s < f->program->nslots; s++) {
        const side *x = &f->side[s];
        for (size_t i = 0; x->plane && i < x->rows; i++, index++)
            for (size_t k = 0; k < x->cols; k++, entry++) {
                fmpq *to = fmpq_mat_entry(&out->value[s], (slong)i, (slong)k);
                if (*index < 0)
                    from_double(to, *entry);
                else
                    fmpq_set(
                        to, fmpq_mat_entry(&f->exact[(size_t)*index].value[s], (slong)i, (slong)k));
            }
    }
}

/* Doubles saw something: worth leaving the rationals for. */
static bool confirm(rk_judge *judge, const floats *f, rk_assignment *out, unsigned *claim) {
    rk_effort most = judge->most;
    bool found = false;
    int misses = 0;
    judge->most = most < RK_EFFORT_SCREENED ? RK_EFFORT_SCREENED : most;
    for (size_t i = 0; i < f->nfound && !found && misses < DISAPPOINTED; i++) {
        make_exact(f, &f->found[i], out);
        if (!rk_assignment_in_sets(f->program, out))
            continue;
        found = rk_judge_try(judge, f->program, out, RK_EFFORT_SCREENED, claim);
        misses += !found;
        if (!found && judge->tally)
            judge->tally->unconfirmed++;
    }
    judge->most = most;
    return found;
}

bool rk_trial_floats_apply(const rk_judge *judge, const rk_program *program) {
    size_t drawn = 0;
    for (size_t s = 0; s < program->nslots; s++)
        drawn += !program->slots[s].defined;
    return judge->checked->mode == RK_MODE_UNIVERSAL && drawn > 0;
}

/* A trial whose hypotheses look false in the first runs altogether is given up. */
bool rk_trial_floats(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                     unsigned *claim) {
    floats *f = rk_judge_keep(judge, program, &keeping);
    bool some = false;
    if (!f)
        return rk_trial_sample(judge, program, rng, out, claim);
    draw_samples(f, rng);
    f->nfound = 0;
    double best = -INFINITY;
    for (size_t run = 0; run < f->runs && (some || run < PATIENCE); run++) {
        fill_all(f, rng);
        rk_batch_run(f->batch);
        some = collect(f, &best) || some;
        if (judge->tally)
            judge->tally->assignments += f->width;
        if (rk_judge_out_of_time(judge))
            return false;
    }
    if (judge->tally)
        judge->tally->best = fmax(judge->tally->best, best);
    return confirm(judge, f, out, claim);
}
