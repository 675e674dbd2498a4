import ArgumentParser
import Planning

/// What a pass or plan is about, if not about everything.
struct NarrowingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only this service, declared or an orphan; may be repeated. Nothing else is shown or written; the brake counts all.",
            valueName: "slug"
        )
    )
    var only: [String] = []

    @Flag(
        help: ArgumentHelp(
            "Of 'plan': resolve and compare no secrets, for where they are not at hand.",
            discussion:
                "A new service shows 'client_secret (not resolved)'; that of a service that is there is not compared."
        )
    )
    var withoutSecrets = false

    var narrowing: Narrowing { Narrowing(only: only, withoutSecrets: withoutSecrets) }
}
