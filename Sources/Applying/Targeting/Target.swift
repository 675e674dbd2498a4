import DesiredState
import Kinds
import Planning

/// The parts of a service that have to be read again.
struct ServiceParts: OptionSet, Sendable {
    let rawValue: Int

    static let application = ServiceParts(rawValue: 1)
    static let provider = ServiceParts(rawValue: 2)
    static let mark = ServiceParts(rawValue: 4)
    static let bindings = ServiceParts(rawValue: 8)
    static let outposts = ServiceParts(rawValue: 16)
    static let published = ServiceParts(rawValue: 32)
    static let secret = ServiceParts(rawValue: 64)

    static let all: ServiceParts = [.application, .provider, .mark, .bindings, .outposts, .published, .secret]

    /// The parts that a pass has made out of date by its writes.
    ///
    /// | written | to be read again |
    /// |---|---|
    /// | fields of the application, but neither its slug nor its provider | the application |
    /// | fields of the provider | the provider |
    /// | the mark, bindings, what outposts serve, what is published | that part |
    /// | anything else: something was created, linked or deleted | everything |
    init(writtenBy outcome: ServiceOutcome) {
        let moves = outcome.plan.changes.contains {
            $0.object == .application && [Application.Row.slug.attribute, Application.providerLink].contains($0.field)
        }
        self = outcome.written.reduce([]) { parts, action in
            switch action {
            case .updateApplication where !moves && outcome.plan.decision == .update: parts.union(.application)
            case _ where action.updatesProvider: parts.union(.provider)
            case .updateMark: parts.union(.mark)
            case .updateOutpost: parts.union(.outposts)
            case .publish: parts.union(.published)
            case .restartWorkload: parts
            case _ where action.isOfBinding: parts.union(.bindings)
            default: .all
            }
        }
    }

    init(rawValue: Int) {
        self.rawValue = rawValue
    }
}

/// A service that a targeted pass reads.
struct Target: Sendable, Equatable {
    var slug: String
    var parts: ServiceParts
    /// The pks, without dashes, of applications that were deleted; any other one not found under its slug was renamed.
    var deleted: Set<String> = []
    /// The pk, without dashes, of the application that the last pass created, which its snapshot does not contain.
    var created: String?
}

/// What a targeted look would cost, compared with a full one.
///
/// | part of a service | requests |
/// |---|---|
/// | application, mark | one each |
/// | provider | one, and one more for a proxy provider |
/// | bindings | one if the file says who may open services |
/// | outposts | one, and one for the health of each that the services name |
///
/// A targeted look is only taken if it needs fewer requests than the last full look did: for many services at once,
/// lists are cheaper.
struct LookCost: Sendable {
    /// Whether bindings are read.
    var managesAccess: Bool
    /// The slugs of services with a proxy provider.
    var proxies: Set<String>
    /// The requests of a full look.
    var full: Int

    func requests(for targets: [Target]) -> Int {
        var requests = 0
        var withOutposts = false
        for target in targets {
            if target.parts.contains(.application) { requests += 1 }
            if target.parts.contains(.mark) { requests += 1 }
            if target.parts.contains(.provider) { requests += proxies.contains(target.slug) ? 2 : 1 }
            if target.parts.contains(.bindings), managesAccess { requests += 1 }
            if target.parts.contains(.outposts), proxies.contains(target.slug) { withOutposts = true }
        }
        return requests + (withOutposts ? 2 : 0)
    }

    func isWorthIt(for targets: [Target]) -> Bool { requests(for: targets) < full }
}

extension WriteRecord.Action {
    fileprivate var updatesProvider: Bool { self == .updateProvider || rawValue == "update-\(Kind.proxyProvider.id)" }
    fileprivate var isOfBinding: Bool { rawValue.hasSuffix("-\(Kind.policyBinding.id)") }
}
