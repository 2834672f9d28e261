/* A hunt whose blocks are kept in a ledger. */
#include "check_inside.h"

#include "hunt/rk_keep.h"
#include "lang/rk_print.h"

static rk_status begin_hunt(job *j, const int64_t *dims, rk_hunt_options *o) {
    rk_buf settings, statement;
    rk_buf_init(&settings);
    rk_buf_init(&statement);
    rk_keep_settings(&settings, j->checked, dims, o);
    rk_print_theorem(&statement, j->checked->theorem);
    rk_ledger_key key = {.digest = j->checked->statement,
                         .seed = o->seed,
                         .version = RANKLE_VERSION,
                         .settings = settings.text,
                         .file = j->checked->file->source.name,
                         .theorem = j->checked->theorem->name,
                         .statement = statement.text};
    rk_ledger_share share = {o->shard, o->shards > 0 ? o->shards : 1};
    rk_status status = rk_ledger_hunt(j->ledger, &key, share, j->options->resume != 0, &o->store);
    rk_buf_clear(&settings);
    rk_buf_clear(&statement);
    return status;
}

bool rk_job_keep(job *j, const int64_t *dims, rk_hunt_options *o) {
    if (j->ledger != NULL && j->kept == RK_OK)
        j->kept = begin_hunt(j, dims, o);
    return j->kept == RK_OK;
}

bool rk_job_kept(job *j, const rk_hunt_options *o) {
    if (o->store != NULL && j->kept == RK_OK)
        j->kept = o->store->flush(o->store->self);
    return j->kept == RK_OK;
}
