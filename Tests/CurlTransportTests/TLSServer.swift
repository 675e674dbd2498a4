import Foundation

/// `openssl s_server` on a loopback port, with a certificate of a throw-away authority for the name `localhost`.
final class TLSServer {
    static let openssl = ["/usr/bin/openssl", "/usr/local/bin/openssl"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    let port: Int
    /// The certificate of the authority.
    let authoritiesFile: String
    private let directory: URL
    private let process: Process
    private let input: Pipe

    private struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    init() throws {
        guard let openssl = Self.openssl else { throw Failure(description: "there is no openssl") }
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let process = Process()
        let input = Pipe()
        do {
            try Self.makeCertificates(openssl, in: directory)
            port = try Self.start(process, openssl, in: directory, input: input)
        } catch {
            try? FileManager.default.removeItem(at: directory)
            throw error
        }
        authoritiesFile = directory.appendingPathComponent("ca.pem").path
        self.directory = directory
        self.process = process
        self.input = input
    }

    func stop() {
        try? input.fileHandleForWriting.write(contentsOf: Data("stop\n".utf8))
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: directory)
    }

    private static func makeCertificates(_ openssl: String, in directory: URL) throws {
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        let commands = [
            ["req", "-x509", "-subj", "/CN=Test authority", "-days", "2", "-keyout", "ca.key", "-out", "ca.pem"] + key,
            ["req", "-x509", "-subj", "/CN=localhost", "-days", "2", "-keyout", "server.key", "-out", "server.pem"]
                + ["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"]
                + ["-CA", "ca.pem", "-CAkey", "ca.key"] + key,
        ]
        for arguments in commands {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: openssl)
            process.arguments = arguments
            process.currentDirectoryURL = directory
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else { throw Failure(description: "openssl \(arguments) failed") }
        }
    }

    /// Starts the server and returns the port, which it prints.
    ///
    /// A shell ends it on a line of input, or when there is none to come because the tests crashed. It must be killed:
    /// on threads of Dispatch all signals that can be blocked are, and children inherit that.
    private static func start(_ process: Process, _ openssl: String, in directory: URL, input: Pipe) throws -> Int {
        let output = Pipe()
        let server = "\(openssl) s_server -accept 127.0.0.1:0 -www -cert server.pem -key server.key"
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "\(server) </dev/null & read line; kill -9 $!"]
        process.currentDirectoryURL = directory
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var text = ""
        while true {
            let bytes = output.fileHandleForReading.availableData
            guard !bytes.isEmpty else { throw Failure(description: "openssl s_server ended: \(text)") }
            text += String(decoding: bytes, as: UTF8.self)
            // `ACCEPT 127.0.0.1:43217`
            if let line = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                .first(where: { $0.hasPrefix("ACCEPT ") }),
                let port = line.split(separator: ":").last.flatMap({ Int($0) })
            {
                return port
            }
        }
    }
}
