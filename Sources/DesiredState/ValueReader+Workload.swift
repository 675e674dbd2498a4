import Kinds
internal import YAMLDocument

extension ValueReader {
    /// `{deployment: NAME}`, `{statefulSet: NAME}` or `{daemonSet: NAME}`, each with a `namespace` if need be.
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
            log.error("\(name) has \(fault)\(place)", hint: "give it exactly one of \(names)", at: node.position)
            return nil
        }
        guard let workload = values.text(FieldName(kind)) else { return nil }
        if values[.namespace] != nil, values.text(.namespace) == nil { return nil }
        return WorkloadReference(kind: kind, name: workload, namespace: values.text(.namespace))
    }
}
