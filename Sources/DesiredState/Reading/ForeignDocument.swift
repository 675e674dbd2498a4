import Base
internal import YAMLDocument

/// A file of another program that was given by mistake: what it is, and what to do instead.
///
/// | the document has | it is |
/// |---|---|
/// | `apiVersion` and `kind`, not of this program | a Kubernetes manifest |
/// | `entries` with `version` or `metadata` | an Authentik blueprint |
/// | `services` as a mapping of containers | a Compose file |
/// | `terraform_version`, or HCL instead of YAML | Terraform's |
/// | `pagination` and `results` | an answer of Authentik's API |
/// | `kind`, `version` and no `apiVersion` | JSON that this program has printed |
struct ForeignDocument {
    /// What it is: `a Kubernetes ConfigMap`.
    var noun: String
    var hint: String
}

extension ForeignDocument {
    private static let startHint =
        "one begins with 'apiVersion: reconcile/v1'; 'reconcile export' creates one for an existing Authentik"
    private static let exportHint =
        "apply it to Authentik, then create a desired-state file with 'reconcile export'"

    /// - Returns: nil for a desired-state file, and for what is not recognized.
    init?(_ pairs: [YAMLPair]) {
        let keys = Set(pairs.map(\.key))
        func text(_ key: String) -> String? {
            guard case .scalar(let scalar)? = pairs.first(where: { $0.key == key })?.value.content else { return nil }
            return scalar.text
        }
        let version = text("apiVersion")
        if let version, version.hasPrefix("reconcile/") { return nil }
        if version != nil, let kind = text("kind") {
            self.init(noun: "a Kubernetes \(Self.word(kind))", hint: Self.hint(forKind: kind, pairs))
        } else if keys.contains("entries"), !keys.isDisjoint(with: ["version", "metadata", "context"]) {
            self.init(noun: "an Authentik blueprint", hint: Self.exportHint)
        } else if version == nil, pairs.contains(where: \.isContainers) {
            self.init(noun: "a Compose file", hint: Self.startHint)
        } else if keys.contains("terraform_version") {
            self.init(noun: "a Terraform state", hint: Self.exportHint)
        } else if keys.isSuperset(of: ["pagination", "results"]) {
            self.init(noun: "an answer of Authentik's API", hint: "create one with 'reconcile export'")
        } else if version == nil, let kind = text("kind"), keys.contains("version") {
            let hint = kind == "plan" ? "give a saved plan to --plan" : Self.startHint
            self.init(noun: "the JSON of a \(Self.word(kind))", hint: hint)
        } else {
            return nil
        }
    }

    /// Recognizes a text that is not YAML.
    init?(text: YAMLSource) {
        let lines = (1...max(1, min(text.lineCount, 200))).lazy.compactMap { text.line($0)?.trimmed }
        guard let first = lines.first(where: { !$0.isEmpty && !$0.hasPrefix("#") && !$0.hasPrefix("//") }) else {
            return nil
        }
        let blocks = ["resource", "data", "provider", "variable", "module", "output", "locals", "terraform"]
        let words = first.split(separator: " ")
        guard first.hasSuffix("{"), let block = words.first, blocks.contains(String(block)),
            words.dropFirst().dropLast().allSatisfy({ $0.hasPrefix("\"") })
        else { return nil }
        self.init(noun: "a Terraform file", hint: Self.exportHint)
    }

    /// A short word of the document that is safe to repeat.
    private static func word(_ text: String) -> String {
        let isWord = text.count <= 40 && text.unicodeScalars.allSatisfy { $0.properties.isAlphabetic }
        return isWord && !text.isEmpty ? text : "object"
    }

    private static func hint(forKind kind: String, _ pairs: [YAMLPair]) -> String {
        guard ["ConfigMap", "Secret"].contains(kind) else {
            return kind == "Kustomization" ? "pass the file from which it generates the ConfigMap" : startHint
        }
        let data = pairs.first { $0.key == "data" }?.value
        guard kind == "ConfigMap", case .mapping(let entries)? = data?.content else { return startHint }
        let inside = entries.first { entry in
            guard case .scalar(let scalar) = entry.value.content else { return false }
            return scalar.text.split(whereSeparator: \.isNewline).contains { $0.hasPrefix("apiVersion: reconcile/") }
        }
        guard let inside else {
            return "none of its data is a desired-state file; one begins with 'apiVersion: reconcile/v1'"
        }
        return
            "its data contains the desired-state file \(YAMLProblem.quote(inside.key)); save that to a file and pass it"
    }
}

extension YAMLPair {
    /// Whether it is the `services` of a Compose file.
    fileprivate var isContainers: Bool {
        guard key == "services", case .mapping(let services) = value.content else { return false }
        return services.contains { service in
            guard case .mapping(let fields) = service.value.content else { return false }
            return fields.contains { ["image", "build", "container_name", "ports", "volumes"].contains($0.key) }
        }
    }
}
