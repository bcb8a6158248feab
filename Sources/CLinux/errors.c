#include "base.h"

const char *cl_error_name(int error) { return strerrorname_np(error); }
const char *cl_error_text(int error) { return strerrordesc_np(error); }
