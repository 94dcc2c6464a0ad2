/* Sets the wall clock of one process apart: preloaded, it adds the seconds in the file STEP_FILE. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

static volatile long *step;
static int (*real)(clockid_t, struct timespec *);

static void begin(void) {
    if (real) return;
    real = dlsym(RTLD_NEXT, "clock_gettime");
    char *path = getenv("STEP_FILE");
    int file = path ? open(path, O_RDONLY) : -1;
    if (file >= 0) {
        void *mapped = mmap(0, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
        if (mapped != MAP_FAILED) step = mapped;
    }
}

int clock_gettime(clockid_t which, struct timespec *told) {
    begin();
    int status = real(which, told);
    if (which == CLOCK_REALTIME && step) told->tv_sec += *step;
    return status;
}

int gettimeofday(struct timeval *told, void *zone) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    told->tv_sec = now.tv_sec;
    told->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *told) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (told) *told = now.tv_sec;
    return now.tv_sec;
}
