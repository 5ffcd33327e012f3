/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_NODE_DISK_FILE_H
#define BNETLAB_NODE_DISK_FILE_H

/*
 * Files that grow at their end and must outlive the process and the machine: appended, brought to
 * the disk, replaced as a whole, cut back where a write was torn.
 *
 * Errors are of NODE_ERROR_CHAIN and name the file. One thread.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

/* A file that grows. */
typedef struct NodeDiskFile {
    char *path;
    int fd;        /* -1: none */
    uint64_t size; /* of what is good */
    bool is_dirty; /* what was appended may not be on the disk */
} NodeDiskFile;

/* Opens the file at its path. */
bool node_disk_open(NodeDiskFile *file, GError **error);

/* Closes it and frees the path. */
void node_disk_close(NodeDiskFile *file);

/* Appends: it is in the system's hands then. A file without descriptor takes nothing. */
bool node_disk_append(NodeDiskFile *file, const uint8_t *bytes, size_t n, GError **error);

/* What was appended is on the disk. */
bool node_disk_sync(NodeDiskFile *file, GError **error);

/* What is to stand in a folder instead of what does. */
typedef struct NodeDiskContent {
    const char *path;
    int folder_fd; /* of the folder that the path is in */
    const uint8_t *bytes;
    size_t n;
} NodeDiskContent;

/* A file with those bytes stands at the path and is on the disk, or what was there stands there
 * still. */
bool node_disk_replace(const NodeDiskContent *content, GError **error);

/* The same in two steps: what needs a descriptor, which is the caller's then (-1: errno says why
 * there is none), and all else, which needs no more. */
int node_disk_replace_begin(const char *path);
bool node_disk_replace_end(int fd, const NodeDiskContent *content, GError **error);

/*
 * Cuts a file, whose bytes these are, back to the first `good`; `wrong` says why. What is cut off
 * is kept in a file of that name and ".torn", and told of in the notes. Fails if it is more than
 * torn_max bytes.
 */
typedef struct NodeDiskCut {
    uint64_t good;
    const uint8_t *bytes;
    const char *wrong;
    uint64_t torn_max;
} NodeDiskCut;
bool node_disk_cut_back(NodeDiskFile *file, const NodeDiskCut *cut, GPtrArray *notes,
                        GError **error);

/* Fails: sets the error, "path: what" or "path: what: why" of errno. Always false. */
bool node_disk_fail(GError **error, const char *path, const char *what);
bool node_disk_fail_errno(GError **error, const char *path, const char *what);

#endif
