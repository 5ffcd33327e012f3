/* SPDX-License-Identifier: Apache-2.0 */
#include "node/disk_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/endpoint.h"

/* --- errors ---------------------------------------------------------------------------------- */

bool node_disk_fail(GError **error, const char *path, const char *what)
{
    g_set_error(error, NODE_ERROR, NODE_ERROR_CHAIN, "%s: %s", path, what);
    return false;
}

bool node_disk_fail_errno(GError **error, const char *path, const char *what)
{
    const int reason = errno;
    g_set_error(error, NODE_ERROR, NODE_ERROR_CHAIN, "%s: %s: %s", path, what, g_strerror(reason));
    return false;
}

/* --- files ----------------------------------------------------------------------------------- */

static bool write_all(int fd, const uint8_t *bytes, size_t n, uint64_t at)
{
    while (n > 0) {
        const ssize_t written = pwrite(fd, bytes, n, (off_t)at);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes += written;
        n -= (size_t)written;
        at += (uint64_t)written;
    }
    return true;
}

bool node_disk_append(NodeDiskFile *file, const uint8_t *bytes, size_t n, GError **error)
{
    if (file->fd < 0)
        return true;
    if (!write_all(file->fd, bytes, n, file->size))
        return node_disk_fail_errno(error, file->path, "cannot be written");
    file->size += n;
    file->is_dirty = true;
    return true;
}

bool node_disk_sync(NodeDiskFile *file, GError **error)
{
    if (!file->is_dirty)
        return true;
    if (fdatasync(file->fd) != 0)
        return node_disk_fail_errno(error, file->path, "cannot be brought to the disk");
    file->is_dirty = false;
    return true;
}

static char *fresh_path(const char *path)
{
    return g_strconcat(path, ".new", NULL);
}

int node_disk_replace_begin(const char *path)
{
    g_autofree char *fresh = fresh_path(path);
    return open(fresh, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
}

/* The folder is synced, too, so that the new name is on the disk. */
bool node_disk_replace_end(int fd, const NodeDiskContent *content, GError **error)
{
    g_autofree char *fresh = fresh_path(content->path);
    if (!write_all(fd, content->bytes, content->n, 0) || fsync(fd) != 0)
        return node_disk_fail_errno(error, fresh, "cannot be written");
    if (rename(fresh, content->path) != 0)
        return node_disk_fail_errno(error, content->path, "cannot be replaced");
    return fsync(content->folder_fd) == 0 ||
           node_disk_fail_errno(error, content->path, "cannot be brought to the disk");
}

bool node_disk_replace(const NodeDiskContent *content, GError **error)
{
    const int fd = node_disk_replace_begin(content->path);
    if (fd < 0)
        return node_disk_fail_errno(error, content->path, "cannot be made");
    const bool is_done = node_disk_replace_end(fd, content, error);
    (void)close(fd);
    return is_done;
}

bool node_disk_open(NodeDiskFile *file, GError **error)
{
    struct stat status;
    file->fd = open(file->path, O_RDWR | O_CLOEXEC);
    if (file->fd < 0 || fstat(file->fd, &status) != 0)
        return node_disk_fail_errno(error, file->path, "cannot be opened");
    file->size = (uint64_t)status.st_size;
    return true;
}

void node_disk_close(NodeDiskFile *file)
{
    if (file->fd >= 0)
        (void)close(file->fd);
    g_free(file->path);
}

/* --- torn tails ------------------------------------------------------------------------------ */

bool node_disk_cut_back(NodeDiskFile *file, const NodeDiskCut *cut, GPtrArray *notes,
                        GError **error)
{
    const uint64_t torn = file->size - cut->good;
    if (torn > cut->torn_max) {
        g_set_error(error, NODE_ERROR, NODE_ERROR_CHAIN,
                    "%s: %s, and %" G_GUINT64_FORMAT
                    " bytes follow from there: that is more than a torn write",
                    file->path, cut->wrong, torn);
        return false;
    }
    g_autofree char *aside = g_strconcat(file->path, ".torn", NULL);
    if (!g_file_set_contents(aside, (const char *)cut->bytes + cut->good, (gssize)torn, error))
        return false;
    if (ftruncate(file->fd, (off_t)cut->good) != 0 || fsync(file->fd) != 0)
        return node_disk_fail_errno(error, file->path, "cannot be cut back");
    file->size = cut->good;
    g_ptr_array_add(notes, g_strdup_printf("%s: %s; the last %" G_GUINT64_FORMAT
                                           " bytes were cut off and are kept in %s",
                                           file->path, cut->wrong, torn, aside));
    return true;
}
