import DesiredState
import Kinds
import Testing

/// `manifests/homelab.yaml`, the file that this program was made for.
struct HomelabTests {
    static let path = "\(#filePath.dropLast("Tests/DesiredStateTests/HomelabTests.swift".count))manifests/homelab.yaml"

    @Test func `has the inventory`() throws {
        let result = DesiredStateLoader.load(paths: [Self.path])
        #expect(result.diagnostics == [])
        let state = try #require(result.state)
        let origin = "https://holdens-mac-mini.story-larch.ts.net"
        #expect(state.owner == "homelab")
        let rows = state.services.map { service in
            [service.slug, service.name, service.launchURL, service.provider?.redirectURIs.first?.url].map { $0 ?? "" }
        }
        #expect(
            rows == [
                ["argocd", "ArgoCD", "\(origin):8443", "\(origin):8443/auth/callback"],
                ["grafana", "Grafana", "\(origin):8444", "\(origin):8444/login/generic_oauth"],
                ["infisical", "Infisical", "\(origin):8445", ""],
                ["launchfast", "LaunchFast", "\(origin):8446", ""],
                ["mkdocs", "Homelab Docs", "https://holdennguyen.github.io/homelab", ""],
                ["openclaw", "OpenClaw", "\(origin):8447", ""],
                ["trivy", "Trivy Dashboard", "\(origin):8448", ""],
            ]
        )
        let secrets = state.services.compactMap(\.provider?.secret)
        #expect(secrets == [.environment("ARGOCD_OIDC_CLIENT_SECRET"), .environment("GRAFANA_OAUTH_CLIENT_SECRET")])
        let behind = state.services.compactMap(\.forwardAuth)
        #expect(behind.map(\.externalHost) == ["\(origin):8447", "\(origin):8448"])
        #expect(behind.allSatisfy { $0.mode == .single && $0.outpost == Outpost.embedded })
        #expect(state.groups == ["admins"])
        let guarded = state.services.filter { $0.access != nil }
        #expect(guarded.map(\.slug) == ["argocd", "infisical"])
        #expect(guarded.allSatisfy { $0.access?.subjects?.list.map(\.name) == ["admins"] })
        let shown: [FieldName] = ["group", "icon", "description"]
        #expect(state.services.allSatisfy { service in shown.allSatisfy { service[$0] != nil } })
    }

    @Test func `a thousand services load`() {
        let services = (1...1000).map { number in
            "  - {slug: s\(number), port: \(8000 + number), redirectPath: /cb, secretRef: {env: S\(number)}}\n"
        }
        let result = DesiredStateLoader.load(MarkedText(MarkedText.head + "services:\n" + services.joined()))
        #expect(result.diagnostics == [])
        #expect(result.state?.services.count == 1000)
    }
}
