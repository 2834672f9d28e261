/* A theorem at given dimensions as a program: a DAG of instructions on matrices and truth values,
   common subexpressions shared, loops unrolled, composite functions lowered to what domains do.
   Instructions stand in an array, arguments before their users. A program owns all it refers to
   except the rk_checked it was built from. */
#ifndef RK_PROGRAM_H
#define RK_PROGRAM_H

#include "base/rk_flint.h"
#include "lang/rk_term.h"

typedef enum rk_code {
    /* leaves */
    RK_P_RATIONAL, /* 1 by 1: constant `number` */
    RK_P_INPUT,    /* slot: a variable or member of a family */
    RK_P_DATA,     /* data */
    RK_P_EYE,
    RK_P_ONES,
    RK_P_ZEROS,
    RK_P_UNIT, /* k: position of the 1, from 1 */
    RK_P_CAUSAL,
    RK_P_UNDEFINED, /* an index outside its matrix, an empty loop: undefined at every assignment */
    RK_P_CONSTRUCT, /* an operation that no domain here decides; span says which */
    RK_P_KEEP,      /* arg0, but defined only where arg1 is defined too: A^0 needs A */
    /* matrices */
    RK_P_ADD,
    RK_P_SUB,
    RK_P_NEG,
    RK_P_MUL,
    RK_P_SCALE, /* arg0 1 by 1 */
    RK_P_DIV,   /* arg1 1 by 1 */
    RK_P_EMUL,
    RK_P_EDIV,
    RK_P_TRANSPOSE,
    RK_P_SLICE, /* k, l: first row and column, from 0; shape is the instruction's */
    RK_P_HCAT,
    RK_P_VCAT,
    RK_P_DIAG_MAKE,
    RK_P_DIAG_TAKE,
    RK_P_VEC,
    RK_P_RESHAPE, /* entries row by row, read as k by l by the rest with k and l exchanged, in the
                     instruction's shape */
    RK_P_KRON,
    RK_P_ROW_SUMS,
    RK_P_ROW_SCALE,  /* arg0 column v, arg1 A: row i of A times v_i */
    RK_P_ROW_DIVIDE, /* arg0 A, arg1 column v */
    RK_P_SUM_ENTRIES,
    RK_P_MAX_ENTRIES,
    RK_P_MIN_ENTRIES,
    RK_P_RANK,
    RK_P_DET,
    RK_P_TRACE,
    RK_P_INV,
    RK_P_SOFTMAX, /* arg0 logits [, arg1 mask] */
    RK_P_FN,      /* fn: entrywise function */
    RK_P_NORM1,   /* largest column sum of moduli */
    RK_P_ENTROPY,
    RK_P_SINGULAR_VALUE, /* k */
    RK_P_EIGEN_MODULUS,  /* k */
    /* truth values */
    RK_P_COMPARE, /* cmp */
    RK_P_NOT,
    RK_P_AND,
    RK_P_OR,
    RK_P_IMPLIES,
    RK_P_IFF,
    RK_P_IS_PSD,
    RK_P_IS_INTEGER
} rk_code;

typedef struct rk_instr {
    rk_code code;
    bool truth;
    int64_t rows, cols; /* 0 for truth values */
    const unsigned *arg;
    size_t nargs;
    int64_t k, l;
    int fn; /* rk_fn of domain/rk_domain.h */
    rk_cmp cmp;
    unsigned slot; /* INPUT: input; DATA: data */
    fmpq *number;
    rk_span span; /* where it came from */
} rk_instr;

typedef struct rk_slot { /* one free matrix: a variable, or one member of a family */
    unsigned var;
    int64_t member; /* from 1; 0 for a single variable */
    rk_set set;
    rk_quant quant;
    int64_t rows, cols;
    bool defined; /* given by an `assume NAME == E`: not drawn; membership is a hypothesis then */
    unsigned definition; /* instruction of E, which stands wherever the slot is used */
} rk_slot;

typedef struct rk_program {
    const rk_checked *checked;
    int64_t *dims; /* values of checked->dims, in order */
    rk_instr *instr;
    size_t ninstr;
    rk_slot *slots;
    size_t nslots;
    unsigned *hypotheses; /* truth instructions: assumes, membership of defined slots */
    size_t nhypotheses;
    unsigned *claims; /* truth instructions, one for each claim clause */
    size_t nclaims;
    void *memory;
} rk_program;

typedef enum rk_build_status {
    RK_BUILD_OK,
    RK_BUILD_NOT_ALLOWED, /* a size below 1 or an iexpr that is no integer: pass these dims over */
    RK_BUILD_TOO_LARGE    /* beyond max_instr or max_entries of the options */
} rk_build_status;

typedef struct rk_build_options {
    size_t max_instr;    /* 0: default 2,000,000 */
    int64_t max_entries; /* entries of one matrix; 0: default 2^24. Of all together: 8 times it */
    bool keep_equations; /* no `assume NAME == E` becomes a definition; never does under generic */
} rk_build_options;

/* dims: one value for each of checked->dims, those of kind EQUAL already computed
   (rk_dims_complete). *program is NULL unless OK. */
rk_build_status rk_program_build(const rk_checked *checked, const int64_t *dims,
                                 const rk_build_options *options, rk_program **program);
void rk_program_free(rk_program *program);

/* The same, and roots[i] is the instruction of terms[i], a part of the theorem outside loops, or a
   parameter of one of its distributions. */
rk_build_status rk_program_build_terms(const rk_checked *checked, const int64_t *dims,
                                       const rk_term *const *terms, size_t n, unsigned *roots,
                                       rk_program **program);

/* A program whose only result is the term `value` (a matrix) or truth value: last instruction. */
rk_build_status rk_program_build_value(const rk_checked *checked, const rk_term *value,
                                       rk_program **program);

/* The program with slot s given by the last instruction of the closed program given[s] (of the
   slot's shape; a slot that is not defined), or left as it is where given[s] is NULL. A given slot
   counts as defined, and its membership becomes a hypothesis, as with `assume NAME == E`. place[i],
   unless place is NULL, is where instruction i is now. */
rk_build_status rk_program_substitute(const rk_program *program, const rk_program *const *given,
                                      unsigned *place, rk_program **out);

void rk_program_print(rk_buf *out, const rk_program *program); /* for tests and debugging */

/* marks[i] set for every instruction that `root` needs (marks: ninstr bytes). */
void rk_program_closure(const rk_program *program, unsigned root, unsigned char *marks);

#endif
