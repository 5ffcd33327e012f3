/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CHECK_H
#define BNETLAB_SIM_CHECK_H

/*
 * A check: an observer that judges one property. Each stands in a file of its own, check_<id>.c,
 * and in the table of check.c. Most checks are told only of messages that are remarkable for them
 * (SimTrait), and of those that any check is told of it costs O(1) or O(log n); more only for what
 * is rare, as its file says. It keeps what it needs to know in its own struct, which begins with a
 * SimCheck.
 */

#include <glib.h>

#include "sim/causes.h"
#include "sim/observer.h"
#include "sim/result.h"
#include "sim/world.h"

/* A round of looks at all peers. It has no common measure with the 500 ms of a slot, else a peer
 * would always be looked at in the same part of its slots, in which it may be busy. */
#define SIM_ROUND_NS (337 * BNET_NS_PER_MS)

typedef struct SimCheck SimCheck;
struct SimCheck {
    SimObserver observer;
    const char *id;    /* "S1" */
    const char *title; /* what it says, in a few words */
    uint64_t violations;
    GString *first;     /* the first violation, as one sentence; NULL: none */
    int64_t first_ns;   /* when it was */
    GStrv causes;       /* what led to it, line by line; NULL: not told */
    GString *note;      /* (nullable) what to say when there was none */
    int64_t finding_ns; /* when it found what `note` says; 0: that is no finding */
    bool judged;        /* there was something to judge */

    /* Of 1u << BnetMessageKind: there was, too, if an honest peer has sent one of these; the same
     * if it has sent one to an honest peer. */
    uint32_t judges_sent;
    uint32_t judges_sent_between;

    /* (nullable) looks at a peer: at each in turn, every SIM_ROUND_NS of virtual time, between two
     * events. */
    void (*look)(SimCheck *check, SimWorld *world, uint32_t peer);

    /* (nullable) judges what can only be judged at the end. */
    void (*finish)(SimCheck *check, SimWorld *world);
    /* (nullable) releases the check and what it owns; NULL: it owns nothing. */
    void (*free)(SimCheck *check);
};

/* There was something to judge: may be said by several threads at a time (shards.h). */
static inline void sim_check_judges(SimCheck *check)
{
    if (!__atomic_load_n(&check->judged, __ATOMIC_RELAXED))
        __atomic_store_n(&check->judged, true, __ATOMIC_RELAXED);
}

/* Reports a violation: at the current time, in one sentence. */
void sim_check_violation(SimCheck *check, SimWorld *world, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* The same, and what led there is kept with the first violation: of a block or a transaction, or of
 * the session of two peers. */
void sim_check_violation_of(SimCheck *check, SimWorld *world, const SimSubject *subject,
                            const char *format, ...) G_GNUC_PRINTF(4, 5);

/* The same of the session in which something happened. */
void sim_check_violation_in(SimCheck *check, SimWorld *world, const SimHappening *happening,
                            const char *format, ...) G_GNUC_PRINTF(4, 5);

/* There was a violation before: another one is only counted, and need not be put into words. */
bool sim_check_is_one_more(SimCheck *check);

/* What a message that is sent is about: its block or transaction; neither: the session alone. */
SimSubject sim_subject_of(const SimHappening *happening, BnetBlock block, BnetTrx trx);

/* All sessions of two peers, and what they said last. */
SimSubject sim_subject_of_session(uint32_t peer, uint32_t remote);

/* The same of the session of an end, as its peer sees it. */
SimSubject sim_subject_of_end(const SimWorld *world, uint32_t end);

/* There was something to judge. */
bool sim_check_is_judged(const SimCheck *check, const SimWorld *world);

/* "12.345 s" (transfer full) */
char *sim_time_text(int64_t time_ns);

/* "1,234,567" (transfer full) */
char *sim_count_text(uint64_t count);

/* The first eight digits of the id of a transaction. (transfer full) */
char *sim_trx_name(const SimWorld *world, BnetTrx trx);

/* "block 420"; "block 420 2be950a2" where there are several of that number. O(blocks). (transfer
 * full) */
char *sim_block_name(const SimWorld *world, BnetBlock block);

/* "bp[0..3], mallory": each run of a group's peers once, in the order given. (transfer full) */
char *sim_peers_text(const SimWorld *world, const uint32_t *peers, uint32_t n, const char *between);

/* How far peers are: "bp[0] (head 80), bp[1] (head 79), bp[2] (head 80) and 4 more", or with their
 * LIBs. (transfer full) */
char *sim_peers_progress_text(const SimWorld *world, const uint32_t *peers, uint32_t n, bool libs);

/* All checks of the table, for a world. (transfer full) */
GPtrArray *sim_checks_new(SimWorld *world);

SimCheck *sim_check_s1_new(SimWorld *world);
SimCheck *sim_check_s2_new(SimWorld *world);
SimCheck *sim_check_s3_new(SimWorld *world);
SimCheck *sim_check_s4_new(SimWorld *world);
SimCheck *sim_check_s5_new(SimWorld *world);
SimCheck *sim_check_s6_new(SimWorld *world);
SimCheck *sim_check_s7_new(SimWorld *world);
SimCheck *sim_check_s8_new(SimWorld *world);
SimCheck *sim_check_l1_new(SimWorld *world);
SimCheck *sim_check_l2_new(SimWorld *world);
SimCheck *sim_check_l3_new(SimWorld *world);
SimCheck *sim_check_l4_new(SimWorld *world);
SimCheck *sim_check_l5_new(SimWorld *world);
SimCheck *sim_check_l6_new(SimWorld *world);
SimCheck *sim_check_l7_new(SimWorld *world);
SimCheck *sim_check_c1_new(SimWorld *world);
SimCheck *sim_check_c2_new(SimWorld *world);
SimCheck *sim_check_c3_new(SimWorld *world);
SimCheck *sim_check_c4_new(SimWorld *world);
SimCheck *sim_check_c5_new(SimWorld *world);
SimCheck *sim_check_c6_new(SimWorld *world);
SimCheck *sim_check_c7_new(SimWorld *world);
SimCheck *sim_check_r1_new(SimWorld *world);
SimCheck *sim_check_r2_new(SimWorld *world);
SimCheck *sim_check_r3_new(SimWorld *world);
SimCheck *sim_check_r4_new(SimWorld *world);
SimCheck *sim_check_r5_new(SimWorld *world);
SimCheck *sim_check_r6_new(SimWorld *world);
SimCheck *sim_check_r7_new(SimWorld *world);

/* Judges all blocks that there are: the deliveries of those that are sound need not be told. */
void sim_check_s4_judge_blocks(SimCheck *check, SimWorld *world);

/* The heads have converged after the last fault. Then of what happens to a chain nothing but a new
 * LIB makes a difference, for which nothing of the world is looked at. */
bool sim_check_l1_is_settled(const SimCheck *check);

/* When the heads converged after the last fault, as L1 found; SCENARIO_TIME_NONE: not yet. */
int64_t sim_check_l1_heads_ns(const SimCheck *check);
/* When every LIB had passed all heads of the moment of the last fault. */
int64_t sim_check_l1_libs_ns(const SimCheck *check);
/* Time of the last fault. */
int64_t sim_check_l1_fault_ns(const SimCheck *check);
/* Why one of the two moments is late: ", and that was at 42.000 s: heal; the last to get block 85
 * was bp[2]". (transfer full) */
char *sim_check_l1_delay_text(const SimCheck *check, const SimWorld *world, bool libs);
/* The peer is one of those that these times are about, as they were found. */
bool sim_check_l1_is_member(const SimCheck *check, uint32_t peer);

#endif
