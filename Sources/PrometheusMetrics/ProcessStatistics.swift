/// What is used of `/proc/self/stat`; see proc_pid_stat(5).
struct ProcessStatistics {
    /// User and system time.
    var cpuTicks: Double
    var threads: Double
    /// Since the system booted.
    var startTicks: Double
    var virtualBytes: Double
    var residentPages: Double

    /// Nil for what is no such text.
    init?(_ text: String) {
        // The second field is the name of the executable in parentheses, and may hold spaces and parentheses itself.
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(whereSeparator: \.isWhitespace)
        /// By the number that the manual gives it.
        func field(_ number: Int) -> Double? {
            let index = number - 3
            return fields.indices.contains(index) ? Double(fields[index]) : nil
        }
        guard let user = field(14), let system = field(15), let threads = field(20), let start = field(22),
            let virtual = field(23), let resident = field(24)
        else { return nil }
        cpuTicks = user + system
        self.threads = threads
        startTicks = start
        virtualBytes = virtual
        residentPages = resident
    }
}
