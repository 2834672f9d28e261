#include "rk_formal.h"
#include "base/rk_clock.h"
#include "base/rk_mem.h"

enum {
    MAX_VARIABLES = 40,
    MAX_GENERATORS = 48,
    MAX_TERMS = 4000,
    MAX_INSTRUCTIONS = 3000,
    MAX_RANKED = 6,
    MAX_ROTATED = 3,
    MAX_RUNS = 8,
    MAX_ORDERED = 6
};

/* --- which claims ------------------------------------------------------------------------- */

static bool moves_as_symbol(const rk_slot *s) {
    return !rk_local_stands_still(s) && rk_symbols_usable(s);
}

/* Around a point: orthogonal matrices are given by coordinates too. */
static bool is_rotation(const rk_slot *s) {
    return !s->defined && !rk_local_stands_still(s) && s->set == RK_SET_ORTHOGONAL &&
           s->rows <= MAX_ROTATED;
}

static bool is_slot_served(const rk_slot *s, bool near) {
    return s->defined || (near ? rk_local_stands_still(s) || moves_as_symbol(s) || is_rotation(s)
                               : rk_symbols_usable(s));
}

static bool is_served(const rk_program *p, const rk_instr *in, bool near) {
    const rk_instr *first = in->nargs > 0 ? &p->instr[in->arg[0]] : NULL;
    switch (in->code) {
    case RK_P_UNDEFINED:
    case RK_P_CONSTRUCT:
    case RK_P_SINGULAR_VALUE:
    case RK_P_EIGEN_MODULUS:
    case RK_P_IS_INTEGER:
        return false;
    case RK_P_RANK:
        return first->rows <= MAX_RANKED && first->cols <= MAX_RANKED;
    case RK_P_INPUT:
        return is_slot_served(&p->slots[in->slot], near);
    default:
        return true;
    }
}

static bool is_made_of_served(const rk_program *p, const unsigned char *needed, bool near) {
    for (size_t i = 0; i < p->ninstr; i++)
        if (needed[i] && !is_served(p, &p->instr[i], near))
            return false;
    return true;
}

/* Generators that functions may bring, with some for the roots and logarithms of numbers. */
static slong count_generators(const rk_program *p) {
    int64_t n = 8;
    for (size_t i = 0; i < p->ninstr && n < MAX_GENERATORS; i++) {
        const rk_instr *in = &p->instr[i];
        if (in->code == RK_P_FN || in->code == RK_P_SOFTMAX || in->code == RK_P_ENTROPY)
            n += in->rows * in->cols;
        else if (in->code == RK_P_MAX_ENTRIES || in->code == RK_P_MIN_ENTRIES ||
                 in->code == RK_P_NORM1)
            n += 2 * p->instr[in->arg[0]].rows * p->instr[in->arg[0]].cols;
    }
    return n < MAX_GENERATORS ? (slong)n : MAX_GENERATORS;
}

/* --- hypotheses --------------------------------------------------------------------------- */

static unsigned signs_said(rk_cmp cmp) {
    switch (cmp) {
    case RK_LT:
        return RK_MAY_NEGATIVE;
    case RK_LE:
        return RK_MAY_NEGATIVE | RK_MAY_ZERO;
    case RK_GT:
        return RK_MAY_POSITIVE;
    case RK_GE:
        return RK_MAY_POSITIVE | RK_MAY_ZERO;
    case RK_EQ:
        return RK_MAY_ZERO;
    default:
        return RK_MAY_NEGATIVE | RK_MAY_POSITIVE;
    }
}

/* a - b entry by entry, where either side may be a scalar for all entries. */
static void assume_entries(const rk_domain *d, rk_cmp cmp, const rk_matrix *a, const rk_matrix *b) {
    const rk_matrix *shape = a->rows * a->cols == 1 ? b : a;
    slong n = shape->rows * shape->cols;
    rk_matrix t;
    if (cmp == RK_NE && n > 1)
        return;
    rk_matrix_init(&t, d, 1, 1);
    for (slong k = 0; k < n; k++) {
        d->sub(d, t.entry, rk_matrix_entry(a, 0, a->rows * a->cols == 1 ? 0 : k),
               rk_matrix_entry(b, 0, b->rows * b->cols == 1 ? 0 : k));
        if (cmp == RK_EQ)
            rk_function_assume_zero(d, t.entry);
        else
            rk_function_assume_sign(d, t.entry, signs_said(cmp));
    }
    rk_matrix_clear(&t);
}

static void assume(rk_run *run, unsigned i) {
    const rk_instr *in = &run->program->instr[i];
    if (in->code == RK_P_AND)
        for (size_t k = 0; k < in->nargs; k++)
            assume(run, in->arg[k]);
    if (in->code != RK_P_COMPARE || run->ev[in->arg[0]] != RK_EV_OK ||
        run->ev[in->arg[1]] != RK_EV_OK)
        return;
    assume_entries(run->domain, in->cmp, &run->value[in->arg[0]], &run->value[in->arg[1]]);
}

/* --- near a point ------------------------------------------------------------------------- */

static void set_integer(const rk_domain *d, void *r, slong x) {
    fmpq_t q;
    fmpq_init(q);
    fmpq_set_si(q, x, 1);
    (void)d->set_fmpq(d, r, q);
    fmpq_clear(q);
}

static slong rotation_variables(const rk_slot *s) {
    return is_rotation(s) ? (slong)(s->rows * (s->rows - 1) / 2) : 0;
}

/* (I - S)*inv(I + S) with a skew matrix S of indeterminates: what is divided by is never 0. */
static bool cayley(const rk_domain *d, slong n, slong *next, rk_matrix *out) {
    rk_matrix plus, minus, inverse;
    rk_matrix_init(&plus, d, n, n);
    rk_matrix_init(&minus, d, n, n);
    for (slong i = 0; i < n; i++)
        for (slong j = 0; j <= i; j++) {
            void *a = rk_matrix_entry(&plus, i, j), *b = rk_matrix_entry(&plus, j, i);
            if (i == j)
                set_integer(d, a, 1);
            else
                rk_function_variable(d, a, (*next)++);
            if (i != j)
                d->neg(d, b, a);
            d->set(d, rk_matrix_entry(&minus, i, j), b);
            d->set(d, rk_matrix_entry(&minus, j, i), a);
        }
    bool ok = rk_matrix_inv(&inverse, &plus) == RK_EV_OK;
    if (ok)
        rk_matrix_mul(out, &minus, &inverse);
    rk_matrix_clear(&inverse);
    rk_matrix_clear(&plus);
    rk_matrix_clear(&minus);
    return ok;
}

/* Almost every member of the component in which the point lies. */
static bool set_rotation(rk_run *run, unsigned s, const fmpq_mat_t at, slong *next) {
    rk_matrix m;
    fmpq_t det;
    if (!cayley(run->domain, at->r, next, &m))
        return false;
    fmpq_init(det);
    fmpq_mat_det(det, at);
    for (slong j = 0; fmpq_sgn(det) < 0 && j < at->c; j++)
        run->domain->neg(run->domain, rk_matrix_entry(&m, 0, j), rk_matrix_entry(&m, 0, j));
    fmpq_clear(det);
    rk_run_set_input(run, s, &m);
    rk_matrix_clear(&m);
    return true;
}

static bool set_near(rk_formal *f) {
    const rk_program *p = f->run.program;
    slong next = rk_symbols_count(p, moves_as_symbol, MAX_VARIABLES);
    (void)rk_run_set_inputs(&f->run, f->point);
    rk_symbols_set(&f->run, moves_as_symbol);
    for (unsigned s = 0; s < p->nslots; s++)
        if (is_rotation(&p->slots[s]) && !set_rotation(&f->run, s, &f->point->value[s], &next))
            return false;
    return true;
}

/* What decides which branch a function takes. */
static bool decides_branch(const rk_program *p, const unsigned char *needed, unsigned i) {
    if (p->instr[i].code == RK_P_INPUT)
        return true;
    for (unsigned k = i + 1; k < p->ninstr; k++) {
        const rk_instr *in = &p->instr[k];
        bool branches = in->code == RK_P_FN || in->code == RK_P_ENTROPY || in->code == RK_P_NORM1 ||
                        in->code == RK_P_MAX_ENTRIES || in->code == RK_P_MIN_ENTRIES;
        for (size_t a = 0; needed[k] && branches && a < in->nargs; a++)
            if (in->arg[a] == i)
                return true;
    }
    return false;
}

static void assume_sign(const rk_domain *d, const void *x, int sign) {
    if (sign != 0)
        rk_function_assume_sign(d, x, sign > 0 ? RK_MAY_POSITIVE : RK_MAY_NEGATIVE);
}

/* The order of entries says which is the largest. */
static void assume_order(rk_formal *f, unsigned i) {
    const rk_matrix *m = &f->run.value[i];
    const rk_domain *d = f->domain;
    rk_matrix t;
    rk_matrix_init(&t, d, 1, 1);
    for (slong k = 0; k < m->rows * m->cols; k++)
        for (slong l = 0; l < k && m->rows * m->cols <= MAX_ORDERED; l++) {
            d->sub(d, t.entry, rk_matrix_entry(m, k / m->cols, k % m->cols),
                   rk_matrix_entry(m, l / m->cols, l % m->cols));
            assume_sign(d, t.entry, rk_local_order(f->local, i, k, l));
        }
    rk_matrix_clear(&t);
}

static void assume_branches(rk_formal *f, unsigned root, const unsigned char *needed) {
    for (unsigned i = 0; i < root; i++) {
        const rk_instr *in = &f->run.program->instr[i];
        if (!needed[i] || in->truth || !decides_branch(f->run.program, needed, i) ||
            rk_run_compute(&f->run, i) != RK_EV_OK)
            continue;
        for (slong k = 0; k < in->rows * in->cols; k++)
            assume_sign(f->domain, rk_matrix_entry(&f->run.value[i], k / in->cols, k % in->cols),
                        rk_local_sign(f->local, i, k));
        assume_order(f, i);
    }
}

/* --- one claim ---------------------------------------------------------------------------- */

/* 0*log(0) counts 0 in an entropy, so an entry of its argument may be 0 where all is defined. */
static bool entropy_is_served(rk_run *run, const rk_instr *in) {
    const rk_matrix *p = &run->value[in->arg[0]];
    int sign;
    if (rk_run_compute(run, in->arg[0]) != RK_EV_OK)
        return false;
    for (slong k = 0; k < p->rows * p->cols; k++)
        if (p->domain->sign(p->domain, &sign, rk_matrix_entry(p, 0, k)) != RK_EV_OK || sign <= 0)
            return false;
    return true;
}

/* The checker takes the first logit of a row from the others, which need not be the one that was
   taken here: what its exponentials are. */
static void write_softmax(rk_formal *f, const rk_instr *in) {
    rk_run *run = &f->run;
    const rk_domain *d = f->domain;
    const rk_matrix *a = &run->value[in->arg[0]],
                    *mask = in->nargs > 1 ? &run->value[in->arg[1]] : NULL;
    rk_matrix t;
    if (rk_run_compute(run, in->arg[0]) != RK_EV_OK ||
        (mask != NULL && rk_run_compute(run, in->arg[1]) != RK_EV_OK))
        return;
    rk_matrix_init(&t, d, 1, 1);
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0, first = -1; j < a->cols; j++) {
            if (mask != NULL && rk_tern_true(d->is_zero(d, rk_matrix_entry(mask, i, j))))
                continue;
            first = first < 0 ? j : first;
            d->sub(d, t.entry, rk_matrix_entry(a, i, j), rk_matrix_entry(a, i, first));
            if (j > first)
                (void)d->fn(d, RK_FN_EXP, t.entry, t.entry);
        }
    rk_matrix_clear(&t);
}

static bool compute(rk_formal *f, unsigned root, unsigned char *needed) {
    rk_run *run = &f->run;
    const rk_program *p = run->program;
    rk_program_closure(p, root, needed);
    if (f->local != NULL)
        assume_branches(f, root, needed);
    for (unsigned i = 0; i < root; i++)
        if (needed[i] && p->instr[i].code == RK_P_ENTROPY && !entropy_is_served(run, &p->instr[i]))
            return false;
    for (unsigned i = 0; f->steps != NULL && i < root; i++)
        if (needed[i] && p->instr[i].code == RK_P_SOFTMAX)
            write_softmax(f, &p->instr[i]);
    (void)rk_run_compute(run, root);
    return !rk_function_exceeded(run->domain);
}

/* Where the claim is an implication its left side is one more hypothesis. */
static bool compute_claim(rk_formal *f, unsigned char *needed) {
    const rk_program *p = f->run.program;
    unsigned goal = f->whole;
    while (p->instr[goal].code == RK_P_IMPLIES) {
        unsigned left = p->instr[goal].arg[0];
        if (!compute(f, left, needed))
            return false;
        assume(&f->run, left);
        goal = p->instr[goal].arg[1];
    }
    f->claim = goal;
    return compute(f, goal, needed);
}

/* What the text gives by `assume NAME == E` is put in. */
static void write_definitions(rk_formal *f) {
    const rk_program *p = f->run.program;
    for (unsigned s = 0; s < p->nslots; s++)
        if (p->slots[s].defined && rk_run_compute(&f->run, p->slots[s].definition) == RK_EV_OK)
            rk_steps_defined(f->steps, s, &f->run.value[p->slots[s].definition]);
}

/* Hypotheses first: what they say of signs serves the claim. False: beyond a limit. */
static bool run_once(rk_formal *f, unsigned char *needed) {
    const rk_program *p = f->run.program;
    rk_function_restart(f->run.domain);
    if (f->steps != NULL)
        rk_steps_watch(f->steps, f->domain, rk_symbols_usable);
    if (f->local == NULL)
        rk_symbols_set(&f->run, rk_symbols_usable);
    else if (!set_near(f))
        return false;
    rk_symbols_assume(&f->run);
    if (f->steps != NULL)
        write_definitions(f);
    for (size_t h = 0; h < p->nhypotheses; h++) {
        rk_program_closure(p, p->hypotheses[h], needed);
        if (!is_made_of_served(p, needed, f->local != NULL))
            continue;
        if (!compute(f, p->hypotheses[h], needed))
            return false;
        assume(&f->run, p->hypotheses[h]);
    }
    return compute_claim(f, needed);
}

bool rk_formal_serves(const rk_program *p, unsigned truth) {
    unsigned char *needed = rk_malloc(p->ninstr);
    rk_program_closure(p, truth, needed);
    bool ok = is_made_of_served(p, needed, false);
    rk_free(needed);
    return ok;
}

static slong count_variables(const rk_program *p, bool near) {
    slong n = rk_symbols_count(p, near ? moves_as_symbol : rk_symbols_usable, MAX_VARIABLES);
    for (size_t s = 0; near && s < p->nslots; s++)
        n += rotation_variables(&p->slots[s]);
    return n;
}

static bool open(rk_formal *f, const rk_program *p, double deadline) {
    bool near = f->local != NULL;
    slong variables = count_variables(p, near);
    unsigned char *needed = rk_malloc(p->ninstr);
    rk_program_closure(p, f->whole, needed);
    bool ok = variables <= MAX_VARIABLES && p->ninstr <= MAX_INSTRUCTIONS &&
              is_made_of_served(p, needed, near);
    if (ok) {
        f->domain = rk_domain_formal(variables, count_generators(p), MAX_TERMS);
        rk_run_init(&f->run, p, f->domain);
        f->run.deadline = deadline;
    }
    for (int k = 0; k < MAX_RUNS && ok; k++) {
        ok = run_once(f, needed) && rk_clock() < deadline;
        if (rk_tern_known(f->run.truth[f->claim]) || !rk_function_wants_restart(f->domain))
            break;
    }
    rk_free(needed);
    if (!ok)
        rk_formal_close(f);
    return ok;
}

bool rk_formal_open(rk_formal *f, const rk_program *p, unsigned claim, double deadline,
                    rk_steps *steps) {
    *f = (rk_formal){.whole = claim, .claim = claim, .steps = steps};
    return open(f, p, deadline);
}

bool rk_formal_open_near(rk_formal *f, const rk_program *p, unsigned claim, const rk_local *local,
                         const rk_assignment *point, double deadline) {
    *f = (rk_formal){.whole = claim, .claim = claim, .local = local, .point = point};
    return open(f, p, deadline);
}

void rk_formal_close(rk_formal *f) {
    if (f->domain == NULL)
        return;
    rk_run_clear(&f->run);
    rk_domain_free(f->domain);
    f->domain = NULL;
}
