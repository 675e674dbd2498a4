import SystemPackage

/// Where a served sandbox tells what it does: a line at once, and none where nobody reads any more.
enum Terminal {
    static func print(_ line: String) { write(line, to: .standardOutput) }
    static func complain(_ line: String) { write(line, to: .standardError) }

    private static func write(_ line: String, to descriptor: FileDescriptor) {
        _ = try? descriptor.writeAll(Array((line + "\n").utf8))
    }
}
