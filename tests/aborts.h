/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_TESTS_ABORTS_H
#define BNETLAB_TESTS_ABORTS_H

/*
 * Shows that an assertion holds: runs a function that must not return.
 *
 * The function runs in a child process, so that this works with CK_FORK=no. What the child prints
 * is dropped. Not for programs with several threads.
 */

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* True if `run` ends its process by abort(). */
static inline bool test_aborts(void (*run)(void))
{
    const pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        const int null = open("/dev/null", O_WRONLY);
        if (null >= 0 && dup2(null, STDOUT_FILENO) >= 0 && dup2(null, STDERR_FILENO) >= 0) {
            run();
        }
        _exit(EXIT_SUCCESS);
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
           WTERMSIG(status) == SIGABRT;
}

#endif
