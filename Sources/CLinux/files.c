#include "base.h"

long cl_open_reading(const char *path) { return cl_result(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)); }
long cl_open_appending(const char *path, int mode) {
  return cl_result(open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, mode)); /* a FIFO without a reader: ENXIO */
}
long cl_open_lock(const char *path) { return cl_result(open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)); }
long cl_create_file(const char *path, int mode) {
  return cl_result(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
}
long cl_open_null(void) { return cl_result(open("/dev/null", O_RDWR | O_CLOEXEC)); }
long cl_lock_exclusively(int fd) { return cl_result(flock(fd, LOCK_EX | LOCK_NB)); }
long cl_truncate(int fd) { return cl_result(ftruncate(fd, 0)); }

long cl_stat(const char *path, int follow, struct cl_file *out) {
  struct stat s;
  if (fstatat(AT_FDCWD, path, &s, follow ? 0 : AT_SYMLINK_NOFOLLOW) < 0) return -errno;
  *out = (struct cl_file){ s.st_dev, s.st_ino, (uint64_t)s.st_size, s.st_mode, s.st_uid };
  return 0;
}
long cl_stat_descriptor(int fd, struct cl_file *out) {
  struct stat s;
  if (fstat(fd, &s) < 0) return -errno;
  *out = (struct cl_file){ s.st_dev, s.st_ino, (uint64_t)s.st_size, s.st_mode, s.st_uid };
  return 0;
}
int cl_is_directory(uint32_t mode) { return S_ISDIR(mode); }
int cl_is_regular(uint32_t mode) { return S_ISREG(mode); }
int cl_is_socket(uint32_t mode) { return S_ISSOCK(mode); }
long cl_make_directory(const char *path, int mode) { return cl_result(mkdir(path, mode)); }
long cl_remove_directory(const char *path) { return cl_result(rmdir(path)); }
long cl_unlink(const char *path) { return cl_result(unlink(path)); }
long cl_rename(const char *from, const char *to) { return cl_result(rename(from, to)); }
long cl_chmod(const char *path, int mode) { return cl_result(chmod(path, mode)); }
long cl_chown(const char *path, uint32_t user, uint32_t group) { return cl_result(lchown(path, user, group)); }
long cl_open_socket_file(const char *path, uint32_t owner, uint32_t group) {
  /* Its folder is somebody else's: what is looked at is what is changed, and no link is followed. */
  int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return -errno;
  struct stat s;
  long result = cl_result(fstat(fd, &s));
  int is_owners = owner == 0 || s.st_uid == owner; /* in a folder of root's nobody else can have put anything, but root may have given it away */
  if (result == 0 && (!S_ISSOCK(s.st_mode) || !is_owners)) result = -(long)EACCES;
  if (result == 0 && group != CL_EVERYBODY) result = cl_result(fchownat(fd, "", (uid_t)-1, group, AT_EMPTY_PATH));
  if (result == 0) {
    char itself[32]; /* fchmod(2) takes no such descriptor */
    snprintf(itself, sizeof itself, "/proc/self/fd/%d", fd);
    result = cl_result(chmod(itself, (s.st_mode & 07777) | (group == CL_EVERYBODY ? 0006 : 0060)));
  }
  close(fd);
  return result;
}
/* out has PATH_MAX bytes. */
long cl_real_path(const char *path, char *out) { return realpath(path, out) ? 0 : -errno; }
long cl_current_directory(char *out, size_t n) { return getcwd(out, n) ? 0 : -errno; }
long cl_can_write(const char *path, int is_folder) {
  return cl_result(faccessat(AT_FDCWD, path, is_folder ? W_OK | X_OK : W_OK, AT_EACCESS));
}

/* A write of up to PIPE_BUF bytes will not block, now or within so many milliseconds (-1: however long that takes). */
int cl_would_take(int fd, int milliseconds) {
  struct { int fd; short events, revents; } p = { fd, 4 /* POLLOUT */, 0 };
  struct timespec limit = { milliseconds / 1000, milliseconds % 1000 * 1000000L };
  return syscall(SYS_ppoll, &p, 1UL, milliseconds < 0 ? 0 : &limit, 0, 8UL) == 1; /* a broken one is ready as well: its write fails at once */
}
int cl_has_input(int fd) {
  struct { int fd; short events, revents; } p = { fd, 1 /* POLLIN */, 0 };
  struct timespec now = { 0, 0 };
  return syscall(SYS_ppoll, &p, 1UL, &now, 0, 8UL) == 1 && (p.revents & 1);
}
long cl_set_nonblocking(int fd, int on) {
  int f = fcntl(fd, F_GETFL);
  if (f < 0) return -errno;
  return cl_result(fcntl(fd, F_SETFL, on ? f | O_NONBLOCK : f & ~O_NONBLOCK));
}
int cl_take_back(int fd, size_t n) {
  struct stat s;
  off_t end = lseek(fd, 0, SEEK_CUR);
  if (end < (off_t)n || fstat(fd, &s) < 0 || s.st_size != end) return 0;
  if (ftruncate(fd, end - (off_t)n) < 0) return 0;
  lseek(fd, end - (off_t)n, SEEK_SET); /* where it does not append, the next write would leave a hole */
  return 1;
}
int cl_is_terminal(int fd) { return isatty(fd); }
long cl_open_own_writer(int fd) {
  struct stat s;
  if (fstat(fd, &s) < 0) return -errno;
  if (S_ISFIFO(s.st_mode) || (S_ISCHR(s.st_mode) && isatty(fd))) {
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int own = open(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (own >= 0) return own;
  }
  return cl_result(fcntl(fd, F_DUPFD_CLOEXEC, 3)); /* not ours to open, or no /proc */
}

/* A group may have many members; more room than this no line of it takes. */
enum { CL_LEAST_ENTRY = 4096, CL_LARGEST_ENTRY = 4 << 20 };

/* Several threads may ask at once: getpwnam(3) and getgrnam(3) share what they return. */
long cl_find_user(const char *name, struct cl_account *out, char *home, size_t home_size) {
  int r = ERANGE;
  for (size_t room = CL_LEAST_ENTRY; r == ERANGE && room <= CL_LARGEST_ENTRY; room *= 4) {
    struct passwd entry, *found = 0;
    char *text = malloc(room);
    if (!text) return -(long)ENOMEM;
    r = getpwnam_r(name, &entry, text, room, &found);
    if (r == 0 && !found) r = ENOENT;
    if (r == 0) {
      out->user = found->pw_uid;
      out->group = found->pw_gid;
      snprintf(home, home_size, "%s", found->pw_dir);
    }
    free(text);
  }
  return -(long)r;
}
long cl_find_group(const char *name, uint32_t *out) {
  int r = ERANGE;
  for (size_t room = CL_LEAST_ENTRY; r == ERANGE && room <= CL_LARGEST_ENTRY; room *= 4) {
    struct group entry, *found = 0;
    char *text = malloc(room);
    if (!text) return -(long)ENOMEM;
    r = getgrnam_r(name, &entry, text, room, &found);
    if (r == 0 && !found) r = ENOENT;
    if (r == 0) *out = found->gr_gid;
    free(text);
  }
  return -(long)r;
}
long cl_groups_of(const char *name, uint32_t group, uint32_t *out, int capacity) {
  int n = capacity;
  return getgrouplist(name, group, (gid_t *)out, &n) < 0 ? -(long)E2BIG : n;
}

long cl_read_link(const char *path, char *out, size_t n) { return cl_result(readlink(path, out, n)); }
long cl_list_directory(const char *path, cl_entry each, void *context) {
  DIR *d = opendir(path);
  if (!d) return -errno;
  struct dirent *e;
  while ((e = readdir(d)))
    if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 && !each(e->d_name, context)) break;
  closedir(d);
  return 0;
}
