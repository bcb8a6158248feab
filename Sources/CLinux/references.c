#include "base.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/single_threaded.h>

/* Written and read by the one thread that there is while it is true. */
static atomic_bool cl_is_alone;
/* Begun by cl_thread and not over: each takes itself away behind its last reference. */
static atomic_long cl_threads;
/* Somebody else has begun a thread before we were asked for the first time: nobody knows when it ends. */
static enum { unknown, none, some } _Atomic cl_strangers = unknown;

#ifdef __x86_64__
static const bool cl_counts = true;
/* The entry points that the compiler itself calls for code of programs with one thread (-assume-single-threaded), and those that it calls for all
   others, as the linker renames them (--wrap, in Package.swift). */
extern void *swift_nonatomic_retain(void *object);
extern void swift_nonatomic_release(void *object);
extern void *__real_swift_retain(void *object);
extern void __real_swift_release(void *object);

void *__wrap_swift_retain(void *object) {
  return atomic_load_explicit(&cl_is_alone, memory_order_relaxed) ? swift_nonatomic_retain(object) : __real_swift_retain(object);
}
void __wrap_swift_release(void *object) {
  if (atomic_load_explicit(&cl_is_alone, memory_order_relaxed)) swift_nonatomic_release(object);
  else __real_swift_release(object);
}
#else
/* Nobody comes by here: Package.swift says why. */
static const bool cl_counts = false;
#endif

static void cl_look_for_strangers(void) {
  if (cl_strangers == unknown) cl_strangers = __libc_single_threaded ? none : some;
}
int cl_count_alone(void) {
  if (atomic_load_explicit(&cl_is_alone, memory_order_relaxed)) return 1;
  cl_look_for_strangers();
  /* Acquired: what they did with their references is seen. */
  if (!cl_counts || cl_strangers == some || atomic_load_explicit(&cl_threads, memory_order_acquire) > 0) return 0;
  atomic_store_explicit(&cl_is_alone, true, memory_order_relaxed);
  return 1;
}
void cl_thread_begins(void) {
  cl_look_for_strangers();
  atomic_fetch_add_explicit(&cl_threads, 1, memory_order_relaxed);
  atomic_store_explicit(&cl_is_alone, false, memory_order_relaxed); /* pthread_create(3) shows it to the new one */
}
void cl_thread_ends(void) { atomic_fetch_sub_explicit(&cl_threads, 1, memory_order_release); }
