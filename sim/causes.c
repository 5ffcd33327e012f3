/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/causes.h"

#include "sim/cause_marks.h"
#include "sim/check.h"
#include "sim/look.h"
#include "sim/record.h"

#define FIRST_CAPACITY 1024u

/* The last ping that an end sent. */
typedef struct Ping {
    int64_t time_ns;     /* 0: it has sent none */
    int64_t answered_ns; /* 0: it is not answered */
    uint32_t lib;
} Ping;

struct SimCauses {
    SimObserver observer;
    SimCause *items; /* [capacity], a ring once it has SIM_CAUSES_MAX */
    uint32_t capacity;
    uint64_t n;       /* so many there have been; the newest are there */
    Ping *pings;      /* [ends] */
    GPtrArray *texts; /* of the faults, as they were told */
};

/* --- remembering ----------------------------------------------------------------------------- */

static SimCause *note(SimCauses *self, const SimHappening *happening, SimCauseKind kind,
                      uint32_t item)
{
    if (self->n == self->capacity && self->capacity < SIM_CAUSES_MAX) {
        self->capacity = self->capacity ? self->capacity * 2 : FIRST_CAPACITY;
        self->items = g_renew(SimCause, self->items, self->capacity);
    }
    SimCause *cause = &self->items[self->n++ & (self->capacity - 1)];
    *cause = (SimCause){
        .time_ns = happening->time_ns,
        .item = item,
        .peer = happening->peer,
        .remote = happening->remote,
        .end = happening->end,
        .kind = (uint8_t)kind,
    };
    return cause;
}

static void note_ping(SimCauses *self, const SimHappening *happening)
{
    Ping *ping = &self->pings[happening->end];
    bool sent = happening->kind == SIM_SENT;
    if (sent && happening->message->kind == BNET_MESSAGE_PING)
        *ping = (Ping){happening->time_ns, 0, happening->message->u.ping.lib_number};
    else if (!sent && happening->message->kind == BNET_MESSAGE_PONG && ping->time_ns > 0)
        ping->answered_ns = happening->time_ns;
}

/* What is rare: hellos, and what honest peers do not send. */
static void note_other(SimCauses *self, const SimHappening *happening)
{
    BnetMessageKind kind = happening->message->kind;
    if (happening->kind == SIM_SENT)
        return;
    SimCause *cause = note(self, happening,
                           kind == BNET_MESSAGE_HELLO        ? SIM_CAUSE_TOOK_HELLO
                           : kind == BNET_MESSAGE_TRX_NOTICE ? SIM_CAUSE_TOOK_TRX_NOTICE
                                                             : SIM_CAUSE_TOOK_MALFORMED,
                           0);
    if (kind == BNET_MESSAGE_HELLO)
        cause->value = happening->message->u.hello.lib_number;
}

static void note_notice(SimCauses *self, const SimWorld *world, const SimHappening *happening)
{
    BnetRingWalk walk = bnet_ring_walk(&happening->message->u.notice);
    SimCauseKind kind = happening->kind == SIM_SENT ? SIM_CAUSE_NOTICED : SIM_CAUSE_TOOK_NOTICE;
    BnetBlock block;
    while (bnet_ring_next(&walk, sim_world_pool(world), &block))
        note(self, happening, kind, block);
}

static void note_message(SimCauses *self, const SimWorld *world, const SimHappening *happening)
{
    const BnetMessage *message = happening->message;
    SimCauseKind kind = happening->kind == SIM_SENT ? SIM_CAUSE_SENT : SIM_CAUSE_TOOK;
    if (message->kind == BNET_MESSAGE_BLOCK)
        note(self, happening, kind, message->u.block);
    else if (message->kind == BNET_MESSAGE_TRX)
        note(self, happening, kind, message->u.trx | SIM_CAUSE_TRX);
    else if (message->kind == BNET_MESSAGE_BLOCK_NOTICE)
        note_notice(self, world, happening);
    else if (message->kind == BNET_MESSAGE_PING || message->kind == BNET_MESSAGE_PONG)
        note_ping(self, happening);
    else
        note_other(self, happening);
}

static void note_chain(SimCauses *self, const SimHappening *happening)
{
    if (happening->event == BNET_CHAIN_APPLIED) {
        note(self, happening, SIM_CAUSE_APPLIED, happening->block);
    } else if (happening->event == BNET_CHAIN_REJECTED) {
        note(self, happening, SIM_CAUSE_JUDGED, happening->block)->verdict = BNET_VERDICT_INVALID;
    } else {
        note(self, happening, SIM_CAUSE_SWITCHED, happening->other)->value = happening->block;
    }
}

static void note_verdict(SimCauses *self, const SimWorld *world, const SimHappening *happening)
{
    SimCause *cause = note(self, happening, SIM_CAUSE_JUDGED, happening->block);
    cause->verdict = (uint8_t)happening->verdict;
    cause->value = sim_look_skew_ns(world, happening->peer);
}

static void note_fault(SimCauses *self, const SimHappening *happening)
{
    note(self, happening, SIM_CAUSE_FAULT, happening->fault)->value = self->texts->len;
    g_ptr_array_add(self->texts, g_strdup(happening->text));
}

/* Of a session or a process. */
static void note_change(SimCauses *self, const SimHappening *happening)
{
    static const uint8_t kinds[] = {
        [SIM_OPENED] = SIM_CAUSE_OPENED,   [SIM_CLOSED] = SIM_CAUSE_CLOSED,
        [SIM_STARTED] = SIM_CAUSE_STARTED, [SIM_STOPPED] = SIM_CAUSE_STOPPED,
        [SIM_DIALLED] = SIM_CAUSE_DIALLED, [SIM_UNDIALLED] = SIM_CAUSE_UNDIALLED,
    };
    note(self, happening, (SimCauseKind)kinds[happening->kind], 0)->verdict =
        (uint8_t)happening->reason;
    if (happening->kind == SIM_OPENED)
        self->pings[happening->end] = (Ping){0};
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    SimCauses *self = (SimCauses *)observer;
    if (happening->kind == SIM_PRODUCED)
        note(self, happening, SIM_CAUSE_MADE, happening->block);
    else if (happening->kind == SIM_VERDICT)
        note_verdict(self, world, happening);
    else if (happening->kind == SIM_CHAIN)
        note_chain(self, happening);
    else if (happening->kind == SIM_TRX)
        note(self, happening, SIM_CAUSE_ACCEPTED, happening->trx | SIM_CAUSE_TRX);
    else if (happening->kind == SIM_SENT || happening->kind == SIM_DELIVERED)
        note_message(self, world, happening);
    else if (happening->kind == SIM_FAULT)
        note_fault(self, happening);
    else
        note_change(self, happening);
}

/* --- what is remembered ---------------------------------------------------------------------- */

static uint64_t first_remembered(const SimCauses *self)
{
    return self->n > self->capacity ? self->n - self->capacity : 0;
}

static const SimCause *cause_at(const SimCauses *self, uint64_t i)
{
    return &self->items[i & (self->capacity - 1)];
}

static void add_in_time(GArray *all, const SimCause *cause)
{
    guint at = all->len;
    while (at > 0 && g_array_index(all, SimCause, at - 1).time_ns > cause->time_ns)
        at--;
    g_array_insert_vals(all, at, cause, 1);
}

/* The last ping of the peer to the other: of the session of `end`, its own, or of any if that is
 * UINT32_MAX. */
static bool last_ping(const SimWorld *world, uint32_t peer, uint32_t remote, uint32_t end,
                      SimCause *ret_ping)
{
    const SimCauses *self = sim_world_causes(world);
    bool found = false;
    uint32_t n = sim_world_node(world, peer)->n_sessions;
    for (uint32_t s = 0; s < n; s++) {
        uint32_t e = sim_world_session_end(world, peer, s);
        const Ping *ping = &self->pings[e];
        if (sim_world_end_peer(world, e ^ 1) != remote || (end != UINT32_MAX && end != e) ||
            ping->time_ns == 0 || (found && ping->time_ns <= ret_ping->time_ns))
            continue;
        found = true;
        *ret_ping = (SimCause){
            .time_ns = ping->time_ns,
            .value = ping->answered_ns,
            .item = ping->lib,
            .peer = peer,
            .remote = remote,
            .end = e,
            .kind = SIM_CAUSE_PINGED,
        };
    }
    return found;
}

static void add_pings(const SimCauseStory *story)
{
    const SimSubject *subject = story->subject;
    uint32_t end = subject->end;
    SimCause ping;
    if (last_ping(story->world, subject->peer, subject->remote, end, &ping))
        add_in_time(story->all, &ping);
    if (last_ping(story->world, subject->remote, subject->peer,
                  end == UINT32_MAX ? UINT32_MAX : end ^ 1, &ping))
        add_in_time(story->all, &ping);
}

static void gather(const SimCauses *self, SimCauseStory *story)
{
    for (uint64_t i = first_remembered(self); i < self->n; i++) {
        const SimCause *cause = cause_at(self, i);
        if (sim_cause_concerns(story, cause))
            g_array_append_val(story->all, *cause);
    }
    if (story->subject->remote != UINT32_MAX &&
        story->subject->also & (SIM_ALSO_TALK | SIM_ALSO_PINGS))
        add_pings(story);
}

/* The block that includes the transaction and that the peer has taken in; BNET_NO_BLOCK: none. */
static BnetBlock including(const SimCauses *self, const SimWorld *world, BnetTrx trx, uint32_t peer)
{
    for (uint64_t i = first_remembered(self); i < self->n; i++) {
        const SimCause *cause = cause_at(self, i);
        if ((cause->kind == SIM_CAUSE_TOOK || cause->kind == SIM_CAUSE_MADE) &&
            cause->peer == peer && !(cause->item & SIM_CAUSE_TRX) &&
            sim_cause_includes(sim_world_store(world), cause->item, trx | SIM_CAUSE_TRX))
            return cause->item;
    }
    return BNET_NO_BLOCK;
}

static uint32_t trx_item(BnetTrx trx)
{
    return trx == BNET_NO_TRX ? 0 : trx | SIM_CAUSE_TRX;
}

static void put_items(const SimCauses *self, SimCauseStory *story)
{
    const SimSubject *subject = story->subject;
    story->items[0] = subject->block;
    story->items[1] = trx_item(subject->trx);
    story->items[2] = subject->other_block;
    story->items[3] = trx_item(subject->other_trx);
    if (subject->trx != BNET_NO_TRX)
        story->items[4] = including(self, story->world, subject->trx, subject->peer);
}

/* --- telling --------------------------------------------------------------------------------- */

/* Why the line in which it is made is missing. */
static char *beginning(const SimCauses *self, const SimWorld *world, uint32_t item)
{
    g_autofree char *name = sim_cause_name(world, item);
    uint32_t number = item & SIM_CAUSE_TRX ? 0 : bnet_store_number(sim_world_store(world), item);
    if (number > 0 && number <= sim_world_start_height(world))
        return g_strdup_printf("%s is of the chain that stood at the start", name);
    return g_strdup_printf(self->n > self->capacity ? "how %s began is too long ago to be told"
                                                    : "nothing tells where %s came from",
                           name);
}

static void append_lines(const SimCauses *self, SimCauseStory *story, GPtrArray *lines)
{
    uint32_t item = 0;
    uint32_t unknown = sim_cause_mark(story);
    for (guint i = 0; i < G_N_ELEMENTS(story->items); i++) {
        if (!(unknown >> i & 1))
            continue;
        item = story->items[i];
        g_ptr_array_add(lines, beginning(self, story->world, item));
    }
    for (guint i = 0; i < story->all->len; i++)
        if (story->marks[i])
            g_ptr_array_add(lines,
                            sim_cause_line(story, &g_array_index(story->all, SimCause, i), &item));
    char *notices = sim_cause_notices(story);
    if (notices)
        g_ptr_array_add(lines, notices);
}

GStrv sim_causes_tell(const SimCauses *self, SimWorld *world, const SimSubject *subject)
{
    SimCauseStory story = {.world = world, .subject = subject, .texts = self->texts};
    GPtrArray *lines = g_ptr_array_new();
    story.all = g_array_new(FALSE, FALSE, sizeof(SimCause));
    put_items(self, &story);
    gather(self, &story);
    story.marks = g_new0(bool, story.all->len + 1);
    append_lines(self, &story, lines);
    g_ptr_array_add(lines, NULL);
    g_free(story.marks);
    g_array_unref(story.all);
    return (GStrv)g_ptr_array_free(lines, FALSE);
}

char *sim_causes_last(const SimCauses *self, SimWorld *world, uint32_t end)
{
    SimCause last = {.time_ns = -1};
    if (!self)
        return g_strdup("what nobody remembers");
    for (uint64_t i = self->n; i > first_remembered(self) && last.time_ns < 0; i--) {
        const SimCause *cause = cause_at(self, i - 1);
        if ((cause->kind == SIM_CAUSE_SENT || cause->kind == SIM_CAUSE_NOTICED) &&
            cause->end == end)
            last = *cause;
    }
    const Ping *ping = &self->pings[end];
    bool is_ping = ping->time_ns > 0 && ping->time_ns > last.time_ns;
    if (last.time_ns < 0 && !is_ping)
        return g_strdup(self->n > self->capacity ? "nothing that is remembered" : "nothing");
    g_autofree char *time = sim_time_text(is_ping ? ping->time_ns : last.time_ns);
    if (is_ping)
        return g_strdup_printf("a ping at %s", time);
    g_autofree char *name = sim_cause_name(world, last.item);
    return g_strdup_printf("%s%s at %s", last.kind == SIM_CAUSE_NOTICED ? "a notice of " : "", name,
                           time);
}

/* --- life ------------------------------------------------------------------------------------ */

SimCauses *sim_causes_new(SimWorld *world)
{
    SimCauses *self = g_new0(SimCauses, 1);
    self->observer.mask = 1u << SIM_PRODUCED | 1u << SIM_VERDICT | 1u << SIM_TRX |
                          1u << SIM_OPENED | 1u << SIM_CLOSED | 1u << SIM_STARTED |
                          1u << SIM_STOPPED | 1u << SIM_DIALLED | 1u << SIM_UNDIALLED |
                          1u << SIM_FAULT;
    self->observer.chain =
        1u << BNET_CHAIN_APPLIED | 1u << BNET_CHAIN_REJECTED | 1u << BNET_CHAIN_SWITCH;
    self->observer.sent = 1u << BNET_MESSAGE_BLOCK | 1u << BNET_MESSAGE_TRX |
                          1u << BNET_MESSAGE_BLOCK_NOTICE | 1u << BNET_MESSAGE_PING;
    self->observer.delivered = 1u << BNET_MESSAGE_BLOCK | 1u << BNET_MESSAGE_TRX |
                               1u << BNET_MESSAGE_BLOCK_NOTICE | 1u << BNET_MESSAGE_HELLO |
                               1u << BNET_MESSAGE_TRX_NOTICE | 1u << BNET_MESSAGE_MALFORMED |
                               1u << BNET_MESSAGE_PONG;
    self->observer.happened = happened;
    self->pings = g_new0(Ping, sim_world_ends(world));
    self->texts = g_ptr_array_new_with_free_func(g_free);
    return self;
}

void sim_causes_free(SimCauses *self)
{
    if (!self)
        return;
    g_ptr_array_unref(self->texts);
    g_free(self->pings);
    g_free(self->items);
    g_free(self);
}

SimObserver *sim_causes_observer(SimCauses *self)
{
    return &self->observer;
}
