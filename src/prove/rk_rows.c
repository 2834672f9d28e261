#include "rk_rows.h"
#include "base/rk_mem.h"

/* Rows r are the same when they are in all of the arguments from `from` on. */
static void join(rk_rows *rows, const rk_instr *in, size_t from, size_t to, int64_t *first) {
    for (int64_t r = 0; r < in->rows; r++) {
        int64_t q = 0;
        bool same = false;
        for (size_t k = from; k < to; k++)
            q = rows->first[in->arg[k]][r] > q ? rows->first[in->arg[k]][r] : q;
        for (; q < r && !same; q += !same) {
            same = true;
            for (size_t k = from; k < to; k++)
                same = same && rows->first[in->arg[k]][q] == rows->first[in->arg[k]][r];
        }
        first[r] = q;
    }
}

/* Blocks one below the other; a block that stood before has its rows there. */
static void stack(const rk_rows *rows, const rk_program *p, const rk_instr *in, int64_t *first) {
    int64_t below = 0;
    for (size_t k = 0; k < in->nargs; k++) {
        int64_t above = 0;
        for (size_t j = 0; in->arg[j] != in->arg[k]; j++)
            above += p->instr[in->arg[j]].rows;
        for (int64_t r = 0; r < p->instr[in->arg[k]].rows; r++)
            first[below + r] = above + rows->first[in->arg[k]][r];
        below += p->instr[in->arg[k]].rows;
    }
}

/* A for (diag(g)*A')', which is what scaling the columns of A looks like; NULL otherwise. */
static const unsigned *scaled_columns(const rk_program *p, const rk_instr *in) {
    const rk_instr *scaled = &p->instr[in->arg[0]];
    if (scaled->code != RK_P_ROW_SCALE || p->instr[scaled->arg[1]].code != RK_P_TRANSPOSE)
        return NULL;
    return p->instr[scaled->arg[1]].arg;
}

static void all_different(const rk_instr *in, int64_t *first) {
    for (int64_t r = 0; r < in->rows; r++)
        first[r] = r;
}

static void find_first(rk_rows *rows, const rk_program *p, const rk_instr *in, int64_t *first) {
    switch (in->code) {
    case RK_P_ONES:
    case RK_P_ZEROS:
        for (int64_t r = 0; r < in->rows; r++)
            first[r] = 0;
        break;
    case RK_P_MUL:
    case RK_P_DIV:
    case RK_P_NEG:
    case RK_P_KEEP:
    case RK_P_FN:
    case RK_P_ROW_SUMS:
        join(rows, in, 0, 1, first);
        break;
    case RK_P_SCALE:
        join(rows, in, 1, 2, first);
        break;
    case RK_P_ADD:
    case RK_P_SUB:
    case RK_P_EMUL:
    case RK_P_EDIV:
    case RK_P_HCAT:
    case RK_P_SOFTMAX:
    case RK_P_ROW_SCALE:
    case RK_P_ROW_DIVIDE:
        join(rows, in, 0, in->nargs, first);
        break;
    case RK_P_VCAT:
        stack(rows, p, in, first);
        break;
    case RK_P_TRANSPOSE:
        if (scaled_columns(p, in) != NULL)
            join(rows, &(rk_instr){.rows = in->rows, .arg = scaled_columns(p, in)}, 0, 1, first);
        else
            all_different(in, first);
        break;
    default:
        all_different(in, first);
    }
}

void rk_rows_init(rk_rows *rows, const rk_program *program) {
    rows->n = program->ninstr;
    rows->first = rk_calloc(rows->n + 1, sizeof *rows->first);
    for (size_t i = 0; i < rows->n; i++) {
        const rk_instr *in = &program->instr[i];
        if (in->truth)
            continue;
        rows->first[i] = rk_malloc((size_t)(in->rows + 1) * sizeof **rows->first);
        find_first(rows, program, in, rows->first[i]);
    }
}

void rk_rows_clear(rk_rows *rows) {
    for (size_t i = 0; i < rows->n; i++)
        rk_free(rows->first[i]);
    rk_free(rows->first);
}

int64_t rk_rows_different(const rk_rows *rows, const rk_program *program, unsigned instr) {
    int64_t n = 0;
    for (int64_t r = 0; r < program->instr[instr].rows; r++)
        n += rows->first[instr][r] == r;
    return n;
}
