import Foundation

/// Calls with the path of a file that holds a text, and removes it afterwards.
func withServices(_ text: String, _ body: (_ path: String) async throws -> Void) async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "services-\(UUID().uuidString).yaml")
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    try await body(file.path)
}

/// A file of services at `sso.example.net`.
///
/// - Parameter services: items of the list, each from its `- ` on, without indentation.
func services(_ services: String, top: String = "") -> String {
    let lines = services.split(separator: "\n").map { "  \($0)\n" }.joined()
    return "apiVersion: reconcile/v1\nowner: homelab\nhost: sso.example.net\n\(top)services:\n\(lines)"
}

/// An OIDC service with the secret of `grafana`, and more fields of it, a line each.
func grafana(_ fields: String...) -> String {
    let lines = [
        "name: Grafana", "port: 8444", "redirectPath: /login/generic_oauth",
        "secretRef: {env: GRAFANA_OAUTH_CLIENT_SECRET}",
    ]
    return "- slug: grafana\n" + (lines + fields).map { "  \($0)\n" }.joined()
}
