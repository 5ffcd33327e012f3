/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_WORLD_H
#define BNETLAB_SIM_WORLD_H

/*
 * The world as observers see it. All of it is read-only to them. Every query is O(1) but where its
 * comment says otherwise.
 */

#include "core/node.h"
#include "core/store.h"
#include "scenarios/scenario.h"
#include "sim/observer.h"

const Scenario *sim_world_scenario(const SimWorld *world);
int64_t sim_world_now_ns(const SimWorld *world);

/* All blocks and transactions that exist. */
const BnetStore *sim_world_store(const SimWorld *world);

/* Where the lists of notices stand. */
const BnetPool *sim_world_pool(const SimWorld *world);

/* What session ends have sent and taken in, and which transactions were accepted, sent, and taken
 * in; kept for the checks. */
struct SimRecord *sim_world_record(const SimWorld *world);
struct SimTrxRecord *sim_world_trx_record(const SimWorld *world);

/* How blocks and transactions came to where they are; NULL: nobody remembers. (nullable) */
const struct SimCauses *sim_world_causes(const SimWorld *world);

/* What the peer's clock shows. */
int64_t sim_world_clock_ns(const SimWorld *world, uint32_t peer);

/* The latest that it has shown, which is later if it was set back. */
int64_t sim_world_latest_clock_ns(const SimWorld *world, uint32_t peer);

#define SIM_VERDICTS (BNET_VERDICT_FUTURE + 1u)

/* How many blocks honest peers have judged so; SIM_VERDICTS: in all. */
uint64_t sim_world_verdicts(const SimWorld *world, uint32_t verdict);

/* Number of the newest block of the chain that stood at the start. */
uint32_t sim_world_start_height(const SimWorld *world);

uint32_t sim_world_peers(const SimWorld *world);
const BnetNode *sim_world_node(const SimWorld *world, uint32_t peer);

/* The peer's process runs. */
bool sim_world_is_up(const SimWorld *world, uint32_t peer);

/* It is up, and not paused. */
bool sim_world_is_running(const SimWorld *world, uint32_t peer);

/* When it last went on after a pause; BNET_TIME_NEVER: it has had none. */
int64_t sim_world_resumed_ns(const SimWorld *world, uint32_t peer);

/* The peer has no persona. */
bool sim_world_is_honest(const SimWorld *world, uint32_t peer);

/* Name of a peer, valid as long as the world. */
const char *sim_world_peer_name(const SimWorld *world, uint32_t peer);

/* Session ends of the world; end e and e ^ 1 are the two ends of one link. */
uint32_t sim_world_ends(const SimWorld *world);
uint32_t sim_world_end_peer(const SimWorld *world, uint32_t end);

/* The end of a session slot of a peer: slots are 0 to n_sessions - 1 of its node. */
uint32_t sim_world_session_end(const SimWorld *world, uint32_t peer, uint32_t session);

/* The end has an open session. */
bool sim_world_end_is_open(const SimWorld *world, uint32_t end);

/* Either way of the link of an end is cut. */
bool sim_world_end_is_cut(const SimWorld *world, uint32_t end);

/* The LIBs of two peers are on different branches: after such a finality conflict they can never
 * agree. O(log blocks). */
bool sim_world_libs_conflict(const SimWorld *world, uint32_t a, uint32_t b);

/* Peers that run, are honest, and can reach each other over such peers and links that are not cut:
 * of several components the largest, as a flag for each peer. Nobody is reached through a follower
 * of irreversible blocks, which does not pass on all it has, nor by a peer whose LIB conflicts with
 * its own. O(peers + links log blocks). (transfer none) valid until the next call. */
const bool *sim_world_connected(SimWorld *world);

/* Ends the run at the next event: an observer found something that would never end. */
void sim_world_stop(SimWorld *world);

#endif
