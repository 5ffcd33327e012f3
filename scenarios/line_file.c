/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/line_file.h"

#include <stdarg.h>
#include <string.h>

#include "scenarios/file_text.h"

bool scenario_line_file_open(ScenarioLineFile *file, ScenarioReader *reader, uint32_t node,
                             size_t max)
{
    g_autofree char *path = scenario_reader_path(reader, node);
    g_autoptr(GError) error = NULL;
    size_t length = 0;

    if (path == NULL) {
        return false;
    }
    g_autofree char *text = scenario_file_text(path, max, &length, &error);

    if (text == NULL) {
        return scenario_reader_fail(reader, node, "%s", error->message);
    }
    if (!g_utf8_validate(text, (gssize)length, NULL)) {
        return scenario_reader_fail(reader, node, "%s: the file is not UTF-8 text", path);
    }
    *file = (ScenarioLineFile){.reader = reader, .node = node, .next = text, .line_start = text};
    file->path = g_steal_pointer(&path);
    file->text = g_steal_pointer(&text);
    return true;
}

void scenario_line_file_close(ScenarioLineFile *file)
{
    if (file != NULL) {
        g_free(file->path);
        g_free(file->text);
    }
}

char *scenario_line_file_next(ScenarioLineFile *file)
{
    while (*file->next != '\0') {
        char *line = file->next;
        char *end = strchr(line, '\n');

        file->next = end == NULL ? line + strlen(line) : end + 1;
        if (end != NULL) {
            *end = '\0';
        }
        file->line_start = line;
        file->line++;
        g_strchomp(line);
        line += strspn(line, " \t");
        if (*line != '\0' && *line != '#') {
            return line;
        }
    }
    return NULL;
}

bool scenario_line_file_fail(ScenarioLineFile *file, const char *at, const char *format, ...)
{
    g_autofree char *pointer = scenario_document_pointer(file->reader->document, file->node);
    g_autofree char *place = g_strdup_printf("%s:%u:%ld: %s: ", file->path, MAX(file->line, 1),
                                             (long)(at - file->line_start) + 1, pointer);
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return scenario_reader_fail_elsewhere(file->reader, file->node, place, "%s", text);
}
