#include "base.h"

long cl_pidfd_open(int pid) { return cl_result(syscall(SYS_pidfd_open, pid, 0)); }
long cl_pidfd_signal(int pidfd, int signal) { return cl_result(syscall(SYS_pidfd_send_signal, pidfd, signal, 0, 0)); }
/* kill(2) takes 0 for our own group and -1 for everybody: neither is ever meant. */
long cl_signal_group(int group, int signal) { return group > 1 ? cl_result(kill(-group, signal)) : -(long)ESRCH; }
long cl_signal_process(int pid, int signal) { return pid > 0 ? cl_result(kill(pid, signal)) : -(long)ESRCH; }
int cl_process_id(void) { return getpid(); }
uint32_t cl_user_id(void) { return geteuid(); }
void cl_leave(int status) { _exit(status); }

long cl_reap(int pidfd, struct cl_exit *out) {
  siginfo_t i;
  struct rusage usage;
  memset(&i, 0, sizeof i);
  memset(&usage, 0, sizeof usage);
  /* The system call itself, since waitid(3) of the C library leaves the usage out. */
  if (syscall(SYS_waitid, 3 /* P_PIDFD */, pidfd, &i, WEXITED | WNOHANG, &usage) < 0) return -errno;
  if (i.si_pid == 0) return -EAGAIN;
  *out = (struct cl_exit){ i.si_code, i.si_status, (uint64_t)usage.ru_maxrss * 1024 };
  return 0;
}
/* The id of some child that has ended and is not reaped yet, 0 for none. */
long cl_some_dead_child(void) {
  siginfo_t i;
  memset(&i, 0, sizeof i);
  if (waitid(P_ALL, 0, &i, WEXITED | WNOHANG | WNOWAIT) < 0) return -errno;
  return i.si_pid;
}
long cl_reap_process(int pid) { return cl_result(waitpid(pid, 0, WNOHANG)); }

long cl_set_name(const char *name) { return cl_result(prctl(PR_SET_NAME, name, 0, 0, 0)); }
long cl_die_with_parent(int signal) { return cl_result(prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0)); }
long cl_adopt_orphans(void) { return cl_result(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)); }

long cl_open_files_limit(struct cl_limit *out) {
  struct rlimit l;
  if (getrlimit(RLIMIT_NOFILE, &l) < 0) return -errno;
  out->soft = l.rlim_cur;
  out->hard = l.rlim_max;
  return 0;
}
long cl_set_open_files_limit(uint64_t soft, uint64_t hard) {
  struct rlimit l = { soft, hard };
  return cl_result(setrlimit(RLIMIT_NOFILE, &l));
}
long cl_usable_cores(void) {
  unsigned long set[1024]; /* 65,536 cores; the C library's own set ends at 1,024, and the kernel refuses a smaller one than it has */
  long bytes = syscall(SYS_sched_getaffinity, 0, sizeof set, set), count = 0;
  if (bytes < 0) return -errno;
  for (size_t k = 0; k < (size_t)bytes / sizeof *set; k++) count += __builtin_popcountl(set[k]);
  return count;
}

/* Closes all descriptors from first on but these two (-1: none), which end with the exec. In plain ranges: CLOSE_RANGE_CLOEXEC is of Linux 5.11. */
static int cl_close_from(int first, int one, int other) {
  int low = one < other ? one : other, high = one < other ? other : one;
  if (low >= first) {
    if (low > first && syscall(SYS_close_range, (unsigned)first, (unsigned)low - 1, 0) < 0) return -1;
    first = low + 1;
  }
  if (high >= first) {
    if (high > first && syscall(SYS_close_range, (unsigned)first, (unsigned)high - 1, 0) < 0) return -1;
    first = high + 1;
  }
  return (int)syscall(SYS_close_range, (unsigned)first, ~0U, 0);
}

/* Best effort, as some sandboxes forbid it. Never lowers: where we are to be killed first, so is what we start. */
static void cl_raise_oom_score(const char *adjustment) {
  int fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  char now[16];
  ssize_t n = read(fd, now, sizeof now - 1);
  if (n > 0) {
    now[n] = 0;
    if (strtol(now, 0, 10) < strtol(adjustment, 0, 10)) (void)!write(fd, adjustment, strlen(adjustment));
  }
  close(fd);
}

/* Executes the first of these that can be, as execvpe(3) does with the folders of PATH: by whom the process is by now. What is not there is passed over,
   what may not be executed is remembered, and any other error ends the search: no shell is tried with what is no program. Returns with errno; where it
   is in none of several places, that is ENOENT, whatever the last of them is. */
static void cl_execute_first(char *const *paths, char *const *arguments, char *const *environment) {
  int denied = 0, several = paths[0] && paths[1];
  errno = ENOENT;
  for (; *paths; paths++) {
    execve(*paths, arguments, environment);
    if (errno == EACCES) denied = 1;
    else if (errno != ENOENT && errno != ENOTDIR && errno != ESTALE && errno != ENODEV && errno != ETIMEDOUT) return;
  }
  if (denied) errno = EACCES;
  else if (several) errno = ENOENT;
}

/* Runs in the child, between fork and exec: only calls of signal-safety(7). Returns only when a step failed. */
static struct cl_failure cl_become(const struct cl_spawn *s, int *report, pid_t parent) {
#define CL_STEP(name, expression) if ((expression) < 0) return (struct cl_failure){ name, errno }
  CL_STEP(CL_STEP_SESSION, setsid());
  if (s->guardian >= 0) {
    struct cl_group_note note = { getpid(), 0 };
    (void)!write(s->guardian, &note, sizeof note); /* when there is no guardian now, the master tells the next one */
  }
  int high[CL_MAX_INHERITED], top = 3 + s->inherited_count, output = s->output, error = s->error;
  if (s->inherited_count > CL_MAX_INHERITED) return (struct cl_failure){ CL_STEP_DESCRIPTORS, E2BIG };
  int moved = fcntl(*report, F_DUPFD_CLOEXEC, top); /* out of the way of 3, 4 ... */
  CL_STEP(CL_STEP_DESCRIPTORS, moved);
  *report = moved; /* not before it is known to be one: this very failure has to be reported too */
  for (int k = 0; k < s->inherited_count; k++) CL_STEP(CL_STEP_DESCRIPTORS, high[k] = fcntl(s->inherited[k], F_DUPFD_CLOEXEC, top));
  int program = s->program;
  if (program >= 0) CL_STEP(CL_STEP_DESCRIPTORS, program = fcntl(program, F_DUPFD_CLOEXEC, top));
  if (output >= 0) CL_STEP(CL_STEP_DESCRIPTORS, output = fcntl(output, F_DUPFD_CLOEXEC, top));
  if (error >= 0) CL_STEP(CL_STEP_DESCRIPTORS, error = fcntl(error, F_DUPFD_CLOEXEC, top));
  int null = open("/dev/null", O_RDONLY);
  CL_STEP(CL_STEP_DESCRIPTORS, null);
  if (null != 0) CL_STEP(CL_STEP_DESCRIPTORS, dup2(null, 0));
  if (output >= 0) CL_STEP(CL_STEP_DESCRIPTORS, dup2(output, 1));
  if (error >= 0) CL_STEP(CL_STEP_DESCRIPTORS, dup2(error, 2));
  for (int k = 0; k < s->inherited_count; k++) CL_STEP(CL_STEP_DESCRIPTORS, dup2(high[k], 3 + k));
  CL_STEP(CL_STEP_DESCRIPTORS, cl_close_from(top, *report, program));

  struct rlimit files = { s->open_files_soft, s->open_files_hard };
  if (s->open_files_hard) CL_STEP(CL_STEP_LIMITS, setrlimit(RLIMIT_NOFILE, &files));
  if (s->oom_score_adjustment) cl_raise_oom_score(s->oom_score_adjustment);
  if (s->umask >= 0) umask((mode_t)s->umask);
  if (s->nice != INT_MIN) CL_STEP(CL_STEP_PRIORITY, setpriority(PRIO_PROCESS, 0, s->nice));
  if (s->sets_account) {
    CL_STEP(CL_STEP_GROUP, (int)syscall(SYS_setgroups, (size_t)s->groups_count, s->groups));
    CL_STEP(CL_STEP_GROUP, (int)syscall(SYS_setresgid, s->group, s->group, s->group));
    CL_STEP(CL_STEP_USER, (int)syscall(SYS_setresuid, s->user, s->user, s->user));
  }
  CL_STEP(CL_STEP_PRIVILEGES, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  if (s->death_signal) { /* after the change of user, which clears it */
    CL_STEP(CL_STEP_PARENT, prctl(PR_SET_PDEATHSIG, s->death_signal, 0, 0, 0));
    if (getppid() != parent) return (struct cl_failure){ CL_STEP_PARENT, ESRCH };
  }
  if (s->directory) CL_STEP(CL_STEP_DIRECTORY, chdir(s->directory));

  struct sigaction ignored;
  memset(&ignored, 0, sizeof ignored);
  ignored.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignored, 0); /* throws away one that a broken guardian's pipe left waiting behind the mask */
  static const unsigned long standard[8]; /* The kernel's own structure, all zero; glibc's function keeps 32 and 33 from us, which may be inherited ignored. */
  for (int n = 1; n < 65; n++) if (n != SIGKILL && n != SIGSTOP) CL_STEP(CL_STEP_SIGNALS, (int)syscall(SYS_rt_sigaction, n, standard, 0, 8UL));
  if (s->is_deaf) {
    static const int deaf[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU };
    for (size_t k = 0; k < sizeof deaf / sizeof *deaf; k++) sigaction(deaf[k], &ignored, 0);
  }
  sigset_t none;
  sigemptyset(&none);
  CL_STEP(CL_STEP_SIGNALS, sigprocmask(SIG_SETMASK, &none, 0));
  if (program >= 0) syscall(SYS_execveat, program, "", s->arguments, s->environment, 0x1000 /* AT_EMPTY_PATH */);
  else cl_execute_first(s->paths, s->arguments, s->environment);
  return (struct cl_failure){ CL_STEP_EXEC, errno };
#undef CL_STEP
}

/* Forks and goes on in the child as s says. The report descriptor ends without a byte once the program runs, or yields one cl_failure: nobody waits
   for it here. On failure to fork, failure says why and there is no child. */
struct cl_child cl_spawn(const struct cl_spawn *s) {
  struct cl_child out = { -1, -1, -1, { CL_STEP_NONE, 0 } };
  int report[2];
  if (pipe2(report, O_CLOEXEC | O_NONBLOCK) < 0) {
    out.failure = (struct cl_failure){ CL_STEP_PIPE, errno };
    return out;
  }
  /* Nothing may run a handler of ours in the child before its dispositions are its own. */
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid_t parent = getpid(), pid = fork();
  if (pid == 0) {
    struct cl_failure f = cl_become(s, &report[1], parent);
    (void)!write(report[1], &f, sizeof f);
    _exit(127);
  }
  int e = errno;
  pthread_sigmask(SIG_SETMASK, &before, 0);
  close(report[1]);
  if (pid < 0) {
    close(report[0]);
    out.failure = (struct cl_failure){ CL_STEP_FORK, e };
    return out;
  }
  long pidfd = cl_pidfd_open(pid);
  if (pidfd < 0) {
    kill(pid, SIGKILL);
    kill(-pid, SIGKILL);
    waitpid(pid, 0, 0);
    if (s->guardian >= 0) { /* it may have told the guardian of its group already, whose number is free now */
      struct cl_group_note note = { pid, 1 };
      (void)!write(s->guardian, &note, sizeof note);
    }
    close(report[0]);
    out.failure = (struct cl_failure){ CL_STEP_PIDFD, (int32_t)-pidfd };
    return out;
  }
  out.pid = pid;
  out.pidfd = (int)pidfd;
  out.report = report[0];
  return out;
}
