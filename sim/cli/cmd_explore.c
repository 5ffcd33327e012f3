/* SPDX-License-Identifier: Apache-2.0 */

/* bnetlab explore: random scenarios, one for each seed. */

#include <string.h>

#include "reports/explore.h"
#include "reports/file.h"
#include "reports/hazards.h"
#include "reports/json.h"
#include "sim/cli/cli.h"
#include "sim/cli/explore_hazards.h"
#include "sim/cli/explore_runs.h"
#include "sim/cli/interrupt.h"
#include "sim/cli/outputs.h"
#include "sim/cli/progress.h"
#include "sim/cli/quirks.h"
#include "sim/cli/suite.h"
#include "sim/run.h"

#define SEEDS_MAX UINT64_C(1000000000)

/* For each hazard, unless it is said how many. */
#define HAZARD_SEEDS 1000u

typedef struct Options {
    char *seed;
    char *seeds;
    char *seed_base;
    char *profile;
    char *emit;
    char **quirks;
    char **without;
    gboolean hazards;
    char *shuffle_ties;
    gboolean json;
    int jobs;
} Options;

/* All that a `bnetlab explore` has. */
typedef struct Exploration {
    const Options *options;
    SimSwarmPlugin plugin;
    CliTies ties;
    uint64_t first;
    uint64_t seeds; /* 0: one is repeated, `first` */
    ReportStyle style;
    ReportExplore report;
    ReportHazards hazards;
    Progress *progress;
    ReportFile *emitted; /* (nullable) open from the start */
    bool has_emitted;
    bool has_erred; /* what is ours to mend, or a file that could not be written */
} Exploration;

/* --- options --------------------------------------------------------------------------------- */

static bool read_number(const char *option, const char *text, uint64_t least, uint64_t greatest,
                        uint64_t *ret_number)
{
    guint64 number = 0;
    if (!g_ascii_string_to_unsigned(text, 10, least, greatest, &number, NULL)) {
        cli_error("explore: %s %s: must be a whole number from %" G_GUINT64_FORMAT
                  " to %" G_GUINT64_FORMAT,
                  option, text, least, greatest);
        return false;
    }
    *ret_number = number;
    return true;
}

static bool read_quirks(Exploration *exploration)
{
    const Options *options = exploration->options;
    SimSwarmPlugin *plugin = &exploration->plugin;
    return cli_quirks_read("explore", "--quirk", options->quirks, &plugin->quirks) &&
           cli_quirks_read("explore", "--without", options->without, &plugin->without);
}

static bool read_profile(Exploration *exploration)
{
    const char *profile = exploration->options->profile;
    if (profile == NULL || strcmp(profile, "documented") == 0) {
        if (exploration->plugin.without != 0) {
            cli_error("explore: --without leaves quirks out of --profile eosio-1.7; give that too");
        }
        return exploration->plugin.without == 0;
    }
    if (strcmp(profile, "eosio-1.7") != 0) {
        cli_error("explore: --profile %s: must be \"documented\" or \"eosio-1.7\"", profile);
        return false;
    }
    if (exploration->options->hazards || exploration->plugin.quirks != 0) {
        cli_error("explore: --profile eosio-1.7 has all quirks at once; leave it out with %s",
                  exploration->options->hazards ? "--hazards" : "--quirk");
        return false;
    }
    exploration->plugin.profile = SIM_SWARM_EOSIO_1_7;
    return true;
}

static bool read_seeds(Exploration *exploration)
{
    const Options *options = exploration->options;
    if (options->seed != NULL && (options->seeds != NULL || options->seed_base != NULL)) {
        cli_error("explore: --seed repeats one seed; leave out --seeds and --seed-base");
        return false;
    }
    if (options->seed != NULL) {
        return read_number("--seed", options->seed, 0, UINT64_MAX, &exploration->first);
    }
    if (options->seeds == NULL && !options->hazards) {
        cli_error("explore: say how many with --seeds N, or which with --seed N");
        return false;
    }
    exploration->first = 1;
    exploration->seeds = HAZARD_SEEDS;
    return (options->seeds == NULL ||
            read_number("--seeds", options->seeds, 1, SEEDS_MAX, &exploration->seeds)) &&
           (options->seed_base == NULL ||
            read_number("--seed-base", options->seed_base, 0, UINT64_MAX - exploration->seeds + 1,
                        &exploration->first));
}

/* What does not go together. */
static bool check_together(const Options *options)
{
    if (options->seed != NULL && options->hazards) {
        cli_error("explore: --hazards looks at many seeds; leave out --seed");
        return false;
    }
    if (options->shuffle_ties != NULL && options->hazards) {
        cli_error("explore: --hazards looks for seeds with the usual order of events; leave out "
                  "--shuffle-ties");
        return false;
    }
    if (options->emit != NULL && options->hazards) {
        cli_error("explore: --hazards writes no scenario; name the quirk and the seed that it told "
                  "with --quirk and --seed for that");
        return false;
    }
    if (options->emit != NULL && options->seed != NULL && options->json) {
        cli_error("explore: --emit with --seed runs nothing, so there is no report; leave out "
                  "--json");
        return false;
    }
    return true;
}

static bool read_options(Exploration *exploration)
{
    const Options *options = exploration->options;
    if (options->jobs < 1 || options->jobs > SUITE_JOBS_MAX) {
        cli_error("explore: --jobs %d: must be from 1 to %d", options->jobs, SUITE_JOBS_MAX);
        return false;
    }
    return read_quirks(exploration) && read_profile(exploration) && check_together(options) &&
           cli_ties_read("explore", options->shuffle_ties, &exploration->ties) &&
           read_seeds(exploration) && cli_output_name_check("explore", "--emit", options->emit) &&
           (options->emit == NULL || cli_output_place_check("explore", "--emit", options->emit));
}

/* --- one seed -------------------------------------------------------------------------------- */

/* (transfer full) */
static char *command_of(const Exploration *exploration, uint64_t seed)
{
    const CliTies *ties = &exploration->ties;
    g_autofree char *command = explore_command(cli_program(), exploration->plugin, seed);
    if (!ties->shuffled) {
        return g_steal_pointer(&command);
    }
    g_autofree char *ties_seed = g_strdup_printf("=%" G_GUINT64_FORMAT, ties->seed);
    return g_strconcat(command, " --shuffle-ties", ties->has_seed ? ties_seed : NULL, NULL);
}

/* Before anything runs. What is wrong has been told. */
static bool open_emitted(Exploration *exploration)
{
    g_autoptr(GError) error = NULL;
    if (exploration->options->emit == NULL) {
        return true;
    }
    exploration->emitted = report_file_new(exploration->options->emit, &error);
    if (exploration->emitted == NULL) {
        cli_error("explore: --emit: %s", error->message);
    }
    return exploration->emitted != NULL;
}

/* The scenario of a seed as a file. What is wrong has been told. */
static bool emit(Exploration *exploration, uint64_t seed)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = sim_swarm_text(seed, exploration->plugin);
    report_file_write(exploration->emitted, text, strlen(text));
    exploration->has_emitted = report_file_commit(exploration->emitted, &error);
    if (!exploration->has_emitted) {
        cli_error("explore: --emit: %s", error->message);
        exploration->has_erred = true;
    }
    return exploration->has_emitted;
}

static void write_result(const Exploration *exploration, const SimResult *result)
{
    g_autofree char *command = command_of(exploration, result->seed);
    g_autoptr(GString) out = g_string_new(NULL);
    if (exploration->options->json) {
        report_json(out, result, command);
        g_string_append_c(out, '\n');
    } else {
        report_text(out, result, command, &exploration->style);
    }
    cli_write(out->str, out->len);
}

static int repeat(Exploration *exploration)
{
    if (exploration->options->emit != NULL) {
        return emit(exploration, exploration->first) ? CLI_OK : CLI_INTERNAL;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) scenario = explore_load(exploration->first, exploration->plugin, &error);
    if (scenario == NULL) {
        cli_error("explore: %s", error->message);
        return CLI_INTERNAL;
    }
    gint *stop = interrupt_install();
    SimRunOptions options = {.stop = stop};
    cli_ties_apply(&exploration->ties, scenario, &options);
    int64_t began_us = g_get_monotonic_time();
    g_autoptr(SimResult) result = sim_run(scenario, &options, &error);
    if (result == NULL) {
        cli_error("explore: %s", error->message);
        return CLI_INTERNAL;
    }
    result->wall_seconds = (double)(g_get_monotonic_time() - began_us) / 1e6;
    g_clear_pointer(&result->path, g_free); /* there is no such file */
    write_result(exploration, result);
    if (cli_write_failed()) {
        return CLI_INTERNAL;
    }
    if (result->interrupted) {
        return CLI_SIGNALLED + g_atomic_int_get(stop);
    }
    return result->verdict == SIM_VERDICT_FAIL ? CLI_FAILED : CLI_OK;
}

/* --- many seeds ------------------------------------------------------------------------------ */

static void on_failure(Exploration *exploration, const SimResult *result)
{
    g_autoptr(GString) out = g_string_new(NULL);
    uint64_t index = exploration->report.failed - 1;
    if (exploration->options->json) {
        g_autofree char *command = command_of(exploration, result->seed);
        report_explore_json_failure(out, index, result, command);
    } else if (exploration->report.is_new) {
        report_explore_text_failure(out, result, &exploration->style);
    }
    progress_clear(exploration->progress);
    cli_write(out->str, out->len);
    if (exploration->emitted != NULL && index == 0) {
        (void)emit(exploration, result->seed);
    }
}

static bool on_done(void *user_data, uint64_t seed, const ExploreRun *run)
{
    Exploration *exploration = user_data;
    if (run->error != NULL) {
        cli_error("explore: seed %" G_GUINT64_FORMAT ": %s", seed, run->error->message);
        exploration->has_erred = true;
    }
    if (run->result != NULL && report_explore_add(&exploration->report, run->result, run->seen)) {
        on_failure(exploration, run->result);
    }
    return true;
}

static void on_wait(void *user_data, uint64_t finished, uint64_t failed)
{
    Exploration *exploration = user_data;
    progress_count(exploration->progress, finished, failed);
    progress_draw(exploration->progress);
}

static void write_end(Exploration *exploration, double wall_seconds)
{
    g_autoptr(GString) out = g_string_new(NULL);
    bool has_failed = exploration->report.failed > 0;
    g_autofree char *command =
        has_failed ? command_of(exploration, exploration->report.first_failed) : NULL;
    ReportExploreEnd end = {
        .asked = exploration->seeds,
        .command = command,
        .emit = exploration->options->emit,
        .has_emitted = exploration->has_emitted,
        .wall_seconds = wall_seconds,
    };
    if (exploration->options->json) {
        report_explore_json_end(out, &exploration->report, &end);
    } else {
        report_explore_text_end(out, &exploration->report, &end);
    }
    progress_clear(exploration->progress);
    cli_write(out->str, out->len);
}

static int explore_all(Exploration *exploration)
{
    gint *stop = interrupt_install();
    ExploreOptions options = {
        .plugin = exploration->plugin,
        .ties = exploration->ties,
        .first = exploration->first,
        .seeds = exploration->seeds,
        .jobs = (guint)exploration->options->jobs,
        .stop = stop,
        .done = on_done,
        .wait = on_wait,
        .user_data = exploration,
    };
    int64_t began_us = g_get_monotonic_time();
    if (exploration->options->json) {
        g_autoptr(GString) out = g_string_new(NULL);
        report_explore_json_begin(out, exploration->first);
        cli_write(out->str, out->len);
    }
    explore_run(&options);
    write_end(exploration, (double)(g_get_monotonic_time() - began_us) / 1e6);
    if (exploration->has_erred || cli_write_failed()) {
        return CLI_INTERNAL;
    }
    int signal_number = g_atomic_int_get(stop);
    if (exploration->report.runs < exploration->seeds && signal_number != 0) {
        return CLI_SIGNALLED + signal_number;
    }
    return exploration->report.failed > 0 ? CLI_FAILED : CLI_OK;
}

/* --- hazards --------------------------------------------------------------------------------- */

static void on_hazard(void *user_data, const ReportHazard *hazard)
{
    Exploration *exploration = user_data;
    g_autoptr(GString) out = g_string_new(NULL);
    report_hazards_add(&exploration->hazards, hazard);
    if (exploration->options->json) {
        report_hazards_json_row(out, hazard);
    } else {
        report_hazards_text_row(out, hazard);
    }
    cli_write(out->str, out->len);
}

static void on_error(void *user_data, uint64_t seed, const GError *error)
{
    Exploration *exploration = user_data;
    cli_error("explore: seed %" G_GUINT64_FORMAT ": %s", seed, error->message);
    exploration->has_erred = true;
}

static void on_pause(void *user_data)
{
    (void)user_data; /* the rows tell how far it has come */
}

static void write_hazards_end(const Exploration *exploration, double wall_seconds)
{
    g_autoptr(GString) out = g_string_new(NULL);
    if (exploration->options->json) {
        report_hazards_json_end(out, &exploration->hazards);
    } else {
        report_hazards_text_end(out, &exploration->hazards, wall_seconds);
    }
    cli_write(out->str, out->len);
}

static int look_for_hazards(Exploration *exploration)
{
    gint *stop = interrupt_install();
    BnetQuirks quirks = exploration->plugin.quirks;
    ExploreHazards search = {
        .quirks = quirks != 0 ? quirks : BNET_PROFILE_EOSIO_1_7,
        .first = exploration->first,
        .seeds = exploration->seeds,
        .jobs = (guint)exploration->options->jobs,
        .stop = stop,
        .done = on_hazard,
        .erred = on_error,
        .wait = on_pause,
        .user_data = exploration,
    };
    exploration->hazards = (ReportHazards){
        .first_seed = exploration->first,
        .seeds = exploration->seeds,
        .asked = (uint32_t)__builtin_popcount(search.quirks),
    };
    int64_t began_us = g_get_monotonic_time();
    if (!exploration->options->json) {
        g_autoptr(GString) out = g_string_new(NULL);
        report_hazards_text_begin(out);
        cli_write(out->str, out->len);
    }
    explore_hazards(&search);
    write_hazards_end(exploration, (double)(g_get_monotonic_time() - began_us) / 1e6);
    if (exploration->has_erred || cli_write_failed()) {
        return CLI_INTERNAL;
    }
    int signal_number = g_atomic_int_get(stop);
    if (signal_number != 0) {
        return CLI_SIGNALLED + signal_number;
    }
    return CLI_OK;
}

static int explore(const Options *options)
{
    Exploration exploration = {.options = options, .style = cli_style()};
    if (!read_options(&exploration) || !open_emitted(&exploration)) {
        return CLI_BAD_INPUT;
    }
    if (options->hazards) {
        return look_for_hazards(&exploration);
    }
    if (exploration.seeds == 0) {
        int status = repeat(&exploration);
        report_file_free(exploration.emitted);
        return status;
    }
    report_explore_init(&exploration.report, exploration.first);
    exploration.progress = progress_new_count(exploration.seeds);
    int status = explore_all(&exploration);
    progress_free(exploration.progress);
    report_explore_finish(&exploration.report);
    report_file_free(exploration.emitted);
    return status;
}

static const CliUsage usage = {
    .name = "explore",
    .parameters = "",
    .summary =
        "Runs random scenarios: honest peers, random faults, in a quarter of them peers that\n"
        "misbehave. In none may a property be violated. A seed has one scenario.",
    .description =
        "Examples:\n"
        "  bnetlab explore --seeds 1000\n"
        "  bnetlab explore --seeds 100000 --seed-base 5000000 --json\n"
        "  bnetlab explore --seeds 1000 --profile eosio-1.7 --without busy-fetch\n"
        "  bnetlab explore --hazards\n"
        "  bnetlab explore --seed 17\n"
        "  bnetlab explore --seed 17 --emit seed-17.json && bnetlab run seed-17.json\n"
        "\n"
        "Exit status: 0 nothing was violated, or it was to look for --hazards; 1 something was;\n"
        "2 bad usage; 3 internal error;\n"
        "128 + n stopped by signal n (Ctrl-C: 130; what is known by then is told).",
};

int cli_explore(int argc, char **argv)
{
    Options options = {.jobs = (int)MIN(g_get_num_processors(), (guint)SUITE_JOBS_MAX)};
    const GOptionEntry entries[] = {
        {"seeds", 'n', G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &options.seeds,
         "Run so many seeds, up to 1000000000", "N"},
        {"seed-base", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &options.seed_base,
         "The first of them (default: 1)", "N"},
        {"seed", 's', G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &options.seed,
         "Run this one, with the usual report", "N"},
        {"profile", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &options.profile,
         "What the peers run: documented (default), or eosio-1.7, all or some of them", "PROFILE"},
        {"quirk", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING_ARRAY, &options.quirks,
         "All peers have this quirk of the deployed plugin, \"no-timer\" or \"H7\"; repeatable",
         "QUIRK"},
        {"without", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING_ARRAY, &options.without,
         "With --profile eosio-1.7: no peer has this quirk; repeatable", "QUIRK"},
        {"hazards", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &options.hazards,
         "For each quirk alone, or each --quirk: which seed finds it first, of up to 1000 or "
         "--seeds",
         NULL},
        {"shuffle-ties", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &options.shuffle_ties,
         CLI_TIES_HELP, "SEED"},
        {"jobs", 'j', G_OPTION_FLAG_NONE, G_OPTION_ARG_INT, &options.jobs,
         "Seeds to run at a time (default: one a processor)", "N"},
        {"json", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &options.json,
         "Results as JSON on standard output", NULL},
        {"emit", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME, &options.emit,
         "Write the scenario: of --seed, and run nothing; of --seeds, that of the first failure",
         "FILE"},
        G_OPTION_ENTRY_NULL,
    };
    int status = CLI_OK;
    cli_ties_spell_out(argc, argv);
    if (cli_parse(&usage, entries, &argc, &argv, &status)) {
        if (argc > 1) {
            cli_error("explore: %s: takes options alone", argv[1]);
            status = CLI_BAD_INPUT;
        } else {
            status = explore(&options);
        }
    }
    g_free(options.seed);
    g_free(options.seeds);
    g_free(options.seed_base);
    g_free(options.profile);
    g_free(options.shuffle_ties);
    g_free(options.emit);
    g_strfreev(options.quirks);
    g_strfreev(options.without);
    return status;
}
