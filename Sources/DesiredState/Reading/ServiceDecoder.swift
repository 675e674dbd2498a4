import Kinds
internal import YAMLDocument

/// Reads one service and puts the defaults below it.
struct ServiceDecoder {
    let log: DiagnosticLog
    /// The fields at the top of the file, of which host and scheme hold for each service.
    let file: ReadFields
    /// Marked as such.
    let defaults: ReadFields

    /// - Parameter number: Counted from 1, to name a service without a slug.
    /// - Returns: Nil if there is no telling which service it is.
    func decode(_ node: YAMLNode, number: Int) -> DecodedService? {
        guard let pairs = ValueReader(log: log, place: "").pairs(node, "service \(number)") else { return nil }
        let label = label(of: pairs, number: number)
        let place = " in \(label)"
        let own = MappingReader(log: log, schema: .service, place: place).values(of: pairs)
        let merged = merge(own, place: place)
        if own[.slug] == nil {
            let hint = "add 'slug:', the name of the application in URLs"
            log.error("\(label) has no slug", hint: hint, at: node.position)
        }
        let slug = merged.text(.slug)
        let decoded = ServiceBuilder(
            slug: slug ?? "",
            label: label,
            begin: node.position,
            values: merged,
            fileHost: inherited(.host, unlessUnsetIn: own),
            fileScheme: inherited(.scheme, unlessUnsetIn: own),
            log: log
        ).build()
        return slug == nil ? nil : decoded
    }

    private func label(of pairs: [YAMLPair], number: Int) -> String {
        guard let slug = pairs.first(where: { $0.key == FieldName.slug.rawValue })?.value,
            case .scalar(let scalar) = slug.content, !slug.isNull, !scalar.text.isEmpty, !scalar.text.contains("@")
        else { return "service \(number)" }
        return "service \(YAMLProblem.quote(scalar.text))"
    }

    /// A service's own fields over the defaults; a null takes a default away, and must have one to take.
    private func merge(_ own: ReadFields, place: String) -> ReadFields {
        var merged = defaults
        for (name, entry) in own.entries {
            merged[name] = entry
            guard case .unset = entry.value else { continue }
            merged[name] = nil
            if defaults[name] == nil && inherited(name) == nil {
                let hint = "give it one, or leave the field out; null only takes a default away"
                log.error("\(name.rawValue) has no value\(place)", hint: hint, at: entry.position)
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
