/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/region_table.h"

#include <string.h>

#include "scenarios/line_file.h"
#include "scenarios/units.h"

#define NAME_BYTES_MAX 64u

/* ---- Tables that are built in ---------------------------------------------------------------- */

/*
 * Round trips between regions of Amazon Web Services in us, measured; from the simulator of the
 * Streamr network (streamr-dev/network, packages/dht/src/connection/simulator/pings.ts).
 */
static const char *const aws16_names[] = {
    "eu-central-1",   "eu-west-1",      "eu-west-2",      "eu-west-3",
    "eu-north-1",     "us-east-1",      "us-east-2",      "us-west-1",
    "us-west-2",      "ca-central-1",   "ap-south-1",     "ap-northeast-2",
    "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1"};
static const uint32_t aws16_us[] = {
    325,    23163,  12942,  8923,   20699,  89208,  99980,  150077,
    139224, 90454,  117000, 226823, 154592, 286753, 222719, 205563, /* eu-central-1 */
    24911,  195,    10022,  18544,  39802,  66161,  93877,  136271,
    127362, 73733,  122187, 229064, 177256, 254277, 200207, 186817, /* eu-west-1 */
    12879,  9994,   167,    8626,   31896,  74663,  85231,  136185,
    125328, 77811,  111290, 236340, 164357, 262577, 207745, 187383, /* eu-west-2 */
    9007,   16823,  8761,   191,    28449,  81969,  92599,  140961,
    132269, 85444,  107421, 243981, 167170, 279322, 214088, 197986, /* eu-west-3 */
    20661,  40000,  31176,  27645,  137,    104171, 115704, 165010,
    155741, 107635, 136750, 267321, 173951, 292266, 238492, 216048, /* eu-north-1 */
    89076,  67701,  75414,  81598,  104866, 284,    11501,  61662,
    78612,  14115,  186697, 174546, 210930, 196071, 145622, 114919, /* us-east-1 */
    100018, 93968,  85060,  92582,  115719, 11514,  184,    51668,
    48447,  25808,  195433, 160031, 197270, 186913, 133115, 127954, /* us-east-2 */
    148544, 137180, 136137, 141333, 164730, 60257,  50886,  197,
    21509,  77668,  229320, 134858, 174472, 137329, 107566, 175944, /* us-west-1 */
    137885, 128304, 125316, 132271, 155726, 63376,  48457,  20743,
    293,    59645,  218285, 126988, 162720, 138599, 100203, 174612, /* us-west-2 */
    90494,  78203,  77998,  84348,  109549, 14136,  25917,  77323,
    59692,  163,    187854, 169253, 206944, 195467, 141054, 126962, /* ca-central-1 */
    120190, 119978, 112023, 107434, 139361, 185043, 195679, 233008,
    216025, 186888, 177,    130210, 56019,  145643, 128570, 298980, /* ap-south-1 */
    226296, 229187, 237024, 243839, 266919, 174727, 160066, 136623,
    124799, 169854, 129131, 189,    81065,  139967, 33240,  284578, /* ap-northeast-2 */
    154691, 178279, 170997, 154261, 173776, 211511, 197551, 173735,
    162834, 206659, 56964,  68853,  215,    91601,  69684,  323146, /* ap-southeast-1 */
    289784, 253234, 261752, 277504, 292125, 198099, 185709, 136413,
    138613, 194986, 142484, 147706, 91615,  156,    114518, 311120, /* ap-southeast-2 */
    223926, 201084, 210133, 216779, 237762, 145336, 132887, 108260,
    98057,  142613, 122716, 33185,  68547,  114901, 162,    257403, /* ap-northeast-1 */
    205555, 178082, 186533, 195774, 216701, 117089, 128001, 175761,
    176018, 125551, 303904, 285782, 323150, 309618, 255904, 262, /* sa-east-1 */
};

/*
 * Average latencies between six regions of the internet in ms, one way, as the simulator SimBlock
 * (dsg-titech/simblock, NetworkConfiguration) has them for 2019 and for 2015. That is how published
 * results used them, though they are near the round trips that others measure.
 */
static const char *const internet6_names[] = {"north-america", "europe", "south-america",
                                              "asia-pacific",  "japan",  "australia"};
static const uint32_t internet6_2019_ms[] = {
    32,  124, 184, 198, 151, 189, /* north-america */
    124, 11,  227, 237, 252, 294, /* europe */
    184, 227, 88,  325, 301, 322, /* south-america */
    198, 237, 325, 85,  58,  198, /* asia-pacific */
    151, 252, 301, 58,  12,  126, /* japan */
    189, 294, 322, 198, 126, 16,  /* australia */
};
static const uint32_t internet6_2015_ms[] = {
    36,  119, 255, 310, 154, 208, /* north-america */
    119, 12,  221, 242, 266, 350, /* europe */
    255, 221, 137, 347, 256, 269, /* south-america */
    310, 242, 347, 99,  172, 278, /* asia-pacific */
    154, 266, 256, 172, 9,   163, /* japan */
    208, 350, 269, 278, 163, 22,  /* australia */
};

typedef struct BuiltIn {
    const char *const *names;
    const uint32_t *values;
    uint32_t n;
    int64_t unit_ns; /* of one way */
} BuiltIn;

static const BuiltIn built_in[] = {
    [SCENARIO_REGION_TABLE_AWS16] = {aws16_names, aws16_us, 16, 500},
    [SCENARIO_REGION_TABLE_INTERNET6] = {internet6_names, internet6_2019_ms, 6, 1000000},
    [SCENARIO_REGION_TABLE_INTERNET6_2015] = {internet6_names, internet6_2015_ms, 6, 1000000},
};

/* A table without names and values. */
static ScenarioRegionTable *new_table(uint32_t n)
{
    ScenarioRegionTable *table = g_new0(ScenarioRegionTable, 1);

    table->n = n;
    table->names = g_new0(char *, n);
    table->one_way_ns = g_new0(int64_t, (size_t)n * n);
    return table;
}

ScenarioRegionTable *scenario_region_table_new(ScenarioRegionTableWord word)
{
    const BuiltIn *source = &built_in[word];
    ScenarioRegionTable *table = new_table(source->n);

    for (uint32_t i = 0; i < table->n; i++) {
        table->names[i] = g_strdup(source->names[i]);
    }
    for (uint32_t i = 0; i < table->n * table->n; i++) {
        table->one_way_ns[i] = source->values[i] * source->unit_ns;
    }
    return table;
}

void scenario_region_table_free(ScenarioRegionTable *table)
{
    if (table == NULL) {
        return;
    }
    for (uint32_t i = 0; i < table->n; i++) {
        g_free(table->names[i]);
    }
    g_free(table->names);
    g_free(table->one_way_ns);
    g_free(table);
}

bool scenario_region_table_find(const ScenarioRegionTable *table, const char *name,
                                uint32_t *ret_region)
{
    for (uint32_t i = 0; i < table->n; i++) {
        if (table->names[i] != NULL && strcmp(table->names[i], name) == 0) {
            *ret_region = i;
            return true;
        }
    }
    return false;
}

/* ---- Tables from a file ---------------------------------------------------------------------- */

/* The next of the cells that commas part, without the blanks around it; there must be one. `*rest`
 * moves behind it and is NULL after the last. */
static char *next_cell(char **rest)
{
    g_assert(*rest != NULL);
    char *cell = *rest;
    char *comma = strchr(cell, ',');

    *rest = comma == NULL ? NULL : comma + 1;
    if (comma != NULL) {
        *comma = '\0';
    }
    cell += strspn(cell, " \t");
    return g_strchomp(cell);
}

static uint32_t count_cells(const char *line)
{
    uint32_t n = 1;

    for (; *line != '\0'; line++) {
        n += *line == ',' ? 1u : 0u;
    }
    return n;
}

static bool read_name(ScenarioLineFile *file, const char *name, ScenarioRegionTable *table,
                      uint32_t region)
{
    uint32_t other = 0;
    g_autofree char *quoted = scenario_quote(name);

    if (name[0] == '\0' || strlen(name) > NAME_BYTES_MAX) {
        return scenario_line_file_fail(file, name, "the name of a region has 1 to %u bytes",
                                       NAME_BYTES_MAX);
    }
    if (scenario_region_table_find(table, name, &other)) {
        return scenario_line_file_fail(file, name, "the region %s stands twice", quoted);
    }
    table->names[region] = g_strdup(name);
    return true;
}

/* "ms,REGION,..." */
static ScenarioRegionTable *read_first_line(ScenarioLineFile *file, char *line)
{
    const uint32_t n = line == NULL ? 0 : count_cells(line) - 1;

    if (n == 0 || strncmp(line, "ms", 2) != 0 || strcmp(next_cell(&line), "ms") != 0) {
        scenario_line_file_fail(file, file->line_start,
                                "the first line must be \"ms,REGION,...\", and the numbers below "
                                "round trips in milliseconds");
        return NULL;
    }
    if (n > SCENARIO_TABLE_REGIONS_MAX) {
        scenario_line_file_fail(file, line, "%u regions are too many; at most %u are allowed", n,
                                SCENARIO_TABLE_REGIONS_MAX);
        return NULL;
    }
    g_autoptr(ScenarioRegionTable) table = new_table(n);

    for (uint32_t i = 0; i < n; i++) {
        if (!read_name(file, next_cell(&line), table, i)) {
            return NULL;
        }
    }
    return g_steal_pointer(&table);
}

static bool read_round_trip(ScenarioLineFile *file, const char *cell, int64_t *ret_one_way_ns)
{
    int64_t ns = 0;
    const char *wrong = scenario_units_milliseconds(cell, &ns);

    if (wrong != NULL || ns < 1 || ns > 2 * SCENARIO_LATENCY_MAX_NS) {
        g_autofree char *quoted = scenario_quote(cell);

        return scenario_line_file_fail(file, cell,
                                       "%s is not a round trip; allowed are decimal numbers of "
                                       "milliseconds above 0, up to 7200000",
                                       quoted);
    }
    *ret_one_way_ns = (ns + 1) / 2;
    return true;
}

/* The line of a region; NULL: the file has ended. */
static bool read_row(ScenarioLineFile *file, char *line, ScenarioRegionTable *table, uint32_t from)
{
    if (line == NULL) {
        return scenario_line_file_fail(
            file, file->line_start, "the file ends before the line of \"%s\"", table->names[from]);
    }
    const uint32_t n = count_cells(line) - 1;

    if (n != table->n) {
        return scenario_line_file_fail(
            file, line, "the line must have %u numbers behind the name, not %u", table->n, n);
    }
    const char *name = next_cell(&line);

    g_assert(table->names[from] != NULL);
    if (strcmp(name, table->names[from]) != 0) {
        g_autofree char *quoted = scenario_quote(name);

        return scenario_line_file_fail(
            file, name, "%s stands where the line of \"%s\" must be, as in the first line", quoted,
            table->names[from]);
    }
    for (uint32_t to = 0; to < table->n; to++) {
        int64_t *one_way_ns = &table->one_way_ns[(size_t)from * table->n + to];

        if (!read_round_trip(file, next_cell(&line), one_way_ns)) {
            return false;
        }
    }
    return true;
}

static ScenarioRegionTable *read_table(ScenarioLineFile *file)
{
    g_autoptr(ScenarioRegionTable) table = read_first_line(file, scenario_line_file_next(file));

    if (table == NULL) {
        return NULL;
    }
    for (uint32_t i = 0; i < table->n; i++) {
        if (!read_row(file, scenario_line_file_next(file), table, i)) {
            return NULL;
        }
    }
    char *more = scenario_line_file_next(file);

    if (more != NULL) {
        scenario_line_file_fail(file, more, "the file goes on after the line of each region");
        return NULL;
    }
    return g_steal_pointer(&table);
}

ScenarioRegionTable *scenario_region_table_read(ScenarioReader *reader, uint32_t node)
{
    ScenarioLineFile file;

    if (!scenario_line_file_open(&file, reader, node, SCENARIO_REGION_FILE_BYTES_MAX)) {
        return NULL;
    }
    ScenarioRegionTable *table = read_table(&file);

    scenario_line_file_close(&file);
    return table;
}
