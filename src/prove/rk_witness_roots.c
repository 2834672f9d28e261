#include "rk_witness_roots.h"
#include "base/rk_mem.h"
#include "domain/rk_extension.h"

static bool is_moving_root(const rk_view *view, const rk_closed *closed, size_t i) {
    return view->analytic[i] && rk_is_root(&view->program->instr[i]) && closed->moving[i];
}

unsigned rk_root_levels(const rk_view *view, const rk_closed *closed, unsigned *level) {
    const rk_program *p = view->program;
    unsigned highest = 0;
    for (size_t i = 0; i < p->ninstr; i++) {
        const rk_instr *in = &p->instr[i];
        level[i] = 0;
        for (size_t k = 0; k < in->nargs; k++)
            level[i] = level[in->arg[k]] > level[i] ? level[in->arg[k]] : level[i];
        level[i] += is_moving_root(view, closed, i);
        if (view->analytic[i] && level[i] > highest)
            highest = level[i];
    }
    return highest;
}

/* --- what moves --------------------------------------------------------------------------- */

enum { UNKNOWN_DEGREE = 1 << 20, LARGEST_DEGREE = 16 };

typedef struct line {
    rk_tower *tower;
    rk_view *view;
    const unsigned *level;
    const rk_assignment *from, *to;
    unsigned now;              /* the level in hand */
    unsigned char *slot_moves; /* along the line */
    unsigned *degree;          /* in s, of each instruction's entries; at most */
} line;

static const rk_program *program_of(const line *l) {
    return l->view->program;
}

static bool is_root_of(const line *l, size_t i, unsigned level) {
    return is_moving_root(l->view, l->tower->closed, i) && l->level[i] == level;
}

/* Sets with linear equations contain, in this sense, the lines through their members. */
static bool is_linear(rk_set set) {
    return set != RK_SET_UNIT_ROWS && set != RK_SET_ORTHOGONAL;
}

/* The slots below the marked instructions, other than through exponentials, stand still. */
static void hold_slots(line *l, unsigned char *below) {
    const rk_program *p = program_of(l);
    for (size_t i = p->ninstr; i-- > 0;) {
        const rk_instr *in = &p->instr[i];
        for (size_t k = 0; below[i] && rk_uses_arguments(in) && k < in->nargs; k++)
            below[in->arg[k]] = 1;
        if (below[i] && in->code == RK_P_INPUT)
            l->slot_moves[in->slot] = 0;
    }
}

/* Slots move on which no lower radicand depends. */
static void choose_slots(line *l) {
    const rk_program *p = program_of(l);
    unsigned char *below = rk_calloc(p->ninstr, 1);
    for (size_t s = 0; s < p->nslots; s++)
        l->slot_moves[s] = is_linear(p->slots[s].set);
    for (size_t i = 0; i < p->ninstr; i++)
        below[i] = is_moving_root(l->view, l->tower->closed, i) && l->level[i] < l->now;
    hold_slots(l, below);
    rk_free(below);
}

/* What is inverted or divided by below a radicand of the level stands still. */
static void hold_denominators(line *l) {
    const rk_program *p = program_of(l);
    unsigned char *wanted = rk_calloc(p->ninstr, 1), *below = rk_calloc(p->ninstr, 1);
    for (size_t i = p->ninstr; i-- > 0;) {
        const rk_instr *in = &p->instr[i];
        wanted[i] |= is_root_of(l, i, l->now);
        for (size_t k = 0; wanted[i] && rk_uses_arguments(in) && k < in->nargs; k++)
            wanted[in->arg[k]] = 1;
        if (wanted[i] && rk_code_is_partial(in->code))
            below[in->arg[in->nargs - 1]] = 1;
    }
    hold_slots(l, below);
    rk_free(wanted);
    rk_free(below);
}

static unsigned bounded(uint64_t degree) {
    return degree > LARGEST_DEGREE ? UNKNOWN_DEGREE : (unsigned)degree;
}

static unsigned degree_of(const line *l, unsigned i) {
    const rk_instr *in = &program_of(l)->instr[i];
    uint64_t most = 0, sum = 0, first = in->nargs > 0 ? l->degree[in->arg[0]] : 0;
    for (size_t k = 0; k < in->nargs; k++) {
        sum += l->degree[in->arg[k]];
        most = l->degree[in->arg[k]] > most ? l->degree[in->arg[k]] : most;
    }
    if (in->code == RK_P_INPUT)
        return l->slot_moves[in->slot];
    if (!rk_uses_arguments(in))
        return 0; /* exponentials stand still: they come from the floor above */
    switch (in->code) {
    case RK_P_MUL:
    case RK_P_EMUL:
    case RK_P_SCALE:
    case RK_P_ROW_SCALE:
    case RK_P_KRON:
        return bounded(sum);
    case RK_P_DET:
        return bounded(first * (uint64_t)program_of(l)->instr[in->arg[0]].rows);
    case RK_P_DIV:
    case RK_P_EDIV:
    case RK_P_ROW_DIVIDE:
        return l->degree[in->arg[1]] == 0 ? bounded(first) : UNKNOWN_DEGREE;
    case RK_P_INV:
        return first == 0 ? 0 : UNKNOWN_DEGREE;
    case RK_P_FN:
        return rk_is_root(in) && first > 0 ? UNKNOWN_DEGREE : bounded(first);
    default:
        return bounded(most);
    }
}

/* --- along the line ----------------------------------------------------------------------- */

/* m := a + s*(b - a) */
static void between(fmpq_mat_t m, const fmpq_mat_t a, const fmpq_mat_t b, ulong s) {
    fmpq_t factor, t;
    fmpq_init(factor);
    fmpq_init(t);
    fmpq_set_si(factor, (slong)s, 1);
    for (slong i = 0; i < fmpq_mat_nrows(m); i++)
        for (slong j = 0; j < fmpq_mat_ncols(m); j++) {
            fmpq_sub(t, fmpq_mat_entry(b, i, j), fmpq_mat_entry(a, i, j));
            fmpq_mul(t, t, factor);
            fmpq_add(fmpq_mat_entry(m, i, j), fmpq_mat_entry(a, i, j), t);
        }
    fmpq_clear(factor);
    fmpq_clear(t);
}

static bool move_to(const line *l, ulong s) {
    const rk_program *p = program_of(l);
    rk_assignment at;
    rk_assignment_init(&at, p);
    rk_assignment_set(&at, l->from);
    for (size_t k = 0; k < p->nslots; k++)
        if (l->slot_moves[k] && !p->slots[k].defined)
            between(&at.value[k], &l->from->value[k], &l->to->value[k], s);
    bool ok = rk_tower_move(l->tower, 0, &at);
    rk_assignment_clear(&at);
    return ok;
}

static const rk_matrix *radicand(const line *l, size_t root) {
    unsigned a = program_of(l)->instr[root].arg[0];
    bool known = rk_tower_value(l->tower, 0, a) == RK_EV_OK;
    return known ? &l->tower->floor[0].run.value[a] : NULL;
}

static bool lower_radicands_are_units(const line *l) {
    for (size_t i = 0; i < program_of(l)->ninstr; i++) {
        if (!is_moving_root(l->view, l->tower->closed, i) || l->level[i] >= l->now)
            continue;
        const rk_matrix *m = radicand(l, i);
        if (m == NULL || !rk_all_units(m))
            return false;
    }
    return true;
}

/* The radicands of the level in hand, along the line: how far up the subfield stands that holds
   the values of each, and the norms of the values from each subfield that it could be. */
typedef struct sample {
    size_t n, points, levels;
    unsigned *level; /* n */
    ulong *norm;     /* levels times n times points */
} sample;

static ulong *norms_of(const sample *x, unsigned level, size_t k) {
    return x->norm + (level * x->n + k) * x->points;
}

static void read_entry(const sample *x, const rk_domain *d, size_t k, size_t s,
                       const ulong *value) {
    if (d->size == sizeof(ulong)) {
        norms_of(x, 0, k)[s] = *value;
        return;
    }
    unsigned level = rk_extension_level(d, value);
    x->level[k] = level > x->level[k] ? level : x->level[k];
    for (unsigned m = level; m < x->levels; m++)
        norms_of(x, m, k)[s] = rk_extension_norm(d, value, m);
}

/* No earlier row of the radicand is the same. */
static bool is_new_row(const line *l, size_t root, int64_t r) {
    return l->view->bounds.rows.first[program_of(l)->instr[root].arg[0]][r] == r;
}

static size_t count_new_entries(const line *l, size_t root) {
    const rk_instr *in = &program_of(l)->instr[root];
    size_t n = 0;
    for (int64_t r = 0; r < in->rows; r++)
        n += is_new_row(l, root, r) ? (size_t)in->cols : 0;
    return n;
}

/* Reads all of them at the s-th point. */
static bool read_point(const line *l, const sample *x, size_t s) {
    size_t n = 0;
    for (size_t i = 0; i < program_of(l)->ninstr; i++) {
        if (!is_root_of(l, i, l->now))
            continue;
        const rk_matrix *m = radicand(l, i);
        if (m == NULL)
            return false;
        for (slong r = 0; r < m->rows; r++)
            for (slong c = 0; c < m->cols && is_new_row(l, i, r); c++)
                read_entry(x, l->tower->floor[0].field, n++, s, rk_matrix_entry(m, r, c));
    }
    return true;
}

/* --- factors ------------------------------------------------------------------------------ */

/* The product of the irreducible factors of odd multiplicity. */
static void odd_part(nmod_poly_t r, const nmod_poly_t f) {
    nmod_poly_factor_t parts;
    nmod_poly_factor_init(parts);
    nmod_poly_factor_squarefree(parts, f);
    nmod_poly_one(r);
    for (slong k = 0; k < parts->num; k++)
        if (parts->exp[k] % 2 == 1)
            nmod_poly_mul(r, r, &parts->p[k]);
    nmod_poly_factor_clear(parts);
}

/* The greatest common divisor of the product of squarefree polynomials and its derivative: what
   divides more than one of them. */
static void shared_part(nmod_poly_t r, const nmod_poly_struct *part, size_t n) {
    nmod_poly_t product, derivative;
    nmod_poly_init_mod(product, r->mod);
    nmod_poly_init_mod(derivative, r->mod);
    nmod_poly_one(product);
    for (size_t k = 0; k < n; k++)
        nmod_poly_mul(product, product, &part[k]);
    nmod_poly_derivative(derivative, product);
    nmod_poly_gcd(r, product, derivative);
    nmod_poly_clear(product);
    nmod_poly_clear(derivative);
}

/* ok[k]: the k-th radicand has a factor of its own of odd multiplicity. */
static void find_private_factors(const sample *x, bool *ok, nmod_t mod) {
    nmod_poly_struct *part = rk_malloc((x->n + 1) * sizeof *part);
    ulong *at = rk_malloc(x->points * sizeof *at);
    nmod_poly_t f, shared;
    nmod_poly_init_mod(f, mod);
    nmod_poly_init_mod(shared, mod);
    for (size_t s = 0; s < x->points; s++)
        at[s] = s;
    for (size_t k = 0; k < x->n; k++) {
        nmod_poly_init_mod(&part[k], mod);
        nmod_poly_interpolate_nmod_vec(f, at, norms_of(x, x->level[k], k), (slong)x->points);
        ok[k] = nmod_poly_length(f) > 1;
        if (ok[k])
            odd_part(&part[k], f);
        else
            nmod_poly_one(&part[k]);
    }
    shared_part(shared, part, x->n);
    for (size_t k = 0; k < x->n; k++) {
        nmod_poly_gcd(f, &part[k], shared);
        ok[k] = ok[k] && nmod_poly_length(f) < nmod_poly_length(&part[k]);
        nmod_poly_clear(&part[k]);
    }
    nmod_poly_clear(f);
    nmod_poly_clear(shared);
    rk_free(at);
    rk_free(part);
}

/* --- one level after the other ------------------------------------------------------------ */

/* Are all radicands of the level polynomials along the line? */
static bool find_degrees(line *l) {
    const rk_program *p = program_of(l);
    bool all = true;
    for (unsigned i = 0; i < p->ninstr; i++) {
        l->degree[i] = l->view->analytic[i] ? degree_of(l, i) : UNKNOWN_DEGREE;
        all = all && !(is_root_of(l, i, l->now) && l->degree[p->instr[i].arg[0]] > LARGEST_DEGREE);
    }
    return all;
}

/* Bars the roots whose radicands are no polynomials along the line; counts the others. */
static size_t count_radicands(line *l, unsigned *most) {
    const rk_program *p = program_of(l);
    size_t n = 0;
    *most = 0;
    for (unsigned i = 0; i < p->ninstr; i++) {
        if (!is_root_of(l, i, l->now))
            continue;
        unsigned degree = l->degree[p->instr[i].arg[0]];
        if (degree > LARGEST_DEGREE) {
            rk_view_bar(l->view, i);
            continue;
        }
        *most = degree > *most ? degree : *most;
        n += count_new_entries(l, i);
    }
    return n;
}

static void bar_all_but(const line *l, const bool *ok) {
    const rk_program *p = program_of(l);
    for (unsigned i = 0; i < p->ninstr; i++) {
        if (!is_root_of(l, i, l->now))
            continue;
        size_t entries = count_new_entries(l, i);
        bool all = true;
        for (size_t k = 0; k < entries; k++)
            all = all && ok[k];
        ok += entries;
        if (!all)
            rk_view_bar(l->view, i);
    }
}

static void certify_level(line *l) {
    unsigned most;
    choose_slots(l);
    if (!find_degrees(l)) {
        hold_denominators(l);
        (void)find_degrees(l);
    }
    sample x = {.n = count_radicands(l, &most), .levels = l->now};
    x.points = ((size_t)most << (l->now - 1)) + 1;
    x.norm = rk_calloc(x.levels * x.n * x.points + 1, sizeof *x.norm);
    x.level = rk_calloc(x.n + 1, sizeof *x.level);
    bool *ok = rk_calloc(x.n + 1, sizeof *ok), known = true;
    for (size_t s = 0; s < x.points && known; s++) {
        known = move_to(l, s) && read_point(l, &x, s);
        known = known && (s > 0 || lower_radicands_are_units(l));
    }
    nmod_t mod;
    nmod_init(&mod, l->tower->floor[0].modulus);
    if (known)
        find_private_factors(&x, ok, mod);
    bar_all_but(l, ok);
    rk_free(x.norm);
    rk_free(x.level);
    rk_free(ok);
}

void rk_roots_certify(rk_tower *t, rk_view *view, const unsigned *level, const rk_assignment *from,
                      const rk_assignment *to) {
    unsigned highest = 0;
    for (size_t i = 0; i < view->program->ninstr; i++)
        if (view->analytic[i] && level[i] > highest)
            highest = level[i];
    line l = {.tower = t, .view = view, .level = level, .from = from, .to = to};
    l.slot_moves = rk_calloc(view->program->nslots + 1, 1);
    l.degree = rk_calloc(view->program->ninstr + 1, sizeof *l.degree);
    for (l.now = 1; l.now <= highest; l.now++)
        certify_level(&l);
    rk_free(l.slot_moves);
    rk_free(l.degree);
}
