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

    fileprivate static func makeCertificates(_ openssl: String, in directory: URL) throws {
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

/// `openssl s_server` that takes one connection, answers each POST on it, and ends with it.
final class OneTLSConnection {
    let port: Int
    let authoritiesFile: String
    private let directory: URL
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    init() throws {
        guard let openssl = TLSServer.openssl else { throw CocoaError(.fileNoSuchFile) }
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        authoritiesFile = directory.appendingPathComponent("ca.pem").path
        try TLSServer.makeCertificates(openssl, in: directory)
        process.executableURL = URL(fileURLWithPath: openssl)
        process.arguments = ["s_server", "-accept", "127.0.0.1:0", "-naccept", "1", "-cert", "server.pem"]
        process.arguments? += ["-key", "server.key"]
        process.currentDirectoryURL = directory
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var text = ""
        var port: Int?
        while port == nil {
            let bytes = output.fileHandleForReading.availableData
            guard !bytes.isEmpty else { throw CocoaError(.fileReadUnknown) }
            text += String(decoding: bytes, as: UTF8.self)
            port = text.split(separator: "\n").first { $0.hasPrefix("ACCEPT ") }.flatMap {
                $0.split(separator: ":").last
            }
            .flatMap { Int($0) }
        }
        self.port = port ?? 0
        let answer = Data("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".utf8)
        // What s_server receives it prints; what it reads it sends.
        output.fileHandleForReading.readabilityHandler = { [input] handle in
            let text = String(decoding: handle.availableData, as: UTF8.self)
            for _ in text.split(separator: "POST /", omittingEmptySubsequences: false).dropFirst() {
                try? input.fileHandleForWriting.write(contentsOf: answer)
            }
        }
    }

    /// Waits for the end of the connection.
    func wait() {
        process.waitUntilExit()
        output.fileHandleForReading.readabilityHandler = nil
        try? FileManager.default.removeItem(at: directory)
    }
}
