/* Expressions as mathematicians typeset them. The tree stays visible: parentheses are left out
   only where the layout (a fraction, a matrix, an index) or an equation that always holds,
   (-a)*b = -(a*b), makes them needless. */
#include "rk_latex.h"

#include <string.h>

/* An index that is replaced while the first and last block of a row of blocks are printed. */
typedef struct binding {
    const char *name;
    const rk_node *value; /* to be read under the bindings behind this one */
    const struct binding *outer;
} binding;

typedef struct tex {
    rk_buf *out;
    const binding *bound;
    bool script; /* in an index, an exponent or a matrix: fractions on one line */
} tex;

typedef enum level {
    L_VALUE,
    L_IMP,
    L_DISJ,
    L_CONJ,
    L_NEG,
    L_COMPARE,
    L_ADD,
    L_TERM,
    L_ATOM
} level;

/* What already hangs on the right of a symbol: two of a kind are an error in TeX. */
enum { SUB = 1, SUP = 2 };

static void put(tex *t, const rk_node *n);

static const binding *lookup(const tex *t, const rk_node *n) {
    if (n->kind != RK_N_NAME)
        return NULL;
    for (const binding *b = t->bound; b != NULL; b = b->outer)
        if (strcmp(b->name, n->name) == 0)
            return b;
    return NULL;
}

static bool is_call(const rk_node *n, const char *name, size_t nargs) {
    return n->kind == RK_N_CALL && n->nkids == nargs && strcmp(n->name, name) == 0;
}

static bool is_loop(const rk_node *n, const char *name) {
    return n->kind == RK_N_LOOP && strcmp(n->name2, name) == 0;
}

static bool is_one(const rk_node *n) {
    return n->kind == RK_N_NUMBER && strcmp(n->text, "1") == 0;
}

/* --- levels ------------------------------------------------------------------------------- */

static level level_of_call(const rk_node *n) {
    if (is_call(n, "kron", 2))
        return L_TERM;
    return is_call(n, "in_rowspan", 2) || is_call(n, "in_colspan", 2) ? L_COMPARE : L_ATOM;
}

static level level_of_loop(const rk_node *n) {
    if (is_loop(n, "all") || is_loop(n, "any"))
        return L_VALUE;
    return is_loop(n, "hcat") || is_loop(n, "vcat") ? L_ATOM : L_TERM;
}

/* Of the kinds whose layout does not change their level; L_VALUE is 0 and stands for IFF too. */
static const level plain_level[] = {
    [RK_N_NORM] = L_ATOM,  [RK_N_JRANK] = L_TERM,      [RK_N_FOLD] = L_ATOM,
    [RK_N_BLOCK] = L_ATOM, [RK_N_ROW] = L_ATOM,        [RK_N_COLON] = L_ATOM,
    [RK_N_POWER] = L_ATOM, [RK_N_TRANSPOSE] = L_ATOM,  [RK_N_MEMBER] = L_ATOM,
    [RK_N_ENTRY] = L_ATOM, [RK_N_MUL] = L_TERM,        [RK_N_EMUL] = L_TERM,
    [RK_N_EDIV] = L_TERM,  [RK_N_NEG] = L_ADD,         [RK_N_ADD] = L_ADD,
    [RK_N_SUB] = L_ADD,    [RK_N_COMPARE] = L_COMPARE, [RK_N_NOT] = L_NEG,
    [RK_N_AND] = L_CONJ,   [RK_N_OR] = L_DISJ,         [RK_N_IMPLIES] = L_IMP,
    [RK_N_IFF] = L_VALUE};

static level level_of(tex *t, const rk_node *n) {
    const binding *b = lookup(t, n), *bound = t->bound;
    switch (n->kind) {
    case RK_N_NAME:
        if (b == NULL)
            return L_ATOM;
        t->bound = b->outer;
        level l = level_of(t, b->value);
        t->bound = bound;
        return l;
    case RK_N_NUMBER:
        return strpbrk(n->text, "eE") != NULL ? L_TERM : L_ATOM;
    case RK_N_CALL:
        return level_of_call(n);
    case RK_N_LOOP:
        return level_of_loop(n);
    case RK_N_DIV:
        return t->script ? L_TERM : L_ATOM;
    default:
        return plain_level[n->kind];
    }
}

/* Whether it stands higher than a line, so that parentheses around it must grow. */
static bool tall(const tex *t, const rk_node *n) {
    bool grows = n->kind == RK_N_BLOCK || n->kind == RK_N_JRANK || n->kind == RK_N_LOOP ||
                 (n->kind == RK_N_DIV && !t->script);
    for (size_t i = 0; i < n->nkids && !grows; i++)
        grows = tall(t, n->kid[i]);
    return grows;
}

/* Whether it ends in the body of a sum or product sign, which would take in what follows. */
static bool open_ended(const rk_node *n) {
    if (n->kind == RK_N_LOOP)
        return level_of_loop(n) == L_TERM;
    bool last =
        n->kind == RK_N_MUL || n->kind == RK_N_NEG || n->kind == RK_N_ADD || n->kind == RK_N_SUB;
    return last && open_ended(n->kid[n->nkids - 1]);
}

/* --- delimiters --------------------------------------------------------------------------- */

static void open_delimiter(tex *t, const char *sign, bool grows) {
    rk_buf_printf(t->out, "%s%s", grows ? "\\left" : "", sign);
}

static void close_delimiter(tex *t, const char *sign, bool grows) {
    rk_buf_printf(t->out, "%s%s", grows ? "\\right" : "", sign);
}

static void put_parenthesised(tex *t, const rk_node *n) {
    bool grows = tall(t, n);
    open_delimiter(t, "(", grows);
    put(t, n);
    close_delimiter(t, ")", grows);
}

static void put_at(tex *t, const rk_node *n, level least) {
    if (level_of(t, n) < least)
        put_parenthesised(t, n);
    else
        put(t, n);
}

static void put_list(tex *t, rk_node *const *kids, size_t n, const char *first,
                     const char *separator) {
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            rk_buf_puts(t->out, i == 1 ? first : separator);
        put(t, kids[i]);
    }
}

static void put_script(tex *t, const rk_node *n) {
    bool outer = t->script;
    t->script = true;
    put(t, n);
    t->script = outer;
}

/* Sizes joined by a times sign. */
static void put_sizes(tex *t, rk_node *const *sizes, size_t n) {
    bool outer = t->script;
    t->script = true;
    for (size_t i = 0; i < n; i++) {
        rk_buf_puts(t->out, i > 0 ? " \\times " : "");
        put_at(t, sizes[i], n > 1 ? L_TERM : L_VALUE);
    }
    t->script = outer;
}

/* --- indices and exponents ---------------------------------------------------------------- */

static int scripts_of_name(const char *name) {
    rk_buf base, sub;
    rk_buf_init(&base);
    rk_buf_init(&sub);
    rk_latex_name_parts(&base, &sub, name);
    int scripts = sub.len > 0 ? SUB : 0;
    rk_buf_clear(&base);
    rk_buf_clear(&sub);
    return scripts;
}

static int scripts_of_call(const rk_node *n) {
    if (is_call(n, "inv", 1))
        return SUB | SUP;
    if (is_call(n, "unit", 2))
        return SUB | SUP;
    bool below = is_call(n, "eye", 1) || is_call(n, "ones", 2) || is_call(n, "zeros", 2);
    return below ? SUB : 0;
}

static int scripts_of(tex *t, const rk_node *n) {
    const binding *b = lookup(t, n), *bound = t->bound;
    switch (n->kind) {
    case RK_N_NAME:
        if (b == NULL)
            return scripts_of_name(n->name);
        t->bound = b->outer;
        int scripts = scripts_of(t, b->value);
        t->bound = bound;
        return scripts;
    case RK_N_CALL:
        return scripts_of_call(n);
    case RK_N_TRANSPOSE:
    case RK_N_POWER:
    case RK_N_DIV:
        return SUB | SUP;
    case RK_N_NORM:
    case RK_N_MEMBER:
    case RK_N_ENTRY:
        return SUB;
    default:
        return 0;
    }
}

/* The base of an index or exponent `script`. */
static void put_base(tex *t, const rk_node *n, int script) {
    if (level_of(t, n) < L_ATOM || (scripts_of(t, n) & script) != 0)
        put_parenthesised(t, n);
    else
        put(t, n);
}

static void put_transpose(tex *t, const rk_node *n) {
    if (is_call(n->kid[0], "inv", 1)) {
        put_base(t, n->kid[0]->kid[0], SUP);
        rk_buf_puts(t->out, "^{-\\top}");
        return;
    }
    put_base(t, n->kid[0], SUP);
    rk_buf_puts(t->out, "^{\\top}");
}

static void put_power(tex *t, const rk_node *n) {
    put_base(t, n->kid[0], SUP);
    rk_buf_puts(t->out, "^{");
    put_script(t, n->kid[1]);
    rk_buf_putc(t->out, '}');
}

static void put_entry(tex *t, const rk_node *n) {
    put_base(t, n->kid[0], SUB | SUP);
    rk_buf_puts(t->out, "_{");
    put_script(t, n->kid[1]);
    rk_buf_putc(t->out, ',');
    put_script(t, n->kid[2]);
    rk_buf_putc(t->out, '}');
}

/* W[h]: the index joins the subscripts that the family's name has. */
static void put_member(tex *t, const rk_node *n) {
    const rk_node *family = n->kid[0];
    rk_buf sub;
    rk_buf_init(&sub);
    if (family->kind == RK_N_NAME && lookup(t, family) == NULL)
        rk_latex_name_parts(t->out, &sub, family->name);
    else
        put_base(t, family, SUB | SUP);
    rk_buf_printf(t->out, "_{%s%s", sub.text, sub.len > 0 ? "," : "");
    put_script(t, n->kid[1]);
    rk_buf_putc(t->out, '}');
    rk_buf_clear(&sub);
}

/* --- matrices and loops ------------------------------------------------------------------- */

enum { BMATRIX_COLUMNS = 10 }; /* amsmath's MaxMatrixCols */

static size_t widest_row(const rk_node *n) {
    size_t widest = 0;
    for (size_t i = 0; i < n->nkids; i++)
        widest = n->kid[i]->nkids > widest ? n->kid[i]->nkids : widest;
    return widest;
}

/* Fractions inside would touch those of the next row, so they stay on one line. */
static void put_block(tex *t, const rk_node *n) {
    size_t columns = widest_row(n);
    bool fits = columns <= BMATRIX_COLUMNS, outer = t->script;
    t->script = true;
    if (fits)
        rk_buf_puts(t->out, "\\begin{bmatrix} ");
    else
        rk_buf_printf(t->out, "\\left[\\begin{array}{*{%zu}{c}} ", columns);
    for (size_t i = 0; i < n->nkids; i++) {
        rk_buf_puts(t->out, i > 0 ? " \\\\ " : "");
        put_list(t, n->kid[i]->kid, n->kid[i]->nkids, " & ", " & ");
    }
    t->script = outer;
    rk_buf_puts(t->out, fits ? " \\end{bmatrix}" : " \\end{array}\\right]");
}

static void put_with(tex *t, const rk_node *body, const char *index, const rk_node *value) {
    binding b = {index, value, t->bound};
    t->bound = &b;
    put(t, body);
    t->bound = b.outer;
}

/* hcat and vcat: the first and the last block with dots between them. */
static void put_blocks(tex *t, const rk_node *n, const char *dots) {
    rk_buf_puts(t->out, "\\begin{bmatrix} ");
    put_with(t, n->kid[2], n->name, n->kid[0]);
    rk_buf_puts(t->out, dots);
    put_with(t, n->kid[2], n->name, n->kid[1]);
    rk_buf_puts(t->out, " \\end{bmatrix}");
}

/* \sign_{i=low}^{high} body */
static void put_big_operator(tex *t, const char *sign, const rk_node *n) {
    rk_buf_printf(t->out, "%s_{", sign);
    rk_latex_name(t->out, n->name);
    rk_buf_putc(t->out, '=');
    put_script(t, n->kid[0]);
    rk_buf_puts(t->out, "}^{");
    put_script(t, n->kid[1]);
    rk_buf_puts(t->out, "} ");
    put_at(t, n->kid[2], L_TERM);
}

static void put_range(tex *t, const rk_node *n) {
    put_at(t, n->kid[0], L_ADD);
    rk_buf_puts(t->out, " \\le ");
    rk_latex_name(t->out, n->name);
    rk_buf_puts(t->out, " \\le ");
    put_at(t, n->kid[1], L_ADD);
}

static void put_extremum(tex *t, const rk_node *n) {
    bool outer = t->script;
    rk_buf_printf(t->out, "\\%s_{", n->name2);
    t->script = true;
    put_range(t, n);
    t->script = outer;
    rk_buf_puts(t->out, "} ");
    put_at(t, n->kid[2], L_TERM);
}

static void put_quantifier(tex *t, const char *sign, const rk_node *n) {
    rk_buf_printf(t->out, "%s\\, ", sign);
    put_range(t, n);
    rk_buf_puts(t->out, "\\colon\\; ");
    put_at(t, n->kid[2], L_NEG);
}

static void put_loop(tex *t, const rk_node *n) {
    if (is_loop(n, "sum") || is_loop(n, "prod"))
        put_big_operator(t, is_loop(n, "sum") ? "\\sum" : "\\prod", n);
    else if (is_loop(n, "hcat"))
        put_blocks(t, n, " & \\cdots & ");
    else if (is_loop(n, "vcat"))
        put_blocks(t, n, " \\\\ \\vdots \\\\ ");
    else if (is_loop(n, "all") || is_loop(n, "any"))
        put_quantifier(t, is_loop(n, "all") ? "\\forall" : "\\exists", n);
    else
        put_extremum(t, n);
}

static void put_fold(tex *t, const rk_node *n) {
    bool grows = tall(t, n->kid[2]) || tall(t, n->kid[3]);
    rk_buf_puts(t->out, "\\operatorname{fold}_{");
    rk_latex_name(t->out, n->name);
    rk_buf_putc(t->out, '=');
    put_script(t, n->kid[0]);
    rk_buf_puts(t->out, "}^{");
    put_script(t, n->kid[1]);
    rk_buf_putc(t->out, '}');
    open_delimiter(t, "(", grows);
    rk_latex_name(t->out, n->name2);
    rk_buf_puts(t->out, " = ");
    put(t, n->kid[2]);
    rk_buf_puts(t->out, ";\\; ");
    rk_latex_name(t->out, n->name2);
    rk_buf_puts(t->out, " \\mapsto ");
    put(t, n->kid[3]);
    close_delimiter(t, ")", grows);
}

static void put_jrank(tex *t, const rk_node *n) {
    rk_buf_puts(t->out, "\\operatorname{rank} \\frac{\\partial \\operatorname{vec}(");
    put(t, n->kid[0]);
    rk_buf_puts(t->out, ")}{\\partial (");
    put_list(t, n->kid + 1, n->nkids - 1, ", ", ", ");
    rk_buf_puts(t->out, ")}");
}

static void put_norm_of(tex *t, const rk_node *arg, const char *kind) {
    bool grows = tall(t, arg);
    open_delimiter(t, "\\lVert ", grows);
    put(t, arg);
    close_delimiter(t, " \\rVert", grows);
    rk_buf_printf(t->out, "_{%s}", kind);
}

static void put_norm(tex *t, const rk_node *n) {
    const char *kind = n->name;
    if (strcmp(kind, "inf") == 0)
        kind = "\\infty";
    if (strcmp(kind, "fro") == 0)
        kind = "\\mathrm{F}";
    put_norm_of(t, n->kid[0], kind);
}

/* --- functions ---------------------------------------------------------------------------- */

/* The functions that are set as a word before their arguments; `;` sets the first one apart. */
static const struct {
    const char *name, *head, *first;
} words[] = {
    {"rank", "\\operatorname{rank}", ", "},
    {"nullity", "\\operatorname{nullity}", ", "},
    {"affrank", "\\operatorname{affrank}", ", "},
    {"det", "\\det", ", "},
    {"trace", "\\operatorname{tr}", ", "},
    {"exp", "\\exp", ", "},
    {"log", "\\log", ", "},
    {"tanh", "\\tanh", ", "},
    {"max", "\\max", ", "},
    {"min", "\\min", ", "},
    {"relu", "\\operatorname{ReLU}", ", "},
    {"gelu", "\\operatorname{GELU}", ", "},
    {"silu", "\\operatorname{SiLU}", ", "},
    {"softmax", "\\operatorname{softmax}", "; "},
    {"layernorm", "\\operatorname{LayerNorm}", "; "},
    {"rmsnorm", "\\operatorname{RMSNorm}", "; "},
    {"batchnorm", "\\operatorname{BatchNorm}", "; "},
    {"center_tokens", "\\operatorname{center}_{\\mathrm{tokens}}", ", "},
    {"stable_rank", "\\operatorname{srank}", ", "},
    {"prob", "\\Pr", ", "},
    {"mean", "\\mathbb{E}", ", "},
    {"var", "\\operatorname{Var}", ", "},
};

void rk_latex_function(rk_buf *out, const char *name, const char **first) {
    *first = ", ";
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].name, name) == 0) {
            rk_buf_puts(out, words[i].head);
            *first = words[i].first;
            return;
        }
    rk_buf_puts(out, "\\operatorname{");
    rk_latex_text(out, name);
    rk_buf_putc(out, '}');
}

static void put_application(tex *t, const rk_node *n) {
    const char *first;
    bool grows = false;
    for (size_t i = 0; i < n->nkids; i++)
        grows |= tall(t, n->kid[i]);
    rk_latex_function(t->out, n->name, &first);
    open_delimiter(t, "(", grows);
    put_list(t, n->kid, n->nkids, first, ", ");
    close_delimiter(t, ")", grows);
}

static void put_infix(tex *t, const rk_node *n, const char *op) {
    put_at(t, n->kid[0], L_ATOM);
    rk_buf_puts(t->out, op);
    put_at(t, n->kid[1], L_ATOM);
}

/* ones(n, 1) is a column and needs one size only. */
static void put_constant(tex *t, const rk_node *n, const char *sign) {
    rk_buf_printf(t->out, "%s_{", sign);
    put_sizes(t, n->kid, is_one(n->kid[1]) ? 1 : 2);
    rk_buf_putc(t->out, '}');
}

static void put_unit(tex *t, const rk_node *n) {
    rk_buf_puts(t->out, "e_{");
    put_script(t, n->kid[1]);
    rk_buf_puts(t->out, "}^{(");
    put_script(t, n->kid[0]);
    rk_buf_puts(t->out, ")}");
}

static void put_inverse(tex *t, const rk_node *n) {
    put_base(t, n->kid[0], SUP);
    rk_buf_puts(t->out, "^{-1}");
}

static void put_root(tex *t, const rk_node *n) {
    rk_buf_puts(t->out, "\\sqrt{");
    put(t, n->kid[0]);
    rk_buf_putc(t->out, '}');
}

/* The k-th of a spectrum: \sigma_{k}(A), |\lambda_{k}(A)|. */
static void put_spectral(tex *t, const rk_node *n, const char *sign, const char *end) {
    bool grows = tall(t, n->kid[0]);
    rk_buf_printf(t->out, "%s_{", sign);
    put_script(t, n->kid[1]);
    rk_buf_putc(t->out, '}');
    open_delimiter(t, "(", grows);
    put(t, n->kid[0]);
    close_delimiter(t, ")", grows);
    rk_buf_puts(t->out, end);
}

static void put_span_inclusion(tex *t, const rk_node *n, const char *space) {
    for (size_t i = 0; i < 2; i++) {
        bool grows = tall(t, n->kid[i]);
        rk_buf_printf(t->out, "%s\\operatorname{%s}", i > 0 ? " \\subseteq " : "", space);
        open_delimiter(t, "(", grows);
        put(t, n->kid[i]);
        close_delimiter(t, ")", grows);
    }
}

/* sqrt(norm(A, 1)*norm(A, inf)), which has no sign of its own. */
static void put_norm1inf(tex *t, const rk_node *n) {
    rk_buf_puts(t->out, "\\sqrt{");
    put_norm_of(t, n->kid[0], "1");
    rk_buf_puts(t->out, " ");
    put_norm_of(t, n->kid[0], "\\infty");
    rk_buf_putc(t->out, '}');
}

static void put_call(tex *t, const rk_node *n) {
    if (is_call(n, "inv", 1))
        put_inverse(t, n);
    else if (is_call(n, "sqrt", 1))
        put_root(t, n);
    else if (is_call(n, "kron", 2))
        put_infix(t, n, " \\otimes ");
    else if (is_call(n, "eye", 1)) {
        rk_buf_puts(t->out, "I_{");
        put_sizes(t, n->kid, 1);
        rk_buf_putc(t->out, '}');
    } else if (is_call(n, "ones", 2))
        put_constant(t, n, "\\mathbf{1}");
    else if (is_call(n, "zeros", 2))
        put_constant(t, n, "\\mathbf{0}");
    else if (is_call(n, "unit", 2))
        put_unit(t, n);
    else if (is_call(n, "sigma", 2))
        put_spectral(t, n, "\\sigma", "");
    else if (is_call(n, "eigabs", 2))
        put_spectral(t, n, "\\lvert\\lambda", "\\rvert");
    else if (is_call(n, "norm1inf", 1))
        put_norm1inf(t, n);
    else if (is_call(n, "in_rowspan", 2))
        put_span_inclusion(t, n, "rowspan");
    else if (is_call(n, "in_colspan", 2))
        put_span_inclusion(t, n, "colspan");
    else
        put_application(t, n);
}

/* --- operators ---------------------------------------------------------------------------- */

/* 2.5e-3 as 2.5 \cdot 10^{-3} */
static void put_number(tex *t, const char *text) {
    size_t mantissa = strcspn(text, "eE");
    rk_buf_write(t->out, text, mantissa);
    if (text[mantissa] == '\0')
        return;
    const char *exponent = text + mantissa + 1;
    rk_buf_printf(t->out, " \\cdot 10^{%s}", *exponent == '+' ? exponent + 1 : exponent);
}

/* Whether its typesetting begins with a digit, so that a factor before it needs a dot. */
static bool starts_with_digit(tex *t, const rk_node *n) {
    const binding *b = lookup(t, n);
    if (b != NULL)
        return level_of(t, n) == L_ATOM && b->value->kind == RK_N_NUMBER;
    bool postfix = n->kind == RK_N_POWER || n->kind == RK_N_TRANSPOSE || n->kind == RK_N_ENTRY;
    return n->kind == RK_N_NUMBER || (postfix && starts_with_digit(t, n->kid[0]));
}

/* The left side of a product: products of the same kind join, a sign in front may stay. */
static void put_left_factor(tex *t, const rk_node *n, rk_node_kind kind) {
    bool joins = n->kind == kind || (n->kind == RK_N_NEG && level_of(t, n->kid[0]) >= L_TERM);
    if (joins && !open_ended(n))
        put(t, n);
    else
        put_at(t, n, L_ATOM);
}

static void put_product(tex *t, const rk_node *n) {
    put_left_factor(t, n->kid[0], RK_N_MUL);
    rk_buf_puts(t->out, starts_with_digit(t, n->kid[1]) ? " \\cdot " : "\\, ");
    bool big = n->kid[1]->kind == RK_N_LOOP && level_of_loop(n->kid[1]) == L_TERM;
    put_at(t, n->kid[1], big ? L_TERM : L_ATOM);
}

static void put_entrywise(tex *t, const rk_node *n, const char *op) {
    put_left_factor(t, n->kid[0], n->kind);
    rk_buf_puts(t->out, op);
    put_at(t, n->kid[1], L_ATOM);
}

static void put_quotient(tex *t, const rk_node *n) {
    if (t->script) {
        put_left_factor(t, n->kid[0], RK_N_MUL);
        rk_buf_putc(t->out, '/');
        put_at(t, n->kid[1], L_ATOM);
        return;
    }
    rk_buf_puts(t->out, "\\frac{");
    put(t, n->kid[0]);
    rk_buf_puts(t->out, "}{");
    put(t, n->kid[1]);
    rk_buf_putc(t->out, '}');
}

static void put_sum(tex *t, const rk_node *n, const char *op) {
    put_at(t, n->kid[0], open_ended(n->kid[0]) ? L_ATOM : L_ADD);
    rk_buf_puts(t->out, op);
    put_at(t, n->kid[1], L_TERM);
}

static void put_compare(tex *t, const rk_node *n) {
    static const char *const ops[] = {" = ", " \\ne ", " < ", " \\le ", " > ", " \\ge "};
    for (size_t i = 0; i < n->nkids; i++) {
        if (i > 0)
            rk_buf_puts(t->out, ops[n->cmp[i - 1]]);
        put_at(t, n->kid[i], L_ADD);
    }
}

static void put_not(tex *t, const rk_node *n) {
    rk_buf_puts(t->out, "\\lnot ");
    if (n->kid[0]->kind == RK_N_NOT)
        put(t, n->kid[0]);
    else
        put_at(t, n->kid[0], L_ATOM);
}

/* Connectives of the same kind join on the left; others are told apart by parentheses. */
static void put_connective(tex *t, const rk_node *n, const char *op) {
    bool joins = n->kid[0]->kind == n->kind && n->kind != RK_N_IMPLIES && n->kind != RK_N_IFF;
    put_at(t, n->kid[0], joins ? L_VALUE : L_NEG);
    rk_buf_printf(t->out, " \\;%s\\; ", op);
    put_at(t, n->kid[1], L_NEG);
}

static void put_name(tex *t, const rk_node *n) {
    const binding *b = lookup(t, n), *bound = t->bound;
    if (b == NULL) {
        rk_latex_name(t->out, n->name);
        return;
    }
    t->bound = b->outer;
    put(t, b->value);
    t->bound = bound;
}

static void put_group(tex *t, const rk_node *n) {
    switch (n->kind) {
    case RK_N_CALL:
        put_call(t, n);
        break;
    case RK_N_NORM:
        put_norm(t, n);
        break;
    case RK_N_JRANK:
        put_jrank(t, n);
        break;
    case RK_N_LOOP:
        put_loop(t, n);
        break;
    case RK_N_FOLD:
        put_fold(t, n);
        break;
    case RK_N_BLOCK:
        put_block(t, n);
        break;
    case RK_N_ROW:
        put_list(t, n->kid, n->nkids, ", ", ", ");
        break;
    case RK_N_TRANSPOSE:
        put_transpose(t, n);
        break;
    case RK_N_POWER:
        put_power(t, n);
        break;
    case RK_N_MEMBER:
        put_member(t, n);
        break;
    case RK_N_ENTRY:
        put_entry(t, n);
        break;
    default:
        rk_buf_putc(t->out, ':');
    }
}

static void put_arithmetic(tex *t, const rk_node *n) {
    switch (n->kind) {
    case RK_N_NEG:
        rk_buf_putc(t->out, '-');
        put_at(t, n->kid[0], L_TERM);
        break;
    case RK_N_MUL:
        put_product(t, n);
        break;
    case RK_N_DIV:
        put_quotient(t, n);
        break;
    case RK_N_EMUL:
        put_entrywise(t, n, " \\odot ");
        break;
    case RK_N_EDIV:
        put_entrywise(t, n, " \\oslash ");
        break;
    default:
        put_sum(t, n, n->kind == RK_N_ADD ? " + " : " - ");
    }
}

static void put_truth(tex *t, const rk_node *n) {
    static const char *const signs[] = {[RK_N_AND] = "\\land",
                                        [RK_N_OR] = "\\lor",
                                        [RK_N_IMPLIES] = "\\Rightarrow",
                                        [RK_N_IFF] = "\\Leftrightarrow"};
    if (n->kind == RK_N_COMPARE)
        put_compare(t, n);
    else if (n->kind == RK_N_NOT)
        put_not(t, n);
    else
        put_connective(t, n, signs[n->kind]);
}

/* The kinds stand in the order of rk_node_kind: leaves and groups, arithmetic, truth values. */
static void put(tex *t, const rk_node *n) {
    if (n->kind == RK_N_NUMBER)
        put_number(t, n->text);
    else if (n->kind == RK_N_NAME)
        put_name(t, n);
    else if (n->kind < RK_N_NEG)
        put_group(t, n);
    else if (n->kind < RK_N_COMPARE)
        put_arithmetic(t, n);
    else
        put_truth(t, n);
}

void rk_latex_node(rk_buf *out, const rk_node *node) {
    put(&(tex){.out = out}, node);
}

void rk_latex_factor(rk_buf *out, const rk_node *node) {
    put_at(&(tex){.out = out}, node, L_ATOM);
}

void rk_latex_sizes(rk_buf *out, rk_node *const *sizes, size_t n) {
    put_sizes(&(tex){.out = out}, sizes, n);
}
