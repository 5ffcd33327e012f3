/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CLI_EXPLORE_HAZARDS_H
#define BNETLAB_SIM_CLI_EXPLORE_HAZARDS_H

/*
 * Looks which hazards random scenarios find: for each quirk seeds are run in which all honest peers
 * have it and no other, until one fails whose run without it does not.
 */

#include <stdint.h>

#include <glib.h>

#include "core/quirks.h"
#include "reports/hazards.h"

typedef struct ExploreHazards {
    BnetQuirks quirks; /* those to look for; at least one */
    uint64_t first;    /* seed; first + seeds - 1 is at most UINT64_MAX */
    uint64_t seeds;    /* at most so many for each, 1 or more */
    guint jobs;        /* runs at a time, 1 or more */
    gint *stop;        /* not 0: what is under way is given up */

    /* Told of each quirk in the order of the bits, in the calling thread. */
    void (*done)(void *user_data, const ReportHazard *hazard);
    /* Told of a scenario that does not load: a mistake of ours. */
    void (*erred)(void *user_data, uint64_t seed, const GError *error);
    /* Called now and then. */
    void (*wait)(void *user_data);
    void *user_data;
} ExploreHazards;

/* Returns when all are done, or when it was stopped. */
void explore_hazards(const ExploreHazards *hazards);

#endif
