import AuthentikAPI
import DesiredState
import JSON
package import Kinds
package import Planning

/// Authentik's current state, as a file for which `reconcile plan` finds nothing to change.
package struct Export: Sendable {
    /// The file.
    package var text: String
    /// The number of services that it declares.
    package var declared: Int
    /// The applications that are written as comments, with the reasons.
    package var commented: [LeftOut]
    /// The number of applications that are left out because they do not carry the owner's mark.
    package var others: Int
    /// The problems of the file as a whole, which prevent it from loading.
    package var problems: [String]
}

extension Export {
    /// What to export.
    package enum Scope: Sendable, Equatable {
        /// The applications that carry this owner's mark.
        case marked(owner: String)
        /// Every application except those marked by another owner; without an owner, that of the only marks there are.
        case all(owner: String?)
    }

    /// The owner in the file if neither the user nor Authentik names one.
    package static let placeholderOwner = "homelab"

    /// Why the name of an owner is invalid; nil if it is valid.
    package static func complaint(aboutOwner owner: String) -> String? {
        let document = ExportDocument(header: [], owner: owner)
        return document.headComplaint
    }

    /// Generates the file; the same input gives the same text.
    ///
    /// The result is read and planned, and everything that would be rejected or would change anything is removed again.
    ///
    /// - Parameters:
    ///   - bindings: of all objects.
    ///   - entitlements: of all applications; a file cannot express them either.
    ///   - address: Authentik's address, as shown to the user.
    package init(
        _ scope: Scope,
        of observed: ObservedState,
        bindings: [PolicyBinding],
        entitlements: [ApplicationEntitlement],
        address: String
    ) {
        var observed = observed
        observed.fillAccess(from: bindings)
        var selection = ExportSelection(scope, observed)
        let providers = Dictionary(observed.providers.map { ($0.pk, $0) }, uniquingKeysWith: { first, _ in first })
        let bindings = Dictionary(grouping: bindings, by: \.target)
        let entitlements = Dictionary(grouping: entitlements, by: \.application)
        selection.leaveOut { application in
            guard let pk = application.provider else { return nil }
            let type: String
            switch providers[pk]?.kind {
            case .oauth2: return nil
            case .proxy where providers[pk]?.proxy != nil: return nil
            case .proxy:
                let name = application.providerSummary?.name ?? "?"
                return ("its Proxy Provider '\(name)' could not be read", .other)
            case .undetermined, nil: type = application.providerSummary?.typeName ?? "provider of another type"
            }
            let name = application.providerSummary?.name ?? "?"
            return ("it has the \(type) '\(name)', which a file cannot declare", .otherProvider(type: type))
        }

        var document = ExportDocument(header: Self.header(observed.release, address, selection), owner: selection.owner)
        document.ownerRemark = selection.ownerRemark
        document.host = Self.host(for: selection.applications, providers, document)
        document.leftOut = selection.leftOut
        let used = selection.applications.compactMap { $0.provider.flatMap { providers[$0] } }
            .flatMap { $0[OAuth2Provider.Row.scopes].references.compactMap(\.pk.string) }
        document.scopeMappings = selection.scopeMappings(observed.scopeMappings, used: Set(used))
        let names = ObjectNames(
            observed,
            declaring: Set(document.scopeMappings.filter { $0.refusal == nil }.map(\.pk))
        )
        var redirects: Set<ServiceExporter.Redirect> = []
        var variables = EnvironmentNames()
        document.services = selection.applications.map { application in
            let provider = application.provider.flatMap { providers[$0] }
            let mark = selection.mark(of: application)
            let access = ServiceAccess(application, bindings[application.pk] ?? [], mark: mark)
            var exporter = ServiceExporter(
                application,
                provider,
                mark: mark,
                names: names,
                release: observed.release,
                host: document.host
            )
            var service = exporter.export(&redirects, &variables)
            service.add(access)
            service.remarks +=
                ServiceRemarks(
                    application: application,
                    provider: provider,
                    mark: mark,
                    entitlements: entitlements[application.pk] ?? []
                ).texts
            return service
        }
        document.header = Self.header(
            observed.release,
            address,
            selection,
            hasCode: document.scopeMappings.contains { $0.refusal == nil }
        )
        document.footer = Self.footer(selection, observed)
        problems = ExportCheck(observed: observed).settle(&document)
        if !document.services.contains(where: \.isDeclared) { document.host = nil }
        declared = document.services.filter(\.isDeclared).count
        commented =
            document.services.filter { !$0.isDeclared }
            .map { LeftOut(slug: $0.slug, reason: $0.refusals.joined(separator: "; "), cause: $0.cause) }
            + document.leftOut
        commented.sort { $0.slug < $1.slug }
        others = selection.others
        text = ""
        document.footer += counted.lines
        text = document.rendering.text
    }

    private static func header(
        _ release: Release,
        _ address: String,
        _ selection: ExportSelection,
        hasCode: Bool = false
    ) -> [String] {
        let isAdopting = selection.applications.contains { selection.mark(of: $0) == nil }
        return [
            "The state of Authentik \(release) at \(address), written by 'reconcile export'.",
            "'reconcile plan' finds no field to change, once each variable in a secretRef is set to the current client",
            "secret of its service. "
                + (hasCode
                    ? "This file contains no client secrets; code is copied from Authentik."
                    : "This file contains no secrets."),
        ]
            + (isAdopting
                ? ["Applications without an ownership mark are adopted: 'reconcile --once' only writes their marks."]
                : [])
    }

    private static func host(
        for applications: [Application],
        _ providers: [Int: OAuth2Provider],
        _ document: ExportDocument
    ) -> String? {
        var hosts = CommonHost()
        for application in applications { hosts.add(application, application.provider.flatMap { providers[$0] }) }
        return hosts.candidates.first { host in
            var document = document
            document.host = host
            return document.headComplaint == nil
        }
    }

    private static func footer(_ selection: ExportSelection, _ observed: ObservedState) -> [String] {
        var lines: [String] = []
        if selection.others > 0 {
            let others = selection.others == 1 ? "application does" : "applications do"
            lines.append(
                "\(selection.others) other \(others) not carry the mark of '\(selection.owner)'; "
                    + "'reconcile export --all' exports everything."
            )
        }
        if selection.applications.isEmpty, selection.owners.contains(where: { $0 != selection.owner }) {
            let owners = selection.owners.filter { $0 != selection.owner }.map { "'\($0)'" }.joined(separator: ", ")
            lines.append("Owners with marks in Authentik: \(owners).")
        }
        guard selection.isAll else { return lines }
        for (kind, noun) in [(OAuth2Provider.ProviderType.oauth2, "OAuth2"), (.proxy, "proxy")] {
            let unlinked = observed.providers.filter { !$0.isLinked && $0.kind == kind }.map { "'\($0.name)'" }.sorted()
            guard !unlinked.isEmpty else { continue }
            lines.append(
                "not exported, because no application uses them: \(noun) providers \(unlinked.joined(separator: ", "))"
            )
        }
        return lines
    }
}
