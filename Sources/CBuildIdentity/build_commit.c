#include "build_commit.h"

#ifndef RECONCILE_COMMIT
#define RECONCILE_COMMIT ""
#endif

const char *_Nonnull reconcile_build_commit(void) { return RECONCILE_COMMIT; }
