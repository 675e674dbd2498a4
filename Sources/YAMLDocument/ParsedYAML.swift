/// The result of reading one YAML document.
package struct ParsedYAML: Sendable {
    package let source: YAMLSource
    /// The document's only value; nil if there is none, or if a problem prevented it from being read.
    package let root: YAMLNode?
    /// In the order of the document.
    package let problems: [YAMLProblem]

    /// Reads a UTF-8 document; never fails, since every problem is a result.
    package init(_ bytes: [UInt8], limits: YAMLLimits = YAMLLimits()) {
        source = YAMLSource(bytes)
        if let problem = Self.unreadable(bytes, source, limits) {
            root = nil
            problems = [problem]
            return
        }
        do throws(YAMLProblem) {
            var tree = TreeBuilder(try EventStream(source), limits: limits)
            (root, problems) = Self.read(&tree)
        } catch {
            root = nil
            problems = [error]
        }
    }

    private static func read(_ tree: inout TreeBuilder) -> (YAMLNode?, [YAMLProblem]) {
        do throws(YAMLProblem) {
            let root = try tree.document()
            return (root, tree.problems.sorted { $0.position < $1.position })
        } catch {
            return (nil, (tree.problems + [error]).sorted { $0.position < $1.position })
        }
    }

    /// What is wrong with the bytes before they are parsed as YAML.
    private static func unreadable(_ bytes: [UInt8], _ source: YAMLSource, _ limits: YAMLLimits) -> YAMLProblem? {
        let start = YAMLPosition(line: 1, column: 1)
        if bytes.count > limits.bytes {
            return YAMLProblem("the file is larger than \(limits.bytes) bytes", at: start)
        }
        if bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE])
            || bytes.starts(with: [0x00, 0x00, 0xFE, 0xFF])
        {
            return YAMLProblem("the file is written in UTF-16 or UTF-32", hint: "save it as UTF-8", at: start)
        }
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: source.bytes.span)
            return source.directives.dropFirst(limits.directives).first.map { place in
                YAMLProblem("more than \(limits.directives) directives ('%…')", at: place)
            }
        } catch {
            let place = source.position(ofOffset: error.byteOffsets.lowerBound)
            return YAMLProblem("not valid UTF-8", hint: "save the file as UTF-8", at: place)
        }
    }
}

/// The limits of a document.
///
/// The defaults allow tens of thousands of services, and prevent hostile input from blocking a pass.
package struct YAMLLimits: Sendable {
    /// The size of the input, in bytes.
    package var bytes = 32 << 20
    /// The nesting depth of lists and mappings; libyaml's own limit is 1,000.
    package var depth = 32
    /// The number of `*alias` uses in the document.
    package var aliases = 200_000
    /// The number of nodes after every alias is replaced, which prevents a "billion laughs".
    package var nodes = 2_000_000
    /// The number of lines like `%TAG …`; libyaml compares each with all previous ones.
    package var directives = 16

    package init() {}
}
