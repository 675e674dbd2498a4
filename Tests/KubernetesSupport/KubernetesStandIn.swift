import FoundationEssentials
import JSON
import Synchronization
import TestSupport

/// A Kubernetes API server for tests: in memory, over HTTPS, with the answers and refusals of a live one.
///
/// It serves Secrets, ConfigMaps, Leases, Events, the workloads that can be restarted, and reviews of one's own access;
/// measured by replaying recordings of a live server. What a live server can do beyond is answered with 501, so that no
/// test takes a gap for an answer.
package final class KubernetesStandIn: Sendable {
    /// The service account that ``token`` belongs to.
    package static let serviceAccount = "system:serviceaccount:authentik:reconcile"
    /// The namespace of that account.
    package static let namespace = "authentik"

    struct State: Sendable {
        var cluster = Cluster()
        var access = AccessTable()
        var faults = Faults()
        var token = ""
        var journal: [RequestRecord] = []
        var connections = Connections()
    }

    let state = Mutex(State())
    let authority: Authority
    /// Starts and stops the server; see ``goAway()``.
    let presence: Presence
    /// Where its files are, until it ends.
    let folder: URL
    private let port: ReservedPort

    /// - Parameter folder: an empty folder for the files that clients read.
    init(folder: URL) throws {
        self.folder = folder
        authority = try Authority()
        port = try ReservedPort()
        presence = Presence()
        try authority.certificate.write(to: folder.appending(path: "ca.crt"), atomically: true, encoding: .utf8)
        state.withLock { state in
            state.access[rulesOf: User(name: Self.serviceAccount)] = [.everything]
        }
        rotateToken()
    }

    /// `https://127.0.0.1:` and the port.
    package var url: String { "https://127.0.0.1:\(port.number)" }

    /// The path of a PEM file with the authority that signed its certificate.
    package var authorities: String { folder.appending(path: "ca.crt").path }

    /// The token of ``serviceAccount``; the newest, if it was rotated.
    package var token: String { state.withLock { $0.token } }

    /// Serves until the task is cancelled.
    func run() async {
        await presence.run { try StandInServer(self, port: self.port.number, self.authority) }
    }

    var latency: Duration { state.withLock { $0.faults.latency } }

    /// Answers one request; requests are answered one after the other.
    ///
    /// - Parameters:
    ///   - target: path and query as they were sent.
    ///   - connection: its connection's number.
    func answer(_ call: APICall, target: String, connection: Int) -> APIReply {
        state.withLock { state in
            var user: User?
            let reply = Self.answer(call, &user, &state)
            state.journal.append(
                RequestRecord(
                    at: .now,
                    method: call.method,
                    path: target,
                    user: user?.name,
                    status: reply.status,
                    contentType: call.contentType,
                    body: call.body,
                    connection: connection
                )
            )
            return reply
        }
    }

    private static func answer(_ call: APICall, _ user: inout User?, _ state: inout State) -> APIReply {
        do {
            if let reply = state.faults.answer(call) { return reply }
            let caller = try state.access.user(call.authorization, certified: call.certified)
            user = caller
            return try API(call: call, user: caller, access: state.access).answer(&state.cluster)
        } catch {
            return .failure(error)
        }
    }

    func endWatch(_ number: Int) {
        state.withLock { $0.cluster.endWatch(number) }
    }

    func closeWatch(_ number: Int) {
        state.withLock { $0.cluster.closeWatch(number) }
    }
}
