/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_TEXT_H
#define BNETLAB_CORE_TEXT_H

/*
 * The values of the protocol as EOSIO writes them for people, and back: names, keys, signatures,
 * ids, times (protocol section 3).
 *
 * bnet_text_...() writes to the caller's memory, whose size a constant states, ends the text with a
 * 0 and returns its length without that. bnet_parse_...() reads exactly n bytes, which need no 0 at
 * their end and may be any; n may be any, too, and `text` NULL where it is 0. It returns false, and
 * has touched nothing, if they are not a text of the value.
 *
 * No memory is taken, no state is shared, no locale and no time zone: times are UTC. Keys and
 * signatures take some 5 us each, signatures of type 2 up to 2 ms, all else below 1 us, whatever
 * the text.
 */

#include "core/sign.h"

/* --- names ----------------------------------------------------------------------------------- */

#define BNET_TEXT_NAME_MAX 13u

/* An account name without the dots at its end: empty for 0. */
size_t bnet_text_name(uint64_t name, char text[BNET_TEXT_NAME_MAX + 1]);

/* Up to 12 characters of ".12345a-z", then one of ".1-5a-j"; no dot at the end. Empty is 0. */
bool bnet_parse_name(const char *text, size_t n, uint64_t *ret_name);

/* --- keys and signatures --------------------------------------------------------------------- */

#define BNET_TEXT_KEY_MAX 58u
#define BNET_TEXT_SIGNATURE_MAX 102u

/* A public key as EOSIO 1 writes it: "EOS..." for K1, "PUB_R1_..." for R1. The type is asserted. */
size_t bnet_text_key(const BnetKey *key, char text[BNET_TEXT_KEY_MAX + 1]);

/* A public key as later versions write it: "PUB_K1_..." or "PUB_R1_...". The type is asserted. */
size_t bnet_text_key_typed(const BnetKey *key, char text[BNET_TEXT_KEY_MAX + 1]);

/* All three forms. The checksum is verified; that the key is a point of its curve is not. */
bool bnet_parse_key(const char *text, size_t n, BnetKey *ret_key);

/* "SIG_K1_..." or "SIG_R1_...". The type is asserted. */
size_t bnet_text_signature(const BnetSignature *signature, char text[BNET_TEXT_SIGNATURE_MAX + 1]);

/* What a signature of type 2 has besides its 65 bytes, packed. Devices make less than half. */
#define BNET_TEXT_WEBAUTHN_BYTES_MAX 1024u
#define BNET_TEXT_WIRE_SIGNATURE_MAX 1500u

/* A signature of a transaction: as above, or "SIG_WA_..." for type 2. Empty, and 0 is returned, if
 * that has more than BNET_TEXT_WEBAUTHN_BYTES_MAX: base 58 takes the square of the time. */
size_t bnet_text_wire_signature(const BnetWireSignature *signature,
                                char text[BNET_TEXT_WIRE_SIGNATURE_MAX + 1]);

/* Both forms, of type 0 and 1. The checksum is verified; nothing else about the signature is. */
bool bnet_parse_signature(const char *text, size_t n, BnetSignature *ret_signature);

/* "PVT_K1_..." or the older "5...". The checksum is verified; bnet_signer_init() judges the
 * number. */
bool bnet_parse_private_key(const char *text, size_t n, BnetPrivateKey *ret_key);

/* --- ids ------------------------------------------------------------------------------------- */

#define BNET_TEXT_ID_LENGTH 64u

/* Two digits a byte, lower case. */
size_t bnet_text_id(const BnetId *id, char text[BNET_TEXT_ID_LENGTH + 1]);

/* Exactly 64 digits, in lower or upper case. */
bool bnet_parse_id(const char *text, size_t n, BnetId *ret_id);

/* --- times ----------------------------------------------------------------------------------- */

/* Slot 0 as seconds since 1970: 2000-01-01T00:00:00. */
#define BNET_SLOT_EPOCH_S INT64_C(946684800)

/* The last microsecond of the year 9999 since 1970. */
#define BNET_TEXT_TIME_POINT_MAX_US INT64_C(253402300799999999)

#define BNET_TEXT_TIME_MAX 23u

/* A block timestamp: "2018-06-08T08:08:08.500". The last is 2068-01-19T03:14:07.500. */
size_t bnet_text_slot(uint32_t slot, char text[BNET_TEXT_TIME_MAX + 1]);

/* Whole or half seconds, as ".0" or ".500", say, or without a fraction. */
bool bnet_parse_slot(const char *text, size_t n, uint32_t *ret_slot);

/*
 * A time_point, microseconds since 1970: "2018-06-08T08:08:08.888". Microseconds are cut off.
 * Empty, and 0 is returned, if it is negative or above BNET_TEXT_TIME_POINT_MAX_US.
 */
size_t bnet_text_time_point(int64_t time_us, char text[BNET_TEXT_TIME_MAX + 1]);

/* From the year 1970 to 9999, with no fraction or one of 1 to 6 digits. */
bool bnet_parse_time_point(const char *text, size_t n, int64_t *ret_time_us);

/* A time_point_sec, seconds since 1970: "2018-06-08T08:08:08". The last is 2106-02-07T06:28:15. */
size_t bnet_text_time_point_sec(uint32_t time_s, char text[BNET_TEXT_TIME_MAX + 1]);

/* Without a fraction. */
bool bnet_parse_time_point_sec(const char *text, size_t n, uint32_t *ret_time_s);

#endif
