#include "base.h"

/* A memory file of a fixed size. */
long cl_memory_file(const char *name, size_t bytes) {
  int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING), e;
  if (fd < 0) return -errno;
  if (ftruncate(fd, (off_t)bytes) < 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) < 0) { e = errno; close(fd); return -e; }
  return fd;
}
/* From now on nobody maps it for writing; mappings that are there stay. */
long cl_seal_future_writing(int fd) { return cl_result(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_SEAL)); }
long cl_seal_writing(int fd) { return cl_result(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SEAL)); }
void *cl_map_shared(int fd, size_t bytes, int writable, int *error) {
  void *p = mmap(0, bytes, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, 0);
  if (p != MAP_FAILED) return p;
  *error = errno;
  return 0;
}
long cl_unmap(void *p, size_t bytes) { return cl_result(munmap(p, bytes)); }
