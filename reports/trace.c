/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/trace.h"

#include <string.h>

#include <zstd.h>

#include "reports/file.h"
#include "sim/world.h"

#define BUFFER_BYTES 65536u
#define ZSTD_LEVEL 3

/* Of the lines' format; goes up when a reader must know. */
#define TRACE_FORMAT 1u

struct ReportTrace {
    SimObserver observer; /* first: an observer is its trace */
    ReportFile *file;
    ZSTD_CCtx *zstd; /* NULL: not compressed */
    char *packed;    /* output of zstd */
    size_t packed_bytes;
    uint64_t lines;
    int64_t from_ns; /* what was before is left out */
    size_t used;
    char buffer[BUFFER_BYTES];
};

/* What a trace leaves out are the steps inside a peer: completed writes and block fetches. */
#define TRACE_MASK (((1u << SIM_HAPPENING_KINDS) - 1u) & ~(1u << SIM_WRITTEN) & ~(1u << SIM_ASKED))

/* --- bytes ----------------------------------------------------------------------------------- */

static void pack(ReportTrace *trace, ZSTD_EndDirective end)
{
    ZSTD_inBuffer in = {.src = trace->buffer, .size = trace->used};
    size_t left = 0;
    do {
        ZSTD_outBuffer out = {.dst = trace->packed, .size = trace->packed_bytes};
        left = ZSTD_compressStream2(trace->zstd, &out, &in, end);
        g_assert(!ZSTD_isError(left));
        report_file_write(trace->file, trace->packed, out.pos);
    } while (in.pos < in.size || (end == ZSTD_e_end && left > 0));
}

static void flush(ReportTrace *trace)
{
    if (trace->zstd != NULL) {
        pack(trace, ZSTD_e_continue);
    } else {
        report_file_write(trace->file, trace->buffer, trace->used);
    }
    trace->used = 0;
}

/* At most BUFFER_BYTES at a time. */
static inline void put(ReportTrace *trace, const char *bytes, size_t len)
{
    if (trace->used + len > BUFFER_BYTES) {
        flush(trace);
    }
    memcpy(trace->buffer + trace->used, bytes, len);
    trace->used += len;
}

#define PUT(trace, literal) put(trace, literal, sizeof(literal) - 1)

static inline void put_text(ReportTrace *trace, const char *text)
{
    put(trace, text, strlen(text));
}

static void put_number(ReportTrace *trace, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    put(trace, digits + at, sizeof digits - at);
}

static void put_hex(ReportTrace *trace, const uint8_t *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";
    char text[64];
    g_assert(count * 2 <= sizeof text);
    for (size_t i = 0; i < count; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    put(trace, text, count * 2);
}

/* A string of the user's, as JSON with its quotes. */
static void put_string(ReportTrace *trace, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    PUT(trace, "\"");
    for (const char *at = valid; *at != '\0'; at++) {
        uint8_t c = (uint8_t)*at;
        if (c == '"' || c == '\\') {
            PUT(trace, "\\");
            put(trace, at, 1);
        } else if (c < 0x20) {
            PUT(trace, "\\u00");
            put_hex(trace, &c, 1);
        } else {
            put(trace, at, 1);
        }
    }
    PUT(trace, "\"");
}

/* --- members --------------------------------------------------------------------------------- */

static inline void put_id(ReportTrace *trace, const BnetId *id)
{
    PUT(trace, ",\"id\":\"");
    put_hex(trace, id->bytes, sizeof id->bytes);
    PUT(trace, "\"");
}

static void put_block(ReportTrace *trace, const BnetStore *store, BnetBlock block)
{
    const BnetBlockInfo *info = bnet_store_block(store, block);
    PUT(trace, ",\"number\":");
    put_number(trace, info->number);
    put_id(trace, &info->id);
}

/* Before the run begins is negative. */
static void put_slot_time(ReportTrace *trace, const BnetStore *store, BnetBlock block)
{
    const int64_t ns = bnet_store_slot_time_ns(store, bnet_store_block(store, block)->slot);
    PUT(trace, ",\"slot_time\":");
    if (ns < 0)
        PUT(trace, "-");
    put_number(trace, (uint64_t)(ns < 0 ? -ns : ns));
}

static void put_key_number(ReportTrace *trace, const char *key, uint64_t number)
{
    PUT(trace, ",\"");
    put_text(trace, key);
    PUT(trace, "\":");
    put_number(trace, number);
}

static void put_hash(ReportTrace *trace, const char *key, uint64_t hash)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(hash >> (56 - 8 * i));
    PUT(trace, ",\"");
    put_text(trace, key);
    PUT(trace, "\":\"");
    put_hex(trace, bytes, sizeof bytes);
    PUT(trace, "\"");
}

static void put_flag(ReportTrace *trace, const char *key, bool flag)
{
    PUT(trace, ",\"");
    put_text(trace, key);
    put_text(trace, flag ? "\":true" : "\":false");
}

/* A name of the program's own or of a peer: nothing in it needs an escape. */
static void put_name(ReportTrace *trace, const char *key, const char *name)
{
    PUT(trace, ",\"");
    put_text(trace, key);
    PUT(trace, "\":\"");
    put_text(trace, name);
    PUT(trace, "\"");
}

static void put_hello(ReportTrace *trace, const BnetStore *store, const BnetHello *hello)
{
    put_key_number(trace, "lib", hello->lib_number);
    put_key_number(trace, "first", bnet_store_number(store, hello->first));
    if (hello->head != BNET_NO_BLOCK) {
        put_block(trace, store, hello->head);
    }
    put_flag(trace, "request_transactions", hello->request_transactions);
    put_flag(trace, "irreversible_only", hello->irreversible_only);
    if (hello->unknown_ids > 0) {
        put_key_number(trace, "unknown_ids", hello->unknown_ids);
    }
    if (!hello->version_1_0_1) {
        put_name(trace, "version", "1.0.0");
    }
}

static void put_notice(ReportTrace *trace, SimWorld *world, const SimHappening *happening)
{
    const BnetStore *store = sim_world_store(world);
    const BnetPool *pool = sim_world_node(world, happening->peer)->pool;
    BnetRingWalk walk = bnet_ring_walk(&happening->message->u.notice);
    BnetBlock block = BNET_NO_BLOCK;
    bool is_first = true;
    PUT(trace, ",\"ids\":[");
    while (bnet_ring_next(&walk, pool, &block)) {
        put_text(trace, is_first ? "\"" : ",\"");
        put_hex(trace, bnet_store_block(store, block)->id.bytes, sizeof(BnetId));
        PUT(trace, "\"");
        is_first = false;
    }
    PUT(trace, "]");
}

static void put_ping(ReportTrace *trace, const BnetMessage *message)
{
    const BnetPing *ping = &message->u.ping;
    if (message->kind == BNET_MESSAGE_PING) {
        put_key_number(trace, "lib", ping->lib_number);
    }
    PUT(trace, ",\"code\":\"");
    put_hex(trace, ping->code.bytes, 8);
    PUT(trace, "\"");
}

static void put_message(ReportTrace *trace, SimWorld *world, const SimHappening *happening)
{
    const BnetStore *store = sim_world_store(world);
    const BnetMessage *message = happening->message;
    put_name(trace, "message", bnet_message_name(message->kind));
    put_key_number(trace, "bytes", happening->bytes);
    switch (message->kind) {
    case BNET_MESSAGE_HELLO:
        put_hello(trace, store, &message->u.hello);
        break;
    case BNET_MESSAGE_TRX_NOTICE:
        break;
    case BNET_MESSAGE_BLOCK_NOTICE:
        put_notice(trace, world, happening);
        break;
    case BNET_MESSAGE_BLOCK:
        put_block(trace, store, message->u.block);
        put_key_number(trace, "transactions", bnet_store_block(store, message->u.block)->n_trx);
        break;
    case BNET_MESSAGE_TRX:
        put_id(trace, &bnet_store_trx(store, message->u.trx)->id);
        break;
    case BNET_MESSAGE_PING:
    case BNET_MESSAGE_PONG:
        put_ping(trace, message);
        break;
    case BNET_MESSAGE_MALFORMED:
        break;
    }
}

static void put_produced(ReportTrace *trace, const BnetStore *store, BnetBlock block)
{
    const BnetBlockInfo *info = bnet_store_block(store, block);
    const BnetSchedule *brings = bnet_store_newest_schedule(store, block);
    const BnetSchedule *active = bnet_store_schedule(store, block);
    put_block(trace, store, block);
    put_slot_time(trace, store, block);
    put_key_number(trace, "transactions", info->n_trx);
    if (brings != bnet_store_newest_schedule(store, info->parent)) {
        put_key_number(trace, "new_schedule", brings->version);
    }
    if (active != bnet_store_schedule(store, info->parent)) {
        put_key_number(trace, "promotes", active->version);
    }
}

/* The block that was found invalid: this one, or one that it is built on. O(invalid branches log
 * blocks). */
static BnetBlock faulty_block(const BnetView *view, const BnetStore *store, BnetBlock block)
{
    for (uint32_t i = 0; i < view->invalid.n; i++)
        if (bnet_store_is_ancestor(store, view->invalid.items[i], block))
            return view->invalid.items[i];
    return block;
}

/* Why a block is invalid. What is right by itself and yet refused repeats a transaction of the
 * blocks before it. */
static void put_fault(ReportTrace *trace, SimWorld *world, const SimHappening *happening)
{
    const BnetStore *store = sim_world_store(world);
    const BnetView *view = &sim_world_node(world, happening->peer)->view;
    const BnetBlock faulty = faulty_block(view, store, happening->block);
    const BnetBlockInfo *info = bnet_store_block(store, faulty);
    const uint8_t own = info->header_fault ? info->header_fault : info->content_fault;
    put_name(trace, "fault", bnet_fault_text(own ? (BnetFault)own : BNET_FAULT_DUPLICATE));
    if (faulty != happening->block) {
        PUT(trace, ",\"faulty_id\":\"");
        put_hex(trace, info->id.bytes, sizeof(BnetId));
        PUT(trace, "\"");
    }
}

static void put_verdict(ReportTrace *trace, SimWorld *world, const SimHappening *happening)
{
    put_name(trace, "verdict", bnet_verdict_name(happening->verdict));
    put_block(trace, sim_world_store(world), happening->block);
    if (happening->verdict == BNET_VERDICT_INVALID)
        put_fault(trace, world, happening);
}

static void put_chain(ReportTrace *trace, SimWorld *world, const SimHappening *happening)
{
    const BnetStore *store = sim_world_store(world);
    put_name(trace, "event", bnet_chain_event_name(happening->event));
    put_block(trace, store, happening->block);
    if (happening->event == BNET_CHAIN_SWITCH && happening->other != BNET_NO_BLOCK) {
        PUT(trace, ",\"left_number\":");
        put_number(trace, bnet_store_number(store, happening->other));
        PUT(trace, ",\"left_id\":\"");
        put_hex(trace, bnet_store_block(store, happening->other)->id.bytes, sizeof(BnetId));
        PUT(trace, "\"");
    }
    if (happening->event == BNET_CHAIN_REJECTED)
        put_fault(trace, world, happening);
}

/* What is particular to the kind of a happening. */
static void put_details(ReportTrace *trace, SimWorld *world, const SimHappening *happening)
{
    const BnetStore *store = sim_world_store(world);
    switch (happening->kind) {
    case SIM_OPENED:
        put_flag(trace, "dialled", happening->dialled);
        break;
    case SIM_SENT:
    case SIM_DELIVERED:
        put_message(trace, world, happening);
        break;
    case SIM_CLOSED:
        put_name(trace, "reason", bnet_close_reason_name(happening->reason));
        break;
    case SIM_PRODUCED:
        put_produced(trace, store, happening->block);
        break;
    case SIM_VERDICT:
        put_verdict(trace, world, happening);
        break;
    case SIM_CHAIN:
        put_chain(trace, world, happening);
        break;
    case SIM_PRUNED:
        put_block(trace, store, happening->block);
        break;
    case SIM_TRX:
        put_id(trace, &bnet_store_trx(store, happening->trx)->id);
        break;
    case SIM_FAULT:
        PUT(trace, ",\"text\":");
        put_string(trace, happening->text != NULL ? happening->text : "");
        break;
    case SIM_WRITTEN:
    case SIM_ASKED:
    case SIM_DIALLED:
    case SIM_UNDIALLED:
    case SIM_STARTED:
    case SIM_STOPPED:
    case SIM_HAPPENING_KINDS:
        break;
    }
}

static const char *kind_name(SimHappeningKind kind)
{
    static const char *const names[SIM_HAPPENING_KINDS] = {
        [SIM_OPENED] = "opened",       [SIM_SENT] = "sent",       [SIM_WRITTEN] = "written",
        [SIM_DELIVERED] = "delivered", [SIM_ASKED] = "asked",     [SIM_CLOSED] = "closed",
        [SIM_PRODUCED] = "produced",   [SIM_VERDICT] = "verdict", [SIM_CHAIN] = "chain",
        [SIM_PRUNED] = "pruned",       [SIM_TRX] = "trx",         [SIM_STARTED] = "started",
        [SIM_STOPPED] = "stopped",     [SIM_FAULT] = "fault",     [SIM_DIALLED] = "dialled",
        [SIM_UNDIALLED] = "undialled",
    };
    return names[kind];
}

/* A verdict names the session that brought the block, not its end. UINT32_MAX: none. */
static uint32_t end_of(const SimWorld *world, const SimHappening *happening)
{
    if (happening->kind != SIM_VERDICT || happening->session == BNET_NO_SESSION)
        return happening->end;
    return sim_world_session_end(world, happening->peer, happening->session);
}

static void on_happening(SimObserver *self, SimWorld *world, const SimHappening *happening)
{
    ReportTrace *trace = (ReportTrace *)self;
    g_assert(happening->time_ns >= 0);
    if (happening->time_ns < trace->from_ns)
        return;
    PUT(trace, "{\"t\":");
    put_number(trace, (uint64_t)happening->time_ns);
    put_name(trace, "what", kind_name(happening->kind));
    if (happening->peer != UINT32_MAX) {
        put_name(trace, "peer", sim_world_peer_name(world, happening->peer));
    }
    const uint32_t end = end_of(world, happening);
    if (end != UINT32_MAX) {
        put_name(trace, "remote", sim_world_peer_name(world, sim_world_end_peer(world, end ^ 1)));
        put_key_number(trace, "end", end);
    }
    put_details(trace, world, happening);
    PUT(trace, "}\n");
    trace->lines++;
}

static void on_checkpoint(SimObserver *self, const SimCheckpoint *checkpoint)
{
    ReportTrace *trace = (ReportTrace *)self;
    if (checkpoint->time_ns < trace->from_ns)
        return;
    PUT(trace, "{\"t\":");
    put_number(trace, (uint64_t)checkpoint->time_ns);
    put_name(trace, "what", "checkpoint");
    put_hash(trace, "hash", checkpoint->hash);
    put_hash(trace, "steps", checkpoint->steps);
    PUT(trace, "}\n");
    trace->lines++;
}

/* --- the whole ------------------------------------------------------------------------------- */

static void begin_zstd(ReportTrace *trace)
{
    trace->packed_bytes = ZSTD_CStreamOutSize();
    trace->packed = g_malloc(trace->packed_bytes);
    trace->zstd = ZSTD_createCCtx();
    g_assert(trace->zstd != NULL);
    (void)ZSTD_CCtx_setParameter(trace->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL);
    (void)ZSTD_CCtx_setParameter(trace->zstd, ZSTD_c_checksumFlag, 1);
}

ReportTrace *report_trace_new(const char *path, const char *version, const Scenario *scenario,
                              GError **error)
{
    g_autoptr(ReportFile) file = report_file_new(path, error);
    if (file == NULL) {
        return NULL;
    }
    ReportTrace *trace = g_new(ReportTrace, 1);
    memset(trace, 0, offsetof(ReportTrace, buffer));
    trace->observer = (SimObserver){
        .mask = TRACE_MASK,
        .happened = on_happening,
        .checkpoint = on_checkpoint,
    };
    trace->file = g_steal_pointer(&file);
    if (g_str_has_suffix(path, ".zst")) {
        begin_zstd(trace);
    }
    PUT(trace, "{\"bnetlab\":");
    put_string(trace, version);
    put_key_number(trace, "format", TRACE_FORMAT);
    PUT(trace, ",\"scenario\":");
    put_string(trace, scenario->name);
    put_key_number(trace, "seed", scenario->seed);
    put_key_number(trace, "peers", scenario->n_peers);
    PUT(trace, "}\n");
    return trace;
}

SimObserver *report_trace_observer(ReportTrace *trace)
{
    return &trace->observer;
}

void report_trace_keep_checkpoints(ReportTrace *trace)
{
    trace->observer.mask = 0;
}

void report_trace_begin_at(ReportTrace *trace, int64_t from_ns)
{
    trace->from_ns = from_ns;
}

bool report_trace_finish(ReportTrace *trace, const SimResult *result, GError **error)
{
    PUT(trace, "{\"end\":");
    put_number(trace, (uint64_t)result->simulated_ns);
    put_hash(trace, "trace_hash", result->trace_hash);
    put_hash(trace, "steps", result->steps_hash);
    put_key_number(trace, "events", trace->lines);
    put_flag(trace, "interrupted", result->interrupted);
    PUT(trace, "}\n");
    if (trace->zstd != NULL) {
        pack(trace, ZSTD_e_end);
    } else {
        flush(trace);
    }
    trace->used = 0;
    return report_file_commit(trace->file, error);
}

void report_trace_free(ReportTrace *trace)
{
    if (trace == NULL) {
        return;
    }
    report_file_free(trace->file);
    (void)ZSTD_freeCCtx(trace->zstd);
    g_free(trace->packed);
    g_free(trace);
}
