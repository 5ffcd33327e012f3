/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_REPORTS_TRACE_WORDS_H
#define BNETLAB_REPORTS_TRACE_WORDS_H

/*
 * Events of a trace (docs/reports.md) in words, and what led to one: who sent the message that was
 * taken in, who made the block that was sent, who dialled. It is read from the trace alone.
 *
 * Memory: 112 bytes an event, and its texts once each. Looking for causes is O(events) for each
 * line of what is told. One thread.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#define REPORT_CAUSES_MAX 16u /* lines that are told of what led to an event */

/* Texts are "" where the event has none. */
typedef struct ReportEvent {
    int64_t time_ns;
    int64_t end;    /* of the session; -1: none */
    int64_t number; /* of the block; 0: none */
    const char *what;
    const char *peer;
    const char *remote;
    const char *message;
    const char *id;
    const char *ids;    /* of a notice, with a space before each */
    const char *code;   /* of a ping or pong */
    const char *detail; /* verdict, chain event, reason or text of a fault */
    bool dialled;
} ReportEvent;

/* Events in order. */
typedef struct ReportHistory {
    GArray *events; /* of ReportEvent */
    GStringChunk *texts;
} ReportHistory;

void report_history_init(ReportHistory *history);

/* Accepts NULL. */
void report_history_finish(ReportHistory *history);

/* Reads a line of an event and appends it. False: it is no JSON object. */
bool report_history_add(ReportHistory *history, const char *line);

/* "23.500000000 s  hub takes in block 22 be2950a2 from bp[1]" (transfer full) */
char *report_event_words(const ReportEvent *event);

/* What led to the last event, which is not told itself: a line for each, in order of time, at most
 * REPORT_CAUSES_MAX. (transfer full) NULL-terminated. */
GStrv report_history_causes(const ReportHistory *history);

#endif
