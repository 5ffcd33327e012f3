/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/format.h"

#include <string.h>

#include "core/base.h"

void report_append_seconds(GString *out, int64_t ns)
{
    uint64_t magnitude = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    uint64_t rest = magnitude % (uint64_t)BNET_NS_PER_S;
    g_string_append_printf(out, "%s%" G_GUINT64_FORMAT, ns < 0 ? "-" : "",
                           magnitude / (uint64_t)BNET_NS_PER_S);
    if (rest == 0) {
        return;
    }
    g_string_append_printf(out, ".%09" G_GUINT64_FORMAT, rest);
    while (out->str[out->len - 1] == '0') {
        g_string_truncate(out, out->len - 1);
    }
}

void report_append_span(GString *out, int64_t ns)
{
    report_append_seconds(out, ns - ns % BNET_NS_PER_MS);
}

void report_append_moment(GString *out, int64_t ns)
{
    int64_t ms = ns / BNET_NS_PER_MS;
    g_string_append_printf(out, "%" G_GINT64_FORMAT ".%03d", ms / 1000, (int)(ms % 1000));
}

void report_append_count(GString *out, uint64_t count)
{
    char digits[24];
    int len = g_snprintf(digits, sizeof digits, "%" G_GUINT64_FORMAT, count);
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0) {
            g_string_append_c(out, ',');
        }
        g_string_append_c(out, digits[i]);
    }
}

/* Three digits and a decimal prefix: 1234567 as "1.23 M". */
static void append_scaled(GString *out, double value)
{
    static const char *const prefixes[] = {"", "k", "M", "G", "T", "P", "E"};
    size_t prefix = 0;
    while (value >= 999.5 && prefix + 1 < G_N_ELEMENTS(prefixes)) {
        value /= 1000;
        prefix++;
    }
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    const char *format = value >= 99.95 || prefix == 0 ? "%.0f" : value >= 9.995 ? "%.1f" : "%.2f";
    g_string_append(out, g_ascii_formatd(text, sizeof text, format, value));
    g_string_append_printf(out, " %s", prefixes[prefix]);
}

void report_append_bytes(GString *out, uint64_t bytes)
{
    append_scaled(out, (double)bytes);
    g_string_append_c(out, 'B');
}

void report_append_rate(GString *out, uint64_t count, double seconds)
{
    if (!(seconds > 0)) {
        g_string_append_c(out, '-');
        return;
    }
    append_scaled(out, (double)count / seconds);
    g_string_append(out, "/s");
}

static void append_hex(GString *out, const uint8_t *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        g_string_append_c(out, digits[bytes[i] >> 4]);
        g_string_append_c(out, digits[bytes[i] & 15]);
    }
}

void report_append_id(GString *out, const BnetId *id)
{
    append_hex(out, id->bytes, sizeof id->bytes);
}

void report_append_id_short(GString *out, const BnetId *id)
{
    append_hex(out, id->bytes + 4, 4);
}

void report_append_hash(GString *out, uint64_t hash)
{
    g_string_append_printf(out, "%016" G_GINT64_MODIFIER "x", hash);
}

void report_append_clean(GString *out, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    for (char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        g_string_append_unichar(out, g_unichar_iscntrl(c) || c == 0xFFFD ? '?' : c);
    }
}

/* Splits "bp[3]" into the length of "bp" and 3. False: the bare name of a group of one. */
static bool split_name(const char *name, size_t *ret_group_len, uint64_t *ret_index)
{
    const char *bracket = strchr(name, '[');
    if (bracket == NULL) {
        return false;
    }
    *ret_group_len = (size_t)(bracket - name);
    *ret_index = g_ascii_strtoull(bracket + 1, NULL, 10);
    return true;
}

/* `name` is `steps` places after `first` in the same group. */
static bool continues(const char *first, const char *name, uint32_t steps)
{
    size_t first_len = 0;
    size_t len = 0;
    uint64_t first_index = 0;
    uint64_t index = 0;
    return split_name(first, &first_len, &first_index) && split_name(name, &len, &index) &&
           first_len == len && memcmp(first, name, len) == 0 && index == first_index + steps;
}

static void append_range(GString *out, const char *first, const char *last, uint32_t count)
{
    size_t group_len = 0;
    uint64_t from = 0;
    uint64_t to = 0;
    if (count == 1 || !split_name(first, &group_len, &from) || !split_name(last, &group_len, &to)) {
        report_append_clean(out, first);
        return;
    }
    g_autofree char *group = g_strndup(first, group_len);
    report_append_clean(out, group);
    g_string_append_printf(out, "[%" G_GUINT64_FORMAT "..%" G_GUINT64_FORMAT "]", from, to);
}

void report_append_peers(GString *out, const SimResult *result, const uint32_t *numbers,
                         uint32_t count, uint32_t ranges_max)
{
    uint32_t ranges = 0;
    for (uint32_t i = 0; i < count;) {
        if (ranges == ranges_max) {
            g_string_append_printf(out, " and %u more", count - i);
            return;
        }
        const char *first = result->peers[numbers[i]].name;
        uint32_t len = 1;
        while (i + len < count && numbers[i + len] == numbers[i] + len &&
               continues(first, result->peers[numbers[i + len]].name, len)) {
            len++;
        }
        g_string_append(out, ranges > 0 ? ", " : "");
        append_range(out, first, result->peers[numbers[i + len - 1]].name, len);
        ranges++;
        i += len;
    }
}
