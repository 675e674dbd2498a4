import Foundation

/// Runs a test against a Kubernetes of its own.
///
/// - Throws: what the test throws, or why there is no server.
package func withKubernetes<Result>(_ body: (KubernetesStandIn) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "kubernetes-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let standIn = try KubernetesStandIn(folder: folder)
    let server = Task { await standIn.run() }
    do {
        try await standIn.presence.waitUntilThere()
        let result = try await body(standIn)
        server.cancel()
        await server.value
        return result
    } catch {
        server.cancel()
        await server.value
        throw error
    }
}
