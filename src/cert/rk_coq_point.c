#include "coq_inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/rk_mem.h"
#include "linalg/rk_kernel.h"
#include "rk_cert_point.h"

enum { MAX_ENTRIES = 4096, MAX_DET = 6 };

typedef struct point {
    rk_buf *out;
    rk_buf said, proof; /* of the theorem: its conjuncts, and a step for each */
    size_t nsaid;
    rk_cert_point at;
    const rk_program *p; /* of at */
    rk_run run;
    unsigned char *needed;
    const char *why;
} point;

/* --- pieces of text ----------------------------------------------------------------------- */

static void put_number(rk_buf *out, const fmpq_t x) {
    char *num = fmpz_get_str(NULL, 10, fmpq_numref(x)),
         *den = fmpz_get_str(NULL, 10, fmpq_denref(x));
    if (fmpz_is_one(fmpq_denref(x)))
        rk_buf_printf(out, fmpq_sgn(x) < 0 ? "(%s)" : "%s", num);
    else
        rk_buf_printf(out, "(%s # %s)", num, den);
    flint_free(num);
    flint_free(den);
}

static void put_matrix(rk_buf *out, const fmpq_mat_t m) {
    rk_buf_putc(out, '[');
    for (slong i = 0; i < fmpq_mat_nrows(m); i++) {
        rk_buf_puts(out, i > 0 ? "; [" : "[");
        for (slong j = 0; j < fmpq_mat_ncols(m); j++) {
            rk_buf_puts(out, j > 0 ? "; " : "");
            put_number(out, fmpq_mat_entry(m, i, j));
        }
        rk_buf_putc(out, ']');
    }
    rk_buf_putc(out, ']');
}

static void say(point *w, const char *proof) {
    if (w->nsaid++ > 0)
        rk_buf_puts(&w->said, " /\\\n  ");
    rk_buf_printf(&w->proof, "%s", proof);
}

/* One more conjunct that computing decides. */
static void say_true(point *w, const char *what) {
    say(w, "  - vm_compute; reflexivity.\n");
    rk_buf_printf(&w->said, "%s = true", what);
}

/* "%a %b": the arguments, "%R %C %S %T": their shapes, "%k %l": the numbers of the instruction. */
static void put_template(rk_buf *out, const point *w, const rk_instr *in, const char *text) {
    for (; *text != '\0'; text++) {
        const rk_instr *a = in->nargs > 0 ? &w->p->instr[in->arg[0]] : in;
        const rk_instr *b = in->nargs > 1 ? &w->p->instr[in->arg[1]] : in;
        if (*text != '%') {
            rk_buf_putc(out, *text);
            continue;
        }
        switch (*++text) {
        case 'a':
            rk_buf_printf(out, "v%u", in->arg[0]);
            break;
        case 'b':
            rk_buf_printf(out, "v%u", in->arg[1]);
            break;
        default:
            rk_buf_printf(out, "%lld",
                          (long long)(*text == 'R'   ? a->rows
                                      : *text == 'C' ? a->cols
                                      : *text == 'S' ? b->rows
                                      : *text == 'T' ? b->cols
                                      : *text == 'k' ? in->k
                                                     : in->l));
        }
    }
}

/* --- values ------------------------------------------------------------------------------- */

/* An entry (i, j) of the result, and what must hold for it to be defined. */
static const struct body {
    const char *entry, *defined;
} bodies[] = {
    [RK_P_EYE] = {"if Nat.eqb i j then 1 else 0", NULL},
    [RK_P_ONES] = {"1", NULL},
    [RK_P_ZEROS] = {"0", NULL},
    [RK_P_UNIT] = {"if Nat.eqb (S i) %k then 1 else 0", NULL},
    [RK_P_CAUSAL] = {"if Nat.leb j i then 1 else 0", NULL},
    [RK_P_KEEP] = {"at_ %a i j", NULL},
    [RK_P_ADD] = {"at_ %a i j + at_ %b i j", NULL},
    [RK_P_SUB] = {"at_ %a i j - at_ %b i j", NULL},
    [RK_P_NEG] = {"- at_ %a i j", NULL},
    [RK_P_MUL] = {"total %C (fun l => at_ %a i l * at_ %b l j)", NULL},
    [RK_P_SCALE] = {"at_ %a 0 0 * at_ %b i j", NULL},
    [RK_P_DIV] = {"at_ %a i j / at_ %b 0 0", "negb (Qeq_bool (at_ %b 0 0) 0)"},
    [RK_P_EMUL] = {"at_ %a i j * at_ %b i j", NULL},
    [RK_P_EDIV] = {"at_ %a i j / at_ %b i j",
                   "every %S %T (fun i j => negb (Qeq_bool (at_ %b i j) 0))"},
    [RK_P_TRANSPOSE] = {"at_ %a j i", NULL},
    [RK_P_SLICE] = {"at_ %a (%k + i) (%l + j)", NULL},
    [RK_P_DIAG_MAKE] = {"if Nat.eqb i j then at_ %a i 0 else 0", NULL},
    [RK_P_DIAG_TAKE] = {"at_ %a i i", NULL},
    [RK_P_VEC] = {"at_ %a (Nat.modulo i %R) (Nat.div i %R)", NULL},
    [RK_P_KRON] = {"at_ %a (Nat.div i %S) (Nat.div j %T) * at_ %b (Nat.modulo i %S) "
                   "(Nat.modulo j %T)",
                   NULL},
    [RK_P_ROW_SUMS] = {"total %C (fun l => at_ %a i l)", NULL},
    [RK_P_ROW_SCALE] = {"at_ %a i 0 * at_ %b i j", NULL},
    [RK_P_ROW_DIVIDE] = {"at_ %a i j / at_ %b i 0",
                         "every %S 1 (fun i j => negb (Qeq_bool (at_ %b i j) 0))"},
    [RK_P_SUM_ENTRIES] = {"total %R (fun k => total %C (fun l => at_ %a k l))", NULL},
    [RK_P_MAX_ENTRIES] = {"extreme Qmax_ %R %C %a", NULL},
    [RK_P_MIN_ENTRIES] = {"extreme Qmin_ %R %C %a", NULL},
    [RK_P_TRACE] = {"total %R (fun l => at_ %a l l)", NULL},
    [RK_P_DET] = {"det %R (at_ %a)", NULL},
    [RK_P_NORM1] = {"fold_left (fun s l => Qmax_ s (total %R (fun k => Qabs (at_ %a k l)))) "
                    "(seq 0 %C) 0",
                    NULL},
};

static const struct body *body_of(rk_code code) {
    bool listed = code < sizeof bodies / sizeof *bodies && bodies[code].entry != NULL;
    return listed ? &bodies[code] : NULL;
}

static const char *entrywise(int fn) {
    switch (fn) {
    case RK_FN_ABS:
        return "Qabs (at_ %a i j)";
    case RK_FN_SIGN:
        return "Qsign (at_ %a i j)";
    case RK_FN_RELU:
        return "Qmax_ 0 (at_ %a i j)";
    default:
        return NULL;
    }
}

static void define(point *w, unsigned i, const char *entry) {
    const rk_instr *in = &w->p->instr[i];
    rk_buf_printf(w->out, "Definition v%u : mat := build %lld %lld (fun i j => ", i,
                  (long long)in->rows, (long long)in->cols);
    put_template(w->out, w, in, entry);
    rk_buf_puts(w->out, ").\n");
}

static void define_matrix(point *w, const char *name, const fmpq_mat_t m) {
    rk_buf_printf(w->out, "Definition %s : mat := ", name);
    put_matrix(w->out, m);
    rk_buf_puts(w->out, ".\n");
}

static bool value_of(point *w, unsigned i, fmpq_mat_t m) {
    const rk_instr *in = &w->p->instr[i];
    w->why = "a value is not rational";
    if (in->rows * in->cols > MAX_ENTRIES)
        w->why = "a matrix is too large";
    return in->rows * in->cols <= MAX_ENTRIES && rk_run_compute(&w->run, i) == RK_EV_OK &&
           rk_matrix_get_fmpq_mat(m, &w->run.value[i]) == RK_EV_OK;
}

/* A value that is given, and what shows that it is right. */
static bool put_given(point *w, unsigned i, const char *condition) {
    fmpq_mat_t m;
    char name[24];
    fmpq_mat_init(m, w->p->instr[i].rows, w->p->instr[i].cols);
    snprintf(name, sizeof name, "v%u", i);
    bool known = value_of(w, i, m);
    if (known)
        define_matrix(w, name, m);
    fmpq_mat_clear(m);
    if (known && condition != NULL) {
        rk_buf text, named;
        rk_buf_init(&text);
        rk_buf_init(&named);
        for (const char *c = condition; *c != '\0'; c++) /* %v: the value itself */
            c[0] == '%' && c[1] == 'v' ? (c++, rk_buf_puts(&named, name)) : rk_buf_putc(&named, *c);
        put_template(&text, w, &w->p->instr[i], named.text);
        say_true(w, text.text);
        rk_buf_clear(&named);
        rk_buf_clear(&text);
    }
    return known;
}

static void put_beside(point *w, unsigned i) { /* HCAT, VCAT */
    const rk_instr *in = &w->p->instr[i];
    bool across = in->code == RK_P_HCAT;
    int64_t before = 0;
    rk_buf_printf(w->out, "Definition v%u : mat := build %lld %lld (fun i j => ", i,
                  (long long)in->rows, (long long)in->cols);
    for (size_t k = 0; k < in->nargs; k++) {
        const rk_instr *a = &w->p->instr[in->arg[k]];
        int64_t end = before + (across ? a->cols : a->rows);
        if (k + 1 < in->nargs)
            rk_buf_printf(w->out, "if Nat.ltb %s %lld then ", across ? "j" : "i", (long long)end);
        rk_buf_printf(w->out, across ? "at_ v%u i (j - %lld)" : "at_ v%u (i - %lld) j", in->arg[k],
                      (long long)before);
        rk_buf_puts(w->out, k + 1 < in->nargs ? " else " : ").\n");
        before = end;
    }
}

/* --- ranks -------------------------------------------------------------------------------- */

typedef struct factors { /* A = P*R, U*A*V the identity */
    fmpq_mat_t p, r, u, v;
} factors;

static void factors_clear(factors *f) {
    fmpq_mat_clear(f->p);
    fmpq_mat_clear(f->r);
    fmpq_mat_clear(f->u);
    fmpq_mat_clear(f->v);
}

/* The first columns that span all; returns their number, the rank. */
static slong pivots_of(slong *pivot, const fmpq_mat_t a) {
    fmpq_mat_t reduced;
    fmpq_mat_init(reduced, fmpq_mat_nrows(a), fmpq_mat_ncols(a));
    slong r = fmpq_mat_rref(reduced, a);
    for (slong k = 0, j = 0; k < r; k++, j++) {
        while (fmpq_is_zero(fmpq_mat_entry(reduced, k, j)))
            j++;
        pivot[k] = j;
    }
    fmpq_mat_clear(reduced);
    return r;
}

/* to := the rows and columns of a that are named; NULL: all of them. */
static void select_entries(fmpq_mat_t to, const fmpq_mat_t a, const slong *row, const slong *col) {
    for (slong i = 0; i < fmpq_mat_nrows(to); i++)
        for (slong j = 0; j < fmpq_mat_ncols(to); j++)
            fmpq_set(fmpq_mat_entry(to, i, j),
                     fmpq_mat_entry(a, row == NULL ? i : row[i], col == NULL ? j : col[j]));
}

/* R: short integral rows with the row space of A, or r rows of A. */
static void choose_rows(fmpq_mat_t rows, const fmpq_mat_t a, const slong *row) {
    fmpz_mat_t z, basis;
    fmpz_mat_init(z, fmpq_mat_nrows(a), fmpq_mat_ncols(a));
    fmpq_mat_get_fmpz_mat_rowwise(z, NULL, a);
    if (rk_row_space_init_set(basis, z)) {
        fmpq_mat_set_fmpz_mat(rows, basis);
        fmpz_mat_clear(basis);
    } else {
        select_entries(rows, a, row, NULL);
    }
    fmpz_mat_clear(z);
}

/* P * R = A, which its pivot columns determine. */
static void divide_by_rows(factors *f, const fmpq_mat_t a, const slong *col) {
    slong r = fmpq_mat_nrows(f->r);
    fmpq_mat_t minor, columns;
    fmpq_mat_init(minor, r, r);
    fmpq_mat_init(columns, fmpq_mat_nrows(a), r);
    select_entries(minor, f->r, NULL, col);
    select_entries(columns, a, NULL, col);
    fmpq_mat_inv(minor, minor);
    fmpq_mat_mul(f->p, columns, minor);
    fmpq_mat_clear(minor);
    fmpq_mat_clear(columns);
}

/* U takes the inverse of a minor of order r to its rows, V takes its columns. */
static void choose_minor(factors *f, const fmpq_mat_t a, const slong *row, const slong *col) {
    slong r = fmpq_mat_nrows(f->r);
    fmpq_mat_t minor;
    fmpq_mat_init(minor, r, r);
    select_entries(minor, a, row, col);
    fmpq_mat_inv(minor, minor);
    for (slong i = 0; i < r; i++) {
        for (slong k = 0; k < r; k++)
            fmpq_set(fmpq_mat_entry(f->u, i, row[k]), fmpq_mat_entry(minor, i, k));
        fmpq_one(fmpq_mat_entry(f->v, col[i], i));
    }
    fmpq_mat_clear(minor);
}

static slong factor(factors *f, const fmpq_mat_t a) {
    slong n = fmpq_mat_nrows(a), m = fmpq_mat_ncols(a);
    slong *col = rk_malloc(((size_t)m + 1) * sizeof *col);
    slong *row = rk_malloc(((size_t)n + 1) * sizeof *row);
    fmpq_mat_t t;
    fmpq_mat_init(t, m, n);
    fmpq_mat_transpose(t, a);
    slong r = pivots_of(col, a);
    pivots_of(row, t);
    fmpq_mat_init(f->p, n, r);
    fmpq_mat_init(f->r, r, m);
    fmpq_mat_init(f->u, r, n);
    fmpq_mat_init(f->v, m, r);
    if (r > 0) {
        choose_rows(f->r, a, row);
        divide_by_rows(f, a, col);
        choose_minor(f, a, row, col);
    }
    fmpq_mat_clear(t);
    rk_free(col);
    rk_free(row);
    return r;
}

/* That instruction `i` is the rank of `of`, whose value is a. */
static slong say_rank(point *w, unsigned i, unsigned of, const fmpq_mat_t a) {
    factors f;
    rk_buf proof;
    rk_buf_init(&proof);
    slong n = fmpq_mat_nrows(a), m = fmpq_mat_ncols(a), r = factor(&f, a);
    rk_buf_printf(&proof, "  - apply (rank_by %ld %ld r%u v%u ", n, m, i, of);
    const fmpq_mat_struct *part[] = {f.p, f.r, f.u, f.v};
    for (size_t k = 0; k < 4; k++) {
        put_matrix(&proof, part[k]);
        rk_buf_putc(&proof, k < 3 ? ' ' : ')');
    }
    rk_buf_puts(&proof, "; vm_compute; reflexivity.\n");
    say(w, proof.text);
    rk_buf_printf(&w->said, "rank_is %ld %ld r%u v%u", n, m, i, of);
    rk_buf_clear(&proof);
    factors_clear(&f);
    return r;
}

static bool put_rank(point *w, unsigned i) {
    unsigned of = w->p->instr[i].arg[0];
    fmpq_mat_t a;
    fmpq_mat_init(a, w->p->instr[of].rows, w->p->instr[of].cols);
    bool known = value_of(w, of, a);
    if (known)
        rk_buf_printf(w->out,
                      "Definition r%u : nat := %ld.\n"
                      "Definition v%u : mat := [[inject_Z (Z.of_nat r%u)]].\n",
                      i, say_rank(w, i, of, a), i, i);
    fmpq_mat_clear(a);
    return known;
}

/* --- truth values ------------------------------------------------------------------------- */

static void put_side(rk_buf *out, const point *w, unsigned arg) {
    const rk_instr *a = &w->p->instr[arg];
    rk_buf_printf(out, a->rows == 1 && a->cols == 1 ? "(at_ v%u 0 0)" : "(at_ v%u i j)", arg);
}

static void put_compare(point *w, unsigned i) {
    static const char *const test[] = {
        [RK_EQ] = "Qeq_bool", [RK_NE] = "Qeq_bool", [RK_LT] = "Qlt_bool",
        [RK_LE] = "Qle_bool", [RK_GT] = "Qlt_bool", [RK_GE] = "Qle_bool"};
    const rk_instr *in = &w->p->instr[i], *a = &w->p->instr[in->arg[0]],
                   *b = &w->p->instr[in->arg[1]];
    bool turned = in->cmp == RK_GT || in->cmp == RK_GE;
    rk_buf_printf(w->out, "Definition t%u : bool := %s (every %lld %lld (fun i j => %s ", i,
                  in->cmp == RK_NE ? "negb" : "id",
                  (long long)(a->rows > b->rows ? a->rows : b->rows),
                  (long long)(a->cols > b->cols ? a->cols : b->cols), test[in->cmp]);
    put_side(w->out, w, in->arg[turned]);
    rk_buf_putc(w->out, ' ');
    put_side(w->out, w, in->arg[!turned]);
    rk_buf_puts(w->out, ")).\n");
}

static bool put_connective(point *w, unsigned i) {
    static const char *const name[] = {[RK_P_AND] = "andb",
                                       [RK_P_OR] = "orb",
                                       [RK_P_IMPLIES] = "implb",
                                       [RK_P_IFF] = "Bool.eqb",
                                       [RK_P_NOT] = "negb"};
    const rk_instr *in = &w->p->instr[i];
    if (in->code < RK_P_NOT || in->code > RK_P_IFF)
        return false;
    rk_buf_printf(w->out, "Definition t%u : bool := ", i);
    if (in->nargs == 0)
        rk_buf_puts(w->out, in->code == RK_P_AND ? "true" : "false");
    else if (in->nargs == 1)
        rk_buf_printf(w->out, "%s t%u", in->code == RK_P_NOT ? "negb" : "id", in->arg[0]);
    for (size_t k = 0; k + 1 < in->nargs; k++)
        rk_buf_printf(w->out, "%s t%u %s", name[in->code], in->arg[k],
                      k + 2 < in->nargs ? "(" : "");
    if (in->nargs > 1)
        rk_buf_printf(w->out, "t%u", in->arg[in->nargs - 1]);
    for (size_t k = 0; k + 2 < in->nargs; k++)
        rk_buf_putc(w->out, ')');
    rk_buf_puts(w->out, ".\n");
    return true;
}

/* --- the program -------------------------------------------------------------------------- */

static void say_defined(point *w, const rk_instr *in, const char *condition) {
    rk_buf text;
    rk_buf_init(&text);
    put_template(&text, w, in, condition);
    say_true(w, text.text);
    rk_buf_clear(&text);
}

static bool put_function(point *w, unsigned i) {
    const rk_instr *in = &w->p->instr[i];
    if (entrywise(in->fn) != NULL)
        define(w, i, entrywise(in->fn));
    else if (in->fn == RK_FN_SQRT)
        return put_given(w, i,
                         "every %R %C (fun i j => Qle_bool 0 (at_ %v i j) && "
                         "Qeq_bool (at_ %v i j * at_ %v i j) (at_ %a i j))");
    else
        return false;
    return true;
}

static bool put_instruction(point *w, unsigned i) {
    const rk_instr *in = &w->p->instr[i];
    const struct body *body = body_of(in->code);
    w->why = "an operation has no form for Coq";
    if (in->code == RK_P_DET && in->rows > MAX_DET)
        return false;
    if (body != NULL) {
        define(w, i, body->entry);
        if (body->defined != NULL)
            say_defined(w, in, body->defined);
        return true;
    }
    switch (in->code) {
    case RK_P_INPUT:
        rk_buf_printf(w->out, "Definition v%u : mat := x%u.\n", i, in->slot);
        return true;
    case RK_P_RATIONAL:
    case RK_P_DATA:
        return put_given(w, i, NULL);
    case RK_P_HCAT:
    case RK_P_VCAT:
        put_beside(w, i);
        return true;
    case RK_P_RANK:
        return put_rank(w, i);
    case RK_P_INV:
        return put_given(w, i, "meq %R %R (mul %R %R %R %a %v) (eye %R)");
    case RK_P_FN:
        return put_function(w, i);
    case RK_P_COMPARE:
        put_compare(w, i);
        return true;
    default:
        return put_connective(w, i);
    }
}

/* --- sets --------------------------------------------------------------------------------- */

static const char *membership(rk_set set) {
    switch (set) {
    case RK_SET_REAL:
        return "true";
    case RK_SET_POSITIVE:
        return "every %R %C (fun i j => Qlt_bool 0 (at_ %v i j))";
    case RK_SET_NONNEGATIVE:
        return "every %R %C (fun i j => Qle_bool 0 (at_ %v i j))";
    case RK_SET_NONZERO:
        return "every %R %C (fun i j => negb (Qeq_bool (at_ %v i j) 0))";
    case RK_SET_INTEGER:
        return "every %R %C (fun i j => Qinteger (at_ %v i j))";
    case RK_SET_STOCHASTIC:
        return "every %R %C (fun i j => Qle_bool 0 (at_ %v i j)) && every %R 1 (fun i j => "
               "Qeq_bool (total %C (at_ %v i)) 1)";
    case RK_SET_ATTENTION:
        return "every %R %C (fun i j => Qlt_bool 0 (at_ %v i j)) && every %R 1 (fun i j => "
               "Qeq_bool (total %C (at_ %v i)) 1)";
    case RK_SET_SYMMETRIC:
        return "every %R %C (fun i j => Qeq_bool (at_ %v i j) (at_ %v j i))";
    case RK_SET_DIAGONAL:
        return "every %R %C (fun i j => Nat.eqb i j || Qeq_bool (at_ %v i j) 0)";
    case RK_SET_INVERTIBLE:
        return "negb (Qeq_bool (det %R (at_ %v)) 0)";
    case RK_SET_ORTHOGONAL:
        return "meq %R %R (build %R %R (fun i j => total %R (fun l => at_ %v l i * at_ %v l j))) "
               "(eye %R)";
    case RK_SET_PERMUTATION:
        return "every %R %C (fun i j => Qeq_bool (at_ %v i j) 0 || Qeq_bool (at_ %v i j) 1) && "
               "meq %R %R (build %R %R (fun i j => total %R (fun l => at_ %v l i * at_ %v l j))) "
               "(eye %R)";
    case RK_SET_UNIT_ROWS:
        return "every %R 1 (fun i j => Qeq_bool (total %C (fun l => at_ %v i l * at_ %v i l)) 1)";
    default:
        return NULL;
    }
}

static bool put_slot(point *w, size_t s) {
    const rk_slot *slot = &w->p->slots[s];
    const char *member = membership(slot->set);
    char name[24];
    w->why = "membership of a set has no form for Coq";
    if (slot->defined || member == NULL || (slot->set == RK_SET_INVERTIBLE && slot->rows > MAX_DET))
        return slot->defined;
    snprintf(name, sizeof name, "x%zu", s);
    rk_buf_printf(w->out, "(* %s", w->p->checked->vars[slot->var].name);
    if (slot->member > 0)
        rk_buf_printf(w->out, "[%lld]", (long long)slot->member);
    rk_buf_puts(w->out, " *)\n");
    define_matrix(w, name, &w->at.value.value[s]);
    rk_buf text;
    rk_buf_init(&text);
    for (const char *c = member; *c != '\0'; c++) {
        if (*c != '%')
            rk_buf_putc(&text, *c);
        else if (*++c == 'v')
            rk_buf_puts(&text, name);
        else
            rk_buf_printf(&text, "%lld", (long long)(*c == 'R' ? slot->rows : slot->cols));
    }
    say_true(w, text.text);
    rk_buf_clear(&text);
    return true;
}

/* --- one point ---------------------------------------------------------------------------- */

static void add_needed(point *w, unsigned root) {
    unsigned char *marks = rk_calloc(w->p->ninstr + 1, 1);
    rk_program_closure(w->p, root, marks);
    for (size_t i = 0; i < w->p->ninstr; i++)
        w->needed[i] |= marks[i];
    rk_free(marks);
}

static bool put_program(point *w, const unsigned *claim, size_t nclaims, bool holds) {
    const rk_program *p = w->p;
    for (size_t s = 0; s < p->nslots; s++)
        if (!put_slot(w, s))
            return false;
    w->needed = rk_calloc(p->ninstr + 1, 1);
    for (size_t k = 0; k < p->nhypotheses; k++)
        add_needed(w, p->hypotheses[k]);
    for (size_t k = 0; k < nclaims; k++)
        add_needed(w, claim[k]);
    for (unsigned i = 0; i < p->ninstr; i++)
        if (w->needed[i] && !put_instruction(w, i))
            return false;
    char text[32];
    for (size_t k = 0; k < p->nhypotheses; k++) {
        snprintf(text, sizeof text, "t%u", p->hypotheses[k]);
        say_true(w, text);
    }
    for (size_t k = 0; k < nclaims; k++) {
        snprintf(text, sizeof text, "%s t%u", holds ? "id" : "negb", claim[k]);
        say_true(w, text);
    }
    return true;
}

static void put_theorem(point *w, const char *name, size_t number) {
    rk_buf_printf(w->out, "\nTheorem %s_%zu :\n  %s.\nProof.\n", name, number, w->said.text);
    rk_buf_puts(w->out, w->nsaid > 1 ? "  refine " : "");
    for (size_t i = 1; i < w->nsaid; i++)
        rk_buf_puts(w->out, i + 1 < w->nsaid ? "(conj _ " : "(conj _ _)");
    for (size_t i = 2; i < w->nsaid; i++)
        rk_buf_putc(w->out, ')');
    rk_buf_printf(w->out, "%s%sQed.\n", w->nsaid > 1 ? ".\n" : "", w->proof.text);
    rk_buf_printf(w->out, "Print Assumptions %s_%zu.\n", name, number);
}

static bool put_point(point *w, size_t number) {
    unsigned fails = w->at.fails;
    rk_run_set_inputs(&w->run, &w->at.value);
    const unsigned *claim = fails > 0 ? &w->p->claims[fails - 1] : w->p->claims;
    if (!put_program(w, claim, fails > 0 ? 1 : w->p->nclaims, fails == 0))
        return false;
    put_theorem(w, fails > 0 ? "refuted" : "shown", number);
    return true;
}

static bool put_choice(rk_buf *out, const rk_checked *checked, const rk_cert_text *cert,
                       size_t *next, size_t number, const char **why) {
    point w = {.out = out};
    if (!rk_cert_point_read(checked, cert, next, &w.at, why))
        return false;
    rk_domain *rational = rk_domain_rational();
    w.p = w.at.program;
    rk_buf_init(&w.said);
    rk_buf_init(&w.proof);
    rk_run_init(&w.run, w.p, rational);
    rk_buf_printf(out, "\nModule Point%zu.\n", number);
    bool good = put_point(&w, number);
    rk_buf_printf(out, "End Point%zu.\n", number);
    *why = w.why;
    rk_run_clear(&w.run);
    rk_domain_free(rational);
    rk_buf_clear(&w.said);
    rk_buf_clear(&w.proof);
    rk_free(w.needed);
    rk_cert_point_clear(&w.at);
    return good;
}

bool rk_coq_points(rk_buf *out, const rk_checked *checked, const rk_cert_text *cert,
                   const char **why) {
    size_t next = 0, number = 1;
    while (next < cert->nrecords) {
        *why = "a certificate of this kind has no form for Coq";
        if (strncmp(cert->record[next], "at", 2) != 0 ||
            !put_choice(out, checked, cert, &next, number++, why))
            return false;
    }
    return true;
}
