#include "rk_calcium.h"
#include <string.h>

/* Calcium writes a number as Where(expression, Def(a_1, ...), ...); printing puts the
   definitions in. */
typedef struct scope {
    fexpr_srcptr where; /* NULL: no definitions */
    rk_buf *out;
} scope;

/* Binding strengths of the claim language, from weak to strong. */
enum { SUM = 1, PRODUCT, POWER = PRODUCT + 2 };

static bool put(const scope *s, const fexpr_t e, int level);

static bool put_argument(const scope *s, const fexpr_t e, slong i, int level) {
    fexpr_t argument;
    fexpr_view_arg(argument, e, i);
    return put(s, argument, level);
}

/* Arguments from `first` on joined by an operator. */
static bool put_list(const scope *s, const fexpr_t e, slong first, const char *op, int level) {
    bool good = true;
    for (slong i = first; i < fexpr_nargs(e) && good; i++) {
        if (i > first)
            rk_buf_puts(s->out, op);
        good = put_argument(s, e, i, i > first ? level + 1 : level);
    }
    return good;
}

/* a + b, or a - b where b's text begins with a minus. */
static bool put_sum(const scope *s, const fexpr_t e) {
    rk_buf text;
    scope inner = {.where = s->where, .out = &text};
    bool good = true;
    rk_buf_init(&text);
    for (slong i = 0; i < fexpr_nargs(e) && good; i++) {
        rk_buf_reset(&text);
        good = put_argument(&inner, e, i, PRODUCT);
        bool minus = text.text[0] == '-';
        if (i > 0)
            rk_buf_puts(s->out, minus ? " - " : " + ");
        rk_buf_puts(s->out, text.text + (minus && i > 0));
    }
    rk_buf_clear(&text);
    return good;
}

/* Whether argument i of e is the integer c. */
static bool is_number(const fexpr_t e, slong i, slong c) {
    fexpr_t argument;
    fexpr_view_arg(argument, e, i);
    return fexpr_equal_si(argument, c);
}

static bool put_product(const scope *s, const fexpr_t e) {
    if (fexpr_nargs(e) < 2 || !is_number(e, 0, -1))
        return put_list(s, e, 0, "*", PRODUCT);
    rk_buf_putc(s->out, '-');
    return put_list(s, e, 1, "*", PRODUCT + 1);
}

static bool put_negative(const scope *s, const fexpr_t e) {
    rk_buf_putc(s->out, '-');
    return put_argument(s, e, 0, PRODUCT + 1);
}

/* value := a view of what the symbol e stands for in the Where around it. */
static bool define(fexpr_t value, const scope *s, const fexpr_t e) {
    fexpr_t def, name;
    for (slong i = 1; s->where != NULL && i < fexpr_nargs(s->where); i++) {
        fexpr_view_arg(def, s->where, i);
        fexpr_view_arg(name, def, 0);
        if (fexpr_equal(name, e)) {
            fexpr_view_arg(value, def, 1);
            return true;
        }
    }
    return false;
}

/* Powers of exp(1) and exp(1/k) with integer exponents n, written exp(n) and exp(n/k). */
static bool put_exponential(const scope *s, const fexpr_t base, const fexpr_t exponent) {
    fexpr_t f, x;
    if (!define(f, s, base) || !fexpr_is_builtin_call(f, FEXPR_Exp) || !fexpr_is_integer(exponent))
        return false;
    fexpr_view_arg(x, f, 0);
    bool unit = fexpr_equal_si(x, 1);
    if (!unit && !fexpr_is_builtin_call(x, FEXPR_Div))
        return false;
    if (!unit && !is_number(x, 0, 1))
        return false;
    rk_buf_puts(s->out, "exp(");
    put(s, exponent, SUM);
    if (!unit) {
        rk_buf_putc(s->out, '/');
        put_argument(s, x, 1, PRODUCT + 1);
    }
    rk_buf_putc(s->out, ')');
    return true;
}

/* An exponent that stands without brackets. */
static bool is_natural(const fexpr_t e) {
    return fexpr_is_integer(e) && !fexpr_is_neg_integer(e);
}

static bool put_power(const scope *s, const fexpr_t e) {
    fexpr_t base, exponent;
    fexpr_view_arg(base, e, 0);
    fexpr_view_arg(exponent, e, 1);
    if (put_exponential(s, base, exponent))
        return true;
    bool good = put(s, base, POWER + 1), number = is_natural(exponent);
    rk_buf_puts(s->out, number ? "^" : "^(");
    good = good && put(s, exponent, SUM);
    rk_buf_puts(s->out, number ? "" : ")");
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
    bool brackets = fmpz_sgn(n) < 0 && level > PRODUCT;
    char *digits = fmpz_get_str(NULL, 10, n);
    rk_buf_printf(s->out, brackets ? "(%s)" : "%s", digits);
    flint_free(digits);
    fmpz_clear(n);
    return true;
}

static bool put_symbol(const scope *s, const fexpr_t e, int level) {
    fexpr_t value;
    return define(value, s, e) && put(s, value, level);
}

/* How strongly the operation at the top of e binds; 0 when it is none. */
static int binding(const fexpr_t e) {
    if (fexpr_is_builtin_call(e, FEXPR_Add) || fexpr_is_builtin_call(e, FEXPR_Sub))
        return SUM;
    if (fexpr_is_builtin_call(e, FEXPR_Mul) || fexpr_is_builtin_call(e, FEXPR_Div) ||
        fexpr_is_builtin_call(e, FEXPR_Neg))
        return PRODUCT;
    return fexpr_is_builtin_call(e, FEXPR_Pow) ? POWER : 0;
}

static bool put_operation(const scope *s, const fexpr_t e, int level) {
    int own = binding(e);
    bool good = own > 0;
    if (own < level)
        rk_buf_putc(s->out, '(');
    if (fexpr_is_builtin_call(e, FEXPR_Add))
        good = put_sum(s, e);
    else if (own == SUM)
        good = put_list(s, e, 0, " - ", SUM);
    else if (fexpr_is_builtin_call(e, FEXPR_Mul))
        good = put_product(s, e);
    else if (fexpr_is_builtin_call(e, FEXPR_Neg))
        good = put_negative(s, e);
    else if (own == PRODUCT)
        good = put_list(s, e, 0, "/", PRODUCT);
    else if (own == POWER)
        good = put_power(s, e);
    if (own < level)
        rk_buf_putc(s->out, ')');
    return good;
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
    return put_operation(s, e, level);
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
