/* System calls that return -errno, so that Swift never reads errno (it may be clobbered on the way). Only the module Kernel imports this. No header of
   the system is included: the definitions that _GNU_SOURCE gives them would differ from those of Swift's own Glibc module. */
#ifndef CLINUX_H
#define CLINUX_H
#include <stddef.h>
#include <stdint.h>

/* Static strings: "EPERM", "Operation not permitted"; null for an unknown number. */
const char *cl_error_name(int error);
const char *cl_error_text(int error);

/* events.c */

/* Same layout as struct epoll_event, without the union that strict memory safety calls unsafe. */
#ifdef __x86_64__
struct __attribute__((packed)) cl_event { uint32_t events; uint64_t handle; };
#else
struct cl_event { uint32_t events; uint64_t handle; };
#endif
typedef void *(*cl_thread_body)(void *);

long cl_epoll_create(void);
long cl_epoll_control(int epoll, int operation, int fd, uint32_t events, uint64_t handle);
long cl_epoll_wait(int epoll, struct cl_event *events, int count, int timeout);
long cl_eventfd(void);
long cl_eventfd_signal(int fd);
long cl_eventfd_clear(int fd);
long cl_clock_milliseconds(void);
long cl_clock_coarse_milliseconds(void);
long cl_clock_microseconds(void);
long cl_clock_unix_seconds(void);
long cl_clock_unix_milliseconds(void);
/* Signals: blocked everywhere, read as events. SIGPIPE is ignored: a broken pipe is the result of a write; SIGCHLD is not. */
long cl_block_signals(void);
long cl_signalfd(uint64_t signals);
/* The next signal's number, or -errno. */
long cl_signalfd_next(int fd);
/* A detached thread with every signal blocked. */
long cl_thread(cl_thread_body body, void *argument);

/* scheduling.c */

long cl_thread_nicer(int by);
/* The calling thread's slice of a core becomes as short as this, unless it is already: sched(7), sched_setattr(2). */
long cl_shorten_slice(uint64_t nanoseconds);

/* references.c */

/* From now on, until cl_thread begins a thread, references are counted without locking the bus: 1 where this thread is the only one, 0 where not,
   and then nothing changes. */
int cl_count_alone(void);
/* Around the life of a thread: before it is begun, and as the last that it does. */
void cl_thread_begins(void);
void cl_thread_ends(void);

/* files.c */

struct cl_file { uint64_t device, inode, size; uint32_t mode, user; };

/* out: uid, gid; name and home of a user, or -ENOENT. */
struct cl_account { uint32_t user, group; };

long cl_open_reading(const char *path);
long cl_open_appending(const char *path, int mode);
long cl_open_lock(const char *path);
long cl_create_file(const char *path, int mode);
long cl_open_null(void);
long cl_lock_exclusively(int fd);
long cl_truncate(int fd);
long cl_stat(const char *path, int follow, struct cl_file *out);
long cl_stat_descriptor(int fd, struct cl_file *out);
int cl_is_directory(uint32_t mode);
int cl_is_regular(uint32_t mode);
int cl_is_socket(uint32_t mode);
long cl_make_directory(const char *path, int mode);
long cl_remove_directory(const char *path);
long cl_unlink(const char *path);
long cl_rename(const char *from, const char *to);
long cl_chmod(const char *path, int mode);
long cl_chown(const char *path, uint32_t user, uint32_t group);
/* Lets a group connect to the socket at this path, or everybody (CL_EVERYBODY), if it is one, and is the owner's of its folder unless that
   is root: -EACCES. */
#define CL_EVERYBODY UINT32_MAX
long cl_open_socket_file(const char *path, uint32_t owner, uint32_t group);
/* out has PATH_MAX bytes. */
long cl_real_path(const char *path, char *out);
long cl_current_directory(char *out, size_t n);
long cl_can_write(const char *path, int is_folder);
/* Where a link points, without a closing zero; the length. */
long cl_read_link(const char *path, char *out, size_t n);
/* Calls back with the name of each entry but . and .. until it returns 0. */
typedef int (*cl_entry)(const char *name, void *context);
long cl_list_directory(const char *path, cl_entry each, void *context);
/* A write of up to PIPE_BUF bytes will not block, now or within so many milliseconds (-1: however long that takes). */
int cl_would_take(int fd, int milliseconds);
/* 1 when something can be read, or accepted, at once. */
int cl_has_input(int fd);
long cl_set_nonblocking(int fd, int on);
/* Takes the last n bytes that were written through fd out of its file again, unless others have written behind them; whether it did. */
int cl_take_back(int fd, size_t n);
int cl_is_terminal(int fd);
/* A descriptor of our own for what fd writes to. A pipe or a terminal is opened again and does not block: setting O_NONBLOCK on fd itself would set it
   for everybody who shares it. Anything else is a duplicate. */
long cl_open_own_writer(int fd);
long cl_find_user(const char *name, struct cl_account *out, char *home, size_t home_size);
long cl_find_group(const char *name, uint32_t *out);
long cl_groups_of(const char *name, uint32_t group, uint32_t *out, int capacity);

/* content.c: files below a folder, for whoever asks for them */

/* Times in nanoseconds since 1970. */
struct cl_content { uint64_t device, inode; int64_t size, modified, changed; uint32_t mode; };
enum { CL_OPEN_FILE, CL_OPEN_PLACE, CL_OPEN_FOLDER };

/* folder < 0: an absolute path. */
long cl_content_at(int folder, const char *path, int follow, struct cl_content *out);
long cl_content_of(int fd, struct cl_content *out);
/* Opens what is below root and not reached through a link that leaves it (-EXDEV; -ELOOP for a link of /proc); kind is one of CL_OPEN_. An empty path
   is root itself. */
long cl_open_beneath(const char *root, const char *path, int kind);
/* The place of an entry of an open folder, by the same rules. */
long cl_open_below_folder(int folder, const char *name);
/* Whether the kernel lets us at all: 0 or -errno. */
long cl_can_open_beneath(void);
/* As cl_list_directory, of an open one. */
long cl_list_descriptor(int fd, cl_entry each, void *context);
long cl_read_at(int fd, void *p, size_t n, int64_t offset);
/* sendfile(2) from an offset: the bytes that the socket has taken, 0 at the end of the file. */
long cl_send_file(int socket, int file, int64_t offset, size_t n);

/* memory.c */

/* A memory file of a fixed size. */
long cl_memory_file(const char *name, size_t bytes);
/* From now on nobody maps it for writing; mappings that are there stay. */
long cl_seal_future_writing(int fd);
long cl_seal_writing(int fd);
/* Null: *error says why. */
void *cl_map_shared(int fd, size_t bytes, int writable, int *error);
long cl_unmap(void *p, size_t bytes);

/* messages.c */

/* Two connected ends that keep the borders of messages, unix(7). */
long cl_channel(int *ends);
/* One message with at most one descriptor (passed < 0: none). */
long cl_send_message(int channel, const void *bytes, size_t length, int passed);
/* The message's length (0: end of file); *passed is its descriptor or -1. -EMSGSIZE: it did not fit; -EMFILE: its descriptor was dropped for want
   of room in our table (the kernel says MSG_CTRUNC). */
long cl_receive_message(int channel, void *bytes, size_t capacity, int *passed);

/* processes.c */

struct cl_limit { uint64_t soft, hard; };

enum cl_step {
  CL_STEP_NONE, CL_STEP_PIPE, CL_STEP_FORK, CL_STEP_PIDFD, CL_STEP_SESSION, CL_STEP_DESCRIPTORS, CL_STEP_SIGNALS, CL_STEP_LIMITS,
  CL_STEP_PRIORITY, CL_STEP_GROUP, CL_STEP_USER, CL_STEP_PRIVILEGES, CL_STEP_PARENT, CL_STEP_DIRECTORY, CL_STEP_EXEC
};

/* What the child writes when a step fails, errno with it. */
struct cl_failure { int32_t step, error; };

/* What the guardian reads: a group that is there, or that is gone. */
struct cl_group_note { int32_t group, gone; };

struct cl_spawn {
  int program;               /* an open binary, or -1 for paths */
  char *const *paths;        /* what can be executed first of these, as execvpe(3) searches; ends with null */
  char *const *arguments, *const *environment;
  const char *directory;     /* or null: stay */
  int output, error;         /* become 1 and 2; -1: as they are here */
  const int *inherited;      /* become 3, 4 ... */
  int inherited_count;
  int guardian;              /* where the group is written before exec, or -1 */
  int sets_account;
  uint32_t user, group;
  const uint32_t *groups;
  int groups_count;
  int umask;                 /* or -1 */
  int nice;                  /* or INT_MIN */
  uint64_t open_files_soft, open_files_hard;
  const char *oom_score_adjustment; /* text, at least this, or null */
  int death_signal;          /* or 0 */
  int is_deaf;               /* TERM, INT, HUP and their like are ignored (the guardian) */
};

struct cl_child { int pid, pidfd, report; struct cl_failure failure; };
#define CL_MAX_INHERITED 16

long cl_pidfd_open(int pid);
long cl_pidfd_signal(int pidfd, int signal);
long cl_signal_group(int group, int signal);
long cl_signal_process(int pid, int signal);
int cl_process_id(void);
uint32_t cl_user_id(void);
void cl_leave(int status);
/* waitid(2): how it ended, and the most memory it had; -EAGAIN while it lives; -errno. */
struct cl_exit { int code, status; uint64_t peak_memory; };
long cl_reap(int pidfd, struct cl_exit *out);
/* The id of some child that has ended and is not reaped yet, 0 for none. */
long cl_some_dead_child(void);
long cl_reap_process(int pid);
long cl_set_name(const char *name);
long cl_die_with_parent(int signal);
/* Orphans among our descendants become our children, prctl(2) PR_SET_CHILD_SUBREAPER. */
long cl_adopt_orphans(void);
long cl_open_files_limit(struct cl_limit *out);
long cl_set_open_files_limit(uint64_t soft, uint64_t hard);
long cl_usable_cores(void);
/* Forks and goes on in the child as s says. The report descriptor ends without a byte once the program runs, or yields one cl_failure: nobody waits
   for it here. On failure to fork, failure says why and there is no child. */
struct cl_child cl_spawn(const struct cl_spawn *s);

/* sockets.c */

/* An address of TCP over IPv4 (4 bytes used) or IPv6, the port in host order; family 0 is unknown, AF_UNIX has nothing more. */
struct cl_address { uint16_t family, port; uint32_t scope; uint8_t bytes[16]; };

long cl_set_defer_accept(int fd, int seconds);
/* Closing sends a reset from now on. */
long cl_set_reset_on_close(int fd);
/* A bound TCP socket that does not listen yet. Options that accepted sockets inherit are set here, once. */
long cl_bind_tcp(const struct cl_address *a, int dual_stack, int reuse_address);
long cl_allow_reuse(int fd);
long cl_bind_unix(const char *path);
long cl_listen(int fd, int backlog);
long cl_accept(int fd, struct cl_address *from);
/* 0 once there is a peer; -ENOTCONN before a connect has been decided, or when it failed. */
long cl_has_peer(int fd);
long cl_local_address(int fd, struct cl_address *out);
long cl_local_path(int fd, char *out);
long cl_adopt_listener(int fd);
long cl_close_on_exec(int fd);
/* The socket, or -errno; *pending says that the handshake goes on. */
long cl_connect_tcp(const struct cl_address *a, int *pending);
long cl_connect_unix_stream(const char *path, int *pending);
long cl_connect_unix_datagram(const char *path, int *pending);
/* What came of a pending connect: 0 or -errno. */
long cl_socket_error(int fd);
/* The user id of the process at the other end of a unix socket. */
long cl_peer_user(int fd);
long cl_read(int fd, void *p, size_t n);
long cl_write(int fd, const void *p, size_t n);
long cl_receive(int fd, void *p, size_t n);
/* What is there stays there. */
long cl_peek(int fd, void *p, size_t n);
long cl_send(int fd, const void *p, size_t n, int more);
long cl_close(int fd);
long cl_shutdown_writing(int fd);
/* /dev/null for those of 0, 1 and 2 that are closed. */
long cl_open_standard(void);
long cl_duplicate(int fd);
long cl_pipe(int *ends, int size);
long cl_splice(int from, int to, size_t n, int more);
#endif
