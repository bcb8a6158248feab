/* The calls that later versions would rather see replaced are those that all versions have. */
#define CARES_NO_DEPRECATED
#include <netdb.h>
#include <sys/time.h>
#include <ares.h>
