package import Reconciling

/// Placeholder.
package enum StatusPage {
    package static func render(_ status: StatusDocument) -> String { "<!doctype html><title>\(status.state)</title>" }
    package static let contentSecurityPolicy = "default-src 'none'"
}
