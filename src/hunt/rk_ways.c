#include "rk_ways.h"
#include "rk_cnf.h"
#include "rk_margin.h"
#include "rk_trial.h"

static bool is_universal(const rk_judge *judge, const rk_program *program) {
    (void)program;
    return judge->checked->mode == RK_MODE_UNIVERSAL;
}

static bool has_equations(const rk_judge *judge, const rk_program *program) {
    return rk_trial_has_equations(judge, program);
}

static bool has_formula(const rk_judge *judge, const rk_program *program) {
    return rk_sat_available() && has_equations(judge, program);
}

static bool has_none(const rk_judge *judge, const rk_program *program) {
    return !rk_trial_has_equations(judge, program);
}

static bool has_ranks_alone(const rk_judge *judge, const rk_program *program) {
    return has_none(judge, program) && rk_trial_matrices(program) > 0;
}

static bool climbs(const rk_judge *judge, const rk_program *program) {
    return is_universal(judge, program) ? rk_margin_climbs(program) : rk_margin_varies(program);
}

static bool has_ranks(const rk_judge *judge, const rk_program *program) {
    (void)judge;
    for (size_t i = 0; i < program->ninstr; i++)
        if (program->instr[i].code == RK_P_RANK)
            return true;
    return false;
}

/* Degenerate values of generic variables alone say nothing. */
static bool may_degenerate(const rk_judge *judge, const rk_program *program) {
    for (size_t s = 0; s < program->nslots; s++)
        if (!program->slots[s].defined && program->slots[s].quant != RK_GENERIC)
            return has_ranks(judge, program);
    return false;
}

/* Comparisons of numbers that vary, or matrices that can lose rank. */
static bool turns(const rk_judge *judge, const rk_program *program) {
    return rk_margin_varies(program) || has_ranks(judge, program);
}

/* Random draws hardly ever satisfy equations: then most of the work goes into solving them. */
static const rk_way ways[] = {
    {"samples", 8, has_none, rk_trial_sample},
    {"samples", 2, has_equations, rk_trial_sample},
    {"solved equations", 4, has_equations, rk_trial_solve},
    {"constructed solutions", 4, has_equations, rk_trial_construct},
    {"models of a formula", 2, has_formula, rk_trial_sat},
    {"singular matrices", 5, has_ranks_alone, rk_trial_solve},
    {"small field", 2, is_universal, rk_trial_field},
    {"floats in batches", 2, rk_trial_floats_apply, rk_trial_floats},
    {"doubles made exact", 2, climbs, rk_trial_climb},
    {"degeneracies of doubles", 2, may_degenerate, rk_trial_degenerate},
    {"critical values", 2, turns, rk_trial_critical},
};

size_t rk_way_count(void) {
    return sizeof ways / sizeof ways[0];
}

const rk_way *rk_way_at(size_t i) {
    return &ways[i];
}

bool rk_way_goes_far(const rk_way *way) {
    return way->run == rk_trial_sample || way->run == rk_trial_field;
}
