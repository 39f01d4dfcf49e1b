/* Makes fdatasync and fsync of one file fail, from the moment a second file exists: a disk that dies under the database. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int dead(int file) {
    const char *when = getenv("FAILING_SYNC_WHEN"), *what = getenv("FAILING_SYNC_OF");
    char link[64], path[4096];
    if (!when || !what || access(when, F_OK) != 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size < 0) return 0;
    path[size] = 0;
    return strstr(path, what) != NULL;
}

int fdatasync(int file) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    if (dead(file)) { errno = EIO; return -1; }
    return real(file);
}

int fsync(int file) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    if (dead(file)) { errno = EIO; return -1; }
    return real(file);
}
