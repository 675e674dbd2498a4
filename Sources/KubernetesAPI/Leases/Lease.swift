import FoundationEssentials
import JSON

/// A Lease at one point in time (https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/).
struct Lease: Sendable, Equatable {
    /// The annotation that the last holder sets when it releases the Lease: the holder, and which Lease.
    ///
    /// A Lease without a holder that has no such annotation, or an outdated one, was not released: somebody else
    /// removed the holder, and the previous holder may not know yet.
    private static let releaseNote = "reconcile/given-up"

    /// Distinguishes it from earlier and later Leases of the same name.
    var uid: String
    /// Changes with every update, including renewals.
    var resourceVersion: String
    /// The identity of the holder; nil without one.
    var holder: String?
    /// How long the holder keeps it after each renewal; nil if the Lease does not specify it.
    var duration: Duration?
    /// The number of changes of its holder.
    var transitions: Int
    /// The object as it was read: fields unknown to this program are sent back unchanged.
    private var object: JSONValue

    /// Decodes its JSON.
    ///
    /// - Throws: ``Malformed``.
    init(_ json: JSONValue) throws(Malformed) {
        guard let resourceVersion = json["metadata"]?["resourceVersion"]?.string, !resourceVersion.isEmpty else {
            throw Malformed("the Lease has no metadata.resourceVersion")
        }
        self.resourceVersion = resourceVersion
        uid = json["metadata"]?["uid"]?.string ?? ""
        let holder = json["spec"]?["holderIdentity"]?.string ?? ""
        self.holder = holder.isEmpty ? nil : holder
        let seconds = json["spec"]?["leaseDurationSeconds"]?.integer ?? 0
        duration = seconds > 0 ? .seconds(seconds) : nil
        transitions = json["spec"]?["leaseTransitions"]?.integer ?? 0
        object = json
    }

    /// Whether its last holder released it after its last write, and it has had no holder since.
    ///
    /// Each holder increments `leaseTransitions` when it takes the Lease, so an older note is recognised as outdated.
    var isGivenUp: Bool {
        let text = object["metadata"]?["annotations"]?[Self.releaseNote]?.string ?? ""
        guard holder == nil, let note = try? JSONValue(parsing: text.utf8) else { return false }
        return note["holder"]?.string?.isEmpty == false && note["uid"]?.string == uid
            && note["transitions"]?.integer == transitions
    }

    // MARK: - What is sent

    /// A new Lease without a holder: who gets it is decided by taking it, which only one can do.
    static func vacant(_ name: ObjectName, seconds: Int) -> JSONValue {
        [
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": ["name": .string(name.name), "namespace": .string(name.namespace)],
            "spec": ["leaseDurationSeconds": .integer(seconds), "leaseTransitions": 0],
        ]
    }

    /// This Lease, renewed, or taken over from another holder.
    func held(by holder: String, seconds: Int, at time: Date) -> JSONValue {
        var spec = object["spec"]?.object ?? [:]
        if self.holder != holder {
            spec["acquireTime"] = .string(microTime(time))
            // A 32-bit number, which somebody may have set.
            spec["leaseTransitions"] = .integer(transitions < Int(Int32.max) ? transitions + 1 : 0)
        }
        spec["holderIdentity"] = .string(holder)
        spec["leaseDurationSeconds"] = .integer(seconds)
        spec["renewTime"] = .string(microTime(time))
        return replacing(spec, note: nil)
    }

    /// This Lease, released by its holder: the next replica that reads it can take it.
    func released(at time: Date) -> JSONValue {
        var spec = object["spec"]?.object ?? [:]
        spec.removeValue(forKey: "holderIdentity")
        spec["leaseDurationSeconds"] = 1
        spec["renewTime"] = .string(microTime(time))
        let note: JSONValue = [
            "holder": .string(holder ?? ""), "uid": .string(uid), "transitions": .integer(transitions),
        ]
        return replacing(spec, note: String(decoding: note.serialized(), as: UTF8.self))
    }

    private func replacing(_ spec: [String: JSONValue], note: String?) -> JSONValue {
        var members = object.object ?? [:]
        var metadata = members["metadata"]?.object ?? [:]
        var annotations = metadata["annotations"]?.object ?? [:]
        annotations[Self.releaseNote] = note.map(JSONValue.string)
        metadata["annotations"] = annotations.isEmpty ? nil : .object(annotations)
        members["metadata"] = .object(metadata)
        members["spec"] = .object(spec)
        return .object(members)
    }
}

/// RFC 3339 with exactly six fractional digits, the only format that is parsed as a `MicroTime`.
func microTime(_ time: Date) -> String {
    let micros = Int64((time.timeIntervalSince1970 * 1_000_000).rounded(.down))
    let seconds = Date(timeIntervalSince1970: Double(micros / 1_000_000))
    let fraction = "\(1_000_000 + micros % 1_000_000)".dropFirst()
    return "\(seconds.formatted(Date.ISO8601FormatStyle()).dropLast()).\(fraction)Z"
}

extension KubernetesClient {
    /// Reads a Lease, once; nil if it does not exist.
    ///
    /// - Throws: ``KubernetesError`` or `CancellationError`.
    func lease(_ name: ObjectName, within time: Duration) async throws -> Lease? {
        do {
            return try await lease(.get, name, nil, within: time)
        } catch let error as KubernetesError where error.kind == .notFound {
            return nil
        }
    }

    /// Creates a Lease.
    ///
    /// - Throws: ``KubernetesError``, of the kind `conflict` if it exists already; or `CancellationError`.
    func createLease(_ name: ObjectName, _ json: JSONValue, within time: Duration) async throws -> Lease {
        try await lease(.create, name, json, within: time)
    }

    /// Replaces a Lease if it still has the resourceVersion that is sent.
    ///
    /// - Throws: ``KubernetesError``, of the kind `conflict` if it has not; or `CancellationError`.
    func updateLease(_ name: ObjectName, _ json: JSONValue, within time: Duration) async throws -> Lease {
        try await lease(.update, name, json, within: time)
    }

    private func lease(
        _ verb: KubernetesRequest.Verb,
        _ name: ObjectName,
        _ json: JSONValue?,
        within time: Duration
    ) async throws -> Lease {
        var request = KubernetesRequest(verb: verb, resource: .leases, object: name)
        request.body = json.map { KubernetesBody(kind: .object, json: $0) }
        request.timeLimit = time
        let answer = try await send(request)
        return try decoding(request) { () throws(Malformed) in try Lease(answer) }
    }
}
