/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_REPORTS_WIRE_FORM_WRITE_H
#define BNETLAB_REPORTS_WIRE_FORM_WRITE_H

/*
 * The trees of wire_form.h as text for people or as JSON.
 *
 * Control characters and those that turn the direction of writing come from a remote peer's
 * strings and are always escaped, as in "\u001b". Time and memory are linear in the length of the
 * text. No shared state: any thread.
 */

#include <glib.h>

struct json_object;

typedef enum ReportFormStyle {
    REPORT_FORM_TEXT, /* indented "key: value" lines */
    REPORT_FORM_JSON, /* one line */
} ReportFormStyle;

/* Appends the object {name: tree}, with a newline at its end. Takes the tree. */
void report_form_append(GString *out, ReportFormStyle style, const char *name,
                        struct json_object *tree);

#endif
