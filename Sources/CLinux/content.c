#include "base.h"

/* openat2(2), which this C library has no function for. */
struct cl_open_how { uint64_t flags, mode, resolve; };
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#define CL_RESOLVE_NO_MAGICLINKS 0x02
#define CL_RESOLVE_BENEATH 0x08

static int64_t cl_nanoseconds(const struct timespec *t) { return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec; }
static long cl_describe(long result, const struct stat *s, struct cl_content *out) {
  if (result < 0) return -errno;
  *out = (struct cl_content){ s->st_dev, s->st_ino, s->st_size, cl_nanoseconds(&s->st_mtim), cl_nanoseconds(&s->st_ctim), s->st_mode };
  return 0;
}

long cl_content_at(int folder, const char *path, int follow, struct cl_content *out) {
  struct stat s;
  return cl_describe(fstatat(folder < 0 ? AT_FDCWD : folder, path, &s, follow ? 0 : AT_SYMLINK_NOFOLLOW), &s, out);
}
long cl_content_of(int fd, struct cl_content *out) {
  struct stat s;
  return cl_describe(fstat(fd, &s), &s, out);
}

static long cl_open_below(int folder, const char *path, uint64_t flags) {
  struct cl_open_how how = { flags | O_CLOEXEC, 0, CL_RESOLVE_BENEATH | CL_RESOLVE_NO_MAGICLINKS };
  for (int turn = 0;; turn++) {
    long fd = syscall(SYS_openat2, folder, *path ? path : ".", &how, sizeof how);
    /* EAGAIN: something was renamed on the way, and the kernel could not tell whether `..` had left the folder. */
    if (fd >= 0 || errno != EAGAIN || turn == 8) return cl_result(fd);
  }
}
long cl_open_beneath(const char *root, const char *path, int kind) {
  /* O_NONBLOCK: a FIFO or a device that has taken the place of a file would make open(2) wait. */
  static const uint64_t flags[] = { O_RDONLY | O_NONBLOCK | O_NOCTTY, O_PATH, O_RDONLY | O_DIRECTORY };
  int folder = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return -errno;
  long fd = cl_open_below(folder, path, flags[kind]);
  close(folder);
  return fd;
}
long cl_open_below_folder(int folder, const char *name) { return cl_open_below(folder, name, O_PATH); }
long cl_can_open_beneath(void) {
  long fd = cl_open_below(AT_FDCWD, ".", O_PATH);
  if (fd >= 0) close((int)fd);
  return fd < 0 ? fd : 0;
}

long cl_list_descriptor(int fd, cl_entry each, void *context) {
  int own = fcntl(fd, F_DUPFD_CLOEXEC, 3); /* closedir(3) closes it */
  if (own < 0) return -errno;
  DIR *d = fdopendir(own);
  if (!d) {
    int e = errno;
    close(own);
    return -e;
  }
  rewinddir(d); /* the place in it is shared with fd */
  struct dirent *e;
  while ((e = readdir(d)))
    if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 && !each(e->d_name, context)) break;
  closedir(d);
  return 0;
}

long cl_read_at(int fd, void *p, size_t n, int64_t offset) { return cl_result(pread(fd, p, n, offset)); }
long cl_send_file(int socket, int file, int64_t offset, size_t n) {
  off_t from = offset;
  return cl_result(sendfile(socket, file, &from, n));
}
