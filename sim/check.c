/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/check.h"

#include <stdarg.h>
#include <string.h>

#include "core/base.h"
#include "sim/internal.h"
#include "sim/shards.h"

/* All checks, in the order of reports. */
static SimCheck *(*const checks[])(SimWorld *) = {
    sim_check_s1_new, sim_check_s2_new, sim_check_s3_new, sim_check_s4_new, sim_check_s5_new,
    sim_check_s6_new, sim_check_s7_new, sim_check_s8_new, sim_check_l1_new, sim_check_l2_new,
    sim_check_l3_new, sim_check_l4_new, sim_check_l5_new, sim_check_l6_new, sim_check_l7_new,
    sim_check_c1_new, sim_check_c2_new, sim_check_c3_new, sim_check_c4_new, sim_check_c5_new,
    sim_check_c6_new, sim_check_c7_new, sim_check_r1_new, sim_check_r2_new, sim_check_r3_new,
    sim_check_r4_new, sim_check_r5_new, sim_check_r6_new, sim_check_r7_new,
};

char *sim_time_text(int64_t time_ns)
{
    return g_strdup_printf("%" G_GINT64_FORMAT ".%03d s", time_ns / BNET_NS_PER_S,
                           (int)(time_ns % BNET_NS_PER_S / BNET_NS_PER_MS));
}

char *sim_count_text(uint64_t count)
{
    g_autofree char *digits = g_strdup_printf("%" G_GUINT64_FORMAT, count);
    GString *text = g_string_new(NULL);
    for (size_t left = strlen(digits), i = 0; left > 0; left--, i++)
        g_string_append_printf(text, "%s%c", i > 0 && left % 3 == 0 ? "," : "", digits[i]);
    return g_string_free(text, FALSE);
}

char *sim_trx_name(const SimWorld *world, BnetTrx trx)
{
    const uint8_t *id = bnet_store_trx(sim_world_store(world), trx)->id.bytes;
    return g_strdup_printf("%02x%02x%02x%02x", id[0], id[1], id[2], id[3]);
}

char *sim_block_name(const SimWorld *world, BnetBlock block)
{
    const BnetStore *store = &world->store;
    uint32_t number = bnet_store_number(store, block);
    for (BnetBlock b = 1; b < store->n_blocks; b++) {
        if (b == block || bnet_store_number(store, b) != number)
            continue;
        /* The first four bytes of an id are the number. */
        const uint8_t *id = bnet_store_block(store, block)->id.bytes + 4;
        return g_strdup_printf("block %u %02x%02x%02x%02x", number, id[0], id[1], id[2], id[3]);
    }
    return g_strdup_printf("block %u", number);
}

char *sim_peers_text(const SimWorld *world, const uint32_t *peers, uint32_t n, const char *between)
{
    GString *text = g_string_new(NULL);
    for (uint32_t i = 0; i < n;) {
        const ScenarioGroup *group = scenario_group_of(world->scenario, peers[i]);
        uint32_t end = group->first + group->count;
        uint32_t last = i;
        while (last + 1 < n && peers[last + 1] == peers[last] + 1 && peers[last + 1] < end)
            last++;
        g_string_append(text, i > 0 ? between : "");
        if (last == i)
            g_string_append(text, world->peers[peers[i]].name);
        else
            g_string_append_printf(text, "%s[%u..%u]", group->name, peers[i] - group->first,
                                   peers[last] - group->first);
        i = last + 1;
    }
    return g_string_free(text, FALSE);
}

#define PROGRESS_MAX 3u

char *sim_peers_progress_text(const SimWorld *world, const uint32_t *peers, uint32_t n, bool libs)
{
    GString *text = g_string_new(NULL);
    for (uint32_t i = 0; i < MIN(n, PROGRESS_MAX); i++) {
        const BnetView *view = &world->peers[peers[i]].node.view;
        g_string_append_printf(text, "%s%s (%s %u)", i > 0 ? ", " : "", world->peers[peers[i]].name,
                               libs ? "LIB" : "head",
                               libs ? bnet_view_lib_number(view) : bnet_view_head_number(view));
    }
    if (n > PROGRESS_MAX)
        g_string_append_printf(text, " and %u more", n - PROGRESS_MAX);
    return g_string_free(text, FALSE);
}

/* Whatever comes before a violation is to be there when it is found. */
static bool is_left_to_one_thread(SimWorld *world)
{
    return sim_shard_refuses_now(world, "a check has failed");
}

static void violation(SimCheck *check, const SimWorld *world, const char *format, va_list args)
{
    check->judged = true;
    check->violations++;
    if (check->first)
        return;
    g_autofree char *time = sim_time_text(sim_world_now_ns(world));
    check->first_ns = sim_world_now_ns(world);
    check->first = g_string_new(NULL);
    g_string_printf(check->first, "at %s ", time);
    g_string_append_vprintf(check->first, format, args);
}

void sim_check_violation(SimCheck *check, SimWorld *world, const char *format, ...)
{
    va_list args;
    if (is_left_to_one_thread(world))
        return;
    va_start(args, format);
    violation(check, world, format, args);
    va_end(args);
}

SimSubject sim_subject_of_session(uint32_t peer, uint32_t remote)
{
    return (SimSubject){.peer = peer, .remote = remote, .end = SIM_NONE, .also = SIM_ALSO_TALK};
}

SimSubject sim_subject_of_end(const SimWorld *world, uint32_t end)
{
    SimSubject subject = sim_subject_of_session(world->ends[end].peer, world->ends[end ^ 1].peer);
    subject.end = end;
    return subject;
}

/* Which of two connections it was. */
static void append_connection(GString *text, const SimWorld *world, const SimSubject *subject)
{
    if (subject->remote == SIM_NONE || subject->end == SIM_NONE ||
        sim_end_twin(world, subject->end) == SIM_NONE)
        return;
    g_string_append_printf(text, ", over the connection that %s dialled",
                           world->peers[world->ends[subject->end & ~1u].peer].name);
}

static void violation_of(SimCheck *check, SimWorld *world, const SimSubject *subject,
                         const char *format, va_list args)
{
    bool is_first = !check->first;
    if (is_left_to_one_thread(world))
        return;
    if (is_first && world->causes)
        check->causes = sim_causes_tell(world->causes, world, subject);
    else if (is_first)
        world->untold = true;
    violation(check, world, format, args);
    if (is_first)
        append_connection(check->first, world, subject);
}

void sim_check_violation_of(SimCheck *check, SimWorld *world, const SimSubject *subject,
                            const char *format, ...)
{
    va_list args;
    va_start(args, format);
    violation_of(check, world, subject, format, args);
    va_end(args);
}

void sim_check_violation_in(SimCheck *check, SimWorld *world, const SimHappening *happening,
                            const char *format, ...)
{
    SimSubject subject = sim_subject_of_session(happening->peer, happening->remote);
    subject.end = happening->end;
    va_list args;
    va_start(args, format);
    violation_of(check, world, &subject, format, args);
    va_end(args);
}

bool sim_check_is_one_more(SimCheck *check)
{
    check->violations += check->first != NULL;
    return check->first != NULL;
}

bool sim_check_is_judged(const SimCheck *check, const SimWorld *world)
{
    return check->judged || (world->record->sent & check->judges_sent) ||
           (world->record->sent_between & check->judges_sent_between);
}

SimSubject sim_subject_of(const SimHappening *happening, BnetBlock block, BnetTrx trx)
{
    return (SimSubject){.peer = happening->peer,
                        .remote = happening->remote,
                        .end = happening->end,
                        .block = block,
                        .trx = trx};
}

static void check_free(gpointer data)
{
    SimCheck *check = data;
    if (check->first)
        g_string_free(check->first, TRUE);
    if (check->note)
        g_string_free(check->note, TRUE);
    g_strfreev(check->causes);
    if (check->free)
        check->free(check);
    else
        g_free(check);
}

GPtrArray *sim_checks_new(SimWorld *world)
{
    GPtrArray *array = g_ptr_array_new_with_free_func(check_free);
    for (gsize i = 0; i < G_N_ELEMENTS(checks); i++)
        g_ptr_array_add(array, checks[i](world));
    return array;
}

/* --- rounds ---------------------------------------------------------------------------------- */

void sim_checks_begin_rounds(SimWorld *world)
{
    SimRounds *rounds = &world->rounds;
    rounds->n_parts = MIN(world->n_peers, SIM_ROUND_PARTS);
    rounds->step_ns = SIM_ROUND_NS / rounds->n_parts;
    rounds->due_ns = 0;
    for (guint i = 0; i < world->checks->len; i++) {
        SimCheck *check = world->checks->pdata[i];
        if (!check->look)
            continue;
        g_assert(rounds->n < G_N_ELEMENTS(rounds->looking));
        rounds->looking[rounds->n++] = check;
    }
}

static void look_at_part(SimWorld *world, const SimRounds *rounds)
{
    uint32_t first = (uint32_t)((uint64_t)world->n_peers * rounds->part / rounds->n_parts);
    uint32_t end = (uint32_t)((uint64_t)world->n_peers * (rounds->part + 1) / rounds->n_parts);
    for (uint32_t p = first; p < end; p++)
        for (uint32_t c = 0; c < rounds->n; c++)
            rounds->looking[c]->look(rounds->looking[c], world, p);
}

void sim_checks_look(SimWorld *world)
{
    SimRounds *rounds = &world->rounds;
    for (uint32_t i = 0; i < rounds->n_parts && rounds->due_ns <= world->now_ns; i++) {
        look_at_part(world, rounds);
        rounds->part = rounds->part + 1 < rounds->n_parts ? rounds->part + 1 : 0;
        rounds->due_ns += rounds->step_ns;
    }
    rounds->due_ns = MAX(rounds->due_ns, world->now_ns + 1);
}
