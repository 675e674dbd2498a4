import Kinds
internal import YAMLDocument

/// Reads one service and applies the defaults to it.
struct ServiceDecoder {
    let log: DiagnosticLog
    /// The fields at the top of the file; services inherit `host` and `scheme`.
    let file: ReadFields
    /// The fields of `defaults`, each with `isDefault` set.
    let defaults: ReadFields

    /// - Parameter number: Counted from 1; names a service without a slug.
    /// - Returns: Nil if the service has no valid slug.
    func decode(_ node: YAMLNode, number: Int) -> DecodedService? {
        guard let pairs = ValueReader(log: log).pairs(node, "service \(number)") else { return nil }
        let log = log.about(pairs.label("service", by: .slug, number: number))
        let own = MappingReader(log: log, schema: .service).values(of: pairs)
        let merged = merge(own, log: log)
        if own[.slug] == nil {
            let hint = "add 'slug: NAME', the application's name in URLs"
            log.error("slug is missing", hint: hint, at: node.position)
        }
        let slug = merged.text(.slug)
        let decoded = ServiceBuilder(
            slug: slug ?? "",
            begin: node.position,
            values: merged,
            fileHost: inherited(.host, unlessUnsetIn: own),
            fileScheme: inherited(.scheme, unlessUnsetIn: own),
            log: log
        ).build()
        return slug == nil ? nil : decoded
    }

    /// A service's own fields over the defaults; a null removes a default, and is an error without one.
    private func merge(_ own: ReadFields, log: DiagnosticLog) -> ReadFields {
        var merged = defaults
        for (name, entry) in own.entries {
            merged[name] = entry
            guard case .unset = entry.value else { continue }
            merged[name] = nil
            if defaults[name] == nil && inherited(name) == nil {
                let hint = "give it one, or remove the field; null only removes a default"
                log.error("\(name.rawValue) has no value", hint: hint, at: entry.position)
            }
        }
        return merged
    }

    private func inherited(_ name: FieldName, unlessUnsetIn own: ReadFields? = nil) -> ReadFields.Entry? {
        guard name == .host || name == .scheme else { return nil }
        if case .unset = own?[name]?.value { return nil }
        return file[name]
    }
}

extension [YAMLPair] {
    /// How messages call a mapping: by its name (`service 'grafana'`), or by its number in the list (`service 3`).
    ///
    /// A name with an `@` may be a URL with a password, and is not repeated.
    func label(_ noun: String, by field: FieldName, number: Int) -> String {
        guard let name = first(where: { $0.key == field.rawValue })?.value, case .scalar(let scalar) = name.content,
            !name.isNull, !scalar.text.isEmpty, !scalar.text.contains("@")
        else { return "\(noun) \(number)" }
        return "\(noun) \(YAMLProblem.quote(scalar.text))"
    }
}
