// SPDX-License-Identifier: MIT

// Every header of C and of POSIX, then all of elbo, under a using-directive: the names of both worlds stay usable.

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <fenv.h>
#include <float.h>
#include <inttypes.h>
#include <iso646.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uchar.h>
#include <wchar.h>
#include <wctype.h>

#include <aio.h>
#include <arpa/inet.h>
#include <cpio.h>
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <fmtmsg.h>
#include <fnmatch.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <iconv.h>
#include <langinfo.h>
#include <libgen.h>
#include <monetary.h>
#include <mqueue.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nl_types.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <regex.h>
#include <sched.h>
#include <search.h>
#include <semaphore.h>
#include <spawn.h>
#include <strings.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <syslog.h>
#include <tar.h>
#include <termios.h>
#include <ulimit.h>
#include <unistd.h>
#include <utime.h>
#include <utmpx.h>
#include <wordexp.h>

#include <every_header.hpp>

using namespace elbo;

namespace elbo {
struct c_and_posix;

// An alias can be declared here only while elbo has nothing of that name: no type, function, variable, namespace.
// Left out are families that nobody would enter by accident (pthread_, posix_, wcs, ...), and macros.
// clang-format off
typedef c_and_posix
    a64l, abort, abs, accept, access, acos, acosf, acosh, acoshf, acoshl, acosl, addrinfo, aiocb, alarm,
    aligned_alloc, alphasort, asctime, asin, asinf, asinh, asinhf, asinhl, asinl, at_quick_exit, atan, atan2,
    atan2f, atan2l, atanf, atanh, atanhf, atanhl, atanl, atexit, atof, atoi, atol, atoll, bcmp, bcopy, bind,
    bsd_signal, bsearch, btowc, bzero, calloc, catclose, catgets, catopen, cbrt, cbrtf, cbrtl, ceil, ceilf, ceill,
    chdir, chmod, chown, clearerr, clock, clock_getcpuclockid, clock_getres, clock_gettime, clock_nanosleep,
    clock_settime, close, closedir, closelog, cmsghdr, confstr, connect, copysign, copysignf, copysignl, cos, cosf,
    cosh, coshf, coshl, cosl, creat, ctermid, ctime, daylight, difftime, dirent, dirfd, dirname, div, dlclose,
    dlerror, dlopen, dlsym, dprintf, dup, dup2, duplocale, ecvt, entry, erf, erfc, erfcf, erfcl, erff, erfl, execl,
    execle, execlp, execv, execve, execvp, exit, exp, exp2, exp2f, exp2l, expf, expl, expm1, expm1f, expm1l, fabs,
    fabsf, fabsl, faccessat, fchdir, fchmod, fchmodat, fchown, fchownat, fclose, fcntl, fcvt, fdatasync, fdim,
    fdimf, fdiml, fdopen, fdopendir, feof, ferror, fexecve, fflush, ffs, fgetc, fgetpos, fgets, fgetwc, fgetws,
    fileno, flock, flockfile, floor, floorf, floorl, fma, fmaf, fmal, fmax, fmaxf, fmaxl, fmemopen, fmin, fminf,
    fminl, fmod, fmodf, fmodl, fmtmsg, fnmatch, fopen, fork, fpathconf, fprintf, fputc, fputs, fputwc, fputws,
    fread, free, freeaddrinfo, freelocale, freopen, frexp, frexpf, frexpl, fscanf, fseek, fseeko, fsetpos, fstat,
    fstatat, fstatvfs, fsync, ftell, ftello, ftok, ftruncate, ftrylockfile, ftw, funlockfile, futimens, fwide,
    fwprintf, fwrite, fwscanf, gai_strerror, gamma, gcvt, getaddrinfo, getc, getchar, getcwd, getdate, getdate_err,
    getdelim, getegid, getenv, geteuid, getgid, getgrgid, getgrnam, getgroups, gethostid, gethostname, getitimer,
    getline, getlogin, getnameinfo, getopt, getpeername, getpgid, getpgrp, getpid, getppid, getpriority, getpwnam,
    getpwuid, getrlimit, getrusage, getsid, getsockname, getsockopt, getsubopt, gettimeofday, getuid, getutxid,
    getutxline, getwc, getwchar, getwd, glob, globfree, gmtime, grantpt, group, hcreate, hdestroy, hostent, hsearch,
    htonl, htons, hypot, hypotf, hypotl, iconv, iconv_close, iconv_open, ilogb, ilogbf, ilogbl, imaxabs, imaxdiv,
    index, initstate, insque, iovec, isalnum, isalpha, isascii, isatty, isblank, iscntrl, isdigit, isgraph, islower,
    isprint, ispunct, isspace, isupper, isxdigit, itimerspec, itimerval, j0, j1, jn, kill, killpg, l64a, labs,
    lchown, lconv, ldexp, ldexpf, ldexpl, ldiv, lfind, lgamma, lgammaf, lgammal, linger, link, linkat, listen,
    llabs, lldiv, llrint, llrintf, llrintl, llround, llroundf, llroundl, localeconv, localtime, lockf, log, log10,
    log10f, log10l, log1p, log1pf, log1pl, log2, log2f, log2l, logb, logbf, logbl, logf, logl, longjmp, lrint,
    lrintf, lrintl, lround, lroundf, lroundl, lsearch, lseek, lstat, malloc, mblen, mbtowc, memccpy, memchr, memcmp,
    memcpy, memmove, memset, mkdir, mkdirat, mkdtemp, mkfifo, mkfifoat, mknod, mknodat, mkstemp, mktemp, mktime,
    mlock, mlockall, mmap, modf, modff, modfl, mprotect, msgctl, msgget, msghdr, msgrcv, msgsnd, msync, munlock,
    munlockall, munmap, nan, nanf, nanl, nanosleep, nearbyint, nearbyintf, nearbyintl, netent, newlocale, nextafter,
    nextafterf, nextafterl, nexttoward, nexttowardf, nexttowardl, nftw, nice, ntohl, ntohs, open, open_memstream,
    open_wmemstream, openat, opendir, openlog, optarg, opterr, optind, optopt, passwd, pathconf, pause, pclose,
    perror, pipe, poll, pollfd, popen, pow, powf, powl, pread, printf, protoent, pselect, psiginfo, psignal,
    ptsname, putc, putchar, putenv, puts, pututxline, putwc, putwchar, pwrite, qsort, quick_exit, raise, rand,
    random, read, readdir, readlink, readlinkat, readv, realloc, realpath, recv, recvfrom, recvmsg, regcomp,
    regerror, regexec, regfree, remainder, remainderf, remainderl, remove, remque, remquo, remquof, remquol, rename,
    renameat, rewind, rewinddir, rindex, rint, rintf, rintl, rlimit, rmdir, round, roundf, roundl, rusage, scalb,
    scalbln, scalblnf, scalblnl, scalbn, scalbnf, scalbnl, scandir, scanf, seekdir, select, sembuf, semctl, semget,
    semop, send, sendmsg, sendto, servent, setbuf, setegid, setenv, seteuid, setgid, setitimer, setjmp, setlocale,
    setlogmask, setpgid, setpgrp, setpriority, setregid, setreuid, setrlimit, setsid, setsockopt, setstate, setuid,
    setvbuf, shmat, shmctl, shmdt, shmget, shutdown, sigaction, sigaltstack, sigevent, sighold, sigignore,
    siginterrupt, sigismember, siglongjmp, signal, signgam, sigpause, sigpending, sigqueue, sigrelse, sigstack,
    sigsuspend, sigval, sin, sinf, sinh, sinhf, sinhl, sinl, sleep, snprintf, sockaddr, sockatmark, socket,
    socketpair, sprintf, sqrt, sqrtf, sqrtl, srand, srandom, sscanf, stat, statvfs, stpcpy, stpncpy, strcasecmp,
    strcat, strchr, strcmp, strcoll, strcpy, strcspn, strdup, strerror, strfmon, strftime, strlen, strncasecmp,
    strncat, strncmp, strncpy, strndup, strnlen, strpbrk, strptime, strrchr, strsignal, strspn, strstr, strtod,
    strtof, strtoimax, strtok, strtol, strtold, strtoll, strtoul, strtoull, strtoumax, strxfrm, swab, swprintf,
    swscanf, symlink, symlinkat, sync, sysconf, syslog, system, tan, tanf, tanh, tanhf, tanhl, tanl, tcdrain,
    tcflow, tcflush, tcgetattr, tcgetpgrp, tcgetsid, tcsendbreak, tcsetattr, tcsetpgrp, tdelete, telldir, tempnam,
    termios, tfind, tgamma, tgammaf, tgammal, time, timer_create, timer_delete, timer_getoverrun, timer_gettime,
    timer_settime, times, timespec, timespec_get, timeval, timezone, tm, tmpfile, tmpnam, tms, toascii, tolower,
    toupper, trunc, truncate, truncf, truncl, tsearch, ttyname, twalk, tzname, tzset, ualarm, ucontext_t, ulimit,
    umask, uname, ungetc, ungetwc, unlink, unlinkat, unlockpt, unsetenv, uselocale, usleep, utimbuf, utime,
    utimensat, utimes, utsname, vdprintf, vfork, vfprintf, vfscanf, vfwprintf, vfwscanf, vprintf, vscanf, vsnprintf,
    vsprintf, vsscanf, vswprintf, vswscanf, vwprintf, vwscanf, wait, waitid, waitpid, wcpcpy, wcpncpy, wcrtomb,
    wctob, wctomb, wctrans, wctype, wcwidth, wmemchr, wmemcmp, wmemcpy, wmemmove, wmemset, wordexp, wprintf, write,
    writev, wscanf, y0, y1, yn;
// clang-format on
}  // namespace elbo
