#include "rk_calcium.h"
#include <string.h>

/* Calcium writes a number as Where(expression, Def(a_1, ...), ...); printing puts the
   definitions in. */
typedef struct scope {
    fexpr_srcptr where; /* NULL: no definitions */
    rk_buf *out;
} scope;

/* Binding strengths of the claim language, from weak to strong. */
enum { SUM = 1, PRODUCT, SIGN, POWER };

static bool put(const scope *s, const fexpr_t e, int level);

static bool put_argument(const scope *s, const fexpr_t e, slong i, int level) {
    fexpr_t argument;
    fexpr_view_arg(argument, e, i);
    return put(s, argument, level);
}

/* arguments joined by an operator, in brackets if the surroundings bind more strongly */
static bool put_operator(const scope *s, const fexpr_t e, const char *op, int own, int level) {
    bool good = true;
    if (own < level)
        rk_buf_putc(s->out, '(');
    for (slong i = 0; i < fexpr_nargs(e) && good; i++) {
        if (i > 0)
            rk_buf_puts(s->out, op);
        good = put_argument(s, e, i, i > 0 ? own + 1 : own);
    }
    if (own < level)
        rk_buf_putc(s->out, ')');
    return good;
}

static bool put_negative(const scope *s, const fexpr_t e, int level) {
    if (SIGN < level || level == PRODUCT)
        rk_buf_putc(s->out, '(');
    rk_buf_putc(s->out, '-');
    bool good = put_argument(s, e, 0, SIGN);
    if (SIGN < level || level == PRODUCT)
        rk_buf_putc(s->out, ')');
    return good;
}

static bool put_power(const scope *s, const fexpr_t e, int level) {
    if (POWER < level)
        rk_buf_putc(s->out, '(');
    bool good = put_argument(s, e, 0, POWER + 1);
    rk_buf_puts(s->out, "^(");
    good = good && put_argument(s, e, 1, SUM);
    rk_buf_puts(s->out, POWER < level ? "))" : ")");
    return good;
}

static bool put_function(const scope *s, const fexpr_t e, const char *name) {
    rk_buf_puts(s->out, name);
    rk_buf_putc(s->out, '(');
    bool good = put_argument(s, e, 0, SUM);
    rk_buf_putc(s->out, ')');
    return good;
}

static bool put_integer(const scope *s, const fexpr_t e, int level) {
    fmpz_t n;
    fmpz_init(n);
    fexpr_get_fmpz(n, e);
    bool brackets = fmpz_sgn(n) < 0 && level > SUM;
    char *digits = fmpz_get_str(NULL, 10, n);
    rk_buf_printf(s->out, brackets ? "(%s)" : "%s", digits);
    flint_free(digits);
    fmpz_clear(n);
    return true;
}

/* A symbol stands for its definition in the Where around it. */
static bool put_symbol(const scope *s, const fexpr_t e, int level) {
    fexpr_t def, name, value;
    for (slong i = 1; s->where != NULL && i < fexpr_nargs(s->where); i++) {
        fexpr_view_arg(def, s->where, i);
        fexpr_view_arg(name, def, 0);
        if (!fexpr_equal(name, e))
            continue;
        fexpr_view_arg(value, def, 1);
        return put(s, value, level);
    }
    return false;
}

static bool put_call(const scope *s, const fexpr_t e, int level) {
    static const struct {
        slong builtin;
        const char *name;
    } functions[] = {
        {FEXPR_Sqrt, "sqrt"}, {FEXPR_Exp, "exp"}, {FEXPR_Log, "log"}, {FEXPR_Abs, "abs"}};
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (fexpr_is_builtin_call(e, functions[i].builtin))
            return put_function(s, e, functions[i].name);
    if (fexpr_is_builtin_call(e, FEXPR_Add))
        return put_operator(s, e, " + ", SUM, level);
    if (fexpr_is_builtin_call(e, FEXPR_Sub))
        return put_operator(s, e, " - ", SUM, level);
    if (fexpr_is_builtin_call(e, FEXPR_Mul))
        return put_operator(s, e, "*", PRODUCT, level);
    if (fexpr_is_builtin_call(e, FEXPR_Div))
        return put_operator(s, e, "/", PRODUCT, level);
    if (fexpr_is_builtin_call(e, FEXPR_Neg))
        return put_negative(s, e, level);
    if (fexpr_is_builtin_call(e, FEXPR_Pow))
        return put_power(s, e, level);
    return false;
}

static bool put(const scope *s, const fexpr_t e, int level) {
    fexpr_t body;
    if (fexpr_is_integer(e))
        return put_integer(s, e, level);
    if (fexpr_is_symbol(e))
        return put_symbol(s, e, level);
    if (!fexpr_is_builtin_call(e, FEXPR_Where))
        return put_call(s, e, level);
    scope inner = {.where = e, .out = s->out};
    fexpr_view_arg(body, e, 0);
    return put(&inner, body, level);
}

enum { DIGITS = 20 };

void rk_calcium_print(const rk_domain *d, rk_buf *out, const void *x) {
    ca_ctx_struct *ctx = rk_calcium_context(d);
    fexpr_t e;
    rk_buf text;
    scope s = {.where = NULL, .out = &text};
    fexpr_init(e);
    rk_buf_init(&text);
    ca_get_fexpr(e, x, 0, ctx);
    if (put(&s, e, SUM)) {
        rk_buf_puts(out, text.text);
    } else {
        char *digits = ca_get_decimal_str(x, DIGITS, 0, ctx);
        rk_buf_printf(out, "~%s", digits);
        flint_free(digits);
    }
    rk_buf_clear(&text);
    fexpr_clear(e);
}
