/*
 * A disk that fails when it is told to. Loaded into a server (LD_PRELOAD), it stands before what libc has for writing,
 * syncing and naming files: of the calls that concern files under a folder it counts each, and lets those fail that a
 * shared page says. One that is full takes syncs. Built and used by failing_disk.rs, which writes that page.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct instructions {
    /* The first call to fail, counted from 1; 0: none does. */
    _Atomic int64_t first;
    /* And after it each so many-th; 0: no other. */
    _Atomic int64_t every;
    /* Up to this one. */
    _Atomic int64_t last;
    /* What they fail with. */
    _Atomic int64_t error;
    /* Calls that came, and those of them that failed. */
    _Atomic int64_t came;
    _Atomic int64_t failed;
};

static struct instructions *told;
static const char *folder;

__attribute__((constructor)) static void begin(void) {
    const char *page = getenv("FAILING_DISK_PAGE");
    folder = getenv("FAILING_DISK_FOLDER");
    if (!page || !folder) return;
    int file = open(page, O_RDWR | O_CLOEXEC);
    void *mapped = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (file < 0 || mapped == MAP_FAILED) abort();
    close(file);
    told = mapped;
}

static int fails(const char *path, int takes_room) {
    if (!told || strncmp(path, folder, strlen(folder)) != 0) return 0;
    int64_t number = atomic_fetch_add(&told->came, 1) + 1;
    int64_t first = told->first, every = told->every;
    if (first == 0 || number < first || number > told->last) return 0;
    if (number != first && (every == 0 || (number - first) % every != 0)) return 0;
    if (told->error == ENOSPC && !takes_room) return 0;
    atomic_fetch_add(&told->failed, 1);
    errno = (int)told->error;
    return 1;
}

static int fails_for(int file, int takes_room) {
    if (!told) return 0;
    char link[64], path[4096];
    int before = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    errno = before;
    if (length < 0) return 0;
    path[length] = '\0';
    return fails(path, takes_room);
}

#define STANDS_BEFORE(result, name, parameters, arguments, failing)     \
    result name parameters {                                            \
        static result(*_Atomic real) parameters;                        \
        if (!real) real = (result(*) parameters)dlsym(RTLD_NEXT, #name); \
        return (failing) ? -1 : real arguments;                         \
    }

STANDS_BEFORE(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size), fails_for(fd, 1))
STANDS_BEFORE(ssize_t, writev, (int fd, const struct iovec *data, int count), (fd, data, count), fails_for(fd, 1))
STANDS_BEFORE(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at), fails_for(fd, 1))
STANDS_BEFORE(ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at), fails_for(fd, 1))
STANDS_BEFORE(int, ftruncate, (int fd, off_t size), (fd, size), fails_for(fd, 1))
STANDS_BEFORE(int, ftruncate64, (int fd, off64_t size), (fd, size), fails_for(fd, 1))
STANDS_BEFORE(int, fsync, (int fd), (fd), fails_for(fd, 0))
STANDS_BEFORE(int, fdatasync, (int fd), (fd), fails_for(fd, 0))
STANDS_BEFORE(int, rename, (const char *from, const char *to), (from, to), fails(to, 1))
STANDS_BEFORE(int, mkdir, (const char *path, mode_t mode), (path, mode), fails(path, 1))
