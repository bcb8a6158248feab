#include "base.h"

static socklen_t cl_to_sockaddr(const struct cl_address *a, struct sockaddr_storage *s) {
  memset(s, 0, sizeof *s);
  if (a->family == AF_INET) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)s;
    v4->sin_family = AF_INET;
    v4->sin_port = htons(a->port);
    memcpy(&v4->sin_addr, a->bytes, 4);
    return sizeof *v4;
  }
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)s;
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(a->port);
  v6->sin6_scope_id = a->scope;
  memcpy(&v6->sin6_addr, a->bytes, 16);
  return sizeof *v6;
}
/* IPv4 clients of a dual-stack listener are shown as what they are. */
static void cl_from_sockaddr(const struct sockaddr_storage *s, struct cl_address *a) {
  memset(a, 0, sizeof *a);
  a->family = s->ss_family;
  if (s->ss_family == AF_INET) {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)s;
    a->port = ntohs(v4->sin_port);
    memcpy(a->bytes, &v4->sin_addr, 4);
  } else if (s->ss_family == AF_INET6) {
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)s;
    a->port = ntohs(v6->sin6_port);
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
      a->family = AF_INET;
      memcpy(a->bytes, v6->sin6_addr.s6_addr + 12, 4);
    } else {
      a->scope = v6->sin6_scope_id;
      memcpy(a->bytes, &v6->sin6_addr, 16);
    }
  }
}

static long cl_option(int fd, int level, int name, int value) { return cl_result(setsockopt(fd, level, name, &value, sizeof value)); }
long cl_set_defer_accept(int fd, int seconds) { return cl_option(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, seconds); }
/* Closing sends a reset from now on. */
long cl_set_reset_on_close(int fd) {
  struct linger l = { 1, 0 };
  return cl_result(setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof l));
}

/* Bytes that never leave the machine are not lost and share no road: what measures one (BBR, an order of the administrator's for the roads
   outside) would be work for nothing at each of them. Reno is in every kernel and open to everybody (tcp(7)); a kernel that refuses it keeps its own. */
static void cl_control_congestion(int fd, const struct cl_address *a) {
  static const unsigned char self[16] = { [15] = 1 };
  int loopback = a->family == AF_INET ? a->bytes[0] == 127 : !memcmp(a->bytes, self, sizeof self);
  if (loopback) setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
}

/* A bound TCP socket that does not listen yet. Options that accepted sockets inherit are set here, once. */
long cl_bind_tcp(const struct cl_address *a, int dual_stack, int reuse_address) {
  struct sockaddr_storage s;
  socklen_t n = cl_to_sockaddr(a, &s);
  int fd = socket(a->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), e;
  if (fd < 0) return -errno;
  if (reuse_address) cl_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (a->family == AF_INET6) cl_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, !dual_stack);
  cl_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  cl_control_congestion(fd, a);
  if (bind(fd, (struct sockaddr *)&s, n) < 0) { e = errno; close(fd); return -e; }
  return fd;
}
long cl_allow_reuse(int fd) { return cl_option(fd, SOL_SOCKET, SO_REUSEADDR, 1); }
long cl_bind_unix(const char *path) {
  struct sockaddr_un u = { .sun_family = AF_UNIX };
  size_t n = strlen(path);
  if (n >= sizeof u.sun_path) return -ENAMETOOLONG;
  memcpy(u.sun_path, path, n + 1);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), e;
  if (fd < 0) return -errno;
  if (bind(fd, (struct sockaddr *)&u, sizeof u) < 0) { e = errno; close(fd); return -e; }
  return fd;
}
long cl_listen(int fd, int backlog) { return cl_result(listen(fd, backlog)); }
long cl_accept(int fd, struct cl_address *from) {
  struct sockaddr_storage s;
  socklen_t n = sizeof s;
  s.ss_family = 0;
  long r = cl_result(accept4(fd, (struct sockaddr *)&s, &n, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (r >= 0) cl_from_sockaddr(&s, from);
  return r;
}
long cl_local_address(int fd, struct cl_address *out) {
  struct sockaddr_storage s;
  socklen_t n = sizeof s;
  if (getsockname(fd, (struct sockaddr *)&s, &n) < 0) return -errno;
  cl_from_sockaddr(&s, out);
  return 0;
}

/* Its path, or "@" and its abstract name (unix(7)); out has 109 bytes. */
long cl_local_path(int fd, char *out) {
  struct sockaddr_un u = { 0 };
  socklen_t n = sizeof u;
  if (getsockname(fd, (struct sockaddr *)&u, &n) < 0) return -errno;
  if (u.sun_family != AF_UNIX) return -EINVAL;
  size_t length = n > offsetof(struct sockaddr_un, sun_path) ? n - offsetof(struct sockaddr_un, sun_path) : 0;
  if (length > sizeof u.sun_path) length = sizeof u.sun_path;
  memcpy(out, u.sun_path, length);
  out[length] = 0;
  if (length > 1 && !out[0]) out[0] = '@';
  return 0;
}

/* A listening stream socket that somebody else has opened, as ours are; -EINVAL: it is none. */
long cl_adopt_listener(int fd) {
  int type = 0, listens = 0, domain = 0;
  socklen_t n = sizeof(int);
  if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) < 0 || getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &n) < 0
      || getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &n) < 0)
    return -errno;
  if (type != SOCK_STREAM || !listens || (domain != AF_INET && domain != AF_INET6 && domain != AF_UNIX)) return -EINVAL;
  if (domain != AF_UNIX) cl_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  return cl_set_nonblocking(fd, 1);
}
long cl_close_on_exec(int fd) { return cl_result(fcntl(fd, F_SETFD, FD_CLOEXEC)); }

long cl_has_peer(int fd) {
  struct sockaddr_storage s;
  socklen_t n = sizeof s;
  return cl_result(getpeername(fd, (struct sockaddr *)&s, &n));
}

/* The socket, or -errno; *pending says that the handshake goes on. */
long cl_connect_tcp(const struct cl_address *a, int *pending) {
  struct sockaddr_storage s;
  socklen_t n = cl_to_sockaddr(a, &s);
  int fd = socket(a->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), e;
  if (fd < 0) return -errno;
  cl_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  cl_control_congestion(fd, a);
  *pending = 0;
  if (connect(fd, (struct sockaddr *)&s, n) < 0) {
    if (errno != EINPROGRESS) { e = errno; close(fd); return -e; }
    *pending = 1;
  }
  return fd;
}
static long cl_connect_unix(const char *path, int kind, int *pending) {
  struct sockaddr_un u = { .sun_family = AF_UNIX };
  size_t n = strlen(path);
  if (n >= sizeof u.sun_path) return -ENAMETOOLONG;
  memcpy(u.sun_path, path, n + 1);
  if (u.sun_path[0] == '@') u.sun_path[0] = 0; /* an abstract name, unix(7) */
  int fd = socket(AF_UNIX, kind | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), e;
  if (fd < 0) return -errno;
  *pending = 0;
  if (connect(fd, (struct sockaddr *)&u, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + (u.sun_path[0] ? 1 : 0))) < 0) {
    e = errno;
    close(fd);
    return -e;
  }
  return fd;
}
long cl_connect_unix_stream(const char *path, int *pending) { return cl_connect_unix(path, SOCK_STREAM, pending); }
long cl_connect_unix_datagram(const char *path, int *pending) { return cl_connect_unix(path, SOCK_DGRAM, pending); }
/* What came of a pending connect: 0 or -errno. */
long cl_socket_error(int fd) {
  int e = 0;
  socklen_t n = sizeof e;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &e, &n) < 0) return -errno;
  return -(long)e;
}
/* The user id of the process at the other end of a unix socket. */
long cl_peer_user(int fd) {
  struct ucred c;
  socklen_t n = sizeof c;
  return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &n) < 0 ? -(long)errno : (long)c.uid;
}

long cl_read(int fd, void *p, size_t n) { return cl_result(read(fd, p, n)); }
long cl_write(int fd, const void *p, size_t n) { return cl_result(write(fd, p, n)); }
long cl_receive(int fd, void *p, size_t n) { return cl_result(recv(fd, p, n, 0)); }
long cl_peek(int fd, void *p, size_t n) { return cl_result(recv(fd, p, n, MSG_PEEK)); }
long cl_send(int fd, const void *p, size_t n, int more) { return cl_result(send(fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT | (more ? MSG_MORE : 0))); }
long cl_close(int fd) { return cl_result(close(fd)); }
long cl_shutdown_writing(int fd) { return cl_result(shutdown(fd, SHUT_WR)); }
long cl_open_standard(void) {
  int fd;
  do fd = open("/dev/null", O_RDWR); while (fd >= 0 && fd < 3); /* the lowest number that is free, open(2) */
  if (fd < 0) return -errno;
  return cl_result(close(fd));
}
long cl_duplicate(int fd) { return cl_result(fcntl(fd, F_DUPFD_CLOEXEC, 3)); }

long cl_pipe(int *ends, int size) {
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) return -errno;
  if (size > 0) fcntl(ends[1], F_SETPIPE_SZ, size);
  return fcntl(ends[1], F_GETPIPE_SZ);
}
long cl_splice(int from, int to, size_t n, int more) {
  return cl_result(splice(from, 0, to, 0, n, SPLICE_F_MOVE | SPLICE_F_NONBLOCK | (more ? SPLICE_F_MORE : 0)));
}
