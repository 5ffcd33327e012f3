/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a scenario from a stranger: a scenario whose parts fit each other, or an error of at
 * most SCENARIO_ERRORS_MAX + 1 lines. Neither reads a file. Bytes after a NUL are overrides, a line
 * "/pointer=value" each.
 */

#include <string.h>

#include <glib.h>

#include "scenarios/loader.h"
#include "tests/fuzz/fuzz.h"

#define OVERRIDES_MAX 8u

/* Leaves the overrides in `ret_overrides`; their number. `lines` is cut up. */
static size_t read_overrides(char *lines, ScenarioOverride ret_overrides[OVERRIDES_MAX])
{
    size_t n = 0;

    for (char *line = lines; line != NULL && n < OVERRIDES_MAX;) {
        char *end = strchr(line, '\n');
        if (end != NULL)
            *end++ = '\0';
        char *value = strchr(line, '=');
        if (value != NULL) {
            *value++ = '\0';
            ret_overrides[n++] = (ScenarioOverride){.pointer = line, .value = value};
        }
        line = end;
    }
    return n;
}

static void check_error(const GError *error)
{
    size_t n_lines = 1;

    FUZZ_CHECK(error != NULL && error->domain == SCENARIO_ERROR);
    FUZZ_CHECK(error->message[0] != '\0');
    for (const char *at = error->message; *at != '\0'; at++)
        n_lines += *at == '\n' ? 1 : 0;
    FUZZ_CHECK(n_lines <= SCENARIO_ERRORS_MAX + 1);
    FUZZ_CHECK(g_utf8_validate(error->message, -1, NULL));
}

static void check_set(const ScenarioPeerSet *set, uint32_t n_peers)
{
    for (uint32_t i = 0; i < set->count; i++)
        FUZZ_CHECK(set->peers[i] < n_peers && (i == 0 || set->peers[i - 1] < set->peers[i]));
}

/* What the simulator takes for granted. */
static void check_scenario(const Scenario *s)
{
    FUZZ_CHECK(s->n_peers >= 1 && s->n_peers <= SCENARIO_UNTRUSTED_PEERS_MAX);
    FUZZ_CHECK(s->n_links <= SCENARIO_UNTRUSTED_LINKS_MAX);
    FUZZ_CHECK(s->duration_ns > 0 && s->duration_ns <= SCENARIO_DURATION_MAX_NS);
    FUZZ_CHECK(s->n_producers >= 1 && s->n_producers <= SCENARIO_PRODUCERS_MAX);
    for (uint32_t i = 0; i < s->n_producers; i++)
        FUZZ_CHECK(s->producers[i] < s->n_peers);
    for (uint32_t i = 0; i < s->n_links; i++)
        FUZZ_CHECK(s->links[i].from < s->n_peers && s->links[i].to < s->n_peers &&
                   s->links[i].from != s->links[i].to);
    for (uint32_t i = 0; i < s->n_events; i++) {
        const ScenarioEvent *event = &s->events[i];
        FUZZ_CHECK(event->at_ns >= (i == 0 ? 0 : s->events[i - 1].at_ns));
        FUZZ_CHECK(event->at_ns <= s->duration_ns);
        FUZZ_CHECK(event->ends == SCENARIO_EVENT_NONE || event->ends < s->n_events);
        check_set(&event->peers, s->n_peers);
        check_set(&event->others, s->n_peers);
    }
    for (uint32_t i = 0; i < s->expect.n_bounds; i++)
        check_set(&s->expect.bounds[i].peers, s->n_peers);
    check_set(&s->expect.bad_block, s->n_peers);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const uint8_t *nul = n > 0 ? memchr(bytes, 0, n) : NULL;
    const size_t length = nul == NULL ? n : (size_t)(nul - bytes);
    g_autofree char *lines = nul == NULL ? NULL : g_strndup((const char *)nul + 1, n - length - 1);
    ScenarioOverride overrides[OVERRIDES_MAX];
    const size_t n_overrides = lines == NULL ? 0 : read_overrides(lines, overrides);
    const ScenarioText text = {
        .path = "f.json",
        .data = (const char *)bytes,
        .length = length,
        .is_untrusted = true,
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) scenario = scenario_load_data(&text, overrides, n_overrides, &error);

    if (scenario == NULL)
        check_error(error);
    else
        check_scenario(scenario);
    return 0;
}
