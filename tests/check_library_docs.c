/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docs/library.md lists every scenario of the library with the first sentences of its description,
 * and nothing else. Run from the project's root.
 *
 * After a scenario was added or described otherwise: BNETLAB_UPDATE_LIBRARY=1 writes the file, and
 * fails, so that it cannot be left on.
 */
#include <stdlib.h>
#include <string.h>

#include "scenarios/loader.h"
#include "tests/library.h"
#include "tests/run_suite.h"

#define MANUAL "docs/library.md"
#define RENEW "to renew " MANUAL ", run this test once with BNETLAB_UPDATE_LIBRARY=1"

/* Of a description, in bytes. */
#define SUMMARY_MIN 80
#define SUMMARY_MAX 400

static const char head[] =
    "<!-- SPDX-License-Identifier: Apache-2.0 -->\n"
    "# The library of scenarios\n"
    "\n"
    "What is shipped in `scenarios/`: each shows one thing, passes, and has expectations that "
    "fail\n"
    "if the thing does not happen. The whole description is in the file and in every report; here\n"
    "is how each begins. All of them, in a few seconds:\n"
    "\n"
    "    bnetlab run scenarios/\n"
    "\n"
    "Change a value with `--set` to see where a thing begins and ends. What the keys mean is in\n"
    "[scenarios.md](scenarios.md). This file is made from the scenarios "
    "(`tests/check_library_docs.c`).\n";

static const struct {
    const char *folder;
    const char *about;
} folders[] = {
    {"adversaries", "Peers that break the rules, and what it costs them."},
    {"basics", "How a network behaves when nothing is wrong with it."},
    {"faults", "Processes, machines, links and clocks that fail."},
    {"forks", "Branches: how they come about, who wins, and what becomes of the losers."},
    {"hazards",
     "What the plugin of EOSIO 1.7 does otherwise than documented, one by one; each in full: "
     "[hazards.md](hazards.md)."},
    {"incidents", "What happened on public networks, rebuilt from what was recorded of it."},
    {"irreversibility",
     "When a block is final, when none is, and when two are that exclude each other."},
    {"partitions", "Networks that fall apart, wholly, in part, or one way only."},
    {"parity",
     "Short runs that nodes over real sockets do in the same way: [parity.md](parity.md)."},
    {"scale", "Many peers, long chains, and the whole world."},
};

static const char *about(const char *folder)
{
    for (size_t i = 0; i < G_N_ELEMENTS(folders); i++)
        if (g_str_equal(folders[i].folder, folder))
            return folders[i].about;
    ck_abort_msg("scenarios/%s is new: say in this test what is in it", folder);
}

/* Whole sentences from the beginning, until it is enough. (transfer full) */
static char *first_sentences(const char *text)
{
    const char *end = strstr(text, ". ");

    while (end != NULL && end - text < SUMMARY_MIN)
        end = strstr(end + 1, ". ");
    return end == NULL ? g_strdup(text) : g_strndup(text, (gsize)(end + 1 - text));
}

static void add_row(GString *page, const char *name)
{
    g_autofree char *path = library_path(name);
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) scenario = scenario_load(path, NULL, 0, &error);

    ck_assert_msg(scenario != NULL, "%s", error == NULL ? "" : error->message);
    g_autofree char *summary = first_sentences(scenario->description);

    ck_assert_msg(strpbrk(summary, "|\n") == NULL, "%s: a bar or a new line", name);
    ck_assert_msg(strlen(summary) <= SUMMARY_MAX, "%s: its first sentences have %zu bytes", name,
                  strlen(summary));
    g_string_append_printf(page, "| [%s](../%s) | %s |\n", strchr(name, '/') + 1, path, summary);
}

/* (transfer full) */
static char *make_page(void)
{
    g_autoptr(GPtrArray) names = library_names();
    g_autofree char *folder = g_strdup("");
    GString *page = g_string_new(head);

    for (guint i = 0; i < names->len; i++) {
        const char *name = names->pdata[i];
        g_autofree char *now = g_strndup(name, (gsize)(strchr(name, '/') - name));

        if (!g_str_equal(now, folder))
            g_string_append_printf(page, "\n## %s\n\n%s\n\n| scenario | shows |\n| --- | --- |\n",
                                   now, about(now));
        add_row(page, name);
        g_free(g_steal_pointer(&folder));
        folder = g_steal_pointer(&now);
    }
    return g_string_free(page, FALSE);
}

START_TEST(the_page_has_every_scenario)
{
    g_autofree char *page = make_page();
    g_autofree char *written = NULL;

    if (g_getenv("BNETLAB_UPDATE_LIBRARY") != NULL) {
        ck_assert(g_file_set_contents(MANUAL, page, -1, NULL));
        ck_abort_msg(MANUAL " is written; unset BNETLAB_UPDATE_LIBRARY");
    }
    ck_assert(g_file_get_contents(MANUAL, &written, NULL, NULL));
    g_auto(GStrv) wanted = g_strsplit(page, "\n", 0);
    g_auto(GStrv) lines = g_strsplit(written, "\n", 0);

    for (guint i = 0; wanted[i] != NULL && lines[i] != NULL; i++)
        ck_assert_msg(g_str_equal(wanted[i], lines[i]), "line %u should be\n  %s\nand is\n  %s\n%s",
                      i + 1, wanted[i], lines[i], RENEW);
    ck_assert_msg(g_str_equal(page, written), RENEW);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("library_docs");
    TCase *tcase = tcase_create("library");

    tcase_add_test(tcase, the_page_has_every_scenario);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
