#include "domain_inside.h"

rk_ev rk_ev_worst(rk_ev a, rk_ev b) {
    if (a == RK_EV_UNDEFINED || b == RK_EV_UNDEFINED)
        return RK_EV_UNDEFINED;
    return a > b ? a : b;
}

rk_domain *rk_domain_new(const rk_domain *as) {
    rk_domain *d = rk_malloc(sizeof *d);
    *d = *as;
    return d;
}

void rk_domain_free(rk_domain *domain) {
    if (domain == NULL)
        return;
    if (domain->free_context != NULL)
        domain->free_context(domain);
    rk_free(domain);
}

rk_ev rk_fn_at_zero(rk_fn f, fmpq_t value) {
    fmpq_zero(value);
    switch (f) {
    case RK_FN_EXP:
        fmpq_one(value);
        return RK_EV_OK;
    case RK_FN_SIGMOID:
    case RK_FN_GELU_SLOPE:
        fmpq_set_si(value, 1, 2);
        return RK_EV_OK;
    case RK_FN_LOG:
        return RK_EV_UNDEFINED;
    default: /* sqrt tanh silu gelu abs sign relu */
        return RK_EV_OK;
    }
}
