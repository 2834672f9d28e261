#include "rk_system.h"
#include <math.h>
#include <string.h>
#include "base/rk_mem.h"
#include <lapacke.h> /* after FLINT, which uses the name I that it defines */

enum { MOST_ENTRIES = 64 }; /* of one V */

/* --- making -------------------------------------------------------------------- */

static slong entries_of(const rk_system *s, unsigned left, unsigned right) {
    const rk_instr *x = &s->aim->program->instr[left], *y = &s->aim->program->instr[right];
    slong n = (slong)(x->rows * x->cols), m = (slong)(y->rows * y->cols);
    return n > m ? n : m;
}

void rk_system_init(rk_system *s, rk_terrain *terrain, const rk_aim *aim) {
    *s = (rk_system){.terrain = terrain, .aim = aim, .unknowns = terrain->nactive};
    for (size_t i = 0; i < aim->count; i++) {
        const rk_condition *c = &aim->condition[i];
        if (c->kind == RK_CONDITION_ZERO)
            s->equations += entries_of(s, c->left, c->right);
        else if (c->kind == RK_CONDITION_AT_MOST)
            s->inequalities += entries_of(s, c->left, c->right);
        else if (c->kind == RK_CONDITION_PSD)
            s->inequalities++;
    }
}

void rk_system_clear(rk_system *s) {
    for (size_t i = 0; i < s->nnulls; i++) {
        rk_free(s->null[i].pinned);
        rk_free(s->null[i].start);
    }
    rk_free(s->null);
    rk_free(s->place);
    rk_free(s->goal_slope);
    rk_free(s->equation);
    rk_free(s->equation_slope);
    rk_free(s->inequality);
    rk_free(s->inequality_slope);
}

static size_t slopes_of(const rk_terrain *t) {
    return t->domain->size / sizeof(double);
}

static const double *entry_at(const rk_terrain *t, const rk_matrix *m, slong e) {
    return (const double *)m->entry + (size_t)(m->rows * m->cols == 1 ? 0 : e) * slopes_of(t);
}

/* The right singular vectors (for M', if `left`) of the least singular values, as columns of v:
   those of 0 and `drop` more, *n of them. */
static bool least_vectors(const rk_terrain *t, const rk_matrix *m, bool left, slong drop, double *v,
                          slong *n) {
    lapack_int r = (lapack_int)(left ? m->cols : m->rows);
    lapack_int c = (lapack_int)(left ? m->rows : m->cols), least = r < c ? r : c;
    double *a = rk_malloc((size_t)(r * c + c * c + 2 * least) * sizeof *a);
    double *vt = a + r * c, *sigma = vt + c * c;
    for (slong i = 0; i < r; i++)
        for (slong j = 0; j < c; j++)
            a[i * c + j] = *entry_at(t, m, left ? j * m->cols + i : i * m->cols + j);
    bool ok = LAPACKE_dgesvd(LAPACK_ROW_MAJOR, 'N', 'A', r, c, a, c, sigma, NULL, 1, vt, c,
                             sigma + least) == 0;
    slong rank = 0;
    while (ok && rank < least && sigma[rank] > 1e-9 * sigma[0])
        rank++;
    *n = c - rank + drop;
    ok = ok && drop <= rank;
    for (slong i = 0; ok && i < c; i++)
        for (slong j = 0; j < *n; j++)
            v[i * *n + j] = vt[(c - 1 - j) * c + i];
    rk_free(a);
    return ok;
}

/* Column operations on v (size by drop) until `drop` of its rows, chosen largest first, are the
   identity; those rows. */
static bool pin(double *v, slong size, slong drop, slong *pinned) {
    for (slong k = 0; k < drop; k++) {
        slong best = -1;
        for (slong i = 0; i < size; i++) {
            bool taken = false;
            for (slong l = 0; l < k; l++)
                taken = taken || pinned[l] == i;
            if (!taken && (best < 0 || fabs(v[i * drop + k]) > fabs(v[best * drop + k])))
                best = i;
        }
        double pivot = best < 0 ? 0 : v[best * drop + k];
        if (fabs(pivot) < 1e-12)
            return false;
        pinned[k] = best;
        for (slong i = 0; i < size; i++)
            v[i * drop + k] /= pivot;
        for (slong j = 0; j < drop; j++) {
            double factor = j == k ? 0 : v[best * drop + j];
            for (slong i = 0; i < size; i++)
                v[i * drop + j] -= factor * v[i * drop + k];
        }
    }
    return true;
}

bool rk_system_drop(rk_system *s, unsigned instr, slong drop, bool left) {
    const rk_matrix *m = rk_terrain_value(s->terrain, instr);
    if (!m)
        return false;
    left = m->rows < m->cols || (left && m->rows == m->cols);
    rk_null null = {.instr = instr, .left = left, .size = left ? m->rows : m->cols};
    null.start = rk_malloc((size_t)(null.size * null.size) * sizeof *null.start);
    bool ok = least_vectors(s->terrain, m, left, drop, null.start, &null.drop);
    null.pinned = rk_malloc((size_t)null.size * sizeof *null.pinned);
    ok = ok && null.size * null.drop <= MOST_ENTRIES &&
         pin(null.start, null.size, null.drop, null.pinned);
    if (ok) {
        null.first = s->unknowns;
        s->unknowns += (null.size - null.drop) * null.drop;
        s->equations += (left ? m->cols : m->rows) * null.drop;
        rk_grow(&s->null, &s->capacity, s->nnulls + 1, sizeof *s->null);
        s->null[s->nnulls++] = null;
    } else {
        rk_free(null.start);
        rk_free(null.pinned);
    }
    return ok;
}

/* The unknown that is entry (i, j) of V; -1 for a pinned row, *one: it is the entry of the
   identity that is 1. */
static slong null_unknown(const rk_null *null, slong i, slong j, bool *one) {
    slong row = i;
    *one = false;
    for (slong k = 0; k < null->drop; k++) {
        if (null->pinned[k] == i) {
            *one = j == k;
            return -1;
        }
        row -= null->pinned[k] < i;
    }
    return null->first + row * null->drop + j;
}

double rk_system_null(const rk_null *null, const double *place, slong i, slong j) {
    bool one;
    slong u = null_unknown(null, i, j, &one);
    return u < 0 ? one : place[u];
}

static double *zeros(slong n) {
    return rk_calloc((size_t)n + 1, sizeof(double));
}

void rk_system_begin(rk_system *s) {
    bool one;
    s->place = zeros(s->unknowns);
    s->goal_slope = zeros(s->unknowns);
    s->equation = zeros(s->equations);
    s->equation_slope = zeros(s->equations * s->unknowns);
    s->inequality = zeros(s->inequalities);
    s->inequality_slope = zeros(s->inequalities * s->unknowns);
    rk_terrain_here(s->terrain, s->place);
    for (size_t k = 0; k < s->nnulls; k++) {
        const rk_null *null = &s->null[k];
        for (slong i = 0; i < null->size; i++)
            for (slong j = 0; j < null->drop; j++) {
                slong u = null_unknown(null, i, j, &one);
                if (u >= 0)
                    s->place[u] = null->start[i * null->drop + j];
            }
    }
}

/* --- looking ------------------------------------------------------------------- */

/* *value = left - right in entry e, with its slopes. */
static void difference(const rk_system *s, const rk_matrix *x, const rk_matrix *y, slong e,
                       double *value, double *slope) {
    const double *a = entry_at(s->terrain, x, e), *b = entry_at(s->terrain, y, e);
    *value = a[0] - b[0];
    for (slong k = 0; s->terrain->slopes && k < s->terrain->nactive; k++)
        slope[k] = a[k + 1] - b[k + 1];
}

static bool differences(rk_system *s, const rk_condition *c, double *value, double *slope) {
    const rk_matrix *x = rk_terrain_value(s->terrain, c->left);
    const rk_matrix *y = rk_terrain_value(s->terrain, c->right);
    slong n = entries_of(s, c->left, c->right);
    for (slong e = 0; x && y && e < n; e++)
        difference(s, x, y, e, value + e, slope + e * s->unknowns);
    return x && y;
}

/* Minus the least eigenvalue of the symmetric part, with slopes -v'*dM*v. */
static bool least_eigenvalue(rk_system *s, unsigned instr, double *value, double *slope) {
    const rk_matrix *m = rk_terrain_value(s->terrain, instr);
    if (!m || m->rows != m->cols)
        return false;
    lapack_int n = (lapack_int)m->rows;
    double *v = rk_malloc((size_t)(n * n + n) * sizeof *v), *lambda = v + n * n;
    for (slong i = 0; i < n; i++)
        for (slong j = 0; j < n; j++)
            v[i * n + j] =
                (*entry_at(s->terrain, m, i * n + j) + *entry_at(s->terrain, m, j * n + i)) / 2;
    bool ok = LAPACKE_dsyev(LAPACK_ROW_MAJOR, 'V', 'U', n, v, n, lambda) == 0;
    *value = -lambda[0];
    for (slong k = 0; ok && s->terrain->slopes && k < s->terrain->nactive; k++) {
        slope[k] = 0;
        for (slong e = 0; e < n * n; e++)
            slope[k] -= v[e / n * n] * v[e % n * n] * entry_at(s->terrain, m, e)[k + 1];
    }
    rk_free(v);
    return ok;
}

/* Rows of M*V, or of M'*V. */
static slong null_rows(const rk_system *s, const rk_null *null) {
    const rk_instr *m = &s->aim->program->instr[null->instr];
    return (slong)(null->left ? m->cols : m->rows);
}

/* Adds the entry of M that meets row p of V in row q of the product. */
static void add_entry(rk_system *s, const rk_null *null, const double *place, const double *entry,
                      slong p, slong q, double *value, double *slope) {
    slong active = s->terrain->slopes ? s->terrain->nactive : 0;
    bool one;
    for (slong j = 0; j < null->drop; j++) {
        slong u = null_unknown(null, p, j, &one), row = q * null->drop + j;
        double v = u < 0 ? one : place[u];
        value[row] += entry[0] * v;
        for (slong k = 0; k < active; k++)
            slope[row * s->unknowns + k] += entry[k + 1] * v;
        if (u >= 0)
            slope[row * s->unknowns + u] += entry[0];
    }
}

/* M*V and its slopes, by the terrain's coordinates and by the unknown entries of V. */
static bool null_residual(rk_system *s, const rk_null *null, const double *place, double *value,
                          double *slope) {
    const rk_matrix *m = rk_terrain_value(s->terrain, null->instr);
    size_t n = (size_t)(null_rows(s, null) * null->drop);
    if (!m)
        return false;
    memset(value, 0, n * sizeof *value);
    memset(slope, 0, n * (size_t)s->unknowns * sizeof *slope);
    for (slong i = 0; i < m->rows; i++)
        for (slong l = 0; l < m->cols; l++)
            add_entry(s, null, place, entry_at(s->terrain, m, i * m->cols + l), null->left ? i : l,
                      null->left ? l : i, value, slope);
    return true;
}

/* A difference relative to the size of its sides: d / sqrt(1 + x^2 + y^2). */
static bool look_at_goal(rk_system *s) {
    const rk_aim *aim = s->aim;
    if (aim->goal == RK_GOAL_NONE)
        return true;
    if (aim->goal == RK_GOAL_NOT_PSD)
        return least_eigenvalue(s, aim->left, &s->goal, s->goal_slope);
    const rk_matrix *x = rk_terrain_value(s->terrain, aim->left);
    const rk_matrix *y = rk_terrain_value(s->terrain, aim->right);
    if (!x || !y)
        return false;
    const rk_matrix *shape = x->rows * x->cols == 1 ? y : x;
    slong e = (slong)aim->row * shape->cols + (slong)aim->col;
    const double *a = entry_at(s->terrain, x, e), *b = entry_at(s->terrain, y, e);
    double size = sqrt(1 + a[0] * a[0] + b[0] * b[0]), ratio = aim->sign * (a[0] - b[0]) / size;
    s->goal = ratio;
    for (slong k = 0; s->terrain->slopes && k < s->terrain->nactive; k++)
        s->goal_slope[k] = (aim->sign * (a[k + 1] - b[k + 1]) -
                            ratio * (a[0] * a[k + 1] + b[0] * b[k + 1]) / size) /
                           size;
    return isfinite(ratio);
}

static bool look_at_conditions(rk_system *s, const double *place) {
    slong e = 0, q = 0, n = s->unknowns;
    bool ok = true;
    for (size_t i = 0; i < s->aim->count && ok; i++) {
        const rk_condition *c = &s->aim->condition[i];
        if (c->kind == RK_CONDITION_ZERO) {
            ok = differences(s, c, s->equation + e, s->equation_slope + e * n);
            e += entries_of(s, c->left, c->right);
        } else if (c->kind == RK_CONDITION_AT_MOST) {
            ok = differences(s, c, s->inequality + q, s->inequality_slope + q * n);
            q += entries_of(s, c->left, c->right);
        } else if (c->kind == RK_CONDITION_PSD) {
            ok = least_eigenvalue(s, c->left, s->inequality + q, s->inequality_slope + q * n);
            q++;
        }
    }
    for (size_t k = 0; k < s->nnulls && ok; k++) {
        ok = null_residual(s, &s->null[k], place, s->equation + e, s->equation_slope + e * n);
        e += null_rows(s, &s->null[k]) * s->null[k].drop;
    }
    return ok;
}

bool rk_system_look(rk_system *s, const double *place) {
    size_t size = (size_t)s->unknowns * sizeof *place;
    if (s->looks > 0 && s->known && memcmp(place, s->place, size) == 0)
        return true;
    memmove(s->place, place, size);
    s->looks++;
    s->known =
        rk_terrain_go(s->terrain, s->place) && look_at_conditions(s, s->place) && look_at_goal(s);
    return s->known;
}

double rk_system_misfit(const rk_system *s) {
    double sum = 0;
    for (slong i = 0; i < s->equations; i++)
        sum += s->equation[i] * s->equation[i];
    for (slong i = 0; i < s->inequalities; i++)
        if (s->inequality[i] > 0)
            sum += s->inequality[i] * s->inequality[i];
    return s->known ? sum : INFINITY;
}

/* --- the conditions alone ------------------------------------------------------ */

/* A step of Levenberg and Marquardt: least squares of [J; root] * step = [-r; 0]. */
static bool damped_step(const rk_system *s, double damping, double *work, double *step) {
    slong n = s->unknowns, m = s->equations + s->inequalities;
    double *a = work, *b = work + (m + n) * n;
    memset(work, 0, (size_t)((m + n) * (n + 1)) * sizeof *work);
    memcpy(a, s->equation_slope, (size_t)(s->equations * n) * sizeof *a);
    for (slong i = 0; i < s->equations; i++)
        b[i] = -s->equation[i];
    for (slong i = 0; i < s->inequalities; i++) {
        if (s->inequality[i] <= 0)
            continue;
        memcpy(a + (s->equations + i) * n, s->inequality_slope + i * n, (size_t)n * sizeof *a);
        b[s->equations + i] = -s->inequality[i];
    }
    for (slong k = 0; k < n; k++)
        a[(m + k) * n + k] = damping;
    if (LAPACKE_dgels(LAPACK_ROW_MAJOR, 'N', (lapack_int)(m + n), (lapack_int)n, 1, a,
                      (lapack_int)n, b, 1) != 0)
        return false;
    memcpy(step, b, (size_t)n * sizeof *step);
    return true;
}

double rk_system_solve(rk_system *s, int looks) {
    const double most = 5e7; /* operations of all steps together */
    slong n = s->unknowns, m = s->equations + s->inequalities;
    double steps = most / ((double)(m + n + 1) * (double)(n * n + 1));
    looks = steps < looks ? (int)steps : looks;
    double *work = zeros((m + n) * (n + 1)), *step = zeros(n), *best = zeros(n), *next = zeros(n);
    double damping = 0.1;
    memcpy(best, s->place, (size_t)n * sizeof *best);
    rk_system_look(s, best);
    double least = rk_system_misfit(s);
    for (int k = 1; k < looks && isfinite(least) && least > 1e-26; k++) {
        if (!rk_system_look(s, best) || !damped_step(s, damping, work, step))
            break;
        for (slong i = 0; i < n; i++)
            next[i] = best[i] + step[i];
        rk_system_look(s, next);
        double misfit = rk_system_misfit(s);
        damping *= misfit < least ? 0.2 : 5;
        if (misfit < least) {
            least = misfit;
            memcpy(best, next, (size_t)n * sizeof *best);
        }
    }
    rk_system_look(s, best);
    rk_free(work);
    rk_free(step);
    rk_free(best);
    rk_free(next);
    return least;
}
