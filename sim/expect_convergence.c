/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Convergence of certain peers, or from a certain time on: the moment at which one block made since
 * that time is on the best chain of all of them, and the one at which their LIBs have passed all
 * heads that they had then. Both are known exactly.
 *
 * Blocks made since the time have handles from a certain one on. Each member's chain has a lowest
 * such block, its first; they have a block in common if and only if their firsts are the same.
 * Cost: O(1) for each chain event of a member, O(members) when the first of one changes while all
 * have one, and when the time comes.
 */
#include "sim/check.h"
#include "sim/expect.h"
#include "sim/internal.h"

typedef struct Convergence {
    const ScenarioConvergence *spec;
    uint32_t *members; /* ascending */
    uint32_t n_members;
    bool begun;
    int64_t since_ns;      /* the time */
    BnetBlock first_block; /* made since then: handles from here on */
    BnetBlock *first;      /* [members]; BNET_NO_BLOCK: none */
    uint32_t n_with_first;
    uint32_t lib_goal; /* number of their highest head at the time */
    bool *passed;      /* [members] */
    uint32_t n_passed;
    int64_t heads_ns;   /* SCENARIO_TIME_NONE: not yet */
    BnetBlock heads_on; /* the block that they had in common then */
    uint32_t heads_by;  /* who was the last to have it */
    int64_t libs_ns;    /* SCENARIO_TIME_NONE: not yet */
    uint32_t libs_by;   /* who was the last to pass them */
} Convergence;

struct SimExpectConvergences {
    SimObserver observer;
    Convergence *items;
    uint32_t n;
};

/* --- progress -------------------------------------------------------------------------------- */

static bool agree(const Convergence *self)
{
    if (self->n_members == 0 || self->n_with_first < self->n_members)
        return false;
    for (uint32_t i = 1; i < self->n_members; i++)
        if (self->first[i] != self->first[0])
            return false;
    return true;
}

static void set_first(Convergence *self, const SimWorld *world, uint32_t index, BnetBlock first)
{
    if (self->first[index] == first)
        return;
    self->n_with_first -= self->first[index] != BNET_NO_BLOCK;
    self->n_with_first += first != BNET_NO_BLOCK;
    self->first[index] = first;
    if (self->heads_ns != SCENARIO_TIME_NONE || !agree(self))
        return;
    self->heads_ns = world->now_ns;
    self->heads_on = first;
    self->heads_by = self->members[index];
}

static void set_passed(Convergence *self, const SimWorld *world, uint32_t index, uint32_t lib)
{
    bool passed = lib >= self->lib_goal;
    self->n_passed -= self->passed[index];
    self->n_passed += passed;
    self->passed[index] = passed;
    if (self->libs_ns != SCENARIO_TIME_NONE || self->n_members == 0 ||
        self->n_passed < self->n_members)
        return;
    self->libs_ns = world->now_ns;
    self->libs_by = self->members[index];
}

static const BnetView *view_of(const SimWorld *world, const Convergence *self, uint32_t index)
{
    return &world->peers[self->members[index]].node.view;
}

static void begin(Convergence *self, const SimWorld *world)
{
    self->begun = true;
    self->since_ns = world->now_ns;
    self->first_block = world->store.n_blocks;
    self->heads_ns = self->libs_ns = SCENARIO_TIME_NONE;
    self->n_with_first = self->n_passed = self->lib_goal = 0;
    for (uint32_t i = 0; i < self->n_members; i++) {
        self->first[i] = BNET_NO_BLOCK;
        self->passed[i] = false;
        self->lib_goal = MAX(self->lib_goal, bnet_view_head_number(view_of(world, self, i)));
    }
    for (uint32_t i = 0; i < self->n_members; i++)
        set_passed(self, world, i, bnet_view_lib_number(view_of(world, self, i)));
}

/* Who starts at the time has its head then, too: at time 0 nobody has one before. */
static void raise_goal(Convergence *self, const SimWorld *world, uint32_t head)
{
    if (head <= self->lib_goal)
        return;
    self->lib_goal = head;
    self->libs_ns = SCENARIO_TIME_NONE;
    for (uint32_t i = 0; i < self->n_members; i++)
        set_passed(self, world, i, bnet_view_lib_number(view_of(world, self, i)));
}

void sim_expect_convergences_begin(SimExpectConvergences *self, const SimWorld *world,
                                   uint32_t index)
{
    begin(&self->items[index], world);
}

/* --- happenings ------------------------------------------------------------------------------ */

static uint32_t index_of(const Convergence *self, uint32_t peer)
{
    return scenario_peer_set_find(&(ScenarioPeerSet){self->members, self->n_members}, peer);
}

/* The chain of a process that starts may be another than before. */
static void started(Convergence *self, const SimWorld *world, uint32_t index)
{
    const BnetView *view = view_of(world, self, index);
    BnetBlock first = BNET_NO_BLOCK;
    for (BnetBlock b = view->head; b >= self->first_block;
         b = bnet_store_block(&world->store, b)->parent)
        first = b;
    set_first(self, world, index, first);
    if (world->now_ns == self->since_ns)
        raise_goal(self, world, bnet_view_head_number(view));
    set_passed(self, world, index, bnet_view_lib_number(view));
}

static void chain_moved(Convergence *self, const SimWorld *world, uint32_t index,
                        const SimHappening *happening)
{
    bool since = happening->block >= self->first_block;
    if (happening->event == BNET_CHAIN_SWITCH && !since)
        set_first(self, world, index, BNET_NO_BLOCK);
    if (happening->event == BNET_CHAIN_APPLIED && since && self->first[index] == BNET_NO_BLOCK)
        set_first(self, world, index, happening->block);
    if (happening->event == BNET_CHAIN_IRREVERSIBLE)
        set_passed(self, world, index, bnet_store_number(&world->store, happening->block));
}

static bool is_fault(const SimHappening *happening)
{
    if (happening->kind == SIM_STARTED)
        return happening->time_ns > 0;
    return happening->kind == SIM_FAULT || happening->kind == SIM_STOPPED;
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    SimExpectConvergences *self = (SimExpectConvergences *)observer;
    bool fault = is_fault(happening);
    for (uint32_t i = 0; i < self->n; i++) {
        Convergence *item = &self->items[i];
        if (fault && item->spec->after_ns == SCENARIO_TIME_NONE)
            begin(item, world);
        if (!item->begun || happening->kind == SIM_FAULT || happening->kind == SIM_STOPPED)
            continue;
        uint32_t index = index_of(item, happening->peer);
        if (index == item->n_members)
            continue;
        if (happening->kind == SIM_STARTED)
            started(item, world, index);
        else
            chain_moved(item, world, index, happening);
    }
}

/* --- beginning and end ----------------------------------------------------------------------- */

static bool is_member(const SimWorld *world, const ScenarioConvergence *spec, uint32_t peer)
{
    if (spec->peers.count > 0)
        return scenario_peer_set_has(&spec->peers, peer);
    return world->peers[peer].honest &&
           !scenario_group_of(world->scenario, peer)->follow_irreversible;
}

static void init(Convergence *self, const SimWorld *world, const ScenarioConvergence *spec)
{
    self->spec = spec;
    self->members = g_new0(uint32_t, world->n_peers);
    for (uint32_t p = 0; p < world->n_peers; p++)
        if (is_member(world, spec, p))
            self->members[self->n_members++] = p;
    self->first = g_new0(BnetBlock, self->n_members);
    self->passed = g_new0(bool, self->n_members);
    self->heads_ns = self->libs_ns = SCENARIO_TIME_NONE;
    if (spec->after_ns == SCENARIO_TIME_NONE)
        begin(self, world);
}

SimExpectConvergences *sim_expect_convergences_new(SimWorld *world)
{
    const ScenarioExpect *expect = &world->scenario->expect;
    SimExpectConvergences *self = g_new0(SimExpectConvergences, 1);
    self->observer.mask = 1u << SIM_FAULT | 1u << SIM_STARTED | 1u << SIM_STOPPED | 1u << SIM_CHAIN;
    self->observer.happened = happened;
    self->n = expect->n_convergences;
    self->items = g_new0(Convergence, self->n);
    for (uint32_t i = 0; i < self->n; i++)
        init(&self->items[i], world, &expect->convergences[i]);
    return self;
}

void sim_expect_convergences_free(SimExpectConvergences *self)
{
    if (!self)
        return;
    for (uint32_t i = 0; i < self->n; i++) {
        g_free(self->items[i].members);
        g_free(self->items[i].first);
        g_free(self->items[i].passed);
    }
    g_free(self->items);
    g_free(self);
}

SimObserver *sim_expect_convergences_observer(SimExpectConvergences *self)
{
    return &self->observer;
}

/* One of the two moments, against what is allowed. */
typedef struct Deadline {
    const char *id;
    const char *title;
    int64_t reached_ns; /* SCENARIO_TIME_NONE: not */
    int64_t within_ns;  /* SCENARIO_TIME_NONE: by the end of the run */
    bool libs;          /* of LIBs, not of heads */
} Deadline;

static char *title_of(const Convergence *self, const SimWorld *world, const char *title)
{
    GString *text = g_string_new(title);
    g_autofree char *after = sim_time_text(self->spec->after_ns);
    g_string_append(text, " of ");
    sim_expect_append_peers(text, world, &self->spec->peers, "all peers");
    if (self->spec->after_ns != SCENARIO_TIME_NONE)
        g_string_append_printf(text, ", after %s", after);
    return g_string_free(text, FALSE);
}

/* Of a run that was stopped: no fault can begin it anew, and it was reached or is too late. */
static bool is_known(const Convergence *self, const SimWorld *world, const Deadline *deadline)
{
    if (!self->begun ||
        (self->spec->after_ns == SCENARIO_TIME_NONE && !sim_expect_faults_are_over(world)))
        return false;
    return deadline->reached_ns != SCENARIO_TIME_NONE ||
           (deadline->within_ns != SCENARIO_TIME_NONE &&
            world->now_ns - self->since_ns > deadline->within_ns);
}

/* Members that have not passed the heads of then; or that have no block made since, if that is why
 * there is none in common, else all. (transfer full) */
static char *late_text(const Convergence *self, const SimWorld *world, bool libs)
{
    g_autoptr(GArray) late = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    bool apart = self->n_with_first == self->n_members;
    for (uint32_t i = 0; i < self->n_members; i++)
        if (libs ? !self->passed[i] : apart || self->first[i] == BNET_NO_BLOCK)
            g_array_append_val(late, self->members[i]);
    g_autofree char *peers =
        sim_peers_progress_text(world, (const uint32_t *)(void *)late->data, late->len, libs);
    if (libs)
        return g_strdup_printf("LIBs below block %u: %s", self->lib_goal, peers);
    return g_strdup_printf("%s: %s", apart ? "on different branches" : "without a block made since",
                           peers);
}

/* Why it was late, or has not been reached. */
static void append_delay(const Convergence *self, const SimWorld *world, const Deadline *deadline,
                         GString *text)
{
    if (deadline->reached_ns == SCENARIO_TIME_NONE) {
        g_autofree char *late = late_text(self, world, deadline->libs);
        g_string_append_printf(text, "; %s", late);
        return;
    }
    g_autofree char *block = deadline->libs ? g_strdup_printf("block %u", self->lib_goal)
                                            : sim_block_name(world, self->heads_on);
    uint32_t by = deadline->libs ? self->libs_by : self->heads_by;
    g_string_append_printf(text, "; the last %s %s: %s", deadline->libs ? "LIB to pass" : "to have",
                           block, world->peers[by].name);
}

static void judge(const Convergence *self, const SimWorld *world, bool whole,
                  const Deadline *deadline, GArray *checks)
{
    bool reached = self->begun && deadline->reached_ns != SCENARIO_TIME_NONE;
    int64_t took_ns = (reached ? deadline->reached_ns : world->now_ns) - self->since_ns;
    bool pass = reached && took_ns <= deadline->within_ns;
    g_autofree char *took = sim_time_text(took_ns);
    g_autofree char *since = sim_time_text(self->since_ns);
    g_autofree char *limit = sim_time_text(deadline->within_ns);
    g_autofree char *title = title_of(self, world, deadline->title);
    g_autofree char *id = self->spec->index < 0
                              ? g_strdup(deadline->id)
                              : g_strdup_printf("%s/%d", deadline->id, self->spec->index);
    GString *detail = g_string_new(NULL);
    g_string_append_printf(detail, "%s%s after %s", reached ? "" : "not reached in the ", took,
                           since);
    if (deadline->within_ns != SCENARIO_TIME_NONE)
        g_string_append_printf(detail, "; %s were allowed", limit);
    if (self->begun && !pass)
        append_delay(self, world, deadline, detail);
    bool known = whole || is_known(self, world, deadline);
    sim_expect_add(checks, id, title, sim_expect_verdict(known, pass),
                   g_string_free(detail, FALSE));
}

void sim_expect_convergences_judge(const SimExpectConvergences *self, const SimWorld *world,
                                   bool whole, GArray *checks)
{
    for (uint32_t i = 0; i < self->n; i++) {
        const Convergence *item = &self->items[i];
        judge(item, world, whole,
              &(Deadline){"expect/convergence", "heads agree in time", item->heads_ns,
                          item->spec->within_ns, false},
              checks);
        if (item->spec->lib_within_ns != SCENARIO_TIME_NONE)
            judge(item, world, whole,
                  &(Deadline){"expect/lib_convergence", "LIBs pass the heads in time",
                              item->libs_ns, item->spec->lib_within_ns, true},
                  checks);
    }
}
