/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_PERSONA_H
#define BNETLAB_SIM_PERSONA_H

/*
 * Personas: peers that misbehave, each as one or several objects of its group say.
 *
 * Such a peer runs the honest core. What it does besides stands between the core and the world: it
 * acts at a time, it changes, drops or adds what is sent, it ignores what is received. The core is
 * not told: it believes that its writes went out and that the other side got what it wrote. What a
 * persona adds (sim_persona_inject) goes straight to the wire, beside the one write that a session
 * may have in flight, and is told as sent. Only peers with a persona own a SimPersonas.
 *
 * A kind either acts (once, at its first chance, or every so often) or lasts; its fault is told
 * when it first acts or begins, and at its end. All its choices are drawn from a stream of the
 * peer.
 */

#include "sim/internal.h"

/* What one object of the scenario asks for. */
typedef struct SimPersona {
    const ScenarioPersona *spec;
    bool begun;
    bool over;
    bool told;         /* that it acts */
    bool armed;        /* it is to act at its next chance */
    int64_t look_ns;   /* when it looks for one, of the event that counts; BNET_TIME_NEVER: none */
    uint32_t slot;     /* in which it is to make a block */
    BnetBlock block;   /* deep invalid block: the bad one; double production: the second one */
    uint32_t n_blocks; /* made so far, of those that are held back */
} SimPersona;

/* What a persona knows of one of its session ends. */
typedef struct SimPersonaEnd {
    BnetHello hello; /* the last one that was said */
    bool has_hello;
    int64_t read_ns; /* before that it reads nothing more */
    GArray *unsent;  /* of BnetBlock: what the session believes to have sent; NULL: nothing */
} SimPersonaEnd;

typedef struct SimPersonas {
    SimPersona *items; /* [n] */
    uint32_t n;
    SimPersonaEnd *ends; /* [n_ends], by slot */
    uint32_t n_ends;
    GArray *secrets;  /* of BnetBlock: held back */
    GArray *twins;    /* of BnetBlock, in pairs: made in one slot */
    GArray *junk;     /* of BnetBlock: made up for one act */
    uint64_t n_trxs;  /* transactions that it has made up */
    SimRandom random; /* all that it draws */
} SimPersonas;

/* What a kind does; NULL where it does nothing. */
typedef struct SimPersonaActs {
    const char *text; /* what it is seen to do, said of the peer; NULL: said when a block is made */

    /* Acts; false: there was no chance, or the chance is yet to come. */
    bool (*act)(SimWorld *world, uint32_t peer, SimPersona *persona);

    /* The core sends a message to one of those whom the persona means; false: it is dropped, and
     * finished. */
    bool (*send)(SimWorld *world, uint32_t end, SimPersona *persona, BnetMessage *message);

    /* The same for a message to somebody else. */
    bool (*spare)(SimWorld *world, uint32_t end, SimPersona *persona, BnetMessage *message);

    /* Its time is over. */
    void (*finish)(SimWorld *world, uint32_t peer, SimPersona *persona);
} SimPersonaActs;

/* --- persona.c ------------------------------------------------------------------------------- */

/* Puts a message on the wire besides what the session sends, and takes it over. Lost if the end is
 * closed. */
void sim_persona_inject(SimWorld *world, uint32_t end, BnetMessage *message);

/* An end of the peer with which the persona deals, and which can take a message now. */
bool sim_persona_can_send(const SimWorld *world, uint32_t end, const SimPersona *persona);

/* The persona means whoever is at the other side of that end. */
bool sim_persona_means(const SimWorld *world, uint32_t end, const SimPersona *persona);

/* Tells the fault, once for each persona. */
void sim_persona_tell(SimWorld *world, uint32_t peer, SimPersona *persona, const char *text);

/* Ends the persona when all that happens at this instant is done. */
void sim_persona_end_soon(SimWorld *world, uint32_t peer, uint32_t index);

/* Draws of the peer's own. */
BnetId sim_persona_random_id(SimPersonas *personas);

/* --- persona_blocks.c ------------------------------------------------------------------------ */

bool sim_persona_act_invalid_block(SimWorld *world, uint32_t peer, SimPersona *persona);
bool sim_persona_send_invalid_block(SimWorld *world, uint32_t end, SimPersona *persona,
                                    BnetMessage *message);
bool sim_persona_spare_invalid_block(SimWorld *world, uint32_t end, SimPersona *persona,
                                     BnetMessage *message);
bool sim_persona_act_double(SimWorld *world, uint32_t peer, SimPersona *persona);
bool sim_persona_send_double(SimWorld *world, uint32_t end, SimPersona *persona,
                             BnetMessage *message);
bool sim_persona_send_withhold(SimWorld *world, uint32_t end, SimPersona *persona,
                               BnetMessage *message);
void sim_persona_finish_withhold(SimWorld *world, uint32_t peer, SimPersona *persona);

/* --- persona_messages.c ---------------------------------------------------------------------- */

bool sim_persona_act_junk(SimWorld *world, uint32_t peer, SimPersona *persona);
bool sim_persona_act_claims(SimWorld *world, uint32_t peer, SimPersona *persona);
bool sim_persona_send_claims(SimWorld *world, uint32_t end, SimPersona *persona,
                             BnetMessage *message);
bool sim_persona_act_flood(SimWorld *world, uint32_t peer, SimPersona *persona);
bool sim_persona_act_double_hello(SimWorld *world, uint32_t peer, SimPersona *persona);
bool sim_persona_act_malformed(SimWorld *world, uint32_t peer, SimPersona *persona);
bool sim_persona_act_replay(SimWorld *world, uint32_t peer, SimPersona *persona);
bool sim_persona_act_trx_notices(SimWorld *world, uint32_t peer, SimPersona *persona);
bool sim_persona_act_unlinkable(SimWorld *world, uint32_t peer, SimPersona *persona);
bool sim_persona_send_no_pong(SimWorld *world, uint32_t end, SimPersona *persona,
                              BnetMessage *message);
bool sim_persona_send_wrong_pong(SimWorld *world, uint32_t end, SimPersona *persona,
                                 BnetMessage *message);
bool sim_persona_send_mute(SimWorld *world, uint32_t end, SimPersona *persona,
                           BnetMessage *message);
bool sim_persona_send_hello(SimWorld *world, uint32_t end, SimPersona *persona,
                            BnetMessage *message);
bool sim_persona_send_early(SimWorld *world, uint32_t end, SimPersona *persona,
                            BnetMessage *message);

#endif
