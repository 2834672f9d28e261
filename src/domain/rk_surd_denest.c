/* Square roots of sums of square roots, where they are sums of square roots themselves:
   sqrt(5 + 2*sqrt(6)) = sqrt(2) + sqrt(3).

   Let u > 0 lie in K = Q(sqrt g_1, ...) and sqrt(u) in some field L of this kind. Then
   u*r = w^2 with w in K and r rational (L is an abelian extension of Q of exponent 2, so by Kummer
   theory u times some rational is a square in K). With u = a + b, b the terms that change sign
   under the conjugation in one generator, and K' the field that it leaves fixed, the norm
   N = a^2 - b^2 = (norm(w)/r)^2 is a square in K'. So: N = n^2 with n in K', or u is refused; and
   then sqrt(u) = sqrt((a + n)/2) +- sqrt((a - n)/2), both radicands in K', which has one generator
   less. What comes out is squared again before it is believed. */
#include "rk_surd.h"

static uint64_t generators_of(const rk_surd *x) {
    uint64_t used = 0;
    for (slong i = 0; i < x->n; i++)
        used |= x->term[i].mask;
    return used;
}

/* Some generator that is in some terms of u; not in all, or u would have a negative conjugate and
   be no square of such sums. */
static uint64_t splitting_generator(const rk_surd *u) {
    uint64_t all = ~(uint64_t)0;
    for (slong i = 0; i < u->n; i++)
        all &= u->term[i].mask;
    uint64_t some = generators_of(u) & ~all;
    return all != 0 ? 0 : some & (~some + 1);
}

typedef struct halves {
    rk_surd a, b, norm, root, s, t;
} halves;

static void halves_clear(const rk_domain *d, halves *h) {
    rk_surd *all[] = {&h->a, &h->b, &h->norm, &h->root, &h->s, &h->t};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        d->clear(d, all[i]);
}

/* u = a + b as above, and norm = a^2 - b^2 */
static void split(const rk_domain *d, halves *h, const rk_surd *u, uint64_t bit) {
    rk_surd other = {0};
    fmpq_t half;
    fmpq_init(half);
    fmpq_set_si(half, 1, 2);
    rk_surd_conjugate(d, &other, u, bit);
    d->set_fmpq(d, &h->t, half);
    d->add(d, &h->a, u, &other);
    d->mul(d, &h->a, &h->a, &h->t);
    d->sub(d, &h->b, u, &h->a);
    d->mul(d, &h->norm, u, &other);
    d->clear(d, &other);
    fmpq_clear(half);
}

/* s and t := the roots of (a + n)/2 and (a - n)/2 */
static rk_ev half_roots(const rk_domain *d, halves *h) {
    fmpq_t half;
    rk_surd factor = {0};
    fmpq_init(half);
    fmpq_set_si(half, 1, 2);
    d->set_fmpq(d, &factor, half);
    d->add(d, &h->s, &h->a, &h->root);
    d->sub(d, &h->t, &h->a, &h->root);
    d->mul(d, &h->s, &h->s, &factor);
    d->mul(d, &h->t, &h->t, &factor);
    rk_ev ev = rk_surd_flat_root(d, &h->s, &h->s);
    if (ev == RK_EV_OK)
        ev = rk_surd_flat_root(d, &h->t, &h->t);
    d->clear(d, &factor);
    fmpq_clear(half);
    return ev;
}

/* r := s + t or s - t, as b is positive or negative; its square must be u. */
static rk_ev put_together(const rk_domain *d, rk_surd *r, halves *h, const rk_surd *u) {
    int sign;
    rk_ev ev = d->sign(d, &sign, &h->b);
    if (ev != RK_EV_OK)
        return ev;
    (sign > 0 ? d->add : d->sub)(d, &h->root, &h->s, &h->t);
    d->mul(d, &h->norm, &h->root, &h->root);
    d->sub(d, &h->norm, &h->norm, u);
    ev = d->sign(d, &sign, &h->root);
    if (ev != RK_EV_OK || sign <= 0 || !rk_tern_true(d->is_zero(d, &h->norm)))
        return ev != RK_EV_OK ? ev : RK_EV_ESCAPE;
    d->set(d, r, &h->root);
    return RK_EV_OK;
}

static rk_ev attempt(const rk_domain *d, rk_surd *r, const rk_surd *u, uint64_t bit) {
    halves h = {0};
    int sign;
    split(d, &h, u, bit);
    rk_ev ev = d->sign(d, &sign, &h.norm);
    if (ev == RK_EV_OK && sign <= 0)
        ev = RK_EV_ESCAPE;
    if (ev == RK_EV_OK)
        ev = rk_surd_flat_root(d, &h.root, &h.norm);
    if (ev == RK_EV_OK && generators_of(&h.root) & ~(generators_of(u) & ~bit))
        ev = RK_EV_ESCAPE;
    if (ev == RK_EV_OK)
        ev = half_roots(d, &h);
    if (ev == RK_EV_OK)
        ev = put_together(d, r, &h, u);
    halves_clear(d, &h);
    return ev;
}

rk_ev rk_surd_denest(const rk_domain *d, rk_surd *r, const rk_surd *u) {
    rk_surd_field *f = rk_surd_field_of(d);
    slong generators = f->n;
    uint64_t bit = splitting_generator(u);
    rk_ev ev = bit == 0 ? RK_EV_ESCAPE : attempt(d, r, u, bit);
    if (ev != RK_EV_OK)
        rk_surd_field_forget(f, generators);
    return ev == RK_EV_UNDEFINED ? RK_EV_ESCAPE : ev;
}
