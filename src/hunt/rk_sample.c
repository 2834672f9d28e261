/* The recipes of the structured samplers, in one table: entries, pattern, relation, finish. */
#include "rk_hunt.h"
#include "rk_beside.h"
#include "rk_draw.h"
#include "rk_element.h"
#include "rk_relate.h"

typedef enum relation { NONE, EQUAL, PAIR, CANCEL } relation;
typedef enum finish { AS_IS, SCALED, NEARBY } finish;

struct rk_sample_style {
    const char *name;
    rk_entries entries; /* COUNT: each slot its own, at random */
    rk_pattern pattern; /* COUNT: each slot its own, at random */
    relation relation;
    finish finish; /* of each slot, before slots are related */
};

static const rk_sample_style styles[] = {
    {"mixed structures", RK_ENTRIES_SMALL, RK_PATTERN_COUNT, NONE, AS_IS},
    {"small integers", RK_ENTRIES_SMALL, RK_PATTERN_PLAIN, NONE, AS_IS},
    {"signs", RK_ENTRIES_SIGNS, RK_PATTERN_PLAIN, NONE, AS_IS},
    {"special matrices", RK_ENTRIES_SMALL, RK_PATTERN_SPECIAL, NONE, AS_IS},
    {"related matrices", RK_ENTRIES_SMALL, RK_PATTERN_PLAIN, PAIR, AS_IS},
    {"repeated rows", RK_ENTRIES_SMALL, RK_PATTERN_REPEATED, NONE, AS_IS},
    {"collinear rows", RK_ENTRIES_SMALL, RK_PATTERN_COLLINEAR, NONE, AS_IS},
    {"collinear rows off the origin", RK_ENTRIES_SMALL, RK_PATTERN_COLLINEAR_OFF, NONE, AS_IS},
    {"fractions", RK_ENTRIES_FRACTIONS, RK_PATTERN_PLAIN, NONE, AS_IS},
    {"planted rank", RK_ENTRIES_SMALL, RK_PATTERN_PLANTED, NONE, AS_IS},
    {"rational deviations", RK_ENTRIES_SMALL, RK_PATTERN_DEVIATION, NONE, AS_IS},
    {"rational root mean squares", RK_ENTRIES_SMALL, RK_PATTERN_RMS, NONE, AS_IS},
    {"cancelling residual", RK_ENTRIES_SMALL, RK_PATTERN_PLAIN, CANCEL, AS_IS},
    {"equal matrices", RK_ENTRIES_SMALL, RK_PATTERN_PLAIN, EQUAL, AS_IS},
    {"zero blocks", RK_ENTRIES_SMALL, RK_PATTERN_ZERO_BLOCK, NONE, AS_IS},
    {"constants of the text", RK_ENTRIES_CONSTANTS, RK_PATTERN_PLAIN, NONE, AS_IS},
    {"nearly equal rows", RK_ENTRIES_SMALL, RK_PATTERN_NEAR, NONE, AS_IS},
    {"collinear rows of rational deviation", RK_ENTRIES_SMALL, RK_PATTERN_DEVIATION_LINE, NONE,
     AS_IS},
    {"rational norms", RK_ENTRIES_SMALL, RK_PATTERN_PYTHAGOREAN, NONE, AS_IS},
    {"idempotents", RK_ENTRIES_SIGNS, RK_PATTERN_IDEMPOTENT, NONE, AS_IS},
    {"nilpotents", RK_ENTRIES_SIGNS, RK_PATTERN_NILPOTENT, NONE, AS_IS},
    {"involutions", RK_ENTRIES_SIGNS, RK_PATTERN_INVOLUTION, NONE, AS_IS},
    {"columns of rational deviation", RK_ENTRIES_SMALL, RK_PATTERN_COLUMN_DEVIATION, NONE, AS_IS},
    {"huge and tiny", RK_ENTRIES_WIDE, RK_PATTERN_PLAIN, NONE, AS_IS},
    {"bits", RK_ENTRIES_BITS, RK_PATTERN_PLAIN, NONE, AS_IS},
    {"related special matrices", RK_ENTRIES_SIGNS, RK_PATTERN_SPECIAL, PAIR, AS_IS},
    {"related structures", RK_ENTRIES_SMALL, RK_PATTERN_COUNT, PAIR, AS_IS},
    {"cancelling structures", RK_ENTRIES_SIGNS, RK_PATTERN_COUNT, CANCEL, AS_IS},
    {"mixed structures of the text's constants", RK_ENTRIES_CONSTANTS, RK_PATTERN_COUNT, NONE,
     AS_IS},
    {"mixed fractions", RK_ENTRIES_FRACTIONS, RK_PATTERN_COUNT, NONE, AS_IS},
    {"mixed huge and tiny", RK_ENTRIES_WIDE, RK_PATTERN_COUNT, NONE, AS_IS},
    {"zeros, ones and identities", RK_ENTRIES_BITS, RK_PATTERN_SIMPLE, NONE, AS_IS},
    {"few nonzero entries", RK_ENTRIES_SMALL, RK_PATTERN_SPARSE, NONE, AS_IS},
    {"identity plus rank one", RK_ENTRIES_SMALL, RK_PATTERN_UPDATE, NONE, AS_IS},
    {"identity plus a constant", RK_ENTRIES_FRACTIONS, RK_PATTERN_BLEND, NONE, AS_IS},
    {"entries that stand out", RK_ENTRIES_SMALL, RK_PATTERN_PEAKED, NONE, AS_IS},
    {"triangular matrices", RK_ENTRIES_SMALL, RK_PATTERN_TRIANGULAR, NONE, AS_IS},
    {"signed permutations", RK_ENTRIES_SMALL, RK_PATTERN_MONOMIAL, NONE, AS_IS},
    {"one sign", RK_ENTRIES_SMALL, RK_PATTERN_ONE_SIGN, NONE, SCALED},
    {"mixed scales", RK_ENTRIES_COUNT, RK_PATTERN_PLAIN, NONE, SCALED},
    {"mixed structures and scales", RK_ENTRIES_COUNT, RK_PATTERN_COUNT, NONE, SCALED},
    {"near mixed structures", RK_ENTRIES_SMALL, RK_PATTERN_COUNT, NONE, NEARBY},
    {"near special matrices", RK_ENTRIES_SIGNS, RK_PATTERN_SPECIAL, NONE, NEARBY},
    {"related structures of mixed entries", RK_ENTRIES_COUNT, RK_PATTERN_COUNT, PAIR, AS_IS},
};

unsigned rk_sample_styles(void) {
    return (unsigned)(sizeof styles / sizeof styles[0]);
}

unsigned rk_sample_mixed(void) {
    return 0;
}

const char *rk_sample_style_name(unsigned style) {
    return styles[style].name;
}

static slong constants_room(const rk_program *program) {
    slong n = 0;
    for (size_t i = 0; i < program->ninstr; i++)
        n += program->instr[i].code == RK_P_RATIONAL;
    return 2 * n;
}

/* The numbers written in the theorem, and the square roots of those that have one. */
static fmpq *collect_constants(const rk_program *program, slong *count) {
    fmpq *list = _fmpq_vec_init(constants_room(program));
    *count = 0;
    for (size_t i = 0; i < program->ninstr; i++) {
        if (program->instr[i].code != RK_P_RATIONAL)
            continue;
        const fmpq *x = program->instr[i].number;
        fmpq_set(list + (*count)++, x);
        if (fmpz_is_square(fmpq_numref(x)) && fmpz_is_square(fmpq_denref(x))) {
            fmpq *root = list + (*count)++;
            fmpz_sqrt(fmpq_numref(root), fmpq_numref(x));
            fmpz_sqrt(fmpq_denref(root), fmpq_denref(x));
        }
    }
    return list;
}

static void draw_one(const rk_slot *slot, const rk_sample_style *style, rk_palette palette,
                     rk_rng *rng, fmpq_mat_t out) {
    rk_pattern pattern = style->pattern;
    if (pattern == RK_PATTERN_COUNT)
        pattern = (rk_pattern)rk_rng_below(rng, RK_PATTERN_COUNT);
    if (palette.kind == RK_ENTRIES_COUNT)
        palette.kind = (rk_entries)rk_rng_below(rng, RK_ENTRIES_COUNT);
    rk_draw_slot(slot, pattern, &palette, rng, out);
    if (style->finish == SCALED)
        rk_draw_scale(slot, rng, out);
    else if (style->finish == NEARBY)
        rk_draw_nearby(slot, rng, out);
}

static void draw_all(const rk_program *program, const rk_sample_style *style, rk_rng *rng,
                     rk_assignment *out) {
    rk_palette palette = {style->entries, NULL, 0};
    fmpq *constants = NULL;
    if (style->entries == RK_ENTRIES_CONSTANTS || style->entries == RK_ENTRIES_COUNT)
        palette.constant = constants = collect_constants(program, &palette.nconstants);
    for (size_t s = 0; s < program->nslots; s++)
        if (!program->slots[s].defined)
            draw_one(&program->slots[s], style, palette, rng, &out->value[s]);
    if (constants)
        _fmpq_vec_clear(constants, constants_room(program));
}

static bool relate(const rk_program *program, relation how, rk_rng *rng, rk_assignment *out) {
    switch (how) {
    case EQUAL:
        return rk_relate_equal(program, out);
    case PAIR:
        return rk_relate_pair(program, rng, out);
    case CANCEL:
        return rk_relate_cancel(program, rng, out);
    case NONE:
        break;
    }
    return true;
}

bool rk_sample(const rk_program *program, unsigned style, rk_rng *rng, rk_assignment *out) {
    draw_all(program, &styles[style], rng, out);
    bool fits = relate(program, styles[style].relation, rng, out);
    rk_beside_vary(program, rng, out);
    return fits;
}

/* Small rationals half of the time, otherwise far from the middle: huge or tiny, of one sign, or
   close to something structured. What is claimed of almost everything may fail there alone. */
void rk_sample_interior(const rk_program *program, rk_rng *rng, rk_assignment *out) {
    static const rk_sample_style near = {NULL, RK_ENTRIES_SMALL, RK_PATTERN_COUNT, NONE, NEARBY};
    static const rk_sample_style signs = {NULL, RK_ENTRIES_FRACTIONS, RK_PATTERN_ONE_SIGN, NONE,
                                          NEARBY};
    uint64_t how = rk_rng_below(rng, 8);
    if (how < 2)
        draw_all(program, how == 0 ? &near : &signs, rng, out);
    for (size_t s = 0; s < program->nslots && how >= 2; s++) {
        const rk_slot *slot = &program->slots[s];
        if (slot->defined)
            continue;
        rk_draw_interior(slot, rng, &out->value[s]);
        if (how < 4)
            rk_draw_scale(slot, rng, &out->value[s]);
    }
}
