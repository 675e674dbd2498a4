import AuthentikAPI
import DesiredState
import Kinds
import KubernetesAPI
import Secrets
import Testing

@testable import Planning

/// One row of the table of `Step.Place`: how the world differs from a converged `grafana`, and where its steps stand.
struct PlaceCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var places: [Step.Place]
    var bend: @Sendable (inout World) -> Void

    init(_ name: String, _ places: [Step.Place], bend: @escaping @Sendable (inout World) -> Void) {
        testDescription = name
        self.places = places
        self.bend = bend
    }
}

@Suite struct StepOrderTests {
    static let cases = [
        PlaceCase("the mark of what is adopted comes first", [.claim, .provider, .application]) {
            $0.removeMark(of: "grafana")
            $0.changeProviders { $0["signingKey"] = .none }
            $0.changeApplications { $0["group"] = .text("") }
        },
        PlaceCase("what gets a provider is claimed before that", [.claim, .provider, .application, .mark]) {
            $0.removeMark(of: "grafana")
            $0.removeProvider(7)
        },
        PlaceCase("a restart is noted first", [.note, .provider, .application, .restart, .mark]) {
            $0.rotate()
            $0.changeApplications { $0["group"] = .text("") }
        },
        PlaceCase("a provider falls before all that is changed, and its mark after", [.removal, .rename, .mark]) {
            $0.prune = true
            $0.changeApplications { $0.slug = "old" }
            $0.changeProviders { $0.applicationSlug = "old" }
            $0.services = [.bookmark("grafana", port: 8444)]
            $0.services[0].renamedFrom = ["old"]
        },
        PlaceCase("a provider falls before its application", [.removal, .application]) {
            $0.prune = true
            $0.services = [.bookmark("docs", port: 1)]
        },
        PlaceCase("a rename goes from the outside in", [.rename, .provider, .mark]) {
            $0.services[0].slug = "metrics"
            $0.services[0].renamedFrom = ["grafana"]
            $0.services[0].provider?.name = "metrics"
        },
        PlaceCase("a rename comes after a provider that is made for it", [.provider, .application, .mark]) {
            $0.removeProvider(7)
            $0.services[0].slug = "metrics"
            $0.services[0].renamedFrom = ["grafana"]
        },
        PlaceCase("a provider comes before its application", [.provider, .application]) {
            $0.link("grafana", to: nil)
            $0.changeProviders { $0["signingKey"] = .none }
        },
        PlaceCase("an application comes before its mark", [.application, .mark]) {
            $0.removeApplication("grafana")
            $0.removeProvider(7)
        },
        PlaceCase(
            "a secret is published before its workload restarts",
            [.note, .provider, .secretPublication, .restart, .mark]
        ) {
            $0.rotate()
            $0.publish(["S": .clientSecret])
        },
        PlaceCase("all else is published last", [.note, .provider, .restart, .mark, .publication]) {
            $0.rotate()
            $0.publish(["ID": .clientID])
        },
        PlaceCase("without a restart a secret is published last", [.application, .publication]) {
            $0.publish(["S": .clientSecret])
            $0.changeApplications { $0["group"] = .text("") }
        },
        PlaceCase("a restart that is put off is noted, and leaves no mark that it is done", [.note, .provider]) {
            $0.rotate()
            $0.publish(["S": .clientSecret], .unreadable(reason: "forbidden"))
        },
    ]

    @Test(arguments: cases)
    func `steps stand at their places`(_ row: PlaceCase) throws {
        var world = World(.grafana())
        world.converge(.grafana())
        row.bend(&world)
        let plan = try #require(world.plan.services.last { !$0.steps.isEmpty })
        #expect(plan.steps.map(\.id.place) == row.places)
        expectChain(plan)
    }

    @Test(arguments: DecisionTests.cases)
    func `each step comes after what it refers to`(_ row: DecisionCase) {
        var world = World(.grafana())
        world.converge(.grafana())
        row.bend(&world)
        for plan in world.plan.services { expectChain(plan) }
    }

    /// Each step comes after all of the places before, and after what it refers to.
    private func expectChain(_ plan: ServicePlan) {
        var before: Set<Step.ID> = []
        for step in plan.steps {
            #expect(
                step.after.filter { $0.service == plan.slug }
                    == Set(plan.steps.last { before.contains($0.id) }.map { [$0.id] } ?? [])
            )
            #expect(step.effect.references.isSubset(of: before), "\(step.id)")
            before.insert(step.id)
        }
        #expect(before.count == plan.steps.count, "two steps of one name")
    }

    @Test func `steps of one place come after the ones before, and not after each other`() {
        var plan = ServicePlan(slug: "grafana", decision: .update, reason: "")
        let group = Step.ID(service: nil, .claim, name: "family")
        plan.add(.application, .delete(.application(slug: "c")))
        plan.add(.provider, .delete(.provider(pk: 2)), named: "b")
        plan.add(.note, .deleteMark(entitlement: "m"), after: [group])
        plan.add(.provider, .delete(.provider(pk: 1)), named: "a")
        let note = plan.id(.note)
        let providers = ["b", "a"].map { Step.ID(service: "grafana", .provider, name: $0) }
        #expect(plan.steps.map(\.id) == [note] + providers + [plan.id(.application)])
        #expect(plan.steps.map(\.after) == [[group], [note], [note], Set(providers)])
    }

    @Test func `who takes a name is begun after the very step that gives it up`() throws {
        var world = World(.grafana(), .argocd())
        world.converge(.grafana(), providerPK: 7)
        world.converge(.argocd(), providerPK: 8)
        world.changeApplications { $0["group"] = .text("") }
        world.services[0].provider?.name = "argocd"
        world.services[1].provider?.name = "cd"
        let services = world.plan.services
        let grafana = try #require(services.first { $0.slug == "grafana" })
        #expect(grafana.steps.map(\.id.place) == [.provider, .application, .mark])
        #expect(grafana.steps.first?.after == [Step.ID(service: "argocd", .provider)])
        #expect(grafana.steps.last?.after == [Step.ID(service: "grafana", .application)])
    }
}

extension World {
    /// Gives `grafana` a workload, and its Secret in Kubernetes a new value.
    fileprivate mutating func rotate() {
        let secret = SecretReference.kubernetes(namespace: "n", name: "s", key: "k")
        services[0].provider?.secret = secret
        services[0].provider?.restart = Workload(.deployment, namespace: "n", name: "d")
        secrets[secret] = .present(Secret("new"), version: SecretVersion(uid: "u", resourceVersion: "2"))
    }

    fileprivate mutating func publish(
        _ keys: [String: PublishedValue],
        _ there: PublishedObservation = .seen(KubernetesObject())
    ) {
        let object = PublishedObjectName(.secret, namespace: "n", name: "o")
        services[0].provider?.publication = Publication(object, keys: keys.mapValues(PublishedText.value))
        observed.published[object] = there
    }
}
