/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_METRICS_H
#define BNETLAB_SIM_METRICS_H

/*
 * Measures a run (docs/reports.md): how fast blocks spread and become irreversible, how soon
 * transactions are included, what is received twice or in vain.
 *
 * An observer, always there. Every value is kept, so percentiles are exact. O(1) for each
 * happening, and for a block that is applied its transactions; memory: 100 bytes for each block of
 * the run, 24 for each transaction.
 */

#include "sim/observer.h"
#include "sim/result.h"

typedef struct SimMetrics SimMetrics;

SimMetrics *sim_metrics_new(SimWorld *world);
void sim_metrics_free(SimMetrics *self);
SimObserver *sim_metrics_observer(SimMetrics *self);

/* At the end of the run, once: fills in the metrics of the result. */
void sim_metrics_finish(SimMetrics *self, SimWorld *world, SimResult *result);

/* After that: the value that `percentile` per cent (1 to 100) of the values of a metric do not
 * exceed. There must be one. */
uint64_t sim_metrics_percentile(const SimMetrics *self, ScenarioMetric metric, uint32_t percentile);

#endif
