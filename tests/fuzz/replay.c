/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target over folders of inputs, without a fuzzer: replay_<target> FOLDER... An input
 * that fails ends the program by abort(), and is the last that was named.
 */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

#define INPUT_BYTES_MAX (1024u * 1024)

/* Inputs stand in memory of exactly their size, so that a sanitizer sees a read beyond them. */
static void replay(const char *path)
{
    static uint8_t buffer[INPUT_BYTES_MAX];
    FILE *file = fopen(path, "rb");
    FUZZ_CHECK(file);
    const size_t n = fread(buffer, 1, sizeof buffer, file);
    FUZZ_CHECK(n < sizeof buffer && !ferror(file));
    fclose(file);
    uint8_t *bytes = malloc(n > 0 ? n : 1);
    FUZZ_CHECK(bytes);
    memcpy(bytes, buffer, n);
    FUZZ_CHECK(LLVMFuzzerTestOneInput(bytes, n) == 0);
    free(bytes);
}

/* Runs the files of a folder, but no others below; returns their number. */
static unsigned replay_folder(const char *name)
{
    DIR *folder = opendir(name);
    FUZZ_CHECK(folder);
    unsigned n = 0;
    for (const struct dirent *entry; (entry = readdir(folder));) {
        char path[4096];
        const int length = snprintf(path, sizeof path, "%s/%s", name, entry->d_name);
        FUZZ_CHECK(length > 0 && (size_t)length < sizeof path);
        struct stat status;
        FUZZ_CHECK(stat(path, &status) == 0);
        if (entry->d_name[0] == '.' || !S_ISREG(status.st_mode))
            continue;
        printf("%s\n", path);
        fflush(stdout);
        replay(path);
        n++;
    }
    closedir(folder);
    return n;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s FOLDER...\n", argv[0]);
        return 2;
    }
    unsigned n = 0;
    for (int i = 1; i < argc; i++)
        n += replay_folder(argv[i]);
    printf("%u inputs\n", n);
    return n > 0 ? 0 : 1;
}
