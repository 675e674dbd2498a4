private import CBuildIdentity

/// Which version of this program runs, and what it was built from.
///
/// The version is kept in the file `VERSION` at the top of the repository, which is compiled in. Nothing else is needed
/// for it while building, so that a build needs no Git, no network and no plugin, and leaves the checkout clean. The commit is
/// what `RECONCILE_COMMIT` holds in the environment of a build: `deploy/install`, the image and the Debian package set
/// it, and a plain `swift build` does not.
package enum Build {
    /// As in `VERSION`: three numbers, by the rules of <https://semver.org>.
    package static let version = text(PackageResources.VERSION)

    /// The commit in hexadecimal digits, with `-dirty` after it if files had changed; nil if the build did not name one.
    package static let commit = commit(String(cString: reconcile_build_commit()))

    /// What `reconcile --version` prints: `0.6.0 (1a2b3c4d5e6f)`, or `0.6.0 (development build)`.
    package static let description = description(version: version, commit: commit)

    /// What servers see in `User-Agent`: product and version, as RFC 9110 (10.1.5) has them.
    package static let userAgent = "reconcile/\(version)"

    static func text(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        return String(text.prefix { !$0.isWhitespace })
    }

    static func commit(_ text: String) -> String? { text.isEmpty ? nil : text }

    static func description(version: String, commit: String?) -> String {
        "\(version) (\(commit ?? "development build"))"
    }
}
