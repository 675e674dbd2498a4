import CMalloc

/// How the C library manages the memory of this process.
package enum Memory {
    /// Lets all threads allocate from one arena; to be called before a second thread starts.
    ///
    /// By default glibc gives each thread an arena of its own, and what one thread frees is not used by another. Answers are
    /// decoded on one thread and planned with on another, so a pass over 10,000 services took 8 MB more. Its speed did not
    /// change: mallopt(3), M_ARENA_MAX.
    package static func useOneArena() { _ = mallopt(M_ARENA_MAX, 1) }
}
