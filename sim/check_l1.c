/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L1 convergence, after the last fault, among the honest peers that can reach each other: one block
 * that one of them produced after the last fault is on every peer's best chain, and every LIB has
 * passed every head of the moment of the last fault. Where none of them produces any more: all
 * heads are equal in (LIB, number). A follower of irreversible blocks has as its head the highest
 * LIB among the peers that serve it. The losers of a finality conflict are left out.
 *
 * Cost: O(1) for each happening; O(peers) after a fault, and, until the heads have converged, for
 * each block of another branch and every 6 s.
 */
#include "sim/check.h"
#include "sim/look.h"
#include "sim/waits.h"

/* A run that ends sooner after its last fault is not judged unless the scenario says within
 * what. */
#define SETTLE_NS (30 * BNET_NS_PER_S)
/* What became irreversible so short before the end need not have reached the followers. */
#define FOLLOW_NS (5 * BNET_NS_PER_S)
/* A finality conflict may change who is judged: so often it is looked at. */
#define RECOUNT_NS (BNET_SLOTS_PER_TURN * BNET_SLOT_NS)

/* What a peer's LIB has been, as numbers. */
typedef struct LibPast {
    int64_t rise_ns; /* when it last rose */
    int64_t mark_ns; /* of a rise, FOLLOW_NS after the one before or more */
    uint32_t last;
    uint32_t before_mark;
    uint32_t settled; /* it was so high FOLLOW_NS before mark_ns */
    uint32_t highest; /* in all lives of its chain */
} LibPast;

typedef struct CheckL1 {
    SimCheck check;
    int64_t fault_ns;    /* of the last fault */
    int64_t heads_ns;    /* since when all heads hold the candidate; SCENARIO_TIME_NONE: not yet */
    int64_t libs_ns;     /* since when all LIBs have passed lib_goal */
    uint32_t lib_goal;   /* highest head number at the last fault */
    bool stale;          /* members and counts are to be made anew */
    bool others_produce; /* who is no member has produced since the last fault */
    int64_t counted_ns;  /* when they were */
    BnetBlock candidate; /* a block produced after the last fault; BNET_NO_BLOCK: none yet */
    uint32_t candidate_by; /* who produced it */
    bool *member;          /* [peers]: judged by its head */
    bool *holds;           /* [peers]: has the candidate on its best chain */
    bool *passed;          /* [peers]: a member whose LIB has passed lib_goal */
    uint32_t n_members;
    uint32_t n_holding;
    uint32_t n_passed;
    uint32_t
        heads_by;     /* who was the last to hold the candidate; UINT32_MAX: nobody in particular */
    uint32_t libs_by; /* the same of the LIBs */
    GString *fault_text; /* what the last fault was */
    LibPast *past;       /* [peers] */
    int64_t *closed_ns;  /* [ends]: when it was closed last; 0: never */
} CheckL1;

/* --- members --------------------------------------------------------------------------------- */

static bool is_follower(const SimWorld *world, uint32_t peer)
{
    return sim_world_node(world, peer)->self.follow_irreversible;
}

/* The highest LIB of the connected peers: who conflicts with it has lost a finality conflict. */
static BnetBlock top_lib(const SimWorld *world, const bool *connected)
{
    const BnetStore *store = sim_world_store(world);
    BnetBlock top = BNET_NO_BLOCK;
    for (uint32_t p = 0; p < sim_world_peers(world); p++) {
        BnetBlock lib = sim_world_node(world, p)->view.lib;
        if (connected[p] && bnet_store_number(store, lib) > bnet_store_number(store, top))
            top = lib;
    }
    return top;
}

static bool has_lost(const BnetView *view, BnetBlock top)
{
    return view->lib != BNET_NO_BLOCK && !bnet_store_is_ancestor(view->store, view->lib, top);
}

static bool holds_candidate(const CheckL1 *self, const BnetView *view)
{
    return self->candidate != BNET_NO_BLOCK && bnet_view_applied(view, self->candidate);
}

/* `by`: who has moved; UINT32_MAX: nobody in particular. */
static void note_progress(CheckL1 *self, SimWorld *world, uint32_t by)
{
    int64_t now_ns = sim_world_now_ns(world);
    if (self->heads_ns == SCENARIO_TIME_NONE && self->n_members > 0 &&
        self->n_holding == self->n_members) {
        self->heads_ns = now_ns;
        self->heads_by = by;
    }
    if (self->libs_ns == SCENARIO_TIME_NONE && self->n_members > 0 &&
        self->n_passed == self->n_members) {
        self->libs_ns = now_ns;
        self->libs_by = by;
    }
}

static void recount(CheckL1 *self, SimWorld *world)
{
    const bool *connected = sim_world_connected(world);
    BnetBlock top = top_lib(world, connected);
    self->stale = false;
    self->counted_ns = sim_world_now_ns(world);
    self->n_members = self->n_holding = self->n_passed = 0;
    for (uint32_t p = 0; p < sim_world_peers(world); p++) {
        const BnetView *view = &sim_world_node(world, p)->view;
        self->member[p] = connected[p] && !is_follower(world, p) && !has_lost(view, top);
        self->holds[p] = self->member[p] && holds_candidate(self, view);
        self->n_members += self->member[p];
        self->n_holding += self->holds[p];
        self->passed[p] = self->member[p] && bnet_view_lib_number(view) >= self->lib_goal;
        self->n_passed += self->passed[p];
    }
    note_progress(self, world, UINT32_MAX);
}

/* --- happenings ------------------------------------------------------------------------------ */

static void note_fault(CheckL1 *self, const SimWorld *world, const SimHappening *happening)
{
    if (happening->kind == SIM_FAULT) {
        g_string_assign(self->fault_text, happening->text);
        return;
    }
    g_string_assign(self->fault_text, sim_world_peer_name(world, happening->peer));
    g_string_append(self->fault_text, happening->kind == SIM_STARTED ? " starts" : " stops");
}

static void fault(CheckL1 *self, SimWorld *world, const SimHappening *happening)
{
    note_fault(self, world, happening);
    self->fault_ns = sim_world_now_ns(world);
    self->heads_ns = self->libs_ns = SCENARIO_TIME_NONE;
    self->candidate = BNET_NO_BLOCK;
    self->others_produce = false;
    self->stale = true;
    self->lib_goal = 0;
    for (uint32_t p = 0; p < sim_world_peers(world); p++)
        if (sim_world_is_honest(world, p))
            self->lib_goal =
                MAX(self->lib_goal, bnet_view_head_number(&sim_world_node(world, p)->view));
}

/* The candidate can still be on every member's best chain: `block`, which is new, is built on it,
 * or is no better. */
static bool is_in_the_race(const CheckL1 *self, const BnetStore *store, BnetBlock block)
{
    return self->candidate != BNET_NO_BLOCK &&
           (bnet_store_is_ancestor(store, self->candidate, block) ||
            !bnet_fork_choice_prefers(store, block, self->candidate));
}

/* A member's first block after the fault is the candidate, until another takes its place. */
static void produced(CheckL1 *self, SimWorld *world, const SimHappening *happening)
{
    if (self->heads_ns != SCENARIO_TIME_NONE)
        return;
    if (self->stale || happening->time_ns - self->counted_ns >= RECOUNT_NS)
        recount(self, world);
    if (self->candidate != BNET_NO_BLOCK && !self->member[self->candidate_by])
        self->candidate = BNET_NO_BLOCK;
    if (!self->member[happening->peer]) {
        self->others_produce = true;
        return;
    }
    if (is_in_the_race(self, sim_world_store(world), happening->block))
        return;
    self->candidate = happening->block;
    self->candidate_by = happening->peer;
    self->stale = true;
}

static void head_moved(CheckL1 *self, SimWorld *world, uint32_t peer)
{
    if (self->heads_ns != SCENARIO_TIME_NONE || !self->member[peer])
        return;
    bool holds = holds_candidate(self, &sim_world_node(world, peer)->view);
    if (holds == self->holds[peer])
        return;
    self->holds[peer] = holds;
    self->n_holding += holds ? 1u : UINT32_MAX;
    note_progress(self, world, peer);
}

static void lib_moved(CheckL1 *self, SimWorld *world, uint32_t peer, uint32_t number)
{
    int64_t now_ns = sim_world_now_ns(world);
    LibPast *past = &self->past[peer];
    if (now_ns - past->mark_ns >= FOLLOW_NS) {
        past->settled = past->before_mark;
        past->before_mark = past->last;
        past->mark_ns = now_ns;
    }
    past->rise_ns = now_ns;
    past->last = number;
    past->highest = MAX(past->highest, number);
    if (!self->member[peer] || self->passed[peer] || number < self->lib_goal)
        return;
    self->passed[peer] = true;
    self->n_passed++;
    note_progress(self, world, peer);
}

/* Its chain may be another than before. */
static void started(CheckL1 *self, SimWorld *world, uint32_t peer)
{
    const BnetView *view = &sim_world_node(world, peer)->view;
    LibPast *past = &self->past[peer];
    past->rise_ns = past->mark_ns = sim_world_now_ns(world);
    past->last = past->before_mark = past->settled = bnet_view_lib_number(view);
    past->highest = MAX(past->highest, past->last);
    /* At time 0 all start with what is there, which no fault() has seen. */
    if (self->fault_ns == 0 && sim_world_now_ns(world) == 0 && sim_world_is_honest(world, peer))
        self->lib_goal = MAX(self->lib_goal, bnet_view_head_number(view));
}

static bool is_fault(const SimHappening *happening)
{
    if (happening->kind == SIM_FAULT || happening->kind == SIM_STOPPED)
        return true;
    return happening->kind == SIM_STARTED && happening->time_ns > 0;
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    CheckL1 *self = (CheckL1 *)observer;
    if (happening->kind == SIM_CLOSED) {
        self->closed_ns[happening->end] = happening->time_ns;
        return;
    }
    if (happening->kind == SIM_STARTED)
        started(self, world, happening->peer);
    if (is_fault(happening))
        fault(self, world, happening);
    else if (happening->kind == SIM_PRODUCED)
        produced(self, world, happening);
    else if (happening->kind == SIM_CHAIN) {
        if (self->stale)
            recount(self, world);
        if (happening->event == BNET_CHAIN_IRREVERSIBLE)
            lib_moved(self, world, happening->peer,
                      bnet_store_number(sim_world_store(world), happening->block));
        else if (happening->event == BNET_CHAIN_APPLIED || happening->event == BNET_CHAIN_SWITCH)
            head_moved(self, world, happening->peer);
    }
}

/* --- the end --------------------------------------------------------------------------------- */

/* Where nobody has produced since: equal in (LIB, number). */
static bool heads_are_equal(const CheckL1 *self, SimWorld *world)
{
    const BnetView *first = NULL;
    for (uint32_t p = 0; p < sim_world_peers(world); p++) {
        const BnetView *view = &sim_world_node(world, p)->view;
        if (!self->member[p])
            continue;
        if (!first)
            first = view;
        if (bnet_view_head_number(view) != bnet_view_head_number(first) ||
            bnet_view_lib_number(view) != bnet_view_lib_number(first))
            return false;
    }
    return true;
}

/* A member that lacks the block, and what it waits for; what that is about. */
static SimSubject append_waiting(const CheckL1 *self, SimWorld *world, GString *who, uint32_t peer,
                                 BnetBlock block)
{
    g_string_append_printf(who, "%s%s (head %u, ", who->len > 0 ? ", " : "",
                           sim_world_peer_name(world, peer),
                           bnet_view_head_number(&sim_world_node(world, peer)->view));
    SimSubject about = sim_waits_append(who, world, peer, block, self->closed_ns);
    g_string_append_c(who, ')');
    return about;
}

/* Of the best head, and up to three members that have not got it. */
static void heads_differ(CheckL1 *self, SimWorld *world)
{
    const BnetStore *store = sim_world_store(world);
    BnetBlock best = BNET_NO_BLOCK;
    g_autoptr(GString) who = g_string_new(NULL);
    SimSubject about = {0};
    uint32_t n = 0;
    for (uint32_t p = 0; p < sim_world_peers(world); p++) {
        BnetBlock head = sim_world_node(world, p)->view.head;
        if (self->member[p] &&
            (best == BNET_NO_BLOCK || bnet_fork_choice_prefers(store, head, best)))
            best = head;
    }
    for (uint32_t p = 0; p < sim_world_peers(world) && n < 3; p++) {
        const BnetView *view = &sim_world_node(world, p)->view;
        if (!self->member[p] || bnet_view_applied(view, best))
            continue;
        SimSubject now = append_waiting(self, world, who, p, best);
        about = n++ == 0 ? now : about;
    }
    sim_check_violation_of(&self->check, world, &about,
                           "nobody produces since the last fault, and the heads differ: %s",
                           who->str);
}

/* Names up to three members that lack what all should have, and what they wait for. */
static void judge_heads(CheckL1 *self, SimWorld *world)
{
    if (self->candidate != BNET_NO_BLOCK && !self->member[self->candidate_by])
        return; /* members have changed in the last moment */
    if (self->candidate == BNET_NO_BLOCK) {
        /* Blocks of others may be on their way, brought by who has a persona. */
        if (!self->others_produce && !heads_are_equal(self, world))
            heads_differ(self, world);
        return;
    }
    g_autofree char *block = sim_block_name(world, self->candidate);
    g_autoptr(GString) who = g_string_new(NULL);
    SimSubject about = {0};
    uint32_t n = 0;
    for (uint32_t p = 0; p < sim_world_peers(world); p++) {
        if (!self->member[p] || self->holds[p] || ++n > 3)
            continue;
        SimSubject now = append_waiting(self, world, who, p, self->candidate);
        about = n == 1 ? now : about;
    }
    if (n > 3)
        g_string_append_printf(who, " and %u more", n - 3);
    sim_check_violation_of(&self->check, world, &about,
                           "%u of %u peers %s not got %s, produced after the last fault, on "
                           "%s best chain: %s",
                           n, self->n_members, n == 1 ? "has" : "have", block,
                           n == 1 ? "its" : "their", who->str);
}

/* The LIB that a peer has had for FOLLOW_NS at least. */
static uint32_t settled_lib(const CheckL1 *self, const SimWorld *world, uint32_t peer)
{
    const LibPast *past = &self->past[peer];
    int64_t now_ns = sim_world_now_ns(world);
    if (now_ns - past->rise_ns >= FOLLOW_NS)
        return bnet_view_lib_number(&sim_world_node(world, peer)->view);
    return now_ns - past->mark_ns >= FOLLOW_NS ? past->before_mark : past->settled;
}

/* The highest block that any peer ever held to be irreversible, or was there at the start. */
static uint32_t highest_lib(const CheckL1 *self, const SimWorld *world)
{
    uint32_t highest = sim_world_start_height(world);
    for (uint32_t p = 0; p < sim_world_peers(world); p++)
        highest = MAX(highest, self->past[p].highest);
    return highest;
}

/* The end of the server whose LIB the follower should have reached, and that LIB; UINT32_MAX: none
 * is above 0. */
static uint32_t server_of(CheckL1 *self, SimWorld *world, uint32_t peer, uint32_t *ret_due)
{
    uint32_t best = UINT32_MAX;
    *ret_due = 0;
    for (uint32_t s = 0; s < sim_world_node(world, peer)->n_sessions; s++) {
        uint32_t end = sim_world_session_end(world, peer, s);
        if (!sim_world_end_is_open(world, end) || sim_world_end_is_cut(world, end))
            continue;
        uint32_t server = sim_world_end_peer(world, end ^ 1);
        if (!sim_world_is_honest(world, server) || !sim_world_is_running(world, server) ||
            sim_world_libs_conflict(world, peer, server))
            continue;
        uint32_t lib = settled_lib(self, world, server);
        best = lib > *ret_due ? end ^ 1 : best;
        *ret_due = MAX(*ret_due, lib);
    }
    return best;
}

/* Who was ever connected with one may have been sent what is not irreversible, and cannot tell. */
static bool has_dishonest_neighbour(const SimWorld *world, uint32_t peer)
{
    for (uint32_t s = 0; s < sim_world_node(world, peer)->n_sessions; s++) {
        uint32_t end = sim_world_session_end(world, peer, s);
        if (!sim_world_is_honest(world, sim_world_end_peer(world, end ^ 1)) &&
            sim_look_was_connected(world, end))
            return true;
    }
    return false;
}

static void judge_follower(CheckL1 *self, SimWorld *world, uint32_t peer, uint32_t most)
{
    const BnetView *view = &sim_world_node(world, peer)->view;
    uint32_t head = bnet_view_head_number(view);
    uint32_t due = 0;
    uint32_t server_end = server_of(self, world, peer, &due);
    const char *name = sim_world_peer_name(world, peer);
    if (head < due) {
        SimSubject about = sim_subject_of_end(world, server_end);
        const BnetView *theirs = &sim_world_node(world, about.peer)->view;
        g_autofree char *last = sim_causes_last(sim_world_causes(world), world, server_end);
        about.block = bnet_view_at(theirs, head + 1);
        sim_check_violation_of(
            &self->check, world, &about,
            "%s, which follows irreversible blocks, is at %u and waits for block "
            "%u; its servers' LIB is %u (%s, last sent to it: %s)",
            name, head, head + 1, due, sim_world_peer_name(world, about.peer), last);
    } else if (head > most && !has_dishonest_neighbour(world, peer)) {
        SimSubject about = {.peer = peer, .remote = UINT32_MAX, .block = view->head};
        sim_check_violation_of(
            &self->check, world, &about,
            "%s, which follows irreversible blocks, is at %u; the highest LIB ever was %u", name,
            head, most);
    }
}

static void finish(SimCheck *check, SimWorld *world)
{
    CheckL1 *self = (CheckL1 *)check;
    const ScenarioExpect *expect = &sim_world_scenario(world)->expect;
    int64_t since_ns = sim_world_now_ns(world) - self->fault_ns;
    bool stated = expect->convergence_within_ns != SCENARIO_TIME_NONE;
    if (!expect->convergence) {
        check->note = g_string_new("the scenario expects no convergence");
        return;
    }
    if (since_ns < SETTLE_NS && !(stated && since_ns >= expect->convergence_within_ns)) {
        check->note = g_string_new(self->fault_ns > 0 ? "the run ends too soon after the last fault"
                                                      : "the run is too short to judge");
        return;
    }
    check->judged = true;
    if (self->heads_ns == SCENARIO_TIME_NONE)
        recount(self, world);
    if (self->heads_ns == SCENARIO_TIME_NONE)
        judge_heads(self, world);
    uint32_t highest = highest_lib(self, world);
    for (uint32_t p = 0; p < sim_world_peers(world); p++)
        if (is_follower(world, p) && sim_world_is_running(world, p) &&
            sim_world_is_honest(world, p))
            judge_follower(self, world, p, highest);
}

static void check_free(SimCheck *check)
{
    CheckL1 *self = (CheckL1 *)check;
    g_free(self->member);
    g_free(self->holds);
    g_free(self->passed);
    g_string_free(self->fault_text, TRUE);
    g_free(self->past);
    g_free(self->closed_ns);
    g_free(self);
}

bool sim_check_l1_is_settled(const SimCheck *check)
{
    const CheckL1 *self = (const CheckL1 *)check;
    return self->heads_ns != SCENARIO_TIME_NONE && !self->stale;
}

int64_t sim_check_l1_heads_ns(const SimCheck *check)
{
    return ((const CheckL1 *)check)->heads_ns;
}

int64_t sim_check_l1_libs_ns(const SimCheck *check)
{
    return ((const CheckL1 *)check)->libs_ns;
}

int64_t sim_check_l1_fault_ns(const SimCheck *check)
{
    return ((const CheckL1 *)check)->fault_ns;
}

/* Members that lack what all should have. (transfer full) */
static char *late_text(const CheckL1 *self, const SimWorld *world, bool libs)
{
    g_autoptr(GArray) late = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (uint32_t p = 0; p < sim_world_peers(world); p++)
        if (self->member[p] && !(libs ? self->passed[p] : self->holds[p]))
            g_array_append_val(late, p);
    return sim_peers_progress_text(world, (const uint32_t *)(void *)late->data, late->len, libs);
}

char *sim_check_l1_delay_text(const SimCheck *check, const SimWorld *world, bool libs)
{
    const CheckL1 *self = (const CheckL1 *)check;
    GString *text = g_string_new(NULL);
    g_autofree char *time = sim_time_text(self->fault_ns);
    bool reached = (libs ? self->libs_ns : self->heads_ns) != SCENARIO_TIME_NONE;
    uint32_t by = libs ? self->libs_by : self->heads_by;
    g_autofree char *block =
        libs ? g_strdup_printf("block %u", self->lib_goal) : sim_block_name(world, self->candidate);
    if (self->fault_ns > 0)
        g_string_append_printf(text, "; the last fault, at %s: %s", time, self->fault_text->str);
    if (!libs && self->candidate == BNET_NO_BLOCK)
        g_string_append(text, "; none of them has made a block since");
    else if (reached && by != UINT32_MAX)
        g_string_append_printf(text, "; the last %s %s: %s", libs ? "LIB to pass" : "to have",
                               block, sim_world_peer_name(world, by));
    else if (!reached) {
        g_autofree char *late = late_text(self, world, libs);
        g_string_append_printf(text, "; %s %s: %s", libs ? "LIBs below" : "without", block, late);
    }
    return g_string_free(text, FALSE);
}

bool sim_check_l1_is_member(const SimCheck *check, uint32_t peer)
{
    return ((const CheckL1 *)check)->member[peer];
}

SimCheck *sim_check_l1_new(SimWorld *world)
{
    uint32_t n = sim_world_peers(world);
    CheckL1 *self = g_new0(CheckL1, 1);
    self->check.id = "L1";
    self->check.title = "all converge after the last fault";
    self->check.observer.mask = 1u << SIM_FAULT | 1u << SIM_STARTED | 1u << SIM_STOPPED |
                                1u << SIM_PRODUCED | 1u << SIM_CHAIN | 1u << SIM_CLOSED;
    self->check.observer.later = 1u << SIM_CHAIN; /* once it is settled */
    self->check.observer.happened = happened;
    self->check.finish = finish;
    self->check.free = check_free;
    self->heads_ns = self->libs_ns = SCENARIO_TIME_NONE;
    self->stale = true;
    self->member = g_new0(bool, n);
    self->holds = g_new0(bool, n);
    self->passed = g_new0(bool, n);
    self->fault_text = g_string_new(NULL);
    self->past = g_new0(LibPast, n);
    self->closed_ns = g_new0(int64_t, sim_world_ends(world));
    return &self->check;
}
