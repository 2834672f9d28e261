/* Batches: thousands of structured draws in floats, all lanes at once (eval/rk_batch.h). Where some
   lane of a run looks violated, the run is looked at again in doubles; one trial in eight sees
   doubles alone, and so does what is left of a trial in which floats saw too much. What looks
   violated in doubles is made exact from the same draw and goes to the judge; what exact arithmetic
   does not confirm is counted.

   A slot is filled in one of two ways. Drawn: its entries are small multiples of a power of two,
   arranged in a pattern (repeated or collinear rows, planted rank, zeros, ...); for sets whose
   members can be written down so. Chosen: each lane takes a member, or where the set allows each
   row, of a few exact samples (rk_sample), so that every set and every relation of the samplers
   occurs. */
#include <math.h>
#include <string.h>

#include "base/rk_mem.h"
#include "eval/rk_batch.h"
#include "rk_beside.h"
#include "rk_element.h"
#include "rk_margin.h"
#include "rk_trial.h"

enum {
    SAMPLES = RK_LANES_CHOICES, /* exact samples of a trial */
    MOST_LANES = 8192,          /* of floats twice as many */
    CANDIDATES = 6,             /* judged in a trial, at most */
    FROM_RUN = 2,               /* of one run */
    DISAPPOINTED = 3,           /* unconfirmed hits after which a trial ends */
    MOST_BYTES = 1 << 21,       /* of a batch: a judge keeps one for each program */
    PATIENCE = 4,               /* runs in which some lane has to satisfy the hypotheses */
    MISTAKES = 8,               /* runs in which doubles do not see what floats saw */
    DOUBLES = 8                 /* one trial in so many is in doubles */
};

/* Lanes times operations of a trial. */
static const double most_work = 8e6;

/* A margin below this is rounding; a strict inequality met with equality has RK_MARGIN_NOISE. */
#define WORTH (RK_MARGIN_NOISE / 2)

typedef enum fill { DRAWN, CHOSEN_ROWS, CHOSEN } fill;

typedef struct side { /* one slot in the run at hand */
    fill fill;
    size_t rows, cols;
    void **plane; /* inputs of the batch, rows*cols; NULL: the slot is not drawn */
    void **index; /* rows planes: number of the sample each row is taken from */
    void **table; /* rows*cols: the entry in each of the samples */
} side;

typedef struct candidate {
    double margin;
    double *entries; /* of all slots, one after the other */
    double *index;   /* rows of all slots; -1: drawn */
} candidate;

/* Made once for a program, a judge, and one kind of numbers. */
typedef struct floats {
    const rk_program *program;
    const rk_lanes *lanes;
    rk_batch *batch; /* NULL: there is none of this kind */
    size_t nslots, width, size, runs;
    side *side;         /* of each slot */
    void **spare_plane; /* planes of the largest slot, twice */
    unsigned char *block;
} floats;

/* Of one trial, whichever numbers it draws in. */
typedef struct looks {
    floats of[2];         /* in doubles, in floats */
    size_t entries, rows; /* of all slots */
    rk_assignment *exact; /* SAMPLES */
    candidate *found;     /* CANDIDATES and one spare */
    size_t nfound;
} looks;

/* --- making it ---------------------------------------------------------------------------------*/

/* The next n pieces of memory. */
static void pieces_at(unsigned char **at, size_t n, size_t size, void **pointers) {
    for (size_t i = 0; i < n; i++)
        pointers[i] = *at + i * size;
    *at += n * size;
}

static size_t entries(const rk_slot *slot) {
    return slot->defined ? 0 : (size_t)(slot->rows * slot->cols);
}

static size_t largest_slot(const rk_program *p) {
    size_t largest = 0;
    for (size_t s = 0; s < p->nslots; s++)
        largest = entries(&p->slots[s]) > largest ? entries(&p->slots[s]) : largest;
    return largest;
}

static void make_sides(floats *f, unsigned char *at, size_t largest) {
    for (size_t s = 0; s < f->program->nslots; s++) {
        const rk_slot *slot = &f->program->slots[s];
        side *x = &f->side[s];
        if (slot->defined)
            continue;
        unsigned char *entry = rk_batch_input(f->batch, s);
        x->rows = (size_t)slot->rows;
        x->cols = (size_t)slot->cols;
        x->plane = rk_calloc(x->rows * x->cols, sizeof *x->plane);
        pieces_at(&entry, x->rows * x->cols, f->width * f->size, x->plane);
        x->index = rk_calloc(x->rows, sizeof *x->index);
        pieces_at(&at, x->rows, f->width * f->size, x->index);
        x->table = rk_calloc(x->rows * x->cols, sizeof *x->table);
        pieces_at(&at, x->rows * x->cols, SAMPLES * f->size, x->table);
    }
    f->spare_plane = rk_calloc(2 * largest + 1, sizeof *f->spare_plane);
    pieces_at(&at, 2 * largest, f->width * f->size, f->spare_plane);
}

/* Both kinds have the same width, so that a run of one becomes one of the other. */
static void make_floats(floats *f, const rk_program *program, bool single, const looks *l,
                        size_t width) {
    *f = (floats){.program = program, .nslots = program->nslots};
    f->batch = rk_batch_new_with(
        program, &(rk_batch_options){.memory = MOST_BYTES, .single = single, .width = width});
    if (!f->batch)
        return;
    f->lanes = rk_lanes_best(single);
    f->size = f->lanes->size;
    f->width = rk_batch_width(f->batch);
    double most = single ? 2 : 1, lanes = most * most_work / rk_batch_work(f->batch);
    lanes = fmin(lanes, most * MOST_LANES);
    f->runs = 1 + (size_t)(lanes / (double)f->width);
    f->side = rk_calloc(program->nslots + 1, sizeof *f->side);
    size_t largest = largest_slot(program);
    size_t numbers = (l->rows + 2 * largest) * f->width + l->entries * SAMPLES;
    f->block = rk_calloc(numbers * f->size + RK_LANES_ALIGN, 1);
    uintptr_t start = (uintptr_t)f->block + RK_LANES_ALIGN - 1;
    make_sides(f, (unsigned char *)(start / RK_LANES_ALIGN * RK_LANES_ALIGN), largest);
}

static void make_candidates(looks *l, const rk_program *program) {
    l->found = rk_calloc(CANDIDATES + 1, sizeof *l->found);
    for (size_t i = 0; i <= CANDIDATES; i++) {
        l->found[i].entries = rk_calloc(l->entries + 1, sizeof(double));
        l->found[i].index = rk_calloc(l->rows + 1, sizeof(double));
    }
    l->exact = rk_calloc(SAMPLES, sizeof *l->exact);
    for (size_t i = 0; i < SAMPLES; i++)
        rk_assignment_init(&l->exact[i], program);
}

static void drop_floats(floats *f) {
    for (size_t s = 0; s < f->nslots && f->side; s++) { /* the program may be gone */
        rk_free(f->side[s].plane);
        rk_free(f->side[s].index);
        rk_free(f->side[s].table);
    }
    rk_free(f->side);
    rk_free(f->spare_plane);
    rk_free(f->block);
    rk_batch_free(f->batch);
}

static void drop_looks(void *thing) {
    looks *l = thing;
    for (size_t i = 0; i <= CANDIDATES; i++) {
        rk_free(l->found[i].entries);
        rk_free(l->found[i].index);
    }
    for (size_t i = 0; i < SAMPLES; i++)
        rk_assignment_clear(&l->exact[i]);
    rk_free(l->found);
    rk_free(l->exact);
    drop_floats(&l->of[false]);
    drop_floats(&l->of[true]);
    rk_free(l);
}

/* NULL when the program has no batches. */
static void *make_looks(rk_judge *judge, const rk_program *program) {
    looks *l = rk_calloc(1, sizeof *l);
    (void)judge;
    for (size_t s = 0; s < program->nslots; s++) {
        l->entries += entries(&program->slots[s]);
        l->rows += program->slots[s].defined ? 0 : (size_t)program->slots[s].rows;
    }
    make_candidates(l, program);
    make_floats(&l->of[true], program, true, l, 0);
    make_floats(&l->of[false], program, false, l, l->of[true].width);
    if (l->of[true].width > l->of[false].width) { /* they do not fit */
        drop_floats(&l->of[true]);
        make_floats(&l->of[true], program, true, l, l->of[false].width);
    }
    if (l->of[false].batch)
        return l;
    drop_looks(l);
    return NULL;
}

static const rk_keeping keeping = {make_looks, drop_looks};

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

static void draw_planes(const floats *f, void *const *plane, size_t n, alphabet a, rk_rng *rng) {
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

static void copy_plane(const floats *f, void *to, const void *from) {
    if (to != from)
        memcpy(to, from, f->width * f->size);
}

static void fill_plane(const floats *f, void *to, double x) {
    for (size_t t = 0; t < f->width; t++)
        if (f->size == sizeof(float))
            ((float *)to)[t] = (float)x;
        else
            ((double *)to)[t] = x;
}

static double number_at(const floats *f, const void *plane, size_t t) {
    return f->size == sizeof(float) ? (double)((const float *)plane)[t]
                                    : ((const double *)plane)[t];
}

/* to = a op b; to may be one of them, b NULL for one argument */
static void operate(const floats *f, rk_lanes_op op, void *to, void *a, void *b) {
    f->lanes->value[op](
        &(rk_lanes_job){.width = f->width, .n = 1, .r = &to, .a = &a, .b = b ? &b : NULL});
}

/* --- patterns ----------------------------------------------------------------------------------*/

/* The matrix at hand with its lines: rows, or columns when turned. All start drawn. */
typedef struct canvas {
    const floats *f;
    void *const *plane;
    size_t lines, length, line_step, step;
    rk_rng *rng;
} canvas;

static void *cell(const canvas *c, size_t i, size_t k) {
    return c->plane[i * c->line_step + k * c->step];
}

static void copy_line(const canvas *c, size_t to, size_t from) {
    for (size_t k = 0; k < c->length; k++)
        copy_plane(c->f, cell(c, to, k), cell(c, from, k));
}

/* line i := line p + factor * line i, or factor * line i without p; factor a spare plane */
static void blend_line(const canvas *c, size_t i, void *factor, const size_t *p) {
    for (size_t k = 0; k < c->length; k++) {
        void *x = cell(c, i, k);
        operate(c->f, RK_L_MUL, x, x, factor);
        if (p)
            operate(c->f, RK_L_ADD, x, x, cell(c, *p, k));
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
        for (size_t k = c->length; k-- > 0;)
            operate(c->f, RK_L_ADD, cell(c, i, k), cell(c, 0, k), cell(c, i, 0));
}

/* 1 at place k: where 1 - |place - k| is above 0. */
static void one_hot(const canvas *c) {
    alphabet place = {0, (unsigned)c->length, 1};
    void **at = c->f->spare_plane, *number = at[c->lines];
    draw_planes(c->f, at, c->lines, place, c->rng);
    for (size_t k = 0; k < c->length; k++)
        for (size_t i = 0; i < c->lines; i++) {
            void *x = cell(c, i, k);
            fill_plane(c->f, number, (double)k);
            operate(c->f, RK_L_SUB, x, at[i], number);
            operate(c->f, RK_L_ABS, x, x, NULL);
            fill_plane(c->f, number, 1);
            operate(c->f, RK_L_SUB, x, number, x);
            operate(c->f, RK_L_RELU, x, x, NULL);
        }
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

static void each_entry(const floats *f, const side *x, rk_lanes_op op) {
    size_t n = x->rows * x->cols;
    f->lanes->value[op](
        &(rk_lanes_job){.width = f->width, .n = n, .r = x->plane, .a = x->plane, .b = NULL});
}

/* 1 in place of 0 */
static void not_zero(const floats *f, const side *x) {
    for (size_t p = 0; p < x->rows * x->cols; p++) {
        operate(f, RK_L_FLAG_ZERO, f->spare_plane[0], x->plane[p], NULL);
        operate(f, RK_L_ADD, x->plane[p], x->plane[p], f->spare_plane[0]);
    }
}

static void mirror(const floats *f, const side *x) {
    for (size_t i = 0; i < x->rows; i++)
        for (size_t k = 0; k < i; k++)
            copy_plane(f, x->plane[i * x->cols + k], x->plane[k * x->cols + i]);
}

/* B*B' */
static void square(floats *f, const side *x) {
    size_t n = x->rows * x->cols;
    void **turned = f->spare_plane + n;
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
        each_entry(f, x, RK_L_ABS);
        not_zero(f, x);
        break;
    case RK_SET_NONNEGATIVE:
        each_entry(f, x, RK_L_ABS);
        break;
    case RK_SET_NONZERO:
        not_zero(f, x);
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
    bool integer = f->program->slots[s].set == RK_SET_INTEGER;
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
    a.unit = integer ? ceil(a.unit) : a.unit;
    draw_planes(f, x->plane, x->rows * x->cols, a, rng);
    if (!integer || shape != nearly_equal)
        shape(&c);
    into_set(f, &f->program->slots[s], x, rng);
}

static void fill_chosen(const floats *f, const side *x) {
    for (size_t i = 0; i < x->rows; i++)
        f->lanes->value[RK_L_CHOOSE](&(rk_lanes_job){.width = f->width,
                                                     .n = x->cols,
                                                     .r = x->plane + i * x->cols,
                                                     .a = &x->index[i],
                                                     .b = x->table + i * x->cols});
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

/* Small enough for the ranks of products in floats, without structure: 0 is rare. */
static const alphabet dense = {-64, 129, 1};

static void fill_dense(floats *f, size_t s, rk_rng *rng) {
    side *x = &f->side[s];
    x->fill = DRAWN;
    draw_planes(f, x->plane, x->rows * x->cols, dense, rng);
    into_set(f, &f->program->slots[s], x, rng);
}

/* Beside other slots a generic one is dense most often. */
static bool is_dense(const floats *f, size_t s, rk_rng *rng) {
    return rk_beside_dense(f->program, s) && can_draw(&f->program->slots[s]) &&
           rk_rng_below(rng, 4) != 0;
}

static void fill_slot(floats *f, size_t s, rk_rng *rng) {
    side *x = &f->side[s];
    size_t other = rk_rng_below(rng, 8) == 0 ? twin(f, s) : s;
    if (!rk_batch_reads(f->batch, s)) { /* any members do, when a lane is made exact */
        x->fill = CHOSEN;
        return;
    }
    if (is_dense(f, s, rng)) {
        fill_dense(f, s, rng);
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

static void put_samples(const floats *f, size_t i, const rk_assignment *exact) {
    for (size_t s = 0; s < f->program->nslots && f->batch; s++) {
        const side *x = &f->side[s];
        const fmpq_mat_struct *m = &exact->value[s];
        size_t n = x->rows * x->cols;
        for (size_t p = 0; x->plane && p < n; p++) {
            double number =
                to_double(fmpq_mat_entry(m, (slong)(p / x->cols), (slong)(p % x->cols)));
            if (f->size == sizeof(float))
                ((float *)x->table[p])[i] = (float)number;
            else
                ((double *)x->table[p])[i] = number;
        }
    }
}

static void draw_samples(looks *l, rk_rng *rng) {
    const rk_program *program = l->of[false].program;
    for (size_t i = 0; i < SAMPLES; i++) {
        unsigned style = (unsigned)rk_rng_below(rng, rk_sample_styles());
        if (rk_rng_below(rng, 4) == 0 || !rk_sample(program, style, rng, &l->exact[i]))
            rk_sample_interior(program, rng, &l->exact[i]);
        for (int single = 0; single < 2; single++)
            put_samples(&l->of[single], i, &l->exact[i]);
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
            *entry++ = number_at(f, x->plane[p], t);
        for (size_t i = 0; i < x->rows; i++)
            *index++ = x->fill == DRAWN ? -1 : number_at(f, x->index[i], t);
    }
}

/* The list is sorted, the largest margin first; of equal ones the earlier stays before. */
static bool insert(looks *l, const floats *f, double margin, size_t t) {
    size_t at = l->nfound;
    while (at > 0 && l->found[at - 1].margin < margin)
        at--;
    if (at == CANDIDATES)
        return false;
    candidate spare = l->found[CANDIDATES];
    for (size_t i = CANDIDATES; i > at; i--)
        l->found[i] = l->found[i - 1];
    spare.margin = margin;
    l->found[at] = spare;
    note_lane(f, &l->found[at], t);
    l->nfound += l->nfound < CANDIDATES;
    return true;
}

/* The best lanes of a run in doubles. */
static void collect(looks *l, const floats *f) {
    const double *violation = rk_batch_violation(f->batch);
    double taken[FROM_RUN];
    size_t n = 0;
    for (size_t t = 0; t < f->width; t++) {
        if (!(violation[t] > WORTH) || (n == FROM_RUN && violation[t] <= taken[n - 1]))
            continue;
        n -= n == FROM_RUN;
        if (insert(l, f, violation[t], t))
            taken[n++] = violation[t];
    }
}

/* What a run saw. */
typedef struct sight {
    bool held; /* in some lane all hypotheses looked true */
    double best;
} sight;

static sight run(const floats *f) {
    sight s = {.best = (double)-INFINITY};
    rk_batch_run(f->batch);
    const double *violation = rk_batch_violation(f->batch);
    for (size_t t = 0; t < f->width; t++) {
        s.held = s.held || violation[t] != -INFINITY;
        s.best = violation[t] > s.best ? violation[t] : s.best;
    }
    return s;
}

/* The run at hand in floats becomes one in doubles. */
static void widen(floats *to, const floats *from) {
    for (size_t s = 0; s < from->nslots; s++) {
        side *x = &to->side[s];
        const side *y = &from->side[s];
        x->fill = y->fill;
        for (size_t p = 0; p < x->rows * x->cols; p++)
            for (size_t t = 0; t < to->width; t++)
                ((double *)x->plane[p])[t] = (double)((const float *)y->plane[p])[t];
        for (size_t i = 0; i < x->rows; i++)
            for (size_t t = 0; t < to->width; t++)
                ((double *)x->index[i])[t] = (double)((const float *)y->index[i])[t];
    }
}

/* --- made exact --------------------------------------------------------------------------------*/

static void from_double(fmpq_t r, double x) {
    arf_t f;
    arf_init(f);
    arf_set_d(f, x);
    arf_get_fmpq(r, f);
    arf_clear(f);
}

static void make_exact(const looks *l, const candidate *c, rk_assignment *out) {
    const double *entry = c->entries, *index = c->index;
    const floats *f = &l->of[false];
    for (size_t s = 0; s < f->program->nslots; s++) {
        const side *x = &f->side[s];
        for (size_t i = 0; x->plane && i < x->rows; i++, index++)
            for (size_t k = 0; k < x->cols; k++, entry++) {
                slong row = (slong)i, col = (slong)k;
                fmpq *to = fmpq_mat_entry(&out->value[s], row, col);
                if (*index < 0)
                    from_double(to, *entry);
                else
                    fmpq_set(to, fmpq_mat_entry(&l->exact[(size_t)*index].value[s], row, col));
            }
    }
}

/* Doubles saw something: worth leaving the rationals for. */
static bool confirm(rk_judge *judge, const looks *l, rk_assignment *out, unsigned *claim) {
    const rk_program *program = l->of[false].program;
    rk_effort most = judge->most;
    bool found = false;
    int misses = 0;
    judge->most = most < RK_EFFORT_SCREENED ? RK_EFFORT_SCREENED : most;
    for (size_t i = 0; i < l->nfound && !found && misses < DISAPPOINTED; i++) {
        make_exact(l, &l->found[i], out);
        if (!rk_assignment_in_sets(program, out))
            continue;
        found = rk_judge_try(judge, program, out, RK_EFFORT_SCREENED, claim);
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

/* What a trial has seen so far. */
typedef struct outlook {
    bool held;
    double best;
    int mistakes;
} outlook;

static void look_in_doubles(looks *l, outlook *o, sight s) {
    o->held = o->held || s.held;
    o->best = fmax(o->best, s.best);
    if (s.best > WORTH)
        collect(l, &l->of[false]);
}

static void look_in_floats(looks *l, outlook *o, sight s) {
    o->held = o->held || s.held;
    if (s.best <= 0)
        o->best = fmax(o->best, s.best);
    if (!(s.best > l->of[true].lanes->noise / 2))
        return;
    widen(&l->of[false], &l->of[true]);
    s = run(&l->of[false]);
    look_in_doubles(l, o, s);
    o->mistakes += !(s.best > WORTH);
}

/* A trial whose hypotheses look false in the first runs altogether is given up. */
bool rk_trial_floats(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                     unsigned *claim) {
    looks *l = rk_judge_keep(judge, program, &keeping);
    if (!l)
        return rk_trial_sample(judge, program, rng, out, claim);
    outlook o = {.best = (double)-INFINITY};
    bool single = l->of[true].batch && rk_rng_below(rng, DOUBLES) != 0;
    draw_samples(l, rng);
    l->nfound = 0;
    for (size_t k = 0; k < l->of[single].runs && (o.held || k < PATIENCE); k++) {
        floats *f = &l->of[single];
        fill_all(f, rng);
        if (single)
            look_in_floats(l, &o, run(f));
        else
            look_in_doubles(l, &o, run(f));
        single = single && o.mistakes < MISTAKES;
        if (judge->tally)
            judge->tally->assignments += f->width;
        if (rk_judge_out_of_time(judge))
            return false;
    }
    if (judge->tally)
        judge->tally->best = fmax(judge->tally->best, o.best);
    return confirm(judge, l, out, claim);
}
