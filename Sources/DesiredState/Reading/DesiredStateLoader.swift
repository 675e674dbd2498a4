import Base
import Kinds
internal import YAMLDocument

/// Reads desired-state files.
package enum DesiredStateLoader {
    /// What came of reading the files.
    package struct Result: Sendable, Equatable {
        /// Nil if there is any error among the diagnostics.
        package var state: DesiredState?
        /// The mistakes and warnings of all files, ordered by file and position.
        package var diagnostics: [Diagnostic]
    }

    /// The bytes of a file, and the path that messages call it by.
    package struct Source: Sendable {
        package var path: String
        package var bytes: [UInt8]

        package init(path: String, bytes: [UInt8]) {
            self.path = path
            self.bytes = bytes
        }
    }

    /// Reads the union of some files and directories, see ``DesiredSources``.
    package static func load(paths: [String]) -> Result {
        load(DesiredSources(paths: paths))
    }

    /// Understands what was read; of more than ``Diagnostic/limit`` diagnostics, the last counts the rest.
    package static func load(_ sources: DesiredSources) -> Result {
        var result = load(sources.found)
        result.diagnostics = Diagnostic.limited(result.diagnostics)
        return result
    }

    /// Reads the union of some files that are in memory already; all diagnostics come out.
    package static func load(sources: [Source]) -> Result {
        load(sources.map { .source($0) })
    }

    private static func load(_ found: [SourceFinder.Found]) -> Result {
        var files: [DecodedFile] = []
        let logs = found.map { found in
            switch found {
            case .remark(let log): return log
            case .source(let source):
                let yaml = ParsedYAML(source.bytes)
                let log = DiagnosticLog(file: source.path, source: yaml.source)
                files.append(FileDecoder(log: log).decode(yaml))
                return log
            }
        }
        CrossChecks(files: files).report()
        let diagnostics = logs.flatMap(\.finished)
        guard !diagnostics.contains(where: { $0.severity == .error }), let owner = files.first?.owner else {
            return Result(state: nil, diagnostics: diagnostics)
        }
        let publicURL = files.lazy.compactMap(\.publicURL?.value).first?.withoutTrailingSlashes
        let services = files.flatMap(\.services).map { decoded in
            var service = decoded.service
            service.provider?.publication?.publicURL = publicURL
            return service
        }.sorted { $0.slug < $1.slug }
        var state = DesiredState(owner: owner.value, services: services)
        var seen: Set<ExactText> = []
        state.groups = files.flatMap(\.groups).filter { seen.insert($0.exact).inserted }
        state.scopeMappings = files.flatMap(\.scopeMappings).withoutRepetitions()
        state.managesScopeMappings = files.contains(where: \.managesScopeMappings)
        state.prune = files.lazy.compactMap(\.prune?.value).first ?? false
        state.publicURL = publicURL
        state.maxDeletions = files.lazy.compactMap(\.maxDeletions?.value).first
        return Result(state: state, diagnostics: diagnostics)
    }
}

extension String {
    fileprivate var withoutTrailingSlashes: String {
        var text = self[...]
        while text.last == "/" { text.removeLast() }
        return String(text)
    }
}
