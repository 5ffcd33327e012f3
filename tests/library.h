/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_TESTS_LIBRARY_H
#define BNETLAB_TESTS_LIBRARY_H

/*
 * The scenarios that are shipped: the *.json files in the folders of scenarios/, but for names that
 * end in .schema.json or .part.json (parts for other scenarios to include). For programs that run
 * from the project's root. One thread.
 */

#include <check.h>
#include <glib.h>

#define LIBRARY_FOLDER "scenarios"
#define LIBRARY_SCHEMA LIBRARY_FOLDER "/scenario.schema.json"

static inline int library_by_name(gconstpointer a, gconstpointer b)
{
    return g_strcmp0(*(char *const *)a, *(char *const *)b);
}

static inline void library_add_folder(GPtrArray *names, const char *folder)
{
    g_autofree char *path = g_build_filename(LIBRARY_FOLDER, folder, NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);

    ck_assert_msg(dir != NULL, "no folder %s; this test runs from the project's root", path);
    for (const char *file = g_dir_read_name(dir); file != NULL; file = g_dir_read_name(dir)) {
        const gsize length = strlen(file);

        if (g_str_has_suffix(file, ".json") && !g_str_has_suffix(file, ".schema.json") &&
            !g_str_has_suffix(file, ".part.json"))
            g_ptr_array_add(
                names, g_strdup_printf("%s/%.*s", folder, (int)(length - strlen(".json")), file));
    }
}

/* "basics/quickstart", ...: sorted. (transfer full) */
static inline GPtrArray *library_names(void)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(LIBRARY_FOLDER, 0, NULL);

    ck_assert_msg(dir != NULL,
                  "no folder " LIBRARY_FOLDER "; this test runs from the project's root");
    for (const char *folder = g_dir_read_name(dir); folder != NULL; folder = g_dir_read_name(dir)) {
        g_autofree char *path = g_build_filename(LIBRARY_FOLDER, folder, NULL);

        if (g_file_test(path, G_FILE_TEST_IS_DIR))
            library_add_folder(names, folder);
    }
    g_ptr_array_sort(names, library_by_name);
    ck_assert_uint_ge(names->len, 10);
    return names;
}

/* "scenarios/basics/quickstart.json" of "basics/quickstart". (transfer full) */
static inline char *library_path(const char *name)
{
    return g_strdup_printf(LIBRARY_FOLDER "/%s.json", name);
}

#endif
