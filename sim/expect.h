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
void sim_expect_add(GArray *checks, const char *id, const char *title, bool pass, char *detail);

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
void sim_expect_disconnects_judge(const SimExpectDisconnects *self, const SimWorld *world,
                                  GArray *checks);

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

void sim_expect_watches_judge(const SimExpectWatches *self, const SimWorld *world, GArray *checks);

/* expect_metrics.c. The metrics of the result are known already. */
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
                                   GArray *checks);

#endif
