import DesiredState
import Kinds

/// A file made by chance.
struct RandomFile {
    /// All slugs there are; a file declares some of them, a world has some of them.
    static let slugs = ["a", "b", "c", "d", "e", "f"]
    /// Slugs that services had before.
    static let formerSlugs = ["old-a", "old-b"]

    let desired: DesiredState

    init(_ random: inout RandomSource) {
        var services: [Service] = []
        for slug in Self.slugs where random.chance(60) { services.append(Self.service(slug, &random)) }
        var desired = DesiredState(owner: "ours", services: services)
        desired.prune = random.chance(50)
        if random.chance(20) { desired.maxDeletions = random.pick([0, 1, 2, 6]) }
        self.desired = desired
    }

    private static func service(_ slug: String, _ random: inout RandomSource) -> Service {
        var service = Service(slug: slug, location: SourceLocation(file: "services.yaml", line: 1, column: 1))
        if random.chance(10) {
            service.state = .absent
            return service
        }
        service.adopt = random.pick([.always, .always, .matching, .never])
        service.launchURL = "https://\(slug).example.net"
        if random.chance(60) {
            service.name = "Service \(slug)"
        }
        if random.chance(30) {
            service["group"] = .text(random.pick(["", "Apps"]))
        }
        if formerSlugs.contains("old-\(slug)"), random.chance(50) { service.renamedFrom = ["old-\(slug)"] }
        guard random.chance(65) else { return service }
        let isRenamed = random.chance(15)
        var provider = Provider(
            slug: slug,
            redirectURIs: [RedirectURI("https://\(slug).example.net/callback")]
        )
        if isRenamed { (provider.name, provider.clientID) = ("provider of \(slug)", "client-of-\(slug)") }
        if random.chance(20) {
            provider.clientType = .public
        } else {
            provider.secret = .environment("SECRET_\(slug.uppercased())")
        }
        if random.chance(25) {
            provider["accessTokenValidity"] = .duration(random.pick(["hours=2", "minutes=60"]))
        }
        service.provider = provider
        return service
    }

    /// What the secret references of every service stand for.
    static let secrets = Dictionary(
        uniqueKeysWithValues: slugs.map { ("SECRET_\($0.uppercased())", "secret-of-\($0)") }
    )
}
