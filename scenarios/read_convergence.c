/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/read_expect.h"
#include "scenarios/selector.h"
#include "scenarios/units.h"

/* The last time at which the scenario disturbs anything, and what does it. */
typedef struct LastFault {
    int64_t at_ns;
    const char *what; /* "the start of " */
    const char *name; /* the group's; or empty */
} LastFault;

static void later_fault(LastFault *last, int64_t at_ns, const char *what, const char *name)
{
    if (at_ns > last->at_ns) {
        *last = (LastFault){.at_ns = at_ns, .what = what, .name = name};
    }
}

static void find_last_fault(const ScenarioReader *reader, LastFault *last)
{
    const Scenario *scenario = reader->scenario;

    *last = (LastFault){.what = "the start", .name = ""};
    for (uint32_t i = 0; i < scenario->n_groups; i++) {
        const ScenarioGroup *group = &scenario->groups[i];

        if (group->start_ns != SCENARIO_TIME_NONE) {
            later_fault(last, group->start_ns, "the start of ", group->name);
        }
        for (uint32_t j = 0; j < group->n_personas; j++) {
            const ScenarioPersona *persona = &group->personas[j];
            const bool ends = persona->until_ns != SCENARIO_TIME_NONE;

            later_fault(last, ends ? persona->until_ns : persona->after_ns, "the persona of ",
                        group->name);
        }
    }
    if (scenario->n_events > 0) { /* they are in order */
        later_fault(last, scenario->events[scenario->n_events - 1u].at_ns, "the last event", "");
    }
    later_fault(last, reader->released_ns, "the last link that is released", "");
}

/* A time to converge that reaches past the end could never be found exceeded. */
static void check_fits(ScenarioReader *reader, uint32_t node, int64_t within_ns)
{
    const Scenario *scenario = reader->scenario;
    LastFault last;

    find_last_fault(reader, &last);
    if (within_ns <= scenario->duration_ns - last.at_ns) {
        return;
    }
    g_autofree char *within = scenario_units_duration_text(within_ns);
    g_autofree char *at = scenario_units_duration_text(last.at_ns);
    g_autofree char *end = scenario_units_duration_text(scenario->duration_ns);

    scenario_reader_fail(
        reader, node,
        "%s after the last fault (%s%s, at %s) is past the end of the run (%s), so "
        "it would never be checked; make \"duration\" longer or this shorter",
        within, last.what, last.name, at, end);
}

static void read_within(ScenarioReader *reader, uint32_t node, bool check, int64_t *within_ns)
{
    if (scenario_reader_duration(reader, node, 1, SCENARIO_DURATION_MAX_NS, within_ns) && check &&
        node != SCENARIO_NODE_NONE) {
        check_fits(reader, node, *within_ns);
    }
}

/* Times in events and groups mean something once those are free of mistakes. */
static bool faults_are_known(const ScenarioReader *reader)
{
    return reader->n_mistakes == 0;
}

/* Without peers and a time of its own: what L1 judges. */
static void read_plain(ScenarioReader *reader, uint32_t node, const ScenarioConvergenceKeys *keys,
                       uint32_t *n_plain)
{
    ScenarioExpect *expect = &reader->scenario->expect;
    const bool check = faults_are_known(reader);

    if ((*n_plain)++ > 0) {
        scenario_reader_fail(reader, node,
                             "a second object without \"peers\" and \"after\"; one is allowed");
        return;
    }
    read_within(reader, keys->within, check, &expect->convergence_within_ns);
    read_within(reader, keys->lib_within, check, &expect->lib_within_ns);
}

static void read_after(ScenarioReader *reader, uint32_t node, int64_t after_ns, int64_t *within_ns)
{
    const int64_t duration_ns = reader->scenario->duration_ns;

    if (!scenario_reader_duration(reader, node, 1, SCENARIO_DURATION_MAX_NS, within_ns) ||
        node == SCENARIO_NODE_NONE || *within_ns <= duration_ns - after_ns) {
        return;
    }
    g_autofree char *within = scenario_units_duration_text(*within_ns);
    g_autofree char *at = scenario_units_duration_text(after_ns);
    g_autofree char *end = scenario_units_duration_text(duration_ns);

    scenario_reader_fail(reader, node, "%s after %s is past the end of the run (%s)", within, at,
                         end);
}

static void read_of_some(ScenarioReader *reader, const ScenarioConvergenceKeys *keys, int32_t index)
{
    ScenarioExpect *expect = &reader->scenario->expect;
    const bool check = faults_are_known(reader);
    ScenarioConvergence *convergence = &expect->convergences[expect->n_convergences++];

    *convergence = (ScenarioConvergence){
        .index = index,
        .after_ns = SCENARIO_TIME_NONE,
        .within_ns = SCENARIO_TIME_NONE,
        .lib_within_ns = SCENARIO_TIME_NONE,
    };
    scenario_selector_set(reader, keys->peers, false, &convergence->peers);
    if (keys->after == SCENARIO_NODE_NONE) {
        read_within(reader, keys->within, check, &convergence->within_ns);
        read_within(reader, keys->lib_within, check, &convergence->lib_within_ns);
        return;
    }
    if (scenario_reader_duration(reader, keys->after, 0, reader->scenario->duration_ns,
                                 &convergence->after_ns)) {
        read_after(reader, keys->within, convergence->after_ns, &convergence->within_ns);
        read_after(reader, keys->lib_within, convergence->after_ns, &convergence->lib_within_ns);
    }
}

/* `n_plain`: how many of those before it were without peers and a time. */
static void read_object(ScenarioReader *reader, uint32_t node, int32_t index, uint32_t *n_plain)
{
    ScenarioConvergenceKeys keys = {0};

    scenario_reader_object(reader, node, &scenario_convergence_table, &keys);
    if (scenario_reader_node(reader, node)->kind != SCENARIO_NODE_OBJECT) {
        return;
    }
    if (keys.peers == SCENARIO_NODE_NONE && keys.after == SCENARIO_NODE_NONE) {
        read_plain(reader, node, &keys, n_plain);
    } else {
        read_of_some(reader, &keys, index);
    }
}

static void read_objects(ScenarioReader *reader, uint32_t node)
{
    const ScenarioNode *at =
        scenario_reader_array(reader, node, "convergences", SCENARIO_CONVERGENCES_MAX);
    uint32_t n_plain = 0;
    int32_t index = 0;

    if (at == NULL) {
        return;
    }
    reader->scenario->expect.convergences = g_new0(ScenarioConvergence, at->n_children);
    for (uint32_t i = at->first; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next) {
        read_object(reader, i, index++, &n_plain);
    }
}

void scenario_read_convergence(ScenarioReader *reader, uint32_t node)
{
    static const char allowed[] = "false, an object or an array of objects";
    ScenarioExpect *expect = &reader->scenario->expect;
    uint32_t n_plain = 0;

    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    switch (scenario_reader_node(reader, node)->kind) {
    case SCENARIO_NODE_BOOL:
        if (scenario_document_bool(reader->document, node)) {
            scenario_reader_fail(reader, node,
                                 "must be %s, not true: that the peers converge is asked wherever "
                                 "the key is left out",
                                 allowed);
        }
        expect->convergence = false;
        break;
    case SCENARIO_NODE_OBJECT:
        expect->convergences = g_new0(ScenarioConvergence, 1);
        read_object(reader, node, -1, &n_plain);
        break;
    case SCENARIO_NODE_ARRAY:
        read_objects(reader, node);
        break;
    case SCENARIO_NODE_NULL:
    case SCENARIO_NODE_INTEGER:
    case SCENARIO_NODE_NUMBER:
    case SCENARIO_NODE_STRING:
        scenario_reader_wrong_type(reader, node, allowed);
        break;
    }
}
