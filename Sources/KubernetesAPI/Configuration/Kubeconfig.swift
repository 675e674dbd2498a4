import FoundationEssentials
import YAMLDocument

/// One or several kubeconfig files, merged like kubectl does: the first file to set a value wins
/// (https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/).
struct Kubeconfig {
    /// A named part of a file, and the folder that its relative paths refer to.
    struct Part {
        var node: YAMLNode
        var folder: String
    }

    /// The files that exist.
    private(set) var paths: [String] = []
    private(set) var currentContext: String?
    private var parts: [String: [String: Part]] = [:]

    /// - Parameter paths: missing files are ignored, but at least one must exist.
    init(paths: [String]) throws(KubernetesConfigurationError) {
        let candidates = paths.filter { !$0.isEmpty }
        for path in candidates where FileManager.default.fileExists(atPath: path) {
            try add(path)
        }
        guard !self.paths.isEmpty else {
            let names = candidates.joined(separator: ", ")
            throw KubernetesConfigurationError("no kubeconfig: \(names.isEmpty ? "KUBECONFIG" : names) does not exist")
        }
    }

    /// The entry of `clusters`, `users` or `contexts` with that name.
    func part(_ list: String, _ name: String) -> Part? { parts[list]?[name] }

    private mutating func add(_ path: String) throws(KubernetesConfigurationError) {
        guard let bytes = try? Data(contentsOf: URL(filePath: path)) else {
            throw KubernetesConfigurationError("cannot read the kubeconfig '\(path)'")
        }
        let document = ParsedYAML([UInt8](bytes))
        if let problem = document.problems.first {
            let place = "\(problem.position.line):\(problem.position.column)"
            throw KubernetesConfigurationError("kubeconfig \(path):\(place): \(problem.message)")
        }
        let folder = URL(filePath: path).deletingLastPathComponent().path
        if let name = document.root?["current-context"]?.text, currentContext == nil { currentContext = name }
        for (list, item) in [("clusters", "cluster"), ("users", "user"), ("contexts", "context")] {
            for entry in document.root?[list]?.items ?? [] {
                guard let name = entry["name"]?.text, let node = entry[item] else { continue }
                if parts[list]?[name] != nil { continue }
                parts[list, default: [:]][name] = Part(node: node, folder: folder)
            }
        }
        paths.append(path)
    }
}

extension Kubeconfig.Part {
    func text(_ key: String) -> String? { node[key]?.text }
    func has(_ key: String) -> Bool { node[key].map { !$0.isEmpty } ?? false }

    /// A path, relative to the file's folder unless absolute.
    func path(_ key: String) -> String? {
        text(key).map { $0.hasPrefix("/") ? $0 : "\(folder)/\($0)" }
    }
}

extension YAMLNode {
    /// The value of a key; nil if there is none.
    fileprivate subscript(key: String) -> YAMLNode? {
        guard case .mapping(let pairs) = content else { return nil }
        return pairs.first { $0.key == key }?.value
    }

    fileprivate var items: [YAMLNode]? {
        if case .sequence(let items) = content { items } else { nil }
    }

    /// Nil if it is empty or null.
    fileprivate var text: String? {
        guard case .scalar(let scalar) = content, !isEmpty else { return nil }
        return scalar.text
    }

    /// Whether it is equivalent to no value: `""`, `null`, `{}`.
    fileprivate var isEmpty: Bool {
        switch content {
        case .scalar(let scalar):
            scalar.text.isEmpty || (scalar.style == .plain && ["null", "~"].contains(scalar.text))
        case .mapping(let pairs): pairs.isEmpty
        case .sequence(let items): items.isEmpty
        case .invalid: true
        }
    }
}
