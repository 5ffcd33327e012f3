/* SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700 /* realpath() */

#include "reports/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

struct ReportFile {
    char *path;      /* for messages: as the user said it */
    char *target;    /* final name, links followed */
    char *temporary; /* NULL: target is written to directly */
    int fd;          /* -1: closed */
    int error;       /* errno of the first failed write; 0: none */
};

static void set_error(GError **error, const char *what, const char *path, int error_number)
{
    g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(error_number),
                "cannot %s %s: %s", what, path, g_strerror(error_number));
}

/* Where a link leads, so that the link stays and its target is replaced. */
static char *follow_links(const char *path)
{
    char *found = realpath(path, NULL);
    if (found == NULL) {
        return g_strdup(path);
    }
    char *copy = g_strdup(found);
    free(found);
    return copy;
}

static bool is_special(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

/* Standard output led to a file: a new name would take what is written to it otherwise. */
static bool is_standard_output(const char *path)
{
    struct stat status;
    struct stat output;
    return stat(path, &status) == 0 && fstat(STDOUT_FILENO, &output) == 0 &&
           status.st_dev == output.st_dev && status.st_ino == output.st_ino;
}

static bool open_file(ReportFile *file)
{
    if (is_standard_output(file->path)) {
        file->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
        return file->fd >= 0;
    }
    if (is_special(file->path)) {
        file->fd = g_open(file->path, O_WRONLY | O_CLOEXEC, 0);
        return file->fd >= 0;
    }
    file->temporary = g_strconcat(file->target, ".XXXXXX", NULL);
    file->fd = g_mkstemp_full(file->temporary, O_WRONLY | O_CLOEXEC, 0666);
    return file->fd >= 0;
}

ReportFile *report_file_new(const char *path, GError **error)
{
    ReportFile *file = g_new0(ReportFile, 1);
    file->path = g_strdup(path);
    file->target = follow_links(path);
    file->fd = -1;
    if (!open_file(file)) {
        set_error(error, "create", path, errno);
        g_clear_pointer(&file->temporary, g_free);
        report_file_free(file);
        return NULL;
    }
    return file;
}

void report_file_write(ReportFile *file, const void *data, size_t len)
{
    const char *rest = data;
    while (len > 0 && file->error == 0) {
        ssize_t written = write(file->fd, rest, len);
        if (written >= 0) {
            rest += written;
            len -= (size_t)written;
        } else if (errno != EINTR) {
            file->error = errno;
        }
    }
}

bool report_file_has_failed(const ReportFile *file)
{
    return file->error != 0;
}

bool report_file_commit(ReportFile *file, GError **error)
{
    g_assert(file->fd >= 0);
    if (close(file->fd) != 0 && file->error == 0) {
        file->error = errno;
    }
    file->fd = -1;
    if (file->error != 0) {
        set_error(error, "write", file->path, file->error);
        return false;
    }
    if (file->temporary != NULL && g_rename(file->temporary, file->target) != 0) {
        set_error(error, "replace", file->path, errno);
        return false;
    }
    g_clear_pointer(&file->temporary, g_free);
    return true;
}

void report_file_free(ReportFile *file)
{
    if (file == NULL) {
        return;
    }
    if (file->fd >= 0) {
        (void)close(file->fd);
    }
    if (file->temporary != NULL) {
        (void)g_unlink(file->temporary);
    }
    g_free(file->temporary);
    g_free(file->target);
    g_free(file->path);
    g_free(file);
}
