/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/probes.h"

#include <glib.h>

typedef struct Description {
    const char *name;
    const char *meaning;
} Description;

static const Description descriptions[SIM_PROBES] = {
    [SIM_PROBE_DIAL_DOWN] = {"dial-down", "a dial came to a peer whose process did not run"},
    [SIM_PROBE_DIAL_CUT] = {"dial-cut", "a dial came to a link that was cut"},
    [SIM_PROBE_DIAL_PAUSED] = {"dial-paused", "a dial came to a peer whose process stood still"},
    [SIM_PROBE_DIAL_CROSSING] = {"dial-crossing",
                                 "two peers dialled each other: both connections stood at once"},
    [SIM_PROBE_CONNECTION_REPLACED] = {"connection-replaced",
                                       "a connection came in the place of one that the dialled "
                                       "side took to stand"},
    [SIM_PROBE_SENT_TO_CLOSED] = {"sent-to-closed",
                                  "a message got lost: the other side had closed"},
    [SIM_PROBE_WRITE_BLOCKED] = {"write-blocked",
                                 "a write was partial: the rest waited for room in the buffers"},
    [SIM_PROBE_READ_HELD] = {"read-held", "a message waited to be read: the chain thread was busy"},
    [SIM_PROBE_BLOCK_CROSSING] = {"block-crossing",
                                  "two peers sent each other the same block at the same time"},
    [SIM_PROBE_SEGMENT_LOST] = {"segment-lost", "a lost segment delayed a message"},
    [SIM_PROBE_CUT_RELEASED] = {"cut-released",
                                "a link was mended, and what it had held back went on"},
    [SIM_PROBE_CUT_LOST] = {"cut-lost", "a link was mended, and its connection was lost"},
    [SIM_PROBE_RESTART_WITH_CHAIN] = {"restart-with-chain",
                                      "a process started again with the chain that it had"},
    [SIM_PROBE_RESTART_FROM_START] = {"restart-from-start",
                                      "a process started again with the chain of the start"},
    [SIM_PROBE_CLOCK_SET_BACK] = {"clock-set-back", "a clock was set back during the run"},
    [SIM_PROBE_SLOT_MISSED] = {"slot-missed", "a producer missed a slot of its own"},
    [SIM_PROBE_SLOT_LATE] = {"slot-late",
                             "a producer that had stood still came late to a slot of its own"},
    [SIM_PROBE_SLOT_TAKEN] = {"slot-taken",
                              "a producer came to a slot that was not after that of its head"},
    [SIM_PROBE_FINALITY_CONFLICT] = {"finality-conflict",
                                     "honest peers held LIBs that conflict, by the chain rule"},
};

void sim_probes_add(SimProbes *probes, const SimProbes *more)
{
    for (uint32_t i = 0; i < BNET_PROBES; i++)
        probes->core.hits[i] += more->core.hits[i];
    for (uint32_t i = 0; i < SIM_PROBES; i++)
        probes->hits[i] += more->hits[i];
    probes->core.steps += more->core.steps;
}

uint64_t sim_probes_hits(const SimProbes *probes, uint32_t i)
{
    g_assert(i < SIM_PROBES_ALL);
    return i < BNET_PROBES ? probes->core.hits[i] : probes->hits[i - BNET_PROBES];
}

const char *sim_probes_name(uint32_t i)
{
    g_assert(i < SIM_PROBES_ALL);
    return i < BNET_PROBES ? bnet_probe_name((BnetProbe)i) : descriptions[i - BNET_PROBES].name;
}

const char *sim_probes_meaning(uint32_t i)
{
    g_assert(i < SIM_PROBES_ALL);
    return i < BNET_PROBES ? bnet_probe_meaning((BnetProbe)i)
                           : descriptions[i - BNET_PROBES].meaning;
}
