/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Kind chain: traces of the deployed node's chain, block by block. A trace is a record, each block
 * that is pushed is a case.
 */

#include <string.h>

#include "core/contents.h"
#include "core/deployed.h"
#include "core/sign.h"
#include "core/text.h"
#include "sim/conform/fields.h"

/* First slot that recordings take as too far ahead of any clock. */
#define FUTURE_SLOT (UINT32_C(1) << 31)

/* The chain that a trace starts from. */
typedef struct Start {
    const char *name;
    uint32_t n_producers;
    uint64_t producers[BNET_PRODUCERS_MAX];
    BnetKey keys[BNET_PRODUCERS_MAX];
    bool verify_signatures;
    ConformObject genesis;
    BnetWireBlock block; /* block 1: its header */
} Start;

/* Our side of a trace. */
typedef struct Trace {
    ConformRun *run;
    Start start;
    BnetStore store;
    BnetDeployed deployed;
} Trace;

/* What we make of one push. */
typedef struct Push {
    BnetDeployedResult result;
    BnetBlock block; /* BNET_NO_BLOCK: the store cannot know it */
    uint32_t n_events;
} Push;

/* --- the start ------------------------------------------------------------------------------- */

static uint64_t read_name(ConformRun *run, struct json_object *value)
{
    uint64_t name = 0;
    const bool is_text = json_object_is_type(value, json_type_string);
    const char *text = is_text ? json_object_get_string(value) : "";
    const size_t n = is_text ? (size_t)json_object_get_string_len(value) : 0;
    if (!is_text || !bnet_parse_name(text, n, &name))
        conform_bad(run, "must be an account name");
    return name;
}

static BnetKey read_key(ConformRun *run, struct json_object *value)
{
    BnetKey key = {{0}};
    const bool is_text = json_object_is_type(value, json_type_string);
    const char *text = is_text ? json_object_get_string(value) : "";
    if (bnet_parse_key(text, strlen(text), &key))
        return key;
    g_autofree char *fault = conform_text_fault(text);
    if (fault)
        conform_bad(run, "%s", fault);
    const BnetSlice bytes = conform_hex(run, value);
    if (bytes.n == sizeof key.bytes && bytes.bytes[0] <= BNET_CURVE_R1)
        memcpy(key.bytes, bytes.bytes, sizeof key.bytes);
    else
        conform_bad(run, "must be a key: %zu bytes in hexadecimal digits, the first 00 or 01",
                    sizeof key.bytes);
    return key;
}

/* Reads the i-th producer; an earlier one may not have its name. */
static void read_producer(ConformRun *run, Start *start, uint32_t i, struct json_object *name)
{
    conform_enter(run, "producers");
    conform_enter_index(run, i);
    start->producers[i] = read_name(run, name);
    for (uint32_t k = 0; k < i; k++)
        if (start->producers[k] == start->producers[i])
            conform_bad(run, "a producer for the second time");
    conform_leave(run);
    conform_leave(run);
}

static void read_producers(ConformRun *run, Start *start, ConformObject *trace)
{
    struct json_object *names = conform_take_array(trace, "producers");
    struct json_object *keys = conform_take_array(trace, "keys");
    if (!names || !keys)
        return;
    const size_t n = json_object_array_length(names);
    if (n < 1 || n > BNET_PRODUCERS_MAX || json_object_array_length(keys) != n) {
        conform_bad(run, "must have 1 to %u producers and a key of each", BNET_PRODUCERS_MAX);
        return;
    }
    start->n_producers = (uint32_t)n;
    for (uint32_t i = 0; i < start->n_producers; i++) {
        read_producer(run, start, i, json_object_array_get_idx(names, i));
        conform_enter(run, "keys");
        conform_enter_index(run, i);
        start->keys[i] = read_key(run, json_object_array_get_idx(keys, i));
        conform_leave(run);
        conform_leave(run);
    }
}

static void read_genesis(ConformRun *run, Start *start, ConformObject *trace)
{
    struct json_object *recorded = conform_take_object(trace, "genesis");
    conform_enter(run, "genesis");
    start->genesis = conform_open(run, recorded);
    const BnetSlice bytes = conform_take_hex(&start->genesis, "header");
    BnetReader reader;
    BnetWireError error;
    conform_reader(run, bytes, false, &reader, &error);
    if (!conform_is_bad(run) &&
        (!bnet_wire_read_header(&reader, &start->block.header) || bnet_reader_left(&reader) > 0 ||
         bnet_header_number(&start->block.header.fields) != 1))
        conform_bad(run, "key \"header\": must be the header of block 1");
    conform_leave(run);
}

/* False: the record is bad. */
static bool read_start(ConformRun *run, Start *start, ConformObject *trace)
{
    start->name = conform_take_text(trace, "name");
    start->verify_signatures = conform_take_bool(trace, "verify_sig");
    read_producers(run, start, trace);
    read_genesis(run, start, trace);
    return !conform_is_bad(run);
}

/* --- comparing ------------------------------------------------------------------------------- */

static const BnetBlockInfo *info_of(const Trace *trace, BnetBlock block)
{
    return bnet_store_block(&trace->store, block);
}

static void check_genesis(Trace *trace)
{
    ConformObject *genesis = &trace->start.genesis;
    const BnetBlockInfo *info = info_of(trace, BNET_GENESIS);
    conform_enter(trace->run, "genesis");
    conform_check(genesis, "id", conform_id(&info->id));
    conform_check(genesis, "slot", conform_number(info->slot));
    if (!conform_case_disagrees(trace->run))
        conform_close(genesis);
    conform_leave(trace->run);
}

static void check_block(ConformObject *step, const BnetWireHeader *header)
{
    const BnetHeader *fields = &header->fields;
    const BnetId id = bnet_wire_block_id(header);
    conform_check(step, "id", conform_id(&id));
    conform_check(step, "num", conform_number(bnet_header_number(fields)));
    conform_check(step, "prev", conform_id(&fields->previous));
    conform_check(step, "slot", conform_number(fields->slot));
    conform_check(step, "producer", conform_name(fields->producer));
    conform_check(step, "confirmed", conform_number(fields->confirmed));
}

/* What the header of the pushed block says of its chain; recordings leave it out for most blocks
 * that were dropped. */
static void check_state(ConformObject *step, const Trace *trace, BnetBlock block)
{
    const BnetBlockInfo none = {0};
    const BnetBlockInfo *info = block == BNET_NO_BLOCK ? &none : info_of(trace, block);
    conform_check_optional(step, "block_lib", conform_number(info->lib));
    conform_check_optional(step, "block_proposed", conform_number(info->proposed));
}

static void check_head(ConformObject *step, const Trace *trace)
{
    const BnetBlockInfo *head = info_of(trace, trace->deployed.head);
    const BnetBlockInfo *fork_head = info_of(trace, trace->deployed.fork_head);
    struct json_object *recorded = conform_take(step, "head");
    conform_compare(trace->run, "head", recorded, conform_id(&head->id));
    if (conform_has(step, "fork_head"))
        recorded = conform_take(step, "fork_head");
    conform_compare(trace->run, "fork_head", recorded, conform_id(&fork_head->id));
    conform_check(step, "head_num", conform_number(head->number));
    conform_check(step, "dpos_lib", conform_number(head->lib));
    conform_check(step, "dpos_proposed", conform_number(head->proposed));
}

/* What is no text disagrees later. */
static bool is_event_name(struct json_object *recorded)
{
    if (!json_object_is_type(recorded, json_type_string))
        return true;
    const char *text = json_object_get_string(recorded);
    for (int kind = 0; kind <= (int)BNET_DEPLOYED_REJECTED; kind++)
        if (strcmp(text, bnet_deployed_event_name((BnetDeployedEventKind)kind)) == 0)
            return true;
    return false;
}

static void check_event(const Trace *trace, struct json_object *recorded,
                        const BnetDeployedEvent *event)
{
    ConformRun *run = trace->run;
    if (!json_object_is_type(recorded, json_type_array) ||
        json_object_array_length(recorded) != 3) {
        g_autofree char *expected = conform_recorded_text(recorded);
        conform_disagree(run, "", expected, "a list of three");
        return;
    }
    if (!is_event_name(json_object_array_get_idx(recorded, 0))) {
        conform_bad(run, "must begin with irreversible, accepted_block_header, fork_switch, "
                         "accepted_block or rejected");
        return;
    }
    const BnetBlockInfo *info = info_of(trace, event->block);
    const bool has_name = conform_compare(run, "[0]", json_object_array_get_idx(recorded, 0),
                                          conform_text(bnet_deployed_event_name(event->kind)));
    if (!has_name)
        return;
    struct json_object *second = json_object_array_get_idx(recorded, 1);
    if (event->kind == BNET_DEPLOYED_FORK_SWITCH) {
        conform_compare(run, "[1]", second, conform_id(&info->id));
        info = info_of(trace, event->other);
    } else {
        conform_compare(run, "[1]", second, conform_number(info->number));
    }
    conform_compare(run, "[2]", json_object_array_get_idx(recorded, 2), conform_id(&info->id));
}

static struct json_object *form_events(const void *data)
{
    const Trace *trace = data;
    struct json_object *list = json_object_new_array();
    for (uint32_t i = 0; i < trace->deployed.n_events; i++) {
        const BnetDeployedEvent *event = &trace->deployed.events[i];
        const BnetBlockInfo *info = info_of(trace, event->block);
        const bool is_switch = event->kind == BNET_DEPLOYED_FORK_SWITCH;
        struct json_object *item = json_object_new_array();
        conform_list_add(item, conform_text(bnet_deployed_event_name(event->kind)));
        conform_list_add(item, is_switch ? conform_id(&info->id) : conform_number(info->number));
        if (is_switch)
            info = info_of(trace, event->other);
        conform_list_add(item, conform_id(&info->id));
        json_object_array_add(list, item);
    }
    return list;
}

static struct json_object *form_no_events(const void *data)
{
    (void)data;
    return json_object_new_array();
}

/* What was not pushed has no events; the trace may then have those of the push before. */
static void check_events(ConformObject *step, const Trace *trace, uint32_t n)
{
    const ConformList ours = {
        .count = n, .form = n > 0 ? form_events : form_no_events, .data = trace};
    struct json_object *recorded = conform_check_list(step, "events", ours);
    if (!recorded)
        return;
    conform_enter(trace->run, "events");
    for (uint32_t i = 0; i < n; i++) {
        conform_enter_index(trace->run, i);
        check_event(trace, json_object_array_get_idx(recorded, i), &trace->deployed.events[i]);
        conform_leave(trace->run);
    }
    conform_leave(trace->run);
}

/* --- pushing --------------------------------------------------------------------------------- */

static bool read_block(Trace *trace, BnetSlice bytes, BnetWireBlock *ret_block,
                       BnetWireError *ret_error)
{
    BnetReader reader;
    conform_reader(trace->run, bytes, false, &reader, ret_error);
    if (!bnet_wire_read_block(&reader, ret_block))
        return false;
    if (bnet_reader_left(&reader) == 0)
        return true;
    return bnet_reader_fail(&reader, reader.at, "bytes", "nothing after the block");
}

/* A block whose parent the store does not have cannot be one of ours, unless it is block 1. */
static BnetBlock find_block(Trace *trace, const BnetWireBlock *block)
{
    BnetBlock found;
    if (bnet_store_read_block(&trace->store, block, conform_scratch(trace->run), &found))
        return found;
    const BnetId id = bnet_wire_block_id(&block->header);
    return bnet_store_find(&trace->store, &id);
}

static Push push(Trace *trace, const BnetWireBlock *block)
{
    const bool future = block->header.fields.slot >= FUTURE_SLOT;
    Push pushed = {.block = find_block(trace, block)};
    if (pushed.block == BNET_NO_BLOCK) {
        pushed.result = future ? BNET_DEPLOYED_FUTURE : BNET_DEPLOYED_UNLINKABLE;
        return pushed;
    }
    pushed.result = bnet_deployed_push(&trace->deployed, pushed.block, future);
    pushed.n_events = trace->deployed.n_events;
    return pushed;
}

static void check_push(ConformObject *step, Trace *trace, BnetSlice bytes)
{
    BnetWireBlock block;
    BnetWireError error;
    if (!read_block(trace, bytes, &block, &error)) {
        conform_malformed(trace->run, "push", "a signed block", &error);
        return;
    }
    static const char *const results[] = {"accepted", "known",         "unlinkable",
                                          "future",   "rejected:NAME", NULL};
    conform_check_word(step, "result", results);
    const Push pushed = push(trace, &block);
    conform_check(step, "result", conform_text(bnet_deployed_result_name(pushed.result)));
    check_block(step, &block.header);
    check_state(step, trace, pushed.block);
    check_head(step, trace);
    check_events(step, trace, pushed.n_events);
}

/* Step `index`: a block, or the order to refuse one from now on. */
static void check_step(Trace *trace, size_t index, struct json_object *recorded, bool is_first)
{
    ConformRun *run = trace->run;
    ConformObject step = conform_open(run, recorded);
    if (conform_has(&step, "reject_rule")) {
        const BnetId id = conform_take_id(&step, "reject_rule");
        bnet_deployed_refuse(&trace->deployed, &id);
        conform_close(&step);
        return;
    }
    conform_case_printf(run, "%s step %zu", trace->start.name, index);
    if (is_first)
        check_genesis(trace);
    const BnetSlice bytes = conform_take_hex(&step, "push");
    conform_take_notes(&step, "what", "kind", "name", NULL);
    if (!conform_is_bad(run))
        check_push(&step, trace, bytes);
    if (!conform_case_disagrees(run))
        conform_close(&step);
    conform_case_end(run);
}

static void check_steps(Trace *trace, struct json_object *steps)
{
    const size_t n = steps ? json_object_array_length(steps) : 0;
    bool is_first = true;
    for (size_t i = 0; i < n && !conform_is_bad(trace->run); i++) {
        struct json_object *step = json_object_array_get_idx(steps, i);
        check_step(trace, i, step, is_first);
        is_first = is_first && !json_object_object_get_ex(step, "push", NULL);
    }
}

/* A push that ended the deployed process: what we make of it is ours, but we live on. */
static void push_deadly(Trace *trace, struct json_object *recorded)
{
    conform_enter(trace->run, "would_crash_original");
    ConformObject deadly = conform_open(trace->run, recorded);
    const BnetSlice bytes = conform_take_hex(&deadly, "push");
    conform_take_notes(&deadly, "after_steps", "why", "what", "kind", "name", NULL);
    BnetWireBlock block;
    BnetWireError error;
    if (!conform_is_bad(trace->run) && read_block(trace, bytes, &block, &error))
        push(trace, &block);
    conform_close(&deadly);
    conform_leave(trace->run);
}

static void check_trace(Trace *trace, ConformObject *recorded)
{
    check_steps(trace, conform_take_array(recorded, "steps"));
    conform_take_notes(recorded, "chain_id", "n_would_crash_skipped", "note", NULL);
    if (!conform_has(recorded, "would_crash_original"))
        return;
    struct json_object *deadly = conform_take(recorded, "would_crash_original");
    if (!json_object_is_type(deadly, json_type_array)) {
        push_deadly(trace, deadly);
        return;
    }
    for (size_t i = 0; i < json_object_array_length(deadly); i++)
        push_deadly(trace, json_object_array_get_idx(deadly, i));
}

static void check(ConformRun *run, struct json_object *record)
{
    ConformObject recorded = conform_open(run, record);
    Trace *trace = conform_alloc(run, sizeof *trace);
    trace->run = run;
    if (!read_start(run, &trace->start, &recorded))
        return;
    const BnetChainConfig config = {
        .rule = BNET_RULE_DPOS,
        .n_producers = trace->start.n_producers,
        .producers = trace->start.producers,
        .keys = trace->start.keys,
        .genesis = &trace->start.block,
        .lib_may_fall = true,
        .verify_signatures = trace->start.verify_signatures,
    };
    bnet_store_init(&trace->store, &config);
    bnet_deployed_init(&trace->deployed, &trace->store, BNET_GENESIS, BNET_DEPLOYED_QUIRKS);
    check_trace(trace, &recorded);
    bnet_deployed_finish(&trace->deployed);
    bnet_store_finish(&trace->store);
    conform_close(&recorded);
}

const ConformKind conform_kind_chain = {
    .name = "chain", .markers = {"producers", "genesis", "steps"}, .check = check};
