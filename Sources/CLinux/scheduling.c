#include "base.h"

/* sched_setattr(2); older C libraries have no name for it, and it has grown since: these 48 bytes are the part that is always there. */
struct cl_scheduling {
  uint32_t size, policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime, deadline, period;
};

/* A child, whose death nobody is told of, asks for what changes nothing: 1 where it outlives that, 0 where not; -1 where there cannot be one. */
static int cl_outlives_asking(void) {
  long child = syscall(SYS_clone, 0, 0, 0, 0, 0);
  if (child < 0) return -1;
  if (child == 0) {
    struct cl_scheduling a;
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* its end is no crash to be kept */
    syscall(SYS_setpriority, PRIO_PROCESS, 0, 20 - (int)syscall(SYS_getpriority, PRIO_PROCESS, 0));
    syscall(SYS_sched_getattr, 0, &a, sizeof a, 0);
    syscall(SYS_sched_setattr, 0, 0, 0);
    syscall(SYS_exit_group, 0);
  }
  int status = 0;
  while (waitpid((int)child, &status, __WALL) < 0)
    if (errno != EINTR) return -1;
  return WIFEXITED(status);
}

/* Where a system call filter is in force, seccomp(2), to ask for what it does not allow can be the end of the process (SystemCallFilter=~@resources of a
   systemd unit, say): whether it is not. Found out once. */
static int cl_may_ask(void) {
  static int known = -1; /* two threads that ask at once find the same */
  int may = __atomic_load_n(&known, __ATOMIC_RELAXED);
  if (may < 0) {
    may = prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 0 ? 1 : cl_outlives_asking();
    __atomic_store_n(&known, may, __ATOMIC_RELAXED);
  }
  return may > 0;
}

/* The calling thread alone, although POSIX means the process (setpriority(2), "C library/kernel differences"). */
long cl_thread_nicer(int by) {
  if (!cl_may_ask()) return -(long)EPERM;
  errno = 0;
  int now = getpriority(PRIO_PROCESS, 0);
  if (now == -1 && errno) return -(long)errno;
  return cl_result(setpriority(PRIO_PROCESS, 0, now + by));
}

long cl_shorten_slice(uint64_t nanoseconds) {
  struct cl_scheduling a;
  memset(&a, 0, sizeof a);
  if (!cl_may_ask()) return -(long)EPERM;
  if (syscall(SYS_sched_getattr, 0, &a, sizeof a, 0) < 0) return -(long)errno;
  /* Before Linux 6.12 it is 0: there is one slice for all. */
  if (a.policy != SCHED_OTHER || a.runtime <= nanoseconds) return 0;
  a.runtime = nanoseconds;
  return cl_result(syscall(SYS_sched_setattr, 0, &a, 0));
}
