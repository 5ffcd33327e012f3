/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/start.h"

#include "core/contents.h"
#include "core/text.h"
#include "sim/internal.h"
#include "sim/log_file.h"

/* Timestamp of block 1 where the scenario names none, about that of the EOS public network; what is
 * beyond a whole number of schedule rounds is taken from it, so that producer 0 is the first. */
#define GENESIS_SLOT 1163894400u

#define START_ERROR SIM_LOG_ERROR
#define START_ERROR_CHAIN SIM_LOG_ERROR_FORMAT

static BnetRule rule_of(ScenarioRule rule)
{
    switch (rule) {
    case SCENARIO_RULE_DPOS:
        return BNET_RULE_DPOS;
    case SCENARIO_RULE_DEPTH:
        return BNET_RULE_DEPTH;
    case SCENARIO_RULE_NONE:
        return BNET_RULE_NONE;
    }
    g_assert_not_reached();
}

/* --- a modelled chain ------------------------------------------------------------------------ */

static void init_model(SimWorld *world)
{
    const Scenario *scenario = world->scenario;
    uint64_t names[BNET_PRODUCERS_MAX];
    for (uint32_t i = 0; i < scenario->n_scheduled; i++)
        names[i] = scenario_account_name(i);
    g_assert(scenario->n_scheduled >= 1);
    uint32_t round = scenario->n_scheduled * BNET_SLOTS_PER_TURN;
    uint32_t genesis_slot = scenario->chain.has_genesis_time ? scenario->chain.genesis_slot
                                                             : GENESIS_SLOT - GENESIS_SLOT % round;
    bool bytes = scenario->wire == SCENARIO_WIRE_BYTES;
    bnet_store_init(&world->store,
                    &(BnetChainConfig){
                        .rule = rule_of(scenario->chain.rule),
                        .depth = scenario->chain.depth,
                        .n_producers = scenario->n_scheduled,
                        .producers = names,
                        .genesis_slot = genesis_slot,
                        .zero_slot = (int64_t)genesis_slot + scenario->chain.start_height - 1,
                        .verify_signatures = bytes,
                        .keep_bytes = bytes,
                    });
}

/* A chain up to the start height on which no producer has missed a slot. */
static void build_model(SimWorld *world)
{
    uint32_t last_produced[BNET_PRODUCERS_MAX] = {0};
    BnetBlock head = BNET_GENESIS;
    for (uint32_t number = 2; number <= world->scenario->chain.start_height; number++) {
        uint32_t slot = bnet_store_block(&world->store, head)->slot + 1;
        uint32_t turn = bnet_dpos_scheduled(world->scenario->n_scheduled, slot);
        uint32_t last = last_produced[turn];
        head = bnet_store_add_block(
            &world->store, &(BnetBlockSpec){
                               .parent = head,
                               .slot = slot,
                               .producer = bnet_store_scheduled(&world->store, head, slot),
                               .confirmed = last ? (uint16_t)MIN(number - 1 - last, UINT16_MAX) : 0,
                               .signature_valid = true,
                               .content_valid = true,
                           });
        g_assert(!bnet_store_block(&world->store, head)->header_fault);
        last_produced[turn] = number;
    }
    world->start_head = head;
}

/* --- a chain from a file --------------------------------------------------------------------- */

/* A log that is being read into a store. */
typedef struct LogStart {
    const Scenario *scenario;
    SimLogFile *file;
    BnetStore *store;
    uint8_t *scratch;
    BnetBlock head;
} LogStart;

static bool fail(const Scenario *scenario, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static bool fail(const Scenario *scenario, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, START_ERROR, START_ERROR_CHAIN, "%s: %s", scenario->chain.blocks_log, text);
    return false;
}

/* The slots of the run, and one more that is planned ahead, are below 2^32. */
static bool has_room(const Scenario *scenario, uint32_t number, uint32_t slot, GError **error)
{
    const int64_t slots = scenario->duration_ns / BNET_SLOT_NS + 1;
    if (slots <= (int64_t)UINT32_MAX - slot)
        return true;
    return fail(scenario, error,
                "block %u is of slot %u; a run from there goes beyond the last slot, %u", number,
                slot, UINT32_MAX);
}

/* The file is not what it was at its first reading. */
static bool fail_changed(const Scenario *scenario, GError **error)
{
    return fail(scenario, error, "has changed while it was read");
}

/* The slot of the newest block that is to be used. */
static bool find_head_slot(const Scenario *scenario, uint32_t *ret_slot, GError **error)
{
    const uint32_t wanted = scenario->chain.start_height;
    g_autoptr(SimLogFile) file = sim_log_open(scenario->chain.blocks_log, error);
    if (file == NULL)
        return false;
    if (!sim_log_header(file)->has_genesis || sim_log_header(file)->first_block != 1)
        return fail(scenario, error, "begins at block %u; a scenario needs a log from block 1 on",
                    sim_log_header(file)->first_block);
    SimLogEntry entry = {0};
    GError *trouble = NULL;
    while ((wanted == 0 || entry.number < wanted) && sim_log_next(file, &entry, &trouble))
        *ret_slot = entry.block.header.fields.slot;
    if (trouble != NULL) {
        g_propagate_error(error, trouble);
        return false;
    }
    if (entry.number == 0)
        return fail(scenario, error, "has no block");
    if (entry.number < wanted)
        return fail(scenario, error, "ends at block %u; /chain/start_height is %u", entry.number,
                    wanted);
    if (entry.number > SCENARIO_START_HEIGHT_MAX)
        return fail(scenario, error,
                    "has %u blocks; a run can start from %u at most, which "
                    "/chain/start_height can say",
                    entry.number, SCENARIO_START_HEIGHT_MAX);
    return has_room(scenario, entry.number, *ret_slot, error);
}

/* Block 1, and the schedule of the chain's one initial producer. */
static bool init_from_log(LogStart *start, uint32_t head_slot, GError **error)
{
    const Scenario *scenario = start->scenario;
    const BnetLogHeader *header = sim_log_header(start->file);
    const uint64_t producer = bnet_name("eosio");
    SimLogEntry entry;
    GError *trouble = NULL;
    if (!sim_log_next(start->file, &entry, &trouble)) {
        if (trouble == NULL)
            return fail_changed(scenario, error);
        g_propagate_error(error, trouble);
        return false;
    }
    if (!header->has_genesis || entry.number != 1)
        return fail_changed(scenario, error);
    if (!bnet_wire_begins_chain(&header->genesis, &entry.block.header.fields))
        return fail(scenario, error,
                    "byte %" G_GUINT64_FORMAT ": block 1 does not follow from the genesis state: "
                    "its timestamp must be the initial one, its action_mroot the chain id",
                    entry.offset);
    bnet_store_init(start->store, &(BnetChainConfig){
                                      .rule = rule_of(scenario->chain.rule),
                                      .depth = scenario->chain.depth,
                                      .n_producers = 1,
                                      .producers = &producer,
                                      .keys = &header->genesis.initial_key,
                                      .genesis = &entry.block,
                                      .chain_id = &header->chain_id,
                                      .zero_slot = head_slot,
                                      .extensions = true,
                                      .verify_signatures = true,
                                      .keep_bytes = scenario->wire == SCENARIO_WIRE_BYTES,
                                  });
    start->head = BNET_GENESIS;
    return true;
}

static bool add_entry(LogStart *start, const SimLogEntry *entry, GError **error)
{
    const BnetScratch scratch = {.bytes = start->scratch, .n = BNET_WIRE_SCRATCH_BYTES};
    BnetBlock block;
    const bool is_linked = bnet_store_read_block(start->store, &entry->block, scratch, &block);
    g_assert(is_linked); /* checked by the log's reader */
    const BnetBlockInfo *info = bnet_store_block(start->store, block);
    const BnetFault fault = info->header_fault ? info->header_fault : info->content_fault;
    if (fault != BNET_FAULT_NONE)
        return fail(start->scenario, error, "byte %" G_GUINT64_FORMAT ": block %u is not valid: %s",
                    entry->offset, entry->number, bnet_fault_text(fault));
    start->head = block;
    return true;
}

/* There is a producer for each peer that produces. */
static bool has_producers(const LogStart *start, GError **error)
{
    const BnetSchedule *schedule = bnet_store_schedule(start->store, start->head);
    if (start->scenario->n_scheduled <= schedule->n)
        return true;
    g_autoptr(GString) names = g_string_new(NULL);
    for (uint32_t i = 0; i < schedule->n; i++) {
        char name[BNET_TEXT_NAME_MAX + 1];
        bnet_text_name(schedule->producers[i].name, name);
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", name);
    }
    return fail(start->scenario, error,
                "the producers after block %u are %s; the scenario has %u peers that produce, and "
                "may have %u",
                bnet_store_number(start->store, start->head), names->str,
                start->scenario->n_scheduled, schedule->n);
}

static bool read_log(LogStart *start, GError **error)
{
    const uint32_t wanted = start->scenario->chain.start_height;
    SimLogEntry entry;
    GError *trouble = NULL;
    while ((wanted == 0 || bnet_store_number(start->store, start->head) < wanted) &&
           sim_log_next(start->file, &entry, &trouble)) {
        if (!add_entry(start, &entry, error))
            return false;
    }
    if (trouble != NULL) {
        g_propagate_error(error, trouble);
        return false;
    }
    return has_producers(start, error);
}

/* The store is to be finished in any case. */
static bool start_from_log(const Scenario *scenario, BnetStore *store, BnetBlock *ret_head,
                           GError **error)
{
    uint32_t head_slot = 0;
    if (!find_head_slot(scenario, &head_slot, error))
        return false;
    g_autoptr(SimLogFile) file = sim_log_open(scenario->chain.blocks_log, error);
    g_autofree uint8_t *scratch = g_malloc(BNET_WIRE_SCRATCH_BYTES);
    LogStart start = {.scenario = scenario, .file = file, .store = store, .scratch = scratch};
    if (file == NULL || !init_from_log(&start, head_slot, error) || !read_log(&start, error))
        return false;
    if (bnet_store_block(store, start.head)->slot != head_slot)
        return fail_changed(scenario, error);
    *ret_head = start.head;
    return true;
}

bool sim_start_check(const Scenario *scenario, GError **error)
{
    if (scenario->chain.blocks_log == NULL)
        return true;
    BnetStore store = {0};
    BnetBlock head;
    const bool good = start_from_log(scenario, &store, &head, error);
    bnet_store_finish(&store);
    return good;
}

/* --- names ----------------------------------------------------------------------------------- */

static bool is_named(const SimWorld *world, uint32_t n_named, uint64_t name)
{
    const BnetSchedule *active = bnet_store_schedule(&world->store, world->start_head);
    for (uint32_t i = 0; i < n_named; i++)
        if (world->producers[i] == name)
            return true;
    return bnet_schedule_find(active, name) < active->n;
}

/* Who is scheduled has the names of the schedule. The others have those that a pending schedule
 * brings, in its order, then names of their own. */
static void name_producers(SimWorld *world)
{
    const BnetSchedule *active = bnet_store_schedule(&world->store, world->start_head);
    const BnetSchedule *newest = bnet_store_newest_schedule(&world->store, world->start_head);
    const Scenario *scenario = world->scenario;
    uint32_t n = 0;
    for (; n < scenario->n_scheduled; n++)
        world->producers[n] = active->producers[n].name;
    for (uint32_t i = 0; i < newest->n && n < scenario->n_producers; i++)
        if (!is_named(world, n, newest->producers[i].name))
            world->producers[n++] = newest->producers[i].name;
    for (uint32_t i = 0; n < scenario->n_producers; i++)
        if (!is_named(world, n, scenario_account_name(i)))
            world->producers[n++] = scenario_account_name(i);
    world->n_turns = active->n;
    world->turns_change = newest != active;
    for (uint32_t i = 0; i < scenario->n_events; i++)
        world->turns_change |= scenario->events[i].kind == SCENARIO_EVENT_SET_PRODUCERS;
}

/* --- the start of a world -------------------------------------------------------------------- */

bool sim_start_store(SimWorld *world, GError **error)
{
    if (world->scenario->chain.blocks_log != NULL) {
        if (!start_from_log(world->scenario, &world->store, &world->start_head, error))
            return false;
    } else {
        init_model(world);
        build_model(world);
    }
    name_producers(world);
    return true;
}

/* Number of the newest block of a producer on the chain that stands; 0: none. */
static uint32_t last_produced(const SimWorld *world, uint64_t producer)
{
    BnetBlock b = world->start_head;
    while (b != BNET_GENESIS && bnet_store_block(&world->store, b)->producer != producer)
        b = bnet_store_block(&world->store, b)->parent;
    return b == BNET_GENESIS ? 0 : bnet_store_number(&world->store, b);
}

void sim_start_producers(SimWorld *world)
{
    for (uint32_t i = 0; i < world->scenario->n_producers; i++) {
        SimPeer *peer = &world->peers[world->scenario->producers[i]];
        peer->last_produced = last_produced(world, world->producers[i]);
        peer->has_produced = peer->last_produced > 0;
    }
}

char *sim_start_describe(const SimWorld *world)
{
    const Scenario *scenario = world->scenario;
    if (scenario->chain.blocks_log == NULL)
        return NULL;
    g_autofree char *file = g_path_get_basename(scenario->chain.blocks_log);
    char chain_id[BNET_TEXT_ID_LENGTH + 1];
    bnet_text_id(&world->store.chain_id, chain_id);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "chain %.8s, blocks 1 to %u of %s", chain_id,
                           sim_world_start_height(world), file);
    for (uint32_t i = 0; i < scenario->n_producers; i++) {
        char name[BNET_TEXT_NAME_MAX + 1];
        bnet_text_name(world->producers[i], name);
        g_string_append_printf(text, "%s%s is %s", i == 0 ? "; " : ", ",
                               world->peers[scenario->producers[i]].name, name);
    }
    return g_string_free(text, FALSE);
}
