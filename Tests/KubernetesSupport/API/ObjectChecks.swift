import FoundationEssentials
import JSON

/// What the server refuses in an object.
struct ObjectChecks {
    let key: ObjectKey

    /// What was sent must belong to where it was sent.
    func check(sent object: JSONValue) throws(StatusFailure) {
        if let version = object["apiVersion"]?.string, version != key.kind.apiVersion {
            throw .badRequest(
                "the API version in the data (\(version)) does not match the expected API version "
                    + "(\(key.kind.apiVersion))"
            )
        }
        if let kind = object["kind"]?.string, kind != key.kind.kind {
            throw .badRequest("the kind in the data (\(kind)) does not match the expected kind (\(key.kind.kind))")
        }
        if let namespace = object.at(["metadata", "namespace"])?.string, namespace != key.namespace {
            throw .badRequest(
                "the namespace of the provided object does not match the namespace sent on the request"
            )
        }
        if let name = object.at(["metadata", "name"])?.string, name != key.name {
            throw .badRequest(
                "the name of the object (\(name)) does not match the name on the URL (\(key.name))"
            )
        }
        try checkTimes(object)
    }

    /// A complete object.
    func check(_ object: JSONValue) throws(StatusFailure) {
        try checkTimes(object)
        switch key.kind {
        case .secret: try checkData(object)
        case .event: try checkEvent(object)
        default: break
        }
    }

    private func checkTimes(_ object: JSONValue) throws(StatusFailure) {
        let paths: [[String]] =
            switch key.kind {
            case .lease: [["spec", "acquireTime"], ["spec", "renewTime"]]
            case .event: [["eventTime"], ["series", "lastObservedTime"]]
            default: []
            }
        for path in paths {
            guard let text = object.at(path)?.string, let complaint = Moment.complaint(about: text) else { continue }
            throw unreadable(complaint)
        }
    }

    private func checkData(_ object: JSONValue) throws(StatusFailure) {
        for value in (object["data"]?.object ?? [:]).values {
            guard let text = value.string, Data(base64Encoded: text) != nil else {
                let isBase64: (Character) -> Bool = { $0.isASCII && ($0.isLetter || $0.isNumber || "+/".contains($0)) }
                let place = (value.string ?? "").prefix(while: isBase64).count
                throw unreadable("illegal base64 data at input byte \(place)")
            }
        }
    }

    private func checkEvent(_ object: JSONValue) throws(StatusFailure) {
        for name in ["eventTime", "reportingController", "reportingInstance", "action", "reason"] {
            guard (object[name]?.string ?? "").isEmpty else { continue }
            throw .invalid(key, "FieldValueRequired", "Required value", field: name)
        }
        let namespace = object.at(["regarding", "namespace"])?.string ?? ""
        guard namespace == key.namespace || namespace.isEmpty && key.namespace == "default" else {
            throw .invalid(
                key,
                "FieldValueInvalid",
                "Invalid value: \"\(namespace)\": does not match event.namespace",
                field: "involvedObject.namespace"
            )
        }
    }

    private func unreadable(_ why: String) -> StatusFailure {
        let kind = key.kind.kind
        return .badRequest("\(kind) in version \"\(ResourceKind.version)\" cannot be handled as a \(kind): \(why)")
    }
}
