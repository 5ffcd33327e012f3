/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CONFORM_TALK_MODEL_H
#define BNETLAB_SIM_CONFORM_TALK_MODEL_H

/*
 * A simulated node to talk to (talk.h), in virtual time. Time goes in ticks of 1 ms: in each, every
 * connection reads at most one frame, every write that was begun is completed, and the chain does
 * the jobs that were waiting; a connection reads only while the chain has none. A step takes 3
 * ticks. The node's clock begins at 2026-01-01T00:00:00. It does not fail. One thread.
 */

#include "sim/conform/talk.h"

/* (transfer full) */
Talk *talk_model_new(const TalkOptions *options);

#endif
