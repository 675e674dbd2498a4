import Kinds
internal import YAMLDocument

extension ValueReader {
    /// `{env: NAME}`, `{file: PATH}` or `{kubernetes: {namespace: NAMESPACE, name: NAME, key: KEY}}`.
    ///
    /// A secret that is written here by mistake must not appear in a message: after any error, all lines of it are hidden.
    func secretReference(_ pair: YAMLPair) -> SecretReference? {
        let reference = readSecretReference(pair)
        if reference == nil && !isOfKubernetes(pair.value) { log.hide(pair) }
        return reference
    }

    private func readSecretReference(_ pair: YAMLPair) -> SecretReference? {
        let position = pair.value.position
        guard case .mapping = pair.value.content else {
            let hint = "a secret is referenced, never written: use {env: NAME}, {file: PATH} or {kubernetes: {…}}"
            log.error("secretRef must be a reference to a secret\(place)", hint: hint, at: position)
            return nil
        }
        guard let pairs = self.pairs(pair.value, "secretRef") else { return nil }
        if !pairs.isEmpty, pairs.allSatisfy({ Schema.kubernetesSecret[$0.key] != nil }) {
            let hint = "write 'secretRef: {kubernetes: {namespace: NAMESPACE, name: NAME, key: KEY}}'"
            log.error("secretRef does not say where the secret is\(place)", hint: hint, at: position)
            return nil
        }
        let values = MappingReader(log: log, schema: .secretReference, place: " in secretRef\(place)").values(of: pairs)
        guard pairs.count == 1 else {
            let hint = "set exactly one of 'env', 'file', 'kubernetes'"
            let fault = pairs.isEmpty ? "no source" : "more than one field"
            log.error("secretRef has \(fault)\(place)", hint: hint, at: position)
            return nil
        }
        for name in [FieldName.env, .file, .kubernetes] {
            if case .unset = values[name]?.value {
                log.error("\(name.rawValue) has no value in secretRef\(place)", at: values[name]?.position)
            }
        }
        if values.text(.env) == "AUTHENTIK_TOKEN" {
            let hint = "use another variable with a secret of its own"
            let message = "AUTHENTIK_TOKEN, reconcile's own token, would become the client secret\(place)"
            log.warning(message, hint: hint, at: values[.env]?.position)
        }
        return values.text(.env).map(SecretReference.environment) ?? values.text(.file).map(SecretReference.file)
            ?? values.secret(.kubernetes)
    }

    /// `{namespace: NAMESPACE, name: NAME, key: KEY}`.
    func kubernetesSecret(_ node: YAMLNode) -> SecretReference? {
        guard let pairs = pairs(node, FieldName.kubernetes.rawValue) else { return nil }
        let inside = " in kubernetes\(place)"
        let values = MappingReader(log: log, schema: .kubernetesSecret, place: inside).values(of: pairs)
        for name in Schema.kubernetesSecret.fields.map(\.name) {
            switch values[name]?.value {
            case nil: log.error("kubernetes has no \(name.rawValue)\(place)", at: node.position)
            case .unset: log.error("\(name.rawValue) has no value\(inside)", at: values[name]?.position)
            default: break
            }
        }
        guard let namespace = values.text(.namespace), let name = values.text(.name), let key = values.text(.key) else {
            return nil
        }
        return .kubernetes(namespace: namespace, name: name, key: key)
    }

    /// A list of URLs, each a text or `{url, matching}`.
    func redirectURIs(_ node: YAMLNode, _ name: String, mayBeEmpty: Bool) -> [Located<RedirectURI>]? {
        list(node, name, mayBeEmpty: mayBeEmpty) { item in
            if case .mapping = item.content { return redirectURI(item, name) }
            return text(item, "an entry of \(name)", .strictRedirectURI).map { RedirectURI($0) }
        }
    }

    private func redirectURI(_ node: YAMLNode, _ name: String) -> RedirectURI? {
        guard let pairs = pairs(node, "an entry of \(name)") else { return nil }
        let inside = ValueReader(log: log, place: " in an entry of \(name)\(place)")
        let values = MappingReader(log: log, schema: .redirectURI, place: inside.place).values(of: pairs)
        guard let url = values[.url] else {
            log.error("an entry of \(name) has no url\(place)", at: node.position)
            return nil
        }
        if case .unset = url.value { log.error("url has no value\(inside.place)", at: url.position) }
        guard let text = values.text(.url), !values.isInvalid(.matching) else { return nil }
        let matching = values.word(.matching, RedirectURI.Matching.self) ?? .strict
        let rule = matching == .strict ? TextRule.strictRedirectURI : .regexRedirectURI
        if let complaint = rule.check(text), inside.report(complaint, "url", url.node) { return nil }
        var uri = RedirectURI(text, matching: matching)
        uri.example = example(values[.example], of: uri, in: name)
        return uri
    }

    /// A URI that a pattern matches; nil after an error, or where it is not used.
    private func example(_ entry: ReadFields.Entry?, of uri: RedirectURI, in list: String) -> String? {
        guard let entry, case .text(let example) = entry.value else { return nil }
        let inside = " in an entry of \(list)\(place)"
        if uri.matching == .strict || list != FieldName.redirectURIs.rawValue {
            let why = uri.matching == .strict ? "a strict redirect URI needs none" : "it is used to probe logins only"
            log.warning("example is ignored\(inside)", hint: "\(why); remove it", at: entry.keyPosition)
            return nil
        }
        guard RedirectEntry(uri).accepts(example) else {
            log.error(
                "example does not match the pattern\(inside)",
                hint: "Authentik compares the whole URI with the pattern, as Python's re.fullmatch does",
                at: entry.position
            )
            return nil
        }
        return example
    }

    /// Whether it has only the fields of a Kubernetes Secret; their reader hides what may be a secret.
    private func isOfKubernetes(_ node: YAMLNode) -> Bool {
        guard case .mapping(let pairs) = node.content, pairs.count == 1, let pair = pairs.first,
            pair.key == FieldName.kubernetes.rawValue, case .mapping(let parts) = pair.value.content
        else { return false }
        return parts.allSatisfy { part in
            guard Schema.kubernetesSecret[part.key] != nil, case .scalar = part.value.content else { return false }
            return true
        }
    }
}

extension ValueReader {
    /// `{deployment: NAME}`, `{statefulSet: NAME}` or `{daemonSet: NAME}`, each with an optional `namespace`.
    func workload(_ node: YAMLNode, _ name: String) -> WorkloadReference? {
        guard let pairs = pairs(node, name) else { return nil }
        let inside = " in \(name)\(place)"
        let values = MappingReader(log: log, schema: .workload, place: inside).values(of: pairs)
        for (name, entry) in values.entries {
            guard case .unset = entry.value else { continue }
            log.error("\(name.rawValue) has no value\(inside)", at: entry.position)
        }
        let kinds = Workload.Kind.allCases.filter { values[FieldName($0)] != nil }
        guard let kind = kinds.first, kinds.count == 1 else {
            let names = Workload.Kind.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            let fault = kinds.isEmpty ? "no workload" : "more than one workload"
            log.error("\(name) has \(fault)\(place)", hint: "set exactly one of \(names)", at: node.position)
            return nil
        }
        guard let workload = values.text(FieldName(kind)) else { return nil }
        if values[.namespace] != nil, values.text(.namespace) == nil { return nil }
        return WorkloadReference(kind: kind, name: workload, namespace: values.text(.namespace))
    }
}

/// A workload as `restart` names it.
struct WorkloadReference: Hashable {
    var kind: Workload.Kind
    var name: String
    /// Nil for the namespace of the Secret.
    var namespace: String?
}

extension ValueReader {
    /// `{providers: [SLUG], sources: [SLUG]}`, either or both.
    func federation(_ node: YAMLNode, _ name: String) -> ReadFields? {
        guard let pairs = pairs(node, name) else { return nil }
        let inside = " in \(name)\(place)"
        let values = MappingReader(log: log, schema: .federation, place: inside).values(of: pairs)
        for (field, entry) in values.entries {
            guard case .unset = entry.value else { continue }
            log.error("\(field.rawValue) has no value\(inside)", hint: "use [] for none", at: entry.position)
        }
        guard !values.entries.isEmpty else {
            let hint = "list 'providers' or 'sources'; [] for none"
            log.error("\(name) is empty\(place)", hint: hint, at: node.position)
            return nil
        }
        return values.entries.values.allSatisfy(\.isGood) ? values : nil
    }
}
