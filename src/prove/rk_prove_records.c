#include "rk_prove_records.h"

#include "base/rk_clock.h"
#include "base/rk_mem.h"
#include "rk_interior.h"
#include "rk_still.h"
#include "rk_rows.h"
#include "rk_symbols.h"
#include "rk_view.h"

enum {
    MOST_ROOTS = 12,
    MOST_MOVING_ROOTS = 6, /* in what is differentiated */
    MANY_VARIABLES = 200,
    FEW_VARIABLES = 30, /* free entries that the checker multiplies out */
    POINT_BITS = 14,
    POINT_SHIFT = 14, /* of the entries of a witness: exponentials stay moderate */
    RECORD_STREAM = 0x7265636f,
    ATTEMPTS = 100,
    FEWER_ATTEMPTS = 20,
    LARGEST_POINT = 4096,
    LARGEST_BOX = 1 << 16, /* nothing is searched among points that are larger than the others */
    RECORD_SECONDS = 2
};

/* --- Jacobians ------------------------------------------------------------------------------ */

/* Has the checker no fractions for it; is it a root, or has it other branches or pieces? */
static bool is_no_fraction(const rk_term *t) {
    return (t->op >= RK_T_SOFTMAX && t->op <= RK_T_BATCHNORM) ||
           (t->op >= RK_T_RELU && t->op <= RK_T_SIGN);
}

static bool has_roots(const rk_term *t) {
    return (t->op >= RK_T_LAYERNORM && t->op <= RK_T_BATCHNORM) || t->op == RK_T_SQRT;
}

static bool has_pieces(const rk_term *t) {
    return t->op == RK_T_RELU || t->op == RK_T_LOG || t->op == RK_T_ABS || t->op == RK_T_SIGN;
}

/* Kids have smaller ids; what was seen holds nothing of the kind. */
static bool holds_below(const rk_term *t, bool jacobian, bool (*is)(const rk_term *t),
                        unsigned char *seen) {
    unsigned char bit = jacobian ? 2 : 1;
    if (seen[t->id] & bit)
        return false;
    seen[t->id] |= bit;
    if (jacobian && is(t))
        return true;
    for (size_t k = 0; k < t->nkids; k++)
        if (holds_below(t->kid[k], jacobian || t->op == RK_T_JRANK, is, seen))
            return true;
    return false;
}

static bool speaks_of(const rk_checked *checked, bool anywhere, bool (*is)(const rk_term *t)) {
    bool found = false;
    for (size_t c = 0; c < checked->nclaims && !found; c++) {
        const rk_term *claim = checked->claims[c];
        unsigned char *seen = rk_calloc(claim->id + 1, 1);
        found = holds_below(claim, anywhere, is, seen);
        rk_free(seen);
    }
    return found;
}

/* Does a claim speak of the Jacobian of something of the kind? */
static bool differentiates(const rk_checked *checked, bool (*is)(const rk_term *t)) {
    return speaks_of(checked, false, is);
}

static bool is_anything(const rk_term *t) {
    (void)t;
    return true;
}

bool rk_has_jacobians(const rk_checked *checked) {
    return differentiates(checked, is_anything);
}

bool rk_has_fraction_jacobians(const rk_checked *checked) {
    return rk_has_jacobians(checked) && !differentiates(checked, is_no_fraction);
}

/* --- what the checker can multiply out ------------------------------------------------------ */

static bool are_all(const rk_program *p, bool (*is)(const rk_slot *s)) {
    for (size_t s = 0; s < p->nslots; s++)
        if (!is(&p->slots[s]))
            return false;
    return true;
}

static bool is_free(const rk_slot *s) {
    return !s->defined;
}

/* The checker puts definitions in. */
static bool is_fraction(const rk_slot *s) {
    return s->defined || rk_symbols_affine(s);
}

static void put_name(rk_buf *out, const rk_program *p, const char *keyword, size_t s) {
    const rk_slot *slot = &p->slots[s];
    rk_buf_printf(out, "%s %s", keyword, p->checked->vars[slot->var].name);
    if (slot->member > 0)
        rk_buf_printf(out, "[%lld]", (long long)slot->member);
}

static bool has_open_member(const rk_checked *c, const rk_term *t, unsigned char *seen) {
    if (seen[t->id])
        return false;
    seen[t->id] = 1;
    bool open = t->op == RK_T_VAR && t->ival[0] && !rk_size_is_const(c->sizes, t->ival[0], NULL);
    for (size_t k = 0; k < t->nkids && !open; k++)
        open = has_open_member(c, t->kid[k], seen);
    return open;
}

/* The checker puts in what a member is given where the text tells members by numbers. */
static bool are_members_told(const rk_program *p) {
    const rk_checked *c = p->checked;
    bool members = false, open = false;
    for (size_t s = 0; s < p->nslots; s++)
        members = members || (p->slots[s].defined && p->slots[s].member > 0);
    unsigned char *seen = rk_calloc(c->nterms + 1, 1);
    for (size_t i = 0; i < c->nassumes && members && !open; i++)
        open = has_open_member(c, c->assumes[i], seen);
    for (size_t i = 0; i < c->nclaims && members && !open; i++)
        open = has_open_member(c, c->claims[i], seen);
    rk_free(seen);
    return !open;
}

/* False: the checker has no such definitions. */
static bool put_definitions(const rk_program *p, rk_buf *out) {
    if (!are_members_told(p))
        return false;
    for (size_t s = 0; s < p->nslots; s++)
        if (p->slots[s].defined) {
            put_name(out, p, "define", s);
            rk_buf_putc(out, '\n');
        }
    return true;
}

/* Equations of orthogonal matrices and rows of length 1 serve Jacobians alone. */
static bool are_fractions(const rk_program *p) {
    return rk_has_jacobians(p->checked) || are_all(p, is_fraction);
}

static bool are_few(const rk_program *p) {
    return are_fractions(p) && rk_symbols_count(p, is_free, FEW_VARIABLES) <= FEW_VARIABLES;
}

/* Shapes alone bound no Jacobian from below. */
static bool want_fractions(const rk_program *p) {
    return are_few(p) || (rk_has_jacobians(p->checked) &&
                          rk_symbols_count(p, is_free, MANY_VARIABLES) <= MANY_VARIABLES);
}

/* What fractions show, of values of functions, too, where such are differentiated. */
static const char *fractions_for(const rk_program *p) {
    return differentiates(p->checked, is_no_fraction) ? "functions\n" : "rational\n";
}

/* Equal texts, and what is computed without variables, count among shapes. */
static const char *kind_of_shape(const rk_program *program) {
    if (!want_fractions(program))
        return "shape\n";
    return speaks_of(program->checked, true, is_no_fraction) ? "functions\n"
                                                             : fractions_for(program);
}

void rk_record_shape(const rk_program *program, const rk_prove_options *o) {
    if (o->records != NULL && put_definitions(program, o->records))
        rk_buf_puts(o->records, kind_of_shape(program));
}

void rk_record_cases(const rk_program *program, const rk_prove_options *o) {
    if (o->records == NULL || !put_definitions(program, o->records))
        return;
    rk_buf_puts(o->records, "evaluate\n");
}

static void record_fractions(const rk_program *program, const rk_prove_options *o,
                             const char *kind) {
    if (o->records == NULL || !are_fractions(program) || !put_definitions(program, o->records))
        return;
    rk_buf_puts(o->records, kind);
    rk_record_kernels(program, o->records);
}

void rk_record_rational(const rk_program *program, const rk_prove_options *o) {
    record_fractions(program, o, fractions_for(program));
}

void rk_record_functions(const rk_program *program, const rk_prove_options *o) {
    record_fractions(program, o, "functions\n");
}

/* --- points --------------------------------------------------------------------------------- */

static void put_matrix(rk_buf *out, const fmpq_mat_t m) {
    for (slong i = 0; i < fmpq_mat_nrows(m); i++)
        for (slong j = 0; j < fmpq_mat_ncols(m); j++) {
            char *text = fmpq_get_str(NULL, 10, fmpq_mat_entry(m, i, j));
            rk_buf_printf(out, "%s%s", j > 0 ? ", " : i > 0 ? "; " : "", text);
            flint_free(text);
        }
}

static void put_point(rk_buf *out, const rk_program *p, const rk_assignment *a) {
    for (size_t s = 0; s < p->nslots; s++) {
        put_name(out, p, "set", s);
        rk_buf_puts(out, " | [");
        put_matrix(out, &a->value[s]);
        rk_buf_puts(out, "]\n");
    }
}

static bool has_entries(const rk_program *p, int64_t most) {
    int64_t entries = 0;
    for (size_t s = 0; s < p->nslots; s++) {
        if (p->slots[s].defined)
            return false;
        entries += p->slots[s].rows * p->slots[s].cols;
    }
    return entries <= most;
}

static bool is_writable(const rk_program *p) {
    return has_entries(p, LARGEST_POINT);
}

/* Entries are integers of so many bits; those of a semidefinite matrix are sums of products. */
static ulong shift_of(rk_set set) {
    switch (set) {
    case RK_SET_PSD:
        return 2 * POINT_SHIFT;
    case RK_SET_REAL:
    case RK_SET_POSITIVE:
    case RK_SET_NONNEGATIVE:
    case RK_SET_NONZERO:
    case RK_SET_SYMMETRIC:
    case RK_SET_DIAGONAL:
        return POINT_SHIFT;
    default:
        return 0;
    }
}

static void draw(const rk_program *p, rk_rng *rng, uint64_t component, rk_assignment *a) {
    rk_interior_draw(p, rng, POINT_BITS, component, a);
    for (size_t s = 0; s < p->nslots; s++) {
        fmpq_mat_struct *m = &a->value[s];
        ulong shift = shift_of(p->slots[s].set);
        for (slong i = 0; i < fmpq_mat_nrows(m); i++)
            for (slong j = 0; j < fmpq_mat_ncols(m); j++)
                fmpq_div_2exp(fmpq_mat_entry(m, i, j), fmpq_mat_entry(m, i, j), shift);
    }
}

static rk_rng stream(const rk_program *p, const rk_prove_options *o) {
    return rk_rng_trial(o->seed, p->checked->statement, (uint64_t)RECORD_STREAM << 32);
}

/* --- witnesses ------------------------------------------------------------------------------ */

/* Made of + - * / inv alone, and of sets that have a generator of residues. */
static bool has_residues(const rk_program *p) {
    for (size_t i = 0; i < p->ninstr; i++)
        if (p->instr[i].code == RK_P_FN || p->instr[i].code == RK_P_SOFTMAX)
            return false;
    return are_all(p, rk_symbols_affine);
}

/* The last point that is drawn serves where none is known to have everything defined around it:
   false. */
static bool put_witness_point(rk_buf *out, const rk_program *p, const rk_prove_options *o,
                              uint64_t component, rk_rng *rng) {
    rk_assignment a;
    rk_assignment_init(&a, p);
    bool found = false;
    for (unsigned k = 0; k < ATTEMPTS && !found; k++) {
        draw(p, rng, component, &a);
        found = rk_prove_open_instance(p, &a, o);
    }
    rk_buf_puts(out, "point\n");
    put_point(out, p, &a);
    rk_assignment_clear(&a);
    return found;
}

static bool put_witness_points(rk_buf *out, const rk_program *p, const rk_prove_options *o) {
    rk_rng rng = stream(p, o);
    uint64_t components = (uint64_t)1 << rk_interior_components(p);
    bool found = true;
    for (uint64_t c = 0; c < components; c++)
        found = put_witness_point(out, p, o, c, &rng) && found;
    return found;
}

/* Entries of roots of what depends on a variable. */
static int64_t count_moving_roots(const rk_program *p) {
    unsigned char *moving = rk_calloc(p->ninstr + 1, 1);
    int64_t roots = 0;
    for (size_t i = 0; i < p->ninstr; i++) {
        const rk_instr *in = &p->instr[i];
        moving[i] = in->code == RK_P_INPUT;
        for (size_t k = 0; k < in->nargs; k++)
            moving[i] |= moving[in->arg[k]];
        if (moving[i] && rk_is_root(in))
            roots += in->rows * in->cols;
    }
    rk_free(moving);
    return roots;
}

/* Does the checker go through all signs of so many roots? Rows of length 1 are signs themselves. */
static bool has_few_signs(const rk_program *p) {
    for (size_t s = 0; s < p->nslots; s++)
        if (p->slots[s].set == RK_SET_UNIT_ROWS && p->slots[s].cols == 1)
            return false;
    return count_moving_roots(p) <= MOST_ROOTS;
}

static bool is_value(const rk_instr *in) {
    return !in->truth;
}

/* Does a value of the kind have equal rows? */
static bool repeats_rows(const rk_program *p, bool (*is)(const rk_instr *in)) {
    rk_rows rows;
    bool found = false;
    rk_rows_init(&rows, p);
    for (unsigned i = 0; i < p->ninstr && !found; i++)
        found = is(&p->instr[i]) && rk_rows_different(&rows, p, i) < p->instr[i].rows;
    rk_rows_clear(&rows);
    return found;
}

static bool is_fold(const rk_term *t) {
    return t->op == RK_T_FOLD;
}

/* Made of + - * / inv, of roots of fractions that the view shows to be independent, and of
   exponentials of what has none. */
static bool has_simple_functions(const rk_program *p, const rk_view *view) {
    unsigned char *below = rk_calloc(p->ninstr + 1, 1);
    const unsigned char root = 1, exponential = 2;
    bool simple = true;
    for (size_t i = 0; i < p->ninstr && simple; i++) {
        const rk_instr *in = &p->instr[i];
        for (size_t k = 0; k < in->nargs; k++)
            below[i] |= below[in->arg[k]];
        if (rk_is_root(in)) {
            simple = view->analytic[i] && below[i] == 0;
            below[i] |= root;
        } else if (rk_is_exponential(in)) {
            simple = !(below[i] & exponential);
            below[i] |= exponential;
        } else {
            simple = in->code != RK_P_FN;
        }
    }
    rk_free(below);
    return simple;
}

/* Where a point cannot be written, or has too many signs, functions may have residues, too. */
static bool has_function_residues(const rk_program *p, const rk_view *view) {
    return view != NULL && !(is_writable(p) && has_few_signs(p)) && are_all(p, rk_symbols_affine) &&
           !rk_has_jacobians(p->checked) && !speaks_of(p->checked, true, is_fold) &&
           !repeats_rows(p, rk_is_root) && has_simple_functions(p, view);
}

static bool has_exponentials(const rk_program *p) {
    for (size_t i = 0; i < p->ninstr; i++)
        if (rk_is_exponential(&p->instr[i]))
            return true;
    return false;
}

/* Exponents modulo a prime l, exponentials modulo 2*l + 1, where 4^l is 1; either leaves 3 over 4,
   so that all roots are found beside a root of -1. */
static const char *residues_for(const rk_program *p) {
    return has_exponentials(p) ? "residues 2147481143 | 1 | 1073740571 | 4\n"
                               : "residues 2147483647 | 1\n";
}

/* Upper bounds beside those by shapes; and where no point was found, that nothing is defined. */
static const char *helpers_for(const rk_program *p, bool found) {
    if (!want_fractions(p))
        return "";
    bool functions = !found || differentiates(p->checked, has_roots) || repeats_rows(p, is_value);
    return !has_residues(p) && functions ? " functions" : " fractions";
}

/* Roots alone the checker takes modulo a prime, with all their signs; beside exponentials it needs
   points. */
static bool want_points(const rk_program *p) {
    if (differentiates(p->checked, has_pieces))
        return false;
    return !differentiates(p->checked, has_roots) ||
           (has_exponentials(p) && count_moving_roots(p) <= MOST_MOVING_ROOTS);
}

void rk_record_witness(const rk_program *program, const rk_view *view, const rk_prove_options *o) {
    if (o->records == NULL)
        return;
    bool residues = has_residues(program) || has_function_residues(program, view);
    if (!residues && !(is_writable(program) && has_few_signs(program)))
        return;
    if (!want_points(program)) {
        rk_record_rational(program, o);
        return;
    }
    rk_buf points;
    rk_buf_init(&points);
    bool found = true;
    if (residues)
        rk_buf_puts(&points, residues_for(program));
    else
        found = put_witness_points(&points, program, o);
    rk_buf_printf(o->records, "witness%s\n%s", helpers_for(program, found), points.text);
    rk_buf_clear(&points);
}

/* --- open sets ------------------------------------------------------------------------------ */

/* Hypotheses hold at the point, and some claim does not. */
static bool fails_at(const rk_program *p, const rk_prove_options *o, const rk_assignment *a) {
    rk_instance x;
    rk_decide_options d = {.precision_cap = o->precision_cap, .deadline = o->deadline};
    rk_decide(p, a, &d, &x);
    bool fails = x.overall == RK_INSTANCE_VIOLATED;
    rk_instance_clear(&x);
    return fails;
}

/* Entries 0 lie on the edge of sets and functions. */
static bool has_zeros(const rk_program *p, const rk_assignment *a) {
    for (size_t s = 0; s < p->nslots; s++) {
        const fmpq_mat_struct *m = &a->value[s];
        bool free = rk_slot_is_generic(&p->slots[s]) && p->slots[s].set != RK_SET_DIAGONAL;
        for (slong k = 0; free && k < fmpq_mat_nrows(m) * fmpq_mat_ncols(m); k++)
            if (fmpq_is_zero(fmpq_mat_entry(m, k / fmpq_mat_ncols(m), k % fmpq_mat_ncols(m))))
                return true;
    }
    return false;
}

/* The generic variables drawn, the others as they were. */
static void draw_near(const rk_program *p, rk_rng *rng, const rk_assignment *violation,
                      rk_assignment *a) {
    draw(p, rng, rk_rng_u64(rng), a);
    for (size_t s = 0; s < p->nslots && violation != NULL; s++)
        if (!rk_slot_is_generic(&p->slots[s]))
            fmpq_mat_set(&a->value[s], &violation->value[s]);
}

/* A violation that is not on the edge of anything: entries that were drawn, if that is possible. */
static void find_violation(const rk_program *p, const rk_prove_options *options,
                           const rk_assignment *violation, rk_assignment *a) {
    rk_rng rng = stream(p, options);
    rk_prove_options late = *options, *o = &late; /* a certificate may be the last thing made */
    if (!is_writable(p)) {
        draw_near(p, &rng, violation, a);
        return;
    }
    if (late.deadline > 0 && late.deadline < rk_clock() + RECORD_SECONDS)
        late.deadline = rk_clock() + RECORD_SECONDS;
    bool open = violation != NULL && rk_prove_open_violation(p, violation, o);
    unsigned attempts = !open ? ATTEMPTS : has_zeros(p, violation) ? FEWER_ATTEMPTS : 0;
    for (unsigned k = 0; k < attempts; k++) {
        draw_near(p, &rng, violation, a);
        if (fails_at(p, o, a) && (!open || rk_prove_open_violation(p, a, o)))
            return;
    }
    if (violation != NULL)
        rk_assignment_set(a, violation);
}

void rk_record_box(const rk_program *program, const rk_prove_options *o,
                   const rk_assignment *point) {
    if (o->records == NULL || !is_writable(program))
        return;
    rk_buf_puts(o->records, "open\n");
    put_point(o->records, program, point);
}

void rk_record_open(const rk_program *program, const rk_view *view, const rk_prove_options *o,
                    const rk_assignment *violation) {
    rk_assignment a;
    if (o->records == NULL || !has_entries(program, LARGEST_BOX))
        return;
    bool residues = has_residues(program) || has_function_residues(program, view);
    if (!is_writable(program) && !residues)
        return;
    rk_assignment_init(&a, program);
    find_violation(program, o, violation, &a);
    rk_buf_puts(o->records, "open\n");
    put_point(o->records, program, &a);
    /* What is false by its form alone: functions are more than intervals and points can tell. */
    if (!residues && !rk_prove_open_violation(program, &a, o))
        rk_buf_puts(o->records, "functions\n");
    else
        rk_record_witness(program, view, o);
    rk_assignment_clear(&a);
}
