import CurlTransport
import Foundation
import Secrets
import TestSupport
import Testing

@testable import KubernetesAPI

let token = "t0ken-of-the-test"
let grafana = ObjectName(namespace: "monitoring", name: "grafana-secret")

/// A client of what answers at a URL, which waits for nothing.
func makeClient(
    _ url: String,
    _ credentials: KubernetesCredentials = .token(Secret(token))
) throws -> KubernetesClient {
    try makeClient(KubernetesConfiguration(server: url, credentials: credentials))
}

/// A client which waits for nothing between its attempts, and for as long as a busy machine takes for each.
func makeClient(
    _ configuration: KubernetesConfiguration,
    silenceLimit: Duration = .seconds(3600)
) throws -> KubernetesClient {
    var configuration = configuration
    configuration.transport.proxy = .none
    configuration.transport.connectTimeLimit = .seconds(3600)
    configuration.transport.timeLimit = .seconds(3600)
    configuration.transport.silenceLimit = silenceLimit
    var client = try KubernetesClient(configuration: configuration)
    client.pause = { _ in try Task.checkCancellation() }
    return client
}

/// The error of something that must fail.
func failure<Value>(
    sourceLocation: SourceLocation = #_sourceLocation,
    of body: () async throws -> Value
) async throws -> KubernetesError {
    let error = await #expect(throws: KubernetesError.self, sourceLocation: sourceLocation) { _ = try await body() }
    return try #require(error, sourceLocation: sourceLocation)
}

/// Runs a test with an empty folder of its own.
func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "kubernetes-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder.path)
}

func write(_ text: String, to path: String) throws {
    let url = URL(filePath: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
}

/// The JSON of a Secret.
func secretJSON(_ version: Int, _ value: String = "value", uid: String = "u-1") -> String {
    let data = Data(value.utf8).base64EncodedString()
    let name = #""name":"grafana-secret","namespace":"monitoring""#
    let metadata = #"{\#(name),"uid":"\#(uid)","resourceVersion":"\#(version)"}"#
    return #"{"kind":"Secret","apiVersion":"v1","metadata":\#(metadata),"data":{"KEY":"\#(data)"},"type":"Opaque"}"#
}

/// The JSON of a list of Secrets.
func listJSON(_ version: Int, _ secrets: String...) -> String {
    let items = secrets.joined(separator: ",")
    return #"{"kind":"SecretList","apiVersion":"v1","metadata":{"resourceVersion":"\#(version)"},"items":[\#(items)]}"#
}

/// The JSON of a failure.
func statusJSON(_ code: Int, _ reason: String, _ message: String) -> String {
    let words = #""message":"\#(message)","reason":"\#(reason)","code":\#(code)"#
    return #"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",\#(words)}"#
}
