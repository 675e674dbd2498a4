import FoundationEssentials
import JSON

/// A Lease as it was at one moment
/// (https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/).
struct Lease: Sendable, Equatable {
    /// Changes with every change of it, a renewal included.
    var resourceVersion: String
    /// Who has it; nil if it was given up.
    var holder: String?
    /// How long the holder has it after each renewal; nil if the Lease does not say.
    var duration: Duration?
    /// As it was read: what this program does not know of is sent back unchanged.
    private var object: JSONValue

    /// Reads the JSON of one.
    ///
    /// - Throws: ``Malformed``.
    init(_ json: JSONValue) throws(Malformed) {
        guard let resourceVersion = json["metadata"]?["resourceVersion"]?.string, !resourceVersion.isEmpty else {
            throw Malformed("the Lease has no metadata.resourceVersion")
        }
        self.resourceVersion = resourceVersion
        let holder = json["spec"]?["holderIdentity"]?.string ?? ""
        self.holder = holder.isEmpty ? nil : holder
        let seconds = json["spec"]?["leaseDurationSeconds"]?.integer ?? 0
        duration = seconds > 0 ? .seconds(seconds) : nil
        object = json
    }

    // MARK: - What is sent

    /// A Lease that is not there yet.
    static func new(_ name: ObjectName, holder: String, seconds: Int, at time: Date) -> JSONValue {
        [
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": ["name": .string(name.name), "namespace": .string(name.namespace)],
            "spec": [
                "holderIdentity": .string(holder),
                "leaseDurationSeconds": .integer(seconds),
                "acquireTime": .string(microTime(time)),
                "renewTime": .string(microTime(time)),
                "leaseTransitions": 0,
            ],
        ]
    }

    /// This Lease, renewed, or taken if somebody else had it.
    func held(by holder: String, seconds: Int, at time: Date) -> JSONValue {
        var spec = object["spec"]?.object ?? [:]
        if self.holder != holder {
            spec["acquireTime"] = .string(microTime(time))
            spec["leaseTransitions"] = .integer((spec["leaseTransitions"]?.integer ?? 0) + 1)
        }
        spec["holderIdentity"] = .string(holder)
        spec["leaseDurationSeconds"] = .integer(seconds)
        spec["renewTime"] = .string(microTime(time))
        return replacing(spec)
    }

    /// This Lease, given up: whoever looks at it next can take it.
    func released(at time: Date) -> JSONValue {
        var spec = object["spec"]?.object ?? [:]
        spec.removeValue(forKey: "holderIdentity")
        spec["leaseDurationSeconds"] = 1
        spec["renewTime"] = .string(microTime(time))
        return replacing(spec)
    }

    private func replacing(_ spec: [String: JSONValue]) -> JSONValue {
        var members = object.object ?? [:]
        members["spec"] = .object(spec)
        return .object(members)
    }
}

/// RFC 3339 with exactly six digits, which is the only form that a `MicroTime` is parsed from.
func microTime(_ time: Date) -> String {
    let micros = Int64((time.timeIntervalSince1970 * 1_000_000).rounded(.down))
    let seconds = Date(timeIntervalSince1970: Double(micros / 1_000_000))
    let fraction = "\(1_000_000 + micros % 1_000_000)".dropFirst()
    return "\(seconds.formatted(Date.ISO8601FormatStyle()).dropLast()).\(fraction)Z"
}
