/* Formal functions seen from outside: what generators stand for, and their values in doubles. */
#include <math.h>
#include "function_inside.h"

static const fmpz_mpoly_q_struct *what_of(const rk_domain *d, slong k, rk_generator_kind kind) {
    const rk_generator *g = &rk_functions_of(d)->generator[k];
    return k < rk_functions_of(d)->nused && g->kind == kind ? g->what : NULL;
}

const fmpz_mpoly_q_struct *rk_function_radicand(const rk_domain *d, slong k) {
    return what_of(d, k, RK_GEN_ROOT);
}

const fmpz_mpoly_q_struct *rk_function_exponent(const rk_domain *d, slong k) {
    return what_of(d, k, RK_GEN_EXP);
}

const fmpz_mpoly_q_struct *rk_function_argument_of_log(const rk_domain *d, slong k) {
    return what_of(d, k, RK_GEN_LOG);
}

const fmpz_mpoly_q_struct *rk_function_equation(const rk_domain *d, slong k, ulong *degree) {
    const rk_generator *g = &rk_functions_of(d)->generator[k];
    *degree = g->degree;
    return k < rk_functions_of(d)->ninputs && g->degree > 0 ? g->power : NULL;
}

void rk_function_set_watch(const rk_domain *d, const rk_function_watch *watch) {
    rk_functions_of(d)->watch = watch;
}

rk_ev rk_function_tell(const rk_domain *d, rk_ev ev, rk_fn f, const void *x, const void *r) {
    const rk_functions *c = rk_functions_of(d);
    if (c->watch != NULL && ev == RK_EV_OK && !c->exceeded)
        c->watch->value(c->watch->self, f, x, r);
    return ev;
}

double rk_function_poly_at(const rk_domain *d, const fmpz_mpoly_t p, const double *value) {
    const rk_functions *f = rk_functions_of(d);
    ulong *exponent = rk_malloc((size_t)(f->nvars + 1) * sizeof *exponent);
    double sum = 0;
    fmpz_t c;
    fmpz_init(c);
    for (slong i = 0; i < p->length; i++) {
        fmpz_mpoly_get_term_coeff_fmpz(c, p, i, f->ring);
        fmpz_mpoly_get_term_exp_ui(exponent, p, i, f->ring);
        double term = fmpz_get_d(c);
        for (slong k = 0; k < f->nused; k++)
            for (ulong e = exponent[k]; e > 0; e--)
                term *= value[k];
        sum += term;
    }
    fmpz_clear(c);
    rk_free(exponent);
    return sum;
}

static double element_at(const rk_domain *d, const fmpz_mpoly_q_struct *x, const double *value) {
    return rk_function_poly_at(d, &x->num, value) / rk_function_poly_at(d, &x->den, value);
}

static double generator_at(const rk_domain *d, const rk_generator *g, const double *value) {
    double x = element_at(d, g->what, value);
    switch (g->kind) {
    case RK_GEN_ROOT:
        return sqrt(x);
    case RK_GEN_EXP:
        return exp(x);
    case RK_GEN_LOG:
        return log(x);
    default:
        return erf(x / sqrt(2));
    }
}

void rk_function_fill(const rk_domain *d, double *value) {
    const rk_functions *f = rk_functions_of(d);
    for (slong k = 0; k < f->ninputs; k++) {
        const rk_generator *g = &f->generator[k];
        if (g->degree == 1)
            value[k] = element_at(d, g->power, value);
        else if (g->degree == 2)
            value[k] = copysign(sqrt(element_at(d, g->power, value)), value[k]);
    }
    for (slong k = f->ninputs; k < f->nused; k++)
        value[k] = generator_at(d, &f->generator[k], value);
}
