extension AuthentikClient {
    /// All policy bindings, of applications and of everything else.
    package func policyBindings() async throws -> [PolicyBinding] {
        try await list(.policyBindings)
    }
}
