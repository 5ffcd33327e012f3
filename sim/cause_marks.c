/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/cause_marks.h"

#include "sim/check.h"

#define SESSION_LINES 12u /* how sessions between two peers began and ended: the newest */
#define DROP_LINES 4u     /* of a block that was found unfit again and again: the newest */
#define BLAME_LINES 4u    /* whom a peer cut off */
#define SWITCH_LINES 2u   /* of fork switches: the newest */
#define FAULT_LINES 10u   /* of what the scenario did: the newest */

/* A fork switch longer ago has hardly to do with it. */
#define SWITCH_NS (10 * BNET_NS_PER_S)

/* --- what it has to do with ------------------------------------------------------------------ */

static bool is_between(const SimCause *cause, uint32_t a, uint32_t b)
{
    return (cause->peer == a && cause->remote == b) || (cause->peer == b && cause->remote == a);
}

static bool is_between_pair(const SimCause *cause, const SimSubject *subject)
{
    return is_between(cause, subject->peer, subject->remote);
}

static bool is_process(const SimCause *cause)
{
    return cause->kind == SIM_CAUSE_STARTED || cause->kind == SIM_CAUSE_STOPPED;
}

static bool is_of_pair(const SimSubject *subject, uint32_t peer)
{
    return peer == subject->peer || peer == subject->remote;
}

static bool is_of_items(const SimCauseStory *story, const SimCause *cause)
{
    for (guint i = 0; i < G_N_ELEMENTS(story->items) && sim_cause_is_of_item(cause); i++)
        if (story->items[i] != 0 && story->items[i] == cause->item)
            return true;
    return false;
}

/* For a bad block, by the peer that is at fault. */
static bool is_blame(const SimCauseStory *story, const SimCause *cause)
{
    return story->subject->also & SIM_ALSO_BLAME && cause->kind == SIM_CAUSE_CLOSED &&
           cause->verdict == BNET_CLOSE_BAD_BLOCK && cause->peer == story->subject->peer;
}

static bool is_member(const ScenarioPeerSet *set, const SimSubject *subject)
{
    return scenario_peer_set_has(set, subject->peer) ||
           (subject->remote != UINT32_MAX && scenario_peer_set_has(set, subject->remote));
}

/* The event is of links, and of one between the two. */
static bool is_of_link(const ScenarioEvent *event, const SimSubject *subject)
{
    return subject->remote != UINT32_MAX &&
           ((scenario_peer_set_has(&event->peers, subject->peer) &&
             scenario_peer_set_has(&event->others, subject->remote)) ||
            (scenario_peer_set_has(&event->peers, subject->remote) &&
             scenario_peer_set_has(&event->others, subject->peer)));
}

/* A partition between the two, or the end of one. */
static bool is_parting(SimCauseStory *story, const ScenarioEvent *event)
{
    const SimSubject *subject = story->subject;
    bool was_parted = story->parted;
    story->parted = event->kind == SCENARIO_EVENT_PARTITION && subject->remote != UINT32_MAX &&
                    event->sides[subject->peer] != event->sides[subject->remote];
    return was_parted || story->parted;
}

/* What the scenario did touched the peers, or what is between them. Crashes are told as processes
 * that stop. */
static bool fault_concerns(SimCauseStory *story, const SimCause *cause)
{
    const Scenario *scenario = sim_world_scenario(story->world);
    if (cause->item == 0)
        return cause->peer != UINT32_MAX && is_of_pair(story->subject, cause->peer);
    const ScenarioEvent *event = &scenario->events[cause->item - 1];
    const ScenarioEvent *source =
        event->ends == SCENARIO_EVENT_NONE ? event : &scenario->events[event->ends];
    switch (event->kind) {
    case SCENARIO_EVENT_PARTITION:
    case SCENARIO_EVENT_HEAL:
        return is_parting(story, event);
    case SCENARIO_EVENT_CUT:
    case SCENARIO_EVENT_MEND:
    case SCENARIO_EVENT_RESET:
    case SCENARIO_EVENT_CHANGE_LINKS:
        return is_of_link(source, story->subject);
    case SCENARIO_EVENT_SLOW:
    case SCENARIO_EVENT_SKEW_CLOCK:
    case SCENARIO_EVENT_CHANGE_PEERS:
    case SCENARIO_EVENT_PAUSE:
    case SCENARIO_EVENT_RESUME:
        return is_member(&source->peers, story->subject);
    case SCENARIO_EVENT_CRASH:
    case SCENARIO_EVENT_RESTART:
    case SCENARIO_EVENT_STOP_PRODUCING:
    case SCENARIO_EVENT_START_PRODUCING:
    case SCENARIO_EVENT_SET_PRODUCERS:
        return false;
    }
    g_assert_not_reached();
}

bool sim_cause_concerns(SimCauseStory *story, const SimCause *cause)
{
    if (cause->kind == SIM_CAUSE_FAULT)
        return fault_concerns(story, cause);
    if (cause->kind == SIM_CAUSE_SWITCHED)
        return cause->peer == story->subject->peer;
    if (is_process(cause))
        return is_of_pair(story->subject, cause->peer);
    return is_between_pair(cause, story->subject) || is_of_items(story, cause) ||
           is_blame(story, cause);
}

/* --- what of it is told ---------------------------------------------------------------------- */

static bool has_brought(const SimCause *cause)
{
    return cause->kind == SIM_CAUSE_MADE || cause->kind == SIM_CAUSE_TOOK ||
           cause->kind == SIM_CAUSE_ACCEPTED;
}

/* The first of those before `end` that brought the item to the peer; all->len: none. */
static guint first_at(const GArray *all, guint end, uint32_t item, uint32_t peer)
{
    for (guint i = 0; i < end; i++) {
        const SimCause *cause = &g_array_index(all, SimCause, i);
        if (sim_cause_is_of_item(cause) && cause->item == item && cause->peer == peer &&
            has_brought(cause))
            return i;
    }
    return all->len;
}

/* The newest before `end` in which the peer sent it to the other; all->len: none. */
static guint last_sent(const GArray *all, guint end, const SimCause *taken)
{
    for (guint i = end; i > 0; i--) {
        const SimCause *cause = &g_array_index(all, SimCause, i - 1);
        if (cause->kind == SIM_CAUSE_SENT && cause->item == taken->item &&
            cause->peer == taken->remote && cause->remote == taken->peer)
            return i - 1;
    }
    return all->len;
}

/* What the peer's chain said of it next, after `at`. */
static void mark_verdict(const SimCauseStory *story, guint at)
{
    const SimCause *came = &g_array_index(story->all, SimCause, at);
    for (guint i = at + 1; i < story->all->len; i++) {
        const SimCause *cause = &g_array_index(story->all, SimCause, i);
        if (cause->peer != came->peer || cause->item != came->item ||
            (cause->kind != SIM_CAUSE_JUDGED && cause->kind != SIM_CAUSE_ACCEPTED))
            continue;
        story->marks[i] = true;
        return;
    }
}

/* That the peer applied it then. */
static void mark_applied(const SimCauseStory *story, guint at)
{
    const SimCause *came = &g_array_index(story->all, SimCause, at);
    for (guint i = at + 1; i < story->all->len; i++) {
        const SimCause *cause = &g_array_index(story->all, SimCause, i);
        if (cause->kind != SIM_CAUSE_APPLIED || cause->peer != came->peer ||
            cause->item != came->item)
            continue;
        story->marks[i] = true;
        return;
    }
}

/* Marks how the item came to the peer, back to where it was made; false: that is not remembered. */
static bool mark_way(const SimCauseStory *story, uint32_t item, uint32_t peer)
{
    guint none = story->all->len;
    guint end = none;
    for (;;) {
        guint came = first_at(story->all, end, item, peer);
        if (came == none)
            return false;
        const SimCause *cause = &g_array_index(story->all, SimCause, came);
        story->marks[came] = true;
        mark_verdict(story, came);
        if (story->subject->also & SIM_ALSO_APPLIED && peer == story->subject->peer)
            mark_applied(story, came);
        if (cause->kind != SIM_CAUSE_TOOK)
            return true;
        guint sent = last_sent(story->all, came, cause);
        if (sent == none)
            return false;
        story->marks[sent] = true;
        end = sent;
        peer = cause->remote;
    }
}

/* Who has the item: the peer, or the remote, or whoever made it. */
static uint32_t holder_of(const SimCauseStory *story, uint32_t item)
{
    const SimSubject *subject = story->subject;
    guint none = story->all->len;
    if (first_at(story->all, none, item, subject->peer) != none)
        return subject->peer;
    if (first_at(story->all, none, item, subject->remote) != none)
        return subject->remote;
    for (guint i = 0; i < none; i++) {
        const SimCause *cause = &g_array_index(story->all, SimCause, i);
        if (sim_cause_is_of_item(cause) && cause->item == item && cause->kind == SIM_CAUSE_MADE)
            return cause->peer;
    }
    return subject->peer;
}

/* Marks what went of the items between the two. */
static void mark_between(const SimCauseStory *story)
{
    for (guint i = 0; i < story->all->len; i++) {
        const SimCause *cause = &g_array_index(story->all, SimCause, i);
        if (is_of_items(story, cause) && is_between_pair(cause, story->subject))
            story->marks[i] = true;
    }
}

/* Marks the newest of those that are meant, up to `most`. */
static void mark_newest(const SimCauseStory *story, uint32_t most,
                        bool (*is_meant)(const SimCauseStory *story, const SimCause *cause))
{
    uint32_t n = 0;
    for (guint i = story->all->len; i > 0 && n < most; i--) {
        if (!is_meant(story, &g_array_index(story->all, SimCause, i - 1)))
            continue;
        story->marks[i - 1] = true;
        n++;
    }
}

/* One of the two found a block unfit. */
static bool is_drop(const SimCauseStory *story, const SimCause *cause)
{
    return cause->kind == SIM_CAUSE_JUDGED && is_of_items(story, cause) &&
           is_of_pair(story->subject, cause->peer) && cause->verdict != BNET_VERDICT_ACCEPTED &&
           cause->verdict != BNET_VERDICT_KNOWN;
}

static bool is_near_switch(const SimCauseStory *story, const SimCause *cause)
{
    return cause->kind == SIM_CAUSE_SWITCHED &&
           sim_world_now_ns(story->world) - cause->time_ns <= SWITCH_NS;
}

/* Of the connection over which it happened, or of any if that is not said. */
static bool is_of_connection(const SimSubject *subject, const SimCause *cause)
{
    return subject->end == UINT32_MAX || cause->end == UINT32_MAX ||
           subject->end / 2 == cause->end / 2;
}

/* Of an opened session one end is enough: that of who dialled. */
static bool is_told_of_session(const SimCauseStory *story, const SimCause *cause)
{
    const SimSubject *subject = story->subject;
    if (is_process(cause))
        return cause->time_ns > 0;
    if (!sim_cause_is_of_session(cause) || !is_between_pair(cause, subject) ||
        !is_of_connection(subject, cause))
        return false;
    if (cause->kind == SIM_CAUSE_DIALLED || cause->kind == SIM_CAUSE_UNDIALLED)
        return subject->also & SIM_ALSO_TALK;
    return !(cause->kind == SIM_CAUSE_OPENED && cause->end % 2 == 1);
}

static bool is_sending(const SimCause *cause)
{
    return cause->kind == SIM_CAUSE_SENT || cause->kind == SIM_CAUSE_NOTICED;
}

static bool is_taking(const SimCause *cause)
{
    return cause->kind == SIM_CAUSE_TOOK || cause->kind == SIM_CAUSE_TOOK_NOTICE;
}

/* The last that `peer` did of the kind with the other. */
static void mark_last(const SimCauseStory *story, uint32_t peer,
                      bool (*is_meant)(const SimCause *cause))
{
    for (guint i = story->all->len; i > 0; i--) {
        const SimCause *cause = &g_array_index(story->all, SimCause, i - 1);
        if (cause->peer != peer || !is_between_pair(cause, story->subject) || !is_meant(cause) ||
            !is_of_connection(story->subject, cause))
            continue;
        story->marks[i - 1] = true;
        return;
    }
}

static void mark_talk(const SimCauseStory *story)
{
    const SimSubject *subject = story->subject;
    mark_last(story, subject->peer, is_sending);
    mark_last(story, subject->peer, is_taking);
    mark_last(story, subject->remote, is_sending);
    mark_last(story, subject->remote, is_taking);
}

/* What lasts until something ends it. */
static bool lasts(const SimCauseStory *story, const SimCause *cause)
{
    const Scenario *scenario = sim_world_scenario(story->world);
    const ScenarioEvent *event = cause->item > 0 ? &scenario->events[cause->item - 1] : NULL;
    return event && event->ends == SCENARIO_EVENT_NONE && event->kind != SCENARIO_EVENT_HEAL &&
           event->kind != SCENARIO_EVENT_MEND && event->kind != SCENARIO_EVENT_RESET &&
           event->kind != SCENARIO_EVENT_RESUME;
}

/* Faults since the first line, and the one before, if it may still have lasted. */
static void mark_faults(const SimCauseStory *story)
{
    uint32_t n = 0;
    guint first = 0;
    while (first < story->all->len && !story->marks[first])
        first++;
    for (guint i = story->all->len; i > 0 && n < FAULT_LINES; i--) {
        const SimCause *cause = &g_array_index(story->all, SimCause, i - 1);
        if (cause->kind != SIM_CAUSE_FAULT)
            continue;
        story->marks[i - 1] = i > first || lasts(story, cause);
        n++;
        if (i <= first)
            return;
    }
}

uint32_t sim_cause_mark(const SimCauseStory *story)
{
    const SimSubject *subject = story->subject;
    uint32_t unknown = 0;
    for (guint i = 0; i < G_N_ELEMENTS(story->items); i++) {
        uint32_t item = story->items[i];
        if (item != 0 && !mark_way(story, item, holder_of(story, item)))
            unknown |= 1u << i;
    }
    if (subject->remote != UINT32_MAX) {
        mark_between(story);
        mark_newest(story, SESSION_LINES, is_told_of_session);
        mark_newest(story, BLAME_LINES, is_blame);
    }
    mark_newest(story, DROP_LINES, is_drop);
    mark_newest(story, SWITCH_LINES, is_near_switch);
    if (subject->remote != UINT32_MAX && subject->also & SIM_ALSO_TALK)
        mark_talk(story);
    for (guint i = 0; i < story->all->len; i++)
        if (g_array_index(story->all, SimCause, i).kind == SIM_CAUSE_PINGED)
            story->marks[i] = true;
    mark_faults(story);
    return unknown;
}

char *sim_cause_notices(const SimCauseStory *story)
{
    const SimSubject *subject = story->subject;
    const SimCause *first = NULL;
    const SimCause *last = NULL;
    uint64_t n = 0;
    for (guint i = 0; subject->also & SIM_ALSO_NOTICES && i < story->all->len; i++) {
        const SimCause *cause = &g_array_index(story->all, SimCause, i);
        if (cause->kind != SIM_CAUSE_TOOK_NOTICE || cause->peer != subject->peer ||
            cause->remote != subject->remote)
            continue;
        first = first ? first : cause;
        last = cause;
        n++;
    }
    if (n == 0)
        return NULL;
    g_autofree char *count = sim_count_text(n);
    g_autofree char *from = sim_time_text(first->time_ns);
    g_autofree char *to = sim_time_text(last->time_ns);
    return g_strdup_printf("%s took %s notice%s of blocks in from %s, %s to %s",
                           sim_world_peer_name(story->world, subject->peer), count,
                           n == 1 ? "" : "s", sim_world_peer_name(story->world, subject->remote),
                           from, to);
}
