#include "base.h"

/* Two connected ends that keep the borders of messages, unix(7). */
long cl_channel(int *ends) {
  return cl_result(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends));
}

/* One message with at most one descriptor (passed < 0: none). */
long cl_send_message(int channel, const void *bytes, size_t length, int passed) {
  struct iovec v = { (void *)bytes, length };
  union { struct cmsghdr h; char b[CMSG_SPACE(sizeof(int))]; } c;
  struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
  if (passed >= 0) {
    m.msg_control = c.b;
    m.msg_controllen = sizeof c.b;
    c.h.cmsg_level = SOL_SOCKET;
    c.h.cmsg_type = SCM_RIGHTS;
    c.h.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&c.h), &passed, sizeof passed);
  }
  return cl_result(sendmsg(channel, &m, MSG_NOSIGNAL));
}

/* The message's length (0: end of file); *passed is its descriptor or -1. -EMSGSIZE: it did not fit; -EMFILE: its descriptor was dropped for want
   of room in our table (the kernel says MSG_CTRUNC). */
long cl_receive_message(int channel, void *bytes, size_t capacity, int *passed) {
  struct iovec v = { bytes, capacity };
  union { struct cmsghdr h; char b[CMSG_SPACE(sizeof(int))]; } c;
  struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = c.b, .msg_controllen = sizeof c.b };
  *passed = -1;
  ssize_t r = recvmsg(channel, &m, MSG_CMSG_CLOEXEC);
  if (r < 0) return -errno;
  /* The room for one is, by its alignment, room for two: a second would stay open, and nobody would know of it. */
  for (struct cmsghdr *h = CMSG_FIRSTHDR(&m); h; h = CMSG_NXTHDR(&m, h)) {
    if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS) continue;
    for (size_t k = 0; CMSG_LEN((k + 1) * sizeof(int)) <= h->cmsg_len; k++) {
      int fd;
      memcpy(&fd, CMSG_DATA(h) + k * sizeof fd, sizeof fd);
      if (*passed < 0) *passed = fd; else close(fd);
    }
  }
  if (m.msg_flags & MSG_TRUNC) return -EMSGSIZE;
  if (m.msg_flags & MSG_CTRUNC) return -EMFILE;
  return r;
}
