/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_PARITY_JUDGE_H
#define BNETLAB_SIM_PARITY_JUDGE_H

/*
 * What came of a network of processes, judged from what they have told, in the form of the
 * simulator's results.
 *
 * Of the properties (docs/checks.md) those are judged that a log can show: S1 to S4, S6 to S8, C1
 * to C3 and L1, each as docs/parity.md says. Of what a scenario expects: bad_block, disconnects,
 * other_disconnects, and bounds at the end of head, lib and sessions.
 */

#include "sim/parity/log.h"

/* Bits 1 << ScenarioProperty of those that are judged. */
uint32_t parity_judge_properties(void);

typedef struct ParityCase {
    const Scenario *scenario;
    const ParityScript *script;
    const ParityNetwork *network;
    const ParityLog *log;
} ParityCase;

/* (transfer full) */
SimResult *parity_judge(const ParityCase *of);

/* --- parts ----------------------------------------------------------------------------------- */

/* What a property came to. */
typedef struct ParityFinding {
    bool is_judged; /* there was something to judge */
    uint64_t violations;
    int64_t first_ns;
    char *first; /* the first violation in words */
} ParityFinding;

/* judge_properties.c: `findings` is [SCENARIO_PROPERTIES], empty; all but L1. */
void parity_judge_sessions(const ParityCase *of, ParityFinding *findings);

/* judge_end.c: L1; and what the scenario expects, added to `checks` of SimCheckResult. */
void parity_judge_convergence(const ParityCase *of, ParityFinding *finding);
void parity_judge_expectations(const ParityCase *of, const SimResult *result, GArray *checks);

/* Notes a violation. Its words are made of a format and values. */
void parity_finding_add(ParityFinding *finding, int64_t time_ns, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static inline bool parity_is_honest(const Scenario *scenario, uint32_t peer)
{
    return scenario_group_of(scenario, peer)->n_personas == 0;
}

#endif
