/// The rows that each kind of provider has.
extension FieldSpec {
    static let providerName = FieldSpec(
        "providerName",
        "name",
        .text(.line),
        .managed(.slug),
        absent: nil,
        isDefaultable: false,
        doc:
            "The provider's name in Authentik, unique among providers. The service's slug unless given."
    )

    static let authorizationFlow = FieldSpec(
        "authorizationFlow",
        "authorization_flow",
        .reference(.flow),
        .managed(.named(ProgramDefaults.authorizationFlow)),
        doc:
            "The slug of the flow that authorizes a login. '\(ProgramDefaults.authorizationFlow)' unless given."
    )

    static let invalidationFlow = FieldSpec(
        "invalidationFlow",
        "invalidation_flow",
        .reference(.flow),
        .managed(.named(ProgramDefaults.invalidationFlow)),
        doc: "The slug of the flow that ends a session. '\(ProgramDefaults.invalidationFlow)' unless given."
    )

    static let authenticationFlow = FieldSpec(
        "authenticationFlow",
        "authentication_flow",
        .reference(.flow),
        .optional(.none),
        doc:
            "The slug of the flow that logs users in who are not logged in yet. Authentik's default is none, for the "
            + "brand's flow."
    )
}
