/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/sample.h"

#include <stdlib.h>

__extension__ typedef unsigned __int128 Wide;

struct ScenarioSample {
    uint32_t n;
    uint64_t total;
    int64_t *values; /* ascending */
    uint64_t *sums;  /* of the weights up to and including each value */
    uint32_t *guide; /* of each n-th part of all random numbers: where its first one leads */
};

static int compare_values(const void *left, const void *right)
{
    const ScenarioWeighted *a = left;
    const ScenarioWeighted *b = right;

    return a->value < b->value ? -1 : a->value > b->value;
}

/* The part of `whole` that bits / 2^64 is. */
static uint64_t share_of(uint64_t whole, uint64_t bits)
{
    return (uint64_t)((Wide)whole * bits >> 64);
}

static void fill_guide(ScenarioSample *sample)
{
    uint32_t at = 0;

    for (uint32_t part = 0; part < sample->n; part++) {
        /* The least random number of the part. */
        const uint64_t bits = (uint64_t)((((Wide)part << 64) + sample->n - 1) / sample->n);
        const uint64_t target = share_of(sample->total, bits);

        while (at + 1 < sample->n && sample->sums[at] <= target) {
            at++;
        }
        sample->guide[part] = at;
    }
}

ScenarioSample *scenario_sample_new(ScenarioWeighted *values, uint32_t n)
{
    g_assert(n >= 1 && n <= SCENARIO_SAMPLE_VALUES_MAX);
    ScenarioSample *sample = g_new0(ScenarioSample, 1);

    qsort(values, n, sizeof *values, compare_values);
    sample->n = n;
    sample->values = g_new(int64_t, n);
    sample->sums = g_new(uint64_t, n);
    sample->guide = g_new(uint32_t, n);
    for (uint32_t i = 0; i < n; i++) {
        g_assert(values[i].weight <= UINT64_MAX - sample->total);
        sample->total += values[i].weight;
        sample->values[i] = values[i].value;
        sample->sums[i] = sample->total;
    }
    g_assert(sample->total > 0);
    fill_guide(sample);
    return sample;
}

void scenario_sample_free(ScenarioSample *sample)
{
    if (sample == NULL) {
        return;
    }
    g_free(sample->values);
    g_free(sample->sums);
    g_free(sample->guide);
    g_free(sample);
}

uint32_t scenario_sample_count(const ScenarioSample *sample)
{
    return sample->n;
}

int64_t scenario_sample_at(const ScenarioSample *sample, uint64_t bits)
{
    const uint64_t target = share_of(sample->total, bits);
    uint32_t at = sample->guide[share_of(sample->n, bits)];

    while (sample->sums[at] <= target) {
        at++;
    }
    return sample->values[at];
}
