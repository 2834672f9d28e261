/* The recipes of the structured samplers, in one table: entries, pattern, relation. */
#include "rk_hunt.h"
#include "rk_draw.h"
#include "rk_element.h"
#include "rk_relate.h"

typedef enum relation { NONE, EQUAL, PAIR, CANCEL } relation;

struct rk_sample_style {
    const char *name;
    rk_entries entries;
    rk_pattern pattern; /* COUNT: each slot its own, at random */
    relation relation;
};

static const rk_sample_style styles[] = {
    {"mixed structures", RK_ENTRIES_SMALL, RK_PATTERN_COUNT, NONE},
    {"small integers", RK_ENTRIES_SMALL, RK_PATTERN_PLAIN, NONE},
    {"signs", RK_ENTRIES_SIGNS, RK_PATTERN_PLAIN, NONE},
    {"special matrices", RK_ENTRIES_SMALL, RK_PATTERN_SPECIAL, NONE},
    {"related matrices", RK_ENTRIES_SMALL, RK_PATTERN_PLAIN, PAIR},
    {"repeated rows", RK_ENTRIES_SMALL, RK_PATTERN_REPEATED, NONE},
    {"collinear rows", RK_ENTRIES_SMALL, RK_PATTERN_COLLINEAR, NONE},
    {"collinear rows off the origin", RK_ENTRIES_SMALL, RK_PATTERN_COLLINEAR_OFF, NONE},
    {"fractions", RK_ENTRIES_FRACTIONS, RK_PATTERN_PLAIN, NONE},
    {"planted rank", RK_ENTRIES_SMALL, RK_PATTERN_PLANTED, NONE},
    {"rational deviations", RK_ENTRIES_SMALL, RK_PATTERN_DEVIATION, NONE},
    {"rational root mean squares", RK_ENTRIES_SMALL, RK_PATTERN_RMS, NONE},
    {"cancelling residual", RK_ENTRIES_SMALL, RK_PATTERN_PLAIN, CANCEL},
    {"equal matrices", RK_ENTRIES_SMALL, RK_PATTERN_PLAIN, EQUAL},
    {"zero blocks", RK_ENTRIES_SMALL, RK_PATTERN_ZERO_BLOCK, NONE},
    {"constants of the text", RK_ENTRIES_CONSTANTS, RK_PATTERN_PLAIN, NONE},
    {"nearly equal rows", RK_ENTRIES_SMALL, RK_PATTERN_NEAR, NONE},
    {"collinear rows of rational deviation", RK_ENTRIES_SMALL, RK_PATTERN_DEVIATION_LINE, NONE},
    {"rational norms", RK_ENTRIES_SMALL, RK_PATTERN_PYTHAGOREAN, NONE},
    {"idempotents", RK_ENTRIES_SIGNS, RK_PATTERN_IDEMPOTENT, NONE},
    {"nilpotents", RK_ENTRIES_SIGNS, RK_PATTERN_NILPOTENT, NONE},
    {"involutions", RK_ENTRIES_SIGNS, RK_PATTERN_INVOLUTION, NONE},
    {"columns of rational deviation", RK_ENTRIES_SMALL, RK_PATTERN_COLUMN_DEVIATION, NONE},
    {"huge and tiny", RK_ENTRIES_WIDE, RK_PATTERN_PLAIN, NONE},
    {"bits", RK_ENTRIES_BITS, RK_PATTERN_PLAIN, NONE},
    {"related special matrices", RK_ENTRIES_SIGNS, RK_PATTERN_SPECIAL, PAIR},
    {"related structures", RK_ENTRIES_SMALL, RK_PATTERN_COUNT, PAIR},
    {"cancelling structures", RK_ENTRIES_SIGNS, RK_PATTERN_COUNT, CANCEL},
    {"mixed structures of the text's constants", RK_ENTRIES_CONSTANTS, RK_PATTERN_COUNT, NONE},
    {"mixed fractions", RK_ENTRIES_FRACTIONS, RK_PATTERN_COUNT, NONE},
    {"mixed huge and tiny", RK_ENTRIES_WIDE, RK_PATTERN_COUNT, NONE},
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

static void draw_all(const rk_program *program, const rk_sample_style *style, rk_rng *rng,
                     rk_assignment *out) {
    rk_palette palette = {style->entries, NULL, 0};
    fmpq *constants = NULL;
    if (style->entries == RK_ENTRIES_CONSTANTS)
        palette.constant = constants = collect_constants(program, &palette.nconstants);
    for (size_t s = 0; s < program->nslots; s++) {
        if (program->slots[s].defined)
            continue;
        rk_pattern pattern = style->pattern;
        if (pattern == RK_PATTERN_COUNT)
            pattern = (rk_pattern)rk_rng_below(rng, RK_PATTERN_COUNT);
        rk_draw_slot(&program->slots[s], pattern, &palette, rng, &out->value[s]);
    }
    if (constants)
        _fmpq_vec_clear(constants, constants_room(program));
}

bool rk_sample(const rk_program *program, unsigned style, rk_rng *rng, rk_assignment *out) {
    const rk_sample_style *s = &styles[style];
    draw_all(program, s, rng, out);
    switch (s->relation) {
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

void rk_sample_interior(const rk_program *program, rk_rng *rng, rk_assignment *out) {
    for (size_t s = 0; s < program->nslots; s++)
        if (!program->slots[s].defined)
            rk_draw_interior(&program->slots[s], rng, &out->value[s]);
}
