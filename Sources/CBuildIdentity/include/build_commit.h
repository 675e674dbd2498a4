#pragma once

/// The commit that this program was built from, as the build named it in RECONCILE_COMMIT; empty if it named none.
///
/// It is a function in C, and not a value in Swift, so that another commit compiles one file of five lines again and
/// links, and nothing else is rebuilt.
const char *_Nonnull reconcile_build_commit(void);
