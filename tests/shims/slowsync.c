/* A disk that takes its time: every fsync and fdatasync is real, and then waits SLOWSYNC_US microseconds.
 *
 *   cc -O2 -shared -fPIC -o slowsync.so slowsync.c -ldl
 *   LD_PRELOAD=./slowsync.so SLOWSYNC_US=5000 COMMAND
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static void rest(void)
{
    const char *asked = getenv("SLOWSYNC_US");
    int microseconds = asked ? atoi(asked) : 0;
    if (microseconds > 0)
        usleep((useconds_t)microseconds);
}

int fsync(int file)
{
    static int (*really)(int);
    if (!really)
        really = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    int answer = really(file);
    rest();
    return answer;
}

int fdatasync(int file)
{
    static int (*really)(int);
    if (!really)
        really = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    int answer = really(file);
    rest();
    return answer;
}
