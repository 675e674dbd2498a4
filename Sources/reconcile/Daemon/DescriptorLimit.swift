import Glibc

/// How many files and connections this process may have open at once.
enum DescriptorLimit {
    /// Takes what the system allows, the hard limit of setrlimit(2).
    ///
    /// The soft one is often 1024, for the sake of programs that use select(2), which this one does not; a client that
    /// opens so many connections would keep it from Authentik. If it cannot be had, the soft one stays.
    static func raise() {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(resource, &limit)
    }
}
