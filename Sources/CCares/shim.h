#include <netdb.h>
#include <sys/time.h>
#include <ares.h>
