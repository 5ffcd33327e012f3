/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/swarm_text.h"

#include <stdarg.h>

/* Comma, line feed and indentation before a member, and its key. */
static void begin_member(SwarmText *text, const char *key)
{
    if (text->depth > 0) {
        g_string_append(text->out, text->has_members[text->depth - 1] ? ",\n" : "\n");
        text->has_members[text->depth - 1] = true;
    }
    g_string_append_printf(text->out, "%*s", (int)(4 * text->depth), "");
    if (key != NULL) {
        g_string_append_printf(text->out, "\"%s\": ", key);
    }
}

void swarm_text_open(SwarmText *text, const char *key, char bracket)
{
    begin_member(text, key);
    g_string_append_c(text->out, bracket);
    g_assert(text->depth < SIM_SWARM_TEXT_DEPTH_MAX);
    text->has_members[text->depth++] = false;
}

void swarm_text_close(SwarmText *text, char bracket)
{
    g_assert(text->depth > 0);
    if (text->has_members[--text->depth]) {
        g_string_append_printf(text->out, "\n%*s", (int)(4 * text->depth), "");
    }
    g_string_append_c(text->out, bracket);
    if (text->depth == 0) {
        g_string_append_c(text->out, '\n');
    }
}

void swarm_text_put(SwarmText *text, const char *key, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *value = g_strdup_vprintf(format, args);
    va_end(args);
    begin_member(text, key);
    g_string_append(text->out, g_strdelimit(value, "'", '"'));
}
