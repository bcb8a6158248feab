#include "base.h"

_Static_assert(sizeof(struct cl_event) == sizeof(struct epoll_event), "layout of epoll_event");
_Static_assert(offsetof(struct cl_event, handle) == offsetof(struct epoll_event, data), "layout of epoll_event");

long cl_epoll_create(void) { return cl_result(epoll_create1(EPOLL_CLOEXEC)); }
long cl_epoll_control(int epoll, int operation, int fd, uint32_t events, uint64_t handle) {
  struct epoll_event e;
  e.events = events;
  e.data.u64 = handle;
  return cl_result(epoll_ctl(epoll, operation, fd, &e));
}
long cl_epoll_wait(int epoll, struct cl_event *events, int count, int timeout) {
  return cl_result(epoll_wait(epoll, (struct epoll_event *)events, count, timeout));
}

long cl_eventfd(void) { return cl_result(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }
long cl_eventfd_signal(int fd) { return cl_result(eventfd_write(fd, 1)); }
long cl_eventfd_clear(int fd) { eventfd_t n; return cl_result(eventfd_read(fd, &n)); }

long cl_clock_milliseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
long cl_clock_coarse_milliseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
  return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
long cl_clock_microseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}
long cl_clock_unix_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME_COARSE, &t);
  return t.tv_sec;
}
long cl_clock_unix_milliseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Signals: blocked everywhere, read as events. SIGPIPE is ignored: a broken pipe is the result of a write. SIGCHLD is not, whatever whoever started
   us had it at: children of a process that ignores it reap themselves, and their pidfds have nothing to tell, waitid(2). */
long cl_block_signals(void) {
  sigset_t s;
  sigfillset(&s);
  sigdelset(&s, SIGSEGV); sigdelset(&s, SIGBUS); sigdelset(&s, SIGILL); sigdelset(&s, SIGFPE); sigdelset(&s, SIGABRT); sigdelset(&s, SIGTRAP);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGCHLD, SIG_DFL);
  return cl_result(sigprocmask(SIG_SETMASK, &s, 0));
}
long cl_signalfd(uint64_t signals) {
  sigset_t s;
  sigemptyset(&s);
  for (int n = 1; n < 64; n++) if (signals >> n & 1) sigaddset(&s, n);
  return cl_result(signalfd(-1, &s, SFD_NONBLOCK | SFD_CLOEXEC));
}
/* The next signal's number, or -errno. */
long cl_signalfd_next(int fd) {
  struct signalfd_siginfo i;
  ssize_t r = read(fd, &i, sizeof i);
  return r == (ssize_t)sizeof i ? (long)i.ssi_signo : r < 0 ? -(long)errno : -(long)EIO;
}

struct cl_thread_start { cl_thread_body body; void *argument; };

static void *cl_thread_run(void *argument) {
  struct cl_thread_start start = *(struct cl_thread_start *)argument;
  free(argument);
  start.body(start.argument);
  cl_thread_ends();
  return 0;
}
/* A detached thread with every signal blocked. */
long cl_thread(cl_thread_body body, void *argument) {
  struct cl_thread_start *start = malloc(sizeof *start);
  if (!start) return -(long)ENOMEM;
  *start = (struct cl_thread_start){ body, argument };
  pthread_attr_t a;
  pthread_t t;
  pthread_attr_init(&a);
  pthread_attr_setdetachstate(&a, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&a, 4 << 20);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before); /* a thread starts with the mask of whoever starts it */
  cl_thread_begins();
  int r = pthread_create(&t, &a, cl_thread_run, start);
  pthread_sigmask(SIG_SETMASK, &before, 0);
  pthread_attr_destroy(&a);
  if (r) {
    cl_thread_ends();
    free(start);
  }
  return -(long)r;
}
