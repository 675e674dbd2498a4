#ifndef CMALLOC_SHIM_H
#define CMALLOC_SHIM_H

/* mallopt(3): the module map of glibc leaves this header out. */
#include <malloc.h>

#endif
