/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_STORY_H
#define BNETLAB_SIM_STORY_H

/*
 * An observer that keeps what a person wants to know of a run: who was cut off by whom and why, and
 * the moments that make its story. Repetitions are counted, not listed; at most
 * SIM_STORY_MOMENTS_MAX moments are kept, the first ones.
 */

#include "sim/observer.h"
#include "sim/result.h"

#define SIM_STORY_MOMENTS_MAX 200u

typedef struct SimStory SimStory;

SimStory *sim_story_new(SimWorld *world);
void sim_story_free(SimStory *story);
SimObserver *sim_story_observer(SimStory *story);

/* Adds a moment that the world does not tell. */
void sim_story_add(SimStory *story, int64_t time_ns, const char *text);

/* Moves what was kept into a result. */
void sim_story_finish(SimStory *story, SimResult *result);

#endif
