/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/cause_words.h"

#include "sim/check.h"
#include "sim/look.h"
#include "sim/record.h"

char *sim_cause_name(const SimWorld *world, uint32_t item)
{
    if (!(item & SIM_CAUSE_TRX))
        return sim_block_name(world, item);
    g_autofree char *id = sim_trx_name(world, item & ~SIM_CAUSE_TRX);
    return g_strconcat("transaction ", id, NULL);
}

bool sim_cause_includes(const BnetStore *store, BnetBlock block, uint32_t item)
{
    const BnetTrx *trxs = bnet_store_block_trx(store, block);
    uint32_t n = bnet_store_block(store, block)->n_trx;
    for (uint32_t i = 0; i < n; i++)
        if ((trxs[i] | SIM_CAUSE_TRX) == item)
            return true;
    return false;
}

/* " with transaction 5b54e82e in it" */
static void append_made(GString *line, const SimCauseStory *story, const SimCause *cause)
{
    for (guint i = 0; i < G_N_ELEMENTS(story->items); i++) {
        if (!(story->items[i] & SIM_CAUSE_TRX) ||
            !sim_cause_includes(sim_world_store(story->world), cause->item, story->items[i]))
            continue;
        g_autofree char *trx = sim_cause_name(story->world, story->items[i]);
        g_string_append_printf(line, " with %s in it", trx);
    }
}

static void append_verdict(GString *line, const SimCauseStory *story, const SimCause *cause)
{
    const BnetBlockInfo *info = bnet_store_block(sim_world_store(story->world), cause->item);
    BnetFault fault = (BnetFault)(info->header_fault ? info->header_fault : info->content_fault);
    g_string_append_printf(line, " %s", bnet_verdict_name((BnetVerdict)cause->verdict));
    if (cause->verdict == BNET_VERDICT_INVALID && fault != BNET_FAULT_NONE)
        g_string_append_printf(line, ": %s", bnet_fault_text(fault));
    if (cause->verdict != BNET_VERDICT_FUTURE || cause->value == 0)
        return;
    g_autofree char *off = sim_time_text(ABS(cause->value));
    g_string_append_printf(line, ": its clock is %s %s", off,
                           cause->value > 0 ? "ahead" : "behind");
}

/* Before what it is about, and after it, before the other peer if there is one. */
static const struct {
    const char *verb;
    const char *then;
} words[] = {
    [SIM_CAUSE_MADE] = {"made", ""},
    [SIM_CAUSE_SENT] = {"sent", " to "},
    [SIM_CAUSE_TOOK] = {"took", " in from "},
    [SIM_CAUSE_NOTICED] = {"sent the notice of", " to "},
    [SIM_CAUSE_TOOK_NOTICE] = {"took the notice of", " in from "},
    [SIM_CAUSE_JUDGED] = {"found", ""},
    [SIM_CAUSE_ACCEPTED] = {"accepted", ""},
    [SIM_CAUSE_APPLIED] = {"applied", ""},
    [SIM_CAUSE_OPENED] = {"is connected with", ""},
    [SIM_CAUSE_CLOSED] = {"closed its session with", ""},
    [SIM_CAUSE_DIALLED] = {"dialled", ""},
    [SIM_CAUSE_UNDIALLED] = {"did not reach", ""},
    [SIM_CAUSE_TOOK_HELLO] = {"took in the hello of", ""},
    [SIM_CAUSE_TOOK_TRX_NOTICE] = {"took in a notice of transactions from", ""},
    [SIM_CAUSE_TOOK_MALFORMED] = {"took in malformed input from", ""},
    [SIM_CAUSE_STARTED] = {"started", ""},
    [SIM_CAUSE_STOPPED] = {"stopped", ""},
};

/* Which of two connections it was. */
static void append_link(GString *line, const SimWorld *world, uint32_t end)
{
    if (sim_look_twin(world, end) != UINT32_MAX)
        g_string_append_printf(line, " (the connection that %s dialled)",
                               sim_world_peer_name(world, sim_world_end_peer(world, end & ~1u)));
}

static bool is_between_pair(const SimCauseStory *story, const SimCause *cause)
{
    const SimSubject *subject = story->subject;
    return (cause->peer == subject->peer && cause->remote == subject->remote) ||
           (cause->peer == subject->remote && cause->remote == subject->peer);
}

static void append_of_item(GString *line, const SimCauseStory *story, const SimCause *cause,
                           const char *name)
{
    const char *then = words[cause->kind].then;
    g_string_append_printf(line, "%s %s%s%s", words[cause->kind].verb, name, then,
                           then[0] ? sim_world_peer_name(story->world, cause->remote) : "");
    if (then[0] && is_between_pair(story, cause))
        append_link(line, story->world, cause->end);
    if (cause->kind == SIM_CAUSE_MADE)
        append_made(line, story, cause);
    else if (cause->kind == SIM_CAUSE_JUDGED)
        append_verdict(line, story, cause);
}

static void append_of_session(GString *line, const SimCauseStory *story, const SimCause *cause)
{
    const SimWorld *world = story->world;
    bool is_lost = cause->kind == SIM_CAUSE_CLOSED && cause->verdict == BNET_CLOSE_LOST;
    bool is_dial = cause->kind == SIM_CAUSE_DIALLED || cause->kind == SIM_CAUSE_UNDIALLED;
    g_string_append(line, is_lost ? "lost its session with" : words[cause->kind].verb);
    if (cause->remote == UINT32_MAX)
        return;
    g_string_append_printf(line, " %s", sim_world_peer_name(world, cause->remote));
    if (cause->kind == SIM_CAUSE_TOOK_HELLO)
        g_string_append_printf(line, " with LIB %u", (uint32_t)cause->value);
    if (!is_dial)
        append_link(line, world, cause->end);
    if (cause->kind == SIM_CAUSE_CLOSED && !is_lost)
        g_string_append_printf(line, ": %s",
                               bnet_close_reason_name((BnetCloseReason)cause->verdict));
}

static void append_ping(GString *line, const SimWorld *world, const SimCause *cause)
{
    g_autofree char *answered = sim_time_text(cause->value);
    g_string_append_printf(line, "sent %s a ping with LIB %u",
                           sim_world_peer_name(world, cause->remote), cause->item);
    append_link(line, world, cause->end);
    if (cause->value > 0)
        g_string_append_printf(line, ", answered at %s", answered);
    else
        g_string_append(line, ", not answered");
}

static void append_switch(GString *line, const SimWorld *world, const SimCause *cause)
{
    const BnetStore *store = sim_world_store(world);
    uint32_t fork = bnet_store_number(store, (BnetBlock)cause->value);
    uint32_t lost = bnet_store_number(store, cause->item) - fork;
    g_string_append_printf(line, "left its branch of %u block%s behind block %u", lost,
                           lost == 1 ? "" : "s", fork);
}

char *sim_cause_line(const SimCauseStory *story, const SimCause *cause, uint32_t *item)
{
    g_autofree char *time = sim_time_text(cause->time_ns);
    GString *line = g_string_new(NULL);
    if (cause->kind == SIM_CAUSE_FAULT) {
        g_string_printf(line, "%s  %s", time, (const char *)story->texts->pdata[cause->value]);
        *item = 0;
        return g_string_free(line, FALSE);
    }
    g_string_printf(line, "%s  %s ", time, sim_world_peer_name(story->world, cause->peer));
    if (!sim_cause_is_of_item(cause)) {
        if (cause->kind == SIM_CAUSE_PINGED)
            append_ping(line, story->world, cause);
        else if (cause->kind == SIM_CAUSE_SWITCHED)
            append_switch(line, story->world, cause);
        else
            append_of_session(line, story, cause);
        *item = 0;
        return g_string_free(line, FALSE);
    }
    bool is_same =
        *item == cause->item && cause->kind != SIM_CAUSE_MADE && cause->kind != SIM_CAUSE_ACCEPTED;
    g_autofree char *name = is_same ? g_strdup("it") : sim_cause_name(story->world, cause->item);
    append_of_item(line, story, cause, name);
    *item = cause->item;
    return g_string_free(line, FALSE);
}
