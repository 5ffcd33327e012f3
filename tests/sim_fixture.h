/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_TESTS_SIM_FIXTURE_H
#define BNETLAB_TESTS_SIM_FIXTURE_H

/*
 * What the tests of the simulator share: scenarios from a text, a recorder of all that happens in a
 * run, and queries of what it has recorded.
 *
 * Scenario texts are JSON with ' in place of ", so that they read well in C. A recorder may have a
 * hook, which is called at each happening after it was recorded and may bend the world: that is how
 * tests break what the simulator does right. One thread.
 */

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <glib.h>

#include "scenarios/loader.h"
#include "sim/internal.h"
#include "tests/run_suite.h"

#define MS BNET_NS_PER_MS
#define S BNET_NS_PER_S

/* --- scenarios ------------------------------------------------------------------------------- */

/* (transfer full) The text must load. */
static inline Scenario *fix_scenario(const char *text)
{
    g_autofree char *json = g_strdup(text);
    g_strdelimit(json, "'", '"');
    g_autoptr(GError) error = NULL;
    ScenarioText loaded = {.path = "scenarios/fixture.json", .data = json, .length = strlen(json)};
    Scenario *scenario = scenario_load_data(&loaded, NULL, 0, &error);
    ck_assert_msg(scenario, "%s\n%s", error ? error->message : "", json);
    return scenario;
}

static inline Scenario *fix_scenario_of(const char *format, ...) G_GNUC_PRINTF(1, 2);

static inline Scenario *fix_scenario_of(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    return fix_scenario(text);
}

/* Number of a peer from its name. */
static inline uint32_t fix_peer(const Scenario *scenario, const char *name)
{
    for (uint32_t p = 0; p < scenario->n_peers; p++) {
        g_autofree char *its = scenario_peer_name(scenario, p);
        if (g_str_equal(its, name))
            return p;
    }
    ck_abort_msg("no peer %s", name);
    return 0;
}

/* --- the recorder ---------------------------------------------------------------------------- */

/* A happening, with what it pointed to. The lists of notices are not kept. */
typedef struct FixNote {
    SimHappening happening; /* message and text: NULL */
    BnetMessage message;    /* kind and contents, where there is one */
    uint32_t number;        /* of the block it concerns; 0: none */
    char text[120];         /* cut off */
} FixNote;

typedef struct FixRecorder FixRecorder;
struct FixRecorder {
    SimObserver observer;
    GArray *notes; /* of FixNote */
    uint32_t keep; /* mask of the kinds that are recorded */
    void (*hook)(FixRecorder *self, SimWorld *world, const SimHappening *happening);
    void *data;     /* the hook's */
    uint32_t calls; /* the hook's */
};

static inline BnetBlock fix_block_of(const SimHappening *happening)
{
    if (happening->message && happening->message->kind == BNET_MESSAGE_BLOCK)
        return happening->message->u.block;
    return happening->block;
}

static inline void fix_happened(SimObserver *observer, SimWorld *world,
                                const SimHappening *happening)
{
    FixRecorder *self = (FixRecorder *)observer;
    if (self->keep >> happening->kind & 1) {
        FixNote note = {.happening = *happening};
        note.number = bnet_store_number(sim_world_store(world), fix_block_of(happening));
        if (happening->message)
            note.message = *happening->message;
        if (happening->text)
            g_strlcpy(note.text, happening->text, sizeof note.text);
        note.happening.message = NULL;
        note.happening.text = NULL;
        g_array_append_val(self->notes, note);
    }
    if (self->hook)
        self->hook(self, world, happening);
}

static inline void fix_recorder_init(FixRecorder *self)
{
    *self = (FixRecorder){
        .observer = {.mask = UINT32_MAX, .happened = fix_happened},
        .notes = g_array_new(FALSE, FALSE, sizeof(FixNote)),
        .keep = UINT32_MAX,
    };
}

static inline void fix_recorder_finish(FixRecorder *self)
{
    g_array_unref(self->notes);
}

static inline const FixNote *fix_note(const FixRecorder *self, guint index)
{
    return &g_array_index(self->notes, FixNote, index);
}

/* Runs a scenario text; recorder may be NULL. (transfer full) */
static inline SimResult *fix_run(const Scenario *scenario, FixRecorder *recorder)
{
    SimRunOptions options = {
        .trace = recorder ? &recorder->observer : NULL,
        .remembers = recorder && recorder->hook,
    };
    return sim_run(scenario, &options, NULL);
}

/* --- queries --------------------------------------------------------------------------------- */

#define FIX_ANY UINT32_MAX

/* Where to look: a kind, and a peer or FIX_ANY. */
static inline bool fix_matches(const FixNote *note, SimHappeningKind kind, uint32_t peer)
{
    return note->happening.kind == kind && (peer == FIX_ANY || note->happening.peer == peer);
}

/* The first happening of a kind to a peer at or after a time; NULL: none. */
static inline const FixNote *fix_find(const FixRecorder *self, SimHappeningKind kind, uint32_t peer,
                                      int64_t from_ns)
{
    for (guint i = 0; i < self->notes->len; i++) {
        const FixNote *note = fix_note(self, i);
        if (note->happening.time_ns >= from_ns && fix_matches(note, kind, peer))
            return note;
    }
    return NULL;
}

static inline uint32_t fix_count(const FixRecorder *self, SimHappeningKind kind, uint32_t peer)
{
    uint32_t n = 0;
    for (guint i = 0; i < self->notes->len; i++)
        n += fix_matches(fix_note(self, i), kind, peer);
    return n;
}

static inline const SimCheckResult *fix_check(const SimResult *result, const char *id)
{
    for (uint32_t i = 0; i < result->n_checks; i++)
        if (g_str_equal(result->checks[i].id, id))
            return &result->checks[i];
    ck_abort_msg("no check %s", id);
    return NULL;
}

/* All properties and expectations of the run hold. */
static inline void fix_assert_pass(const SimResult *result)
{
    for (uint32_t i = 0; i < result->n_checks; i++)
        ck_assert_msg(result->checks[i].verdict != SIM_VERDICT_FAIL, "%s: %s", result->checks[i].id,
                      result->checks[i].detail);
    ck_assert_int_eq(result->verdict, SIM_VERDICT_PASS);
}

/* --- a world that stands still --------------------------------------------------------------- */

/* Number of a peer's session end towards another. */
static inline uint32_t fix_end(const SimWorld *world, uint32_t peer, uint32_t remote)
{
    for (uint32_t e = 0; e < world->n_ends; e++)
        if (world->ends[e].peer == peer && world->ends[e ^ 1].peer == remote)
            return e;
    ck_abort_msg("peers %u and %u are not linked", peer, remote);
    return 0;
}

/* A world whose peers are up and whose ends are marked open, in which nothing happens by itself. */
static inline SimWorld *fix_world(const Scenario *scenario)
{
    SimWorld *world = sim_world_new(scenario, NULL);
    sim_world_remember(world);
    for (uint32_t p = 0; p < world->n_peers; p++)
        sim_peer_start(world, p, false);
    for (uint32_t e = 0; e < world->n_ends; e++)
        world->ends[e].open = true;
    return world;
}

static inline SimCheck *fix_check_of(const SimWorld *world, const char *id)
{
    for (guint i = 0; i < world->checks->len; i++) {
        SimCheck *check = world->checks->pdata[i];
        if (g_str_equal(check->id, id))
            return check;
    }
    ck_abort_msg("no check %s", id);
    return NULL;
}

/* Violations so far of a check that counts `n`, the first of which says `text`; NULL: whatever. */
static inline void fix_expect_check(const SimWorld *world, const char *id, uint64_t n,
                                    const char *text)
{
    const SimCheck *check = fix_check_of(world, id);
    ck_assert_msg(check->violations == n, "%s: %u violations, not %u: %s", id,
                  (unsigned)check->violations, (unsigned)n, check->first ? check->first->str : "");
    if (text) {
        ck_assert_ptr_nonnull(check->first);
        ck_assert_str_eq(check->first->str, text);
    }
}

/* A block `skip` slots after the next one, by the scheduled producer. */
static inline BnetBlockSpec fix_spec(const SimWorld *world, BnetBlock parent, uint32_t skip)
{
    uint32_t slot = bnet_store_block(&world->store, parent)->slot + 1 + skip;
    return (BnetBlockSpec){
        .parent = parent,
        .slot = slot,
        .producer = bnet_store_scheduled(&world->store, parent, slot),
        .signature_valid = true,
        .content_valid = true,
    };
}

static inline BnetBlock fix_child(SimWorld *world, BnetBlock parent, uint32_t skip)
{
    BnetBlockSpec spec = fix_spec(world, parent, skip);
    return bnet_store_add_block(&world->store, &spec);
}

static inline BnetBlock fix_bad_child(SimWorld *world, BnetBlock parent, uint32_t skip)
{
    BnetBlockSpec spec = fix_spec(world, parent, skip);
    spec.content_valid = false;
    return bnet_store_add_block(&world->store, &spec);
}

/* Tells of something that happened to a session of `peer` with `remote`. */
static inline SimHappening fix_happening(const SimWorld *world, SimHappeningKind kind,
                                         uint32_t peer, uint32_t remote)
{
    SimHappening happening = sim_happening(kind, peer);
    happening.remote = remote;
    happening.end = fix_end(world, peer, remote);
    happening.session = world->ends[happening.end].slot;
    return happening;
}

/* Tells of it as a run does: of five kinds with the function that they have. */
static inline void fix_tell_happening(SimWorld *world, const SimHappening *happening)
{
    SimHappening told = *happening;
    if (told.kind == SIM_SENT)
        sim_world_tell_sent(world, told.end, told.message, told.bytes);
    else if (told.kind == SIM_WRITTEN)
        sim_world_tell_written(world, told.end);
    else if (told.kind == SIM_DELIVERED)
        sim_world_tell_delivered(world, told.end, told.message, told.bytes);
    else if (told.kind == SIM_ASKED)
        sim_world_tell_asked(world, told.end, told.number);
    else if (told.kind == SIM_VERDICT)
        sim_world_tell_verdict(world, told.peer, told.session, told.block, told.verdict);
    else
        sim_world_tell(world, &told);
}

static inline void fix_tell(SimWorld *world, SimHappeningKind kind, uint32_t peer, uint32_t remote)
{
    SimHappening happening = fix_happening(world, kind, peer, remote);
    fix_tell_happening(world, &happening);
}

/* SIM_SENT or SIM_DELIVERED. */
static inline void fix_tell_message(SimWorld *world, SimHappeningKind kind, uint32_t peer,
                                    uint32_t remote, const BnetMessage *message)
{
    SimHappening happening = fix_happening(world, kind, peer, remote);
    happening.message = message;
    fix_tell_happening(world, &happening);
}

static inline void fix_tell_block(SimWorld *world, SimHappeningKind kind, uint32_t peer,
                                  uint32_t remote, BnetBlock block)
{
    BnetMessage message = {.kind = BNET_MESSAGE_BLOCK, .u.block = block};
    fix_tell_message(world, kind, peer, remote, &message);
}

/* The peer's applied chain ends there. */
static inline void fix_set_head(SimWorld *world, uint32_t peer, BnetBlock head)
{
    BnetView *view = &world->peers[peer].node.view;
    view->head = view->target = head;
    view->head_number = bnet_store_number(&world->store, head);
}

/* What the peer holds for irreversible. */
static inline void fix_set_lib(SimWorld *world, uint32_t peer, BnetBlock lib)
{
    BnetView *view = &world->peers[peer].node.view;
    view->lib = lib;
    view->lib_number = bnet_store_number(&world->store, lib);
}

#endif
