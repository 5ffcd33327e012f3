/* SPDX-License-Identifier: Apache-2.0 */
#include "node/log_format.h"

#include <string.h>

/* A variable that stands at the start of a text. */
typedef struct Variable {
    const char *name; /* without ${ and } */
    size_t n;
    const char *end; /* behind the } */
} Variable;

static bool read_variable(const char *text, Variable *ret_variable)
{
    if (text[0] != '$' || text[1] != '{')
        return false;
    const char *end = strchr(text, '}');
    if (!end)
        return false;
    *ret_variable = (Variable){.name = text + 2, .n = (size_t)(end - text - 2), .end = end + 1};
    return true;
}

/* False: there is no such variable. */
static bool value_of(const NodeLogPeer *peer, const Variable *variable, const char **ret_value)
{
    const struct {
        const char *name;
        const char *value;
    } known[] = {
        {"_name", peer->name}, {"_id", peer->id},   {"_ip", peer->ip},
        {"_port", peer->port}, {"_lip", peer->lip}, {"_lport", peer->lport},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        if (strlen(known[i].name) == variable->n &&
            memcmp(known[i].name, variable->name, variable->n) == 0) {
            *ret_value = known[i].value ? known[i].value : "";
            return true;
        }
    }
    return false;
}

bool node_log_format_check(const char *format, char **ret_wrong)
{
    static const NodeLogPeer nobody = {0};
    for (const char *at = format; *at;) {
        Variable variable;
        const char *value;
        if (!read_variable(at, &variable)) {
            at++;
            continue;
        }
        if (!value_of(&nobody, &variable, &value)) {
            *ret_wrong = g_strndup(at, (gsize)(variable.end - at));
            return false;
        }
        at = variable.end;
    }
    return true;
}

char *node_log_format(const char *format, const NodeLogPeer *peer)
{
    GString *out = g_string_new(NULL);
    for (const char *at = format; *at;) {
        Variable variable;
        const char *value;
        if (read_variable(at, &variable) && value_of(peer, &variable, &value)) {
            g_string_append(out, value);
            at = variable.end;
        } else {
            g_string_append_c(out, *at++);
        }
    }
    return g_string_free(out, FALSE);
}
