/* Faults that no program can ask for: a full disk and a clock that jumps. Loaded with LD_PRELOAD, for the torture only.
 *
 * FAULTS_FULL    a file: while it exists, nothing under FAULTS_FOLDER can be written (ENOSPC)
 * FAULTS_FOLDER  the folder that is full, as an absolute path
 * FAULTS_CLOCK   a file of eight bytes: nanoseconds (signed, this machine's byte order) added to the wall clock
 *
 * Monotonic clocks are left alone: that is what a machine does whose wall clock is set.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static const char *full, *folder;
static volatile const int64_t *offset;

__attribute__((constructor)) static void set_up(void) {
    full = getenv("FAULTS_FULL");
    folder = getenv("FAULTS_FOLDER");
    const char *clock = getenv("FAULTS_CLOCK");
    if (clock == NULL) return;
    int fd = open(clock, O_RDONLY);
    if (fd < 0) return;
    void *seen = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (seen != MAP_FAILED) offset = seen;
}

static int no_room(int fd) {
    if (full == NULL || folder == NULL || access(full, F_OK) != 0) return 0;
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    if (strncmp(path, folder, strlen(folder)) != 0) return 0;
    errno = ENOSPC;
    return 1;
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (real == NULL) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

ssize_t write(int fd, const void *buffer, size_t count) {
    REAL(ssize_t, "write", int, const void *, size_t);
    return no_room(fd) ? -1 : real(fd, buffer, count);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    return no_room(fd) ? -1 : real(fd, parts, count);
}

ssize_t pwrite(int fd, const void *buffer, size_t count, off_t at) {
    REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
    return no_room(fd) ? -1 : real(fd, buffer, count, at);
}

ssize_t pwrite64(int fd, const void *buffer, size_t count, off64_t at) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    return no_room(fd) ? -1 : real(fd, buffer, count, at);
}

int fsync(int fd) {
    REAL(int, "fsync", int);
    return no_room(fd) ? -1 : real(fd);
}

int fdatasync(int fd) {
    REAL(int, "fdatasync", int);
    return no_room(fd) ? -1 : real(fd);
}

int posix_fallocate(int fd, off_t at, off_t length) {
    REAL(int, "posix_fallocate", int, off_t, off_t);
    return no_room(fd) ? ENOSPC : real(fd, at, length);
}

int posix_fallocate64(int fd, off64_t at, off64_t length) {
    REAL(int, "posix_fallocate64", int, off64_t, off64_t);
    return no_room(fd) ? ENOSPC : real(fd, at, length);
}

int clock_gettime(clockid_t which, struct timespec *told) {
    REAL(int, "clock_gettime", clockid_t, struct timespec *);
    int answer = real(which, told);
    if (answer == 0 && offset != NULL && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) {
        int64_t set = (int64_t)told->tv_sec * 1000000000 + told->tv_nsec + *offset;
        told->tv_sec = set / 1000000000;
        told->tv_nsec = set % 1000000000;
    }
    return answer;
}

int gettimeofday(struct timeval *restrict told, void *restrict zone) {
    (void)zone;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    told->tv_sec = now.tv_sec;
    told->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *told) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (told != NULL) *told = now.tv_sec;
    return now.tv_sec;
}
