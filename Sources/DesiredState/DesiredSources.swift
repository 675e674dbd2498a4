internal import Base

/// What is in some files and directories now, read and not yet understood.
package struct DesiredSources {
    let found: [SourceFinder.Found]

    /// Reads them.
    ///
    /// Symlinks are followed, as a mounted ConfigMap needs it. A file that is given twice is read once, with a warning.
    ///
    /// - Parameter paths: Files, or directories whose `.yaml` and `.yml` files are read in the order of their names;
    ///   names that begin with a dot are skipped, subdirectories are not entered.
    package init(paths: [String]) {
        var finder = SourceFinder()
        paths.forEach { finder.add(path: $0) }
        if paths.isEmpty { finder.refuse("", "no file to read") }
        found = finder.found
    }

    /// SHA-256 over names and contents (FIPS 180-4), as `sha256:` and hexadecimal digits.
    package var hash: String {
        var hash = SHA256()
        for found in found {
            switch found {
            case .source(let source):
                hash.update(Array("\(source.path)\u{0}\(source.bytes.count)\u{0}".utf8))
                hash.update(source.bytes)
            case .remark(let log):
                for diagnostic in log.finished {
                    hash.update(Array("\(diagnostic.file)\u{0}\(diagnostic.message)\u{0}".utf8))
                }
            }
        }
        let digits = hash.digest().map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }
        return "sha256:\(digits.joined())"
    }
}
