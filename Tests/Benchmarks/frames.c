/* WebSocket messages of 64 bytes there and back (RFC 6455), by a client and a server that cost little beside what is between them.

   frames serve PORT ACCEPTANCE     answers each client's messages; ACCEPTANCE proves that the key of `load` has been read (section 4.2.2)
   frames load PORT CONNECTIONS SECONDS     one message on its way in each connection; prints "counted FRAMES BYTES P99_MICROSECONDS FAILED" */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PAYLOAD = 64, SENT = 6 + PAYLOAD, ECHOED = 2 + PAYLOAD, MOST = 4096, EVENTS = 256, LONGEST_MILLISECONDS = 10000 };

static const char OFFER[] = "GET /frames HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

struct peer {
  char bytes[4096];
  size_t count;
  int is_switched;
  int64_t begun; /* microseconds */
};
static struct peer peers[MOST]; /* by descriptor */

static void fail(const char *what) {
  perror(what);
  exit(1);
}
static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}
static void watch(int poll, int fd) {
  struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };
  if (fd >= MOST || epoll_ctl(poll, EPOLL_CTL_ADD, fd, &e) < 0) fail("epoll_ctl");
}
static void tune(int fd) {
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}
static struct sockaddr_in loopback(int port) {
  return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* Reads what is there; 0 when the other side has gone or says more than fits. */
static int take(int fd) {
  struct peer *p = &peers[fd];
  ssize_t got = recv(fd, p->bytes + p->count, sizeof p->bytes - p->count, 0);
  if (got <= 0) return 0;
  p->count += got;
  return 1;
}
static int give(int fd, const char *bytes, size_t count) { return send(fd, bytes, count, MSG_NOSIGNAL) == (ssize_t)count; }

static int switch_over(int fd, const char *acceptance) {
  struct peer *p = &peers[fd];
  if (!memmem(p->bytes, p->count, "\r\n\r\n", 4)) return 1;
  char head[256];
  int length = snprintf(head, sizeof head,
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: %s\r\n\r\n", acceptance);
  p->count = 0;
  p->is_switched = 1;
  return give(fd, head, length);
}
/* The answers to all whole messages; what is left of one stays. */
static int echo(int fd) {
  struct peer *p = &peers[fd];
  char answer[sizeof p->bytes];
  size_t made = 0, used = 0;
  for (;;) {
    unsigned char *frame = (unsigned char *)p->bytes + used;
    size_t left = p->count - used, length = left >= 6 ? frame[1] & 0x7f : 0;
    if (left < 6 || left < 6 + length) break;
    answer[made++] = frame[0];
    answer[made++] = length;
    for (size_t k = 0; k < length; k++) answer[made++] = frame[6 + k] ^ frame[2 + k % 4];
    used += 6 + length;
  }
  p->count -= used;
  memmove(p->bytes, p->bytes + used, p->count);
  return !made || give(fd, answer, made);
}
static _Noreturn void serve(int port, const char *acceptance) {
  int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1, poll = epoll_create1(0);
  struct sockaddr_in address = loopback(port);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 1024) < 0) fail("listen");
  watch(poll, listener);
  for (;;) {
    struct epoll_event events[EVENTS];
    int count = epoll_wait(poll, events, EVENTS, -1);
    for (int k = 0; k < count; k++) {
      int fd = events[k].data.fd;
      if (fd == listener) {
        int client = accept(listener, 0, 0);
        if (client < 0) continue;
        tune(client);
        watch(poll, client);
        peers[client] = (struct peer){ 0 };
      } else if (!take(fd) || !(peers[fd].is_switched ? echo(fd) : switch_over(fd, acceptance))) {
        close(fd);
      }
    }
  }
}

/* How many messages took so many microseconds; the last of them, or longer. */
static uint32_t took[LONGEST_MILLISECONDS * 1000];

static long percentile(long count, int hundredths) {
  long index = count * hundredths / 100, seen = 0;
  for (long k = 0; k < (long)(sizeof took / sizeof *took); k++) if ((seen += took[k]) > index) return k;
  return 0;
}
static int opened(int port) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = loopback(port);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
  tune(fd);
  if (!give(fd, OFFER, sizeof OFFER - 1)) fail("send");
  struct peer *p = &peers[fd];
  while (!memmem(p->bytes, p->count, "\r\n\r\n", 4)) if (!take(fd)) fail("no answer");
  if (memcmp(p->bytes, "HTTP/1.1 101", 12)) fail("no WebSocket");
  p->count = 0;
  return fd;
}
static int load(int port, int connections, double seconds) {
  char sent[SENT] = { (char)0x82, (char)(0x80 | PAYLOAD), 0x37, (char)0xfa, 0x21, 0x3d }, echoed[ECHOED] = { (char)0x82, PAYLOAD };
  for (int k = 0; k < PAYLOAD; k++) {
    echoed[2 + k] = k;
    sent[6 + k] = k ^ sent[2 + k % 4];
  }
  int poll = epoll_create1(0), fds[MOST];
  long answered = 0, failed = 0;
  if (connections > MOST - 16) (errno = EMFILE, fail("load"));
  for (int k = 0; k < connections; k++) fds[k] = opened(port);
  int64_t end = now() + (int64_t)(seconds * 1e6);
  for (int k = 0; k < connections; k++) {
    watch(poll, fds[k]);
    peers[fds[k]].begun = now();
    if (!give(fds[k], sent, SENT)) failed++;
  }
  int64_t time = now();
  while (time < end && failed < connections) {
    struct epoll_event events[EVENTS];
    int count = epoll_wait(poll, events, EVENTS, 100);
    time = now();
    for (int k = 0; k < count; k++) {
      int fd = events[k].data.fd;
      struct peer *p = &peers[fd];
      if (!take(fd) || p->count > ECHOED || memcmp(p->bytes, echoed, p->count)) {
        epoll_ctl(poll, EPOLL_CTL_DEL, fd, 0);
        failed++;
      } else if (p->count == ECHOED) {
        long wait = time - p->begun, longest = sizeof took / sizeof *took - 1;
        took[wait < longest ? wait : longest]++;
        answered++;
        p->count = 0;
        p->begun = time;
        if (!give(fd, sent, SENT)) failed++;
      }
    }
  }
  /* One there and one back. */
  printf("counted %ld %ld %ld %ld\n", 2 * answered, (SENT + ECHOED) * answered, percentile(answered, 99), failed);
  return 0;
}

int main(int count, char **words) {
  if (count == 4 && !strcmp(words[1], "serve")) serve(atoi(words[2]), words[3]);
  if (count == 5 && !strcmp(words[1], "load")) return load(atoi(words[2]), atoi(words[3]), atof(words[4]));
  fprintf(stderr, "frames serve PORT ACCEPTANCE, or frames load PORT CONNECTIONS SECONDS\n");
  return 2;
}
