#include "rk_program.h"

#include <string.h>

#include "base/rk_mem.h"
#include "domain/rk_domain.h"

void rk_program_free(rk_program *program) {
    if (program == NULL)
        return;
    for (size_t i = 0; i < program->ninstr; i++)
        if (program->instr[i].number)
            fmpq_clear(program->instr[i].number);
    rk_free(program->instr);
    rk_free(program->slots);
    rk_free(program->hypotheses);
    rk_free(program->claims);
    rk_free(program->dims);
    rk_arena_free(program->memory);
    rk_free(program);
}

void rk_program_closure(const rk_program *program, unsigned root, unsigned char *marks) {
    memset(marks, 0, program->ninstr);
    marks[root] = 1;
    for (size_t i = (size_t)root + 1; i-- > 0;) {
        const rk_instr *p = &program->instr[i];
        for (size_t k = 0; marks[i] && k < p->nargs; k++)
            marks[p->arg[k]] = 1;
    }
}

/* --- printing ------------------------------------------------------------------------------- */

static const char *const code_name[] = {
    [RK_P_RATIONAL] = "rational",
    [RK_P_INPUT] = "input",
    [RK_P_DATA] = "data",
    [RK_P_EYE] = "eye",
    [RK_P_ONES] = "ones",
    [RK_P_ZEROS] = "zeros",
    [RK_P_UNIT] = "unit",
    [RK_P_CAUSAL] = "causal",
    [RK_P_UNDEFINED] = "undefined",
    [RK_P_CONSTRUCT] = "construct",
    [RK_P_KEEP] = "keep",
    [RK_P_ADD] = "add",
    [RK_P_SUB] = "sub",
    [RK_P_NEG] = "neg",
    [RK_P_MUL] = "mul",
    [RK_P_SCALE] = "scale",
    [RK_P_DIV] = "div",
    [RK_P_EMUL] = "emul",
    [RK_P_EDIV] = "ediv",
    [RK_P_TRANSPOSE] = "transpose",
    [RK_P_SLICE] = "slice",
    [RK_P_HCAT] = "hcat",
    [RK_P_VCAT] = "vcat",
    [RK_P_DIAG_MAKE] = "diag_make",
    [RK_P_DIAG_TAKE] = "diag_take",
    [RK_P_VEC] = "vec",
    [RK_P_RESHAPE] = "reshape",
    [RK_P_KRON] = "kron",
    [RK_P_ROW_SUMS] = "row_sums",
    [RK_P_ROW_SCALE] = "row_scale",
    [RK_P_ROW_DIVIDE] = "row_divide",
    [RK_P_SUM_ENTRIES] = "sum_entries",
    [RK_P_MAX_ENTRIES] = "max_entries",
    [RK_P_MIN_ENTRIES] = "min_entries",
    [RK_P_RANK] = "rank",
    [RK_P_DET] = "det",
    [RK_P_TRACE] = "trace",
    [RK_P_INV] = "inv",
    [RK_P_SOFTMAX] = "softmax",
    [RK_P_FN] = "fn",
    [RK_P_NORM1] = "norm1",
    [RK_P_ENTROPY] = "entropy",
    [RK_P_SINGULAR_VALUE] = "singular_value",
    [RK_P_EIGEN_MODULUS] = "eigen_modulus",
    [RK_P_COMPARE] = "compare",
    [RK_P_NOT] = "not",
    [RK_P_AND] = "and",
    [RK_P_OR] = "or",
    [RK_P_IMPLIES] = "implies",
    [RK_P_IFF] = "iff",
    [RK_P_IS_PSD] = "is_psd",
    [RK_P_IS_INTEGER] = "is_integer",
};

static const char *const fn_name[] = {
    [RK_FN_SQRT] = "sqrt", [RK_FN_EXP] = "exp",          [RK_FN_LOG] = "log",
    [RK_FN_TANH] = "tanh", [RK_FN_SIGMOID] = "sigmoid",  [RK_FN_SILU] = "silu",
    [RK_FN_GELU] = "gelu", [RK_FN_ABS] = "abs",          [RK_FN_SIGN] = "sign",
    [RK_FN_RELU] = "relu", [RK_FN_GELU_SLOPE] = "gelu'",
};

static const char *const cmp_name[] = {"==", "!=", "<", "<=", ">", ">="};

static void print_detail(rk_buf *out, const rk_program *program, const rk_instr *p) {
    switch (p->code) {
    case RK_P_RATIONAL: {
        char *text = fmpq_get_str(NULL, 10, p->number);
        rk_buf_printf(out, " %s", text);
        flint_free(text);
        break;
    }
    case RK_P_INPUT: {
        const rk_slot *s = &program->slots[p->slot];
        rk_buf_printf(out, " %s", program->checked->vars[s->var].name);
        if (s->member > 0)
            rk_buf_printf(out, "[%lld]", (long long)s->member);
        break;
    }
    case RK_P_FN:
        rk_buf_printf(out, " %s", fn_name[p->fn]);
        break;
    case RK_P_COMPARE:
        rk_buf_printf(out, " %s", cmp_name[p->cmp]);
        break;
    case RK_P_UNIT:
    case RK_P_SINGULAR_VALUE:
    case RK_P_EIGEN_MODULUS:
        rk_buf_printf(out, " %lld", (long long)p->k);
        break;
    case RK_P_RESHAPE:
        rk_buf_printf(out, " %lld %lld", (long long)p->k, (long long)p->l);
        break;
    case RK_P_SLICE:
        rk_buf_printf(out, " at %lld %lld", (long long)p->k, (long long)p->l);
        break;
    default:
        break;
    }
}

static void print_instr(rk_buf *out, const rk_program *program, size_t i) {
    const rk_instr *p = &program->instr[i];
    rk_buf_printf(out, "%%%zu = %s", i, code_name[p->code]);
    print_detail(out, program, p);
    for (size_t k = 0; k < p->nargs; k++)
        rk_buf_printf(out, " %%%u", p->arg[k]);
    if (!p->truth)
        rk_buf_printf(out, " : %lld x %lld", (long long)p->rows, (long long)p->cols);
    rk_buf_putc(out, '\n');
}

void rk_program_print(rk_buf *out, const rk_program *program) {
    for (size_t i = 0; i < program->ninstr; i++)
        print_instr(out, program, i);
    for (size_t i = 0; i < program->nhypotheses; i++)
        rk_buf_printf(out, "assume %%%u\n", program->hypotheses[i]);
    for (size_t i = 0; i < program->nclaims; i++)
        rk_buf_printf(out, "claim %%%u\n", program->claims[i]);
}
