/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_EXPECT_H
#define BNETLAB_SIM_EXPECT_H

/*
 * What a scenario expects of its run, besides the properties: what is watched on the way, and the
 * verdicts at the end. Each kind of expectation stands in a file of its own, and costs nothing
 * where the scenario does not speak of it.
 */

#include <glib.h>

#include "scenarios/expect.h"
#include "sim/metrics.h"
#include "sim/observer.h"
#include "sim/result.h"

/* Appends the verdict on one expectation to `checks`, an array of SimCheckResult. Takes `detail`
 * over. */
void sim_expect_add(GArray *checks, const char *id, const char *title, SimVerdict verdict,
                    char *detail);

/* PASS or FAIL where that is known; NOT_JUDGED where a run that was stopped has left it open. */
static inline SimVerdict sim_expect_verdict(bool known, bool pass)
{
    if (!known)
        return SIM_VERDICT_NOT_JUDGED;
    return pass ? SIM_VERDICT_PASS : SIM_VERDICT_FAIL;
}

/* "bp[0]", "bp[0], relay", "7 peers"; `all` if the set is empty. */
void sim_expect_append_peers(GString *text, const SimWorld *world, const ScenarioPeerSet *set,
                             const char *all);

/* ", at least 3, at most 5"; "exactly 3" where both are equal. */
void sim_expect_append_limits(GString *text, const ScenarioLimits *limits);

/* expect_disconnects.c. The scenario must speak of disconnects. O(expectations log peers) for each
 * session that closes. */
typedef struct SimExpectDisconnects SimExpectDisconnects;
SimExpectDisconnects *sim_expect_disconnects_new(SimWorld *world);
void sim_expect_disconnects_free(SimExpectDisconnects *self);
SimObserver *sim_expect_disconnects_observer(SimExpectDisconnects *self);
/* `whole`, here and below: the run came to its end. If not, what it cannot know is not judged. */
void sim_expect_disconnects_judge(const SimExpectDisconnects *self, const SimWorld *world,
                                  bool whole, GArray *checks);

/* expect_watches.c: always, never, eventually. There must be some. */
typedef struct SimExpectWatches SimExpectWatches;
SimExpectWatches *sim_expect_watches_new(SimWorld *world);
void sim_expect_watches_free(SimExpectWatches *self);
SimObserver *sim_expect_watches_observer(SimExpectWatches *self);

/* The time of a watch begins: all its peers are looked at. */
void sim_expect_watches_begin(SimExpectWatches *self, const SimWorld *world, uint32_t index);

/* Looks at all values that the last event may have changed. To be called after each event, when all
 * of it has happened. */
void sim_expect_watches_look(SimExpectWatches *self, const SimWorld *world);

void sim_expect_watches_judge(const SimExpectWatches *self, const SimWorld *world, bool whole,
                              GArray *checks);

/* expect_metrics.c. The metrics of the result are known already; they are those of a whole run, so
 * nothing is known of them before. */
void sim_expect_metrics_judge(const SimMetrics *metrics, const ScenarioExpect *expect,
                              const SimResult *result, GArray *checks);

/* expect_convergence.c: of certain peers, or from a certain time on. There must be some. */
typedef struct SimExpectConvergences SimExpectConvergences;
SimExpectConvergences *sim_expect_convergences_new(SimWorld *world);
void sim_expect_convergences_free(SimExpectConvergences *self);
SimObserver *sim_expect_convergences_observer(SimExpectConvergences *self);

/* The time from which one of them is measured has come. */
void sim_expect_convergences_begin(SimExpectConvergences *self, const SimWorld *world,
                                   uint32_t index);

void sim_expect_convergences_judge(const SimExpectConvergences *self, const SimWorld *world,
                                   bool whole, GArray *checks);

/* Nothing that counts as a fault can come any more, as far as the scenario alone tells: false also
 * where a persona or a release might be one. O(events and groups). */
bool sim_expect_faults_are_over(const SimWorld *world);

#endif
