/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/cli/diff_sides.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "sim/cli/cli.h"

#define ERRORS_MAX 4096u

/* (transfer full) This very program. */
static char *own_program(void)
{
    char *path = g_file_read_link("/proc/self/exe", NULL);
    return path != NULL ? path : g_strdup(cli_program());
}

/* Without the program. (transfer full) */
static GPtrArray *arguments_of(const DiffSide *side)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    if (side->seed != NULL)
        g_ptr_array_add(words, g_strdup_printf("--seed=%s", side->seed));
    for (guint i = 0; side->sets->pdata[i] != NULL; i++)
        g_ptr_array_add(words, g_strdup_printf("--set=%s", (char *)side->sets->pdata[i]));
    if (side->ties != NULL)
        g_ptr_array_add(words, side->ties[0] == '\0'
                                   ? g_strdup("--shuffle-ties")
                                   : g_strdup_printf("--shuffle-ties=%s", side->ties));
    return words;
}

char *diff_side_name(const DiffSide *side)
{
    if (side->is_trace)
        return g_strdup(side->path);
    g_autoptr(GPtrArray) words = arguments_of(side);
    GString *name = g_string_new(side->path);
    for (guint i = 0; i < words->len; i++)
        g_string_append_printf(name, " %s", (char *)words->pdata[i]);
    if (side->program != NULL)
        g_string_append_printf(name, ", run by %s", side->program);
    return g_string_free(name, FALSE);
}

/* (transfer full) The command of a run that writes to its standard output. */
static GPtrArray *command_of(const DiffSide *side, bool checkpoints, int64_t from_ns)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(words, side->program != NULL ? g_strdup(side->program) : own_program());
    g_ptr_array_add(words, g_strdup("run"));
    g_ptr_array_add(words, g_strdup("--quiet"));
    g_ptr_array_add(words, g_strdup("--jobs=1"));
    g_ptr_array_add(words, g_strdup("--driver=simulator"));
    g_autoptr(GPtrArray) arguments = arguments_of(side);
    g_ptr_array_extend_and_steal(words, g_steal_pointer(&arguments));
    if (checkpoints) {
        g_ptr_array_add(words, g_strdup("--checkpoints=/dev/stdout"));
    } else {
        g_ptr_array_add(words, g_strdup("--trace=/dev/stdout"));
        g_ptr_array_add(words, g_strdup_printf("--trace-from=%" PRId64 "ns", from_ns));
    }
    g_ptr_array_add(words, g_strdup("--"));
    g_ptr_array_add(words, g_strdup(side->path));
    g_ptr_array_add(words, NULL);
    return words;
}

/* A file without a name. */
static int open_errors(GError **error)
{
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("bnetlab-XXXXXX", &path, error);
    if (fd >= 0)
        (void)g_unlink(path);
    return fd;
}

bool diff_stream_open(DiffStream *stream, const DiffSide *side, bool checkpoints, int64_t from_ns,
                      GError **error)
{
    *stream = (DiffStream){.errors = -1};
    if (side->is_trace) {
        stream->lines = report_lines_open(side->path, error);
        return stream->lines != NULL;
    }
    stream->errors = open_errors(error);
    if (stream->errors < 0)
        return false;
    g_autoptr(GPtrArray) command = command_of(side, checkpoints, from_ns);
    int out = -1;
    /* Looked for in PATH if it names no folder. */
    GSpawnFlags flags = G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH | G_SPAWN_CLOEXEC_PIPES;
    if (!g_spawn_async_with_pipes_and_fds(NULL, (const char *const *)command->pdata, NULL, flags,
                                          NULL, NULL, -1, -1, stream->errors, NULL, NULL, 0,
                                          &stream->pid, NULL, &out, NULL, error))
        return false;
    stream->lines = report_lines_of(out, side->path);
    return true;
}

char *diff_stream_errors(const DiffStream *stream)
{
    char text[ERRORS_MAX + 1];
    ssize_t got = stream->errors >= 0 ? pread(stream->errors, text, ERRORS_MAX, 0) : 0;
    return g_strndup(text, got > 0 ? (size_t)got : 0);
}

void diff_stream_close(DiffStream *stream)
{
    if (stream->lines == NULL && stream->pid == 0 && stream->errors <= 0)
        return;
    report_lines_free(stream->lines);
    if (stream->pid != 0) {
        (void)kill(stream->pid, SIGKILL);
        (void)waitpid(stream->pid, NULL, 0);
        g_spawn_close_pid(stream->pid);
    }
    if (stream->errors >= 0)
        (void)close(stream->errors);
    *stream = (DiffStream){.errors = -1};
}
