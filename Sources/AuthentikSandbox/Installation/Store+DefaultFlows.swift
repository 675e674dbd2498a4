import FoundationEssentials

extension Store {
    /// The flows of a fresh installation.
    static func defaultFlows(_ release: Release) -> [Flow] {
        func stages(_ count: Int) -> [UUID] { (0..<count).map { _ in UUID() } }
        let login = UUID()
        let passwordWrite = UUID()
        func flow(
            _ slug: String,
            _ designation: Flow.Designation,
            _ authentication: Flow.Authentication,
            name: String? = nil,
            title: String,
            stages: [UUID] = []
        ) -> Flow {
            Flow(
                slug: slug,
                name: name ?? slug,
                title: title,
                designation: designation,
                authentication: authentication,
                stages: stages
            )
        }
        let welcome = "Welcome to authentik!"
        let enroll = "Welcome to authentik! Please select a username."
        return [
            flow(
                "default-authentication-flow",
                .authentication,
                .none,
                name: welcome,
                title: welcome,
                stages: stages(3) + [login]
            ),
            flow(
                "default-authenticator-static-setup",
                .stageConfiguration,
                .requireAuthenticated,
                title: "Setup Static OTP Tokens",
                stages: stages(1)
            ),
            flow(
                "default-authenticator-totp-setup",
                .stageConfiguration,
                .requireAuthenticated,
                title: release < .december2025 ? "Setup Two-Factor authentication" : "Set up Two-Factor authentication",
                stages: stages(1)
            ),
            flow(
                "default-authenticator-webauthn-setup",
                .stageConfiguration,
                .requireAuthenticated,
                title: "Setup WebAuthn",
                stages: stages(1)
            ),
            flow(
                "default-invalidation-flow",
                .invalidation,
                .none,
                name: "Logout",
                title: "Default Invalidation Flow",
                stages: stages(1)
            ),
            flow(
                "default-password-change",
                .stageConfiguration,
                .requireAuthenticated,
                name: "Change Password",
                title: "Change password",
                stages: stages(1) + [passwordWrite]
            ),
            flow(
                "default-provider-authorization-explicit-consent",
                .authorization,
                .requireAuthenticated,
                name: "Authorize Application",
                title: "Redirecting to %(app)s",
                stages: stages(1)
            ),
            flow(
                "default-provider-authorization-implicit-consent",
                .authorization,
                .requireAuthenticated,
                name: "Authorize Application",
                title: "Redirecting to %(app)s"
            ),
            flow(
                "default-provider-invalidation-flow",
                .invalidation,
                .none,
                name: "Logged out of application",
                title: "You've logged out of %(app)s."
            ),
            flow(
                "default-source-authentication",
                .authentication,
                .requireUnauthenticated,
                name: welcome,
                title: welcome,
                stages: stages(1)
            ),
            flow(
                "default-source-enrollment",
                .enrollment,
                .none,
                name: enroll,
                title: enroll,
                stages: stages(3)
            ),
            flow(
                "default-source-pre-authentication",
                .stageConfiguration,
                .none,
                name: "Pre-Authentication",
                title: "Pre-authentication"
            ),
            flow(
                "default-user-settings-flow",
                .stageConfiguration,
                .requireAuthenticated,
                name: "User settings",
                title: "Update your info",
                stages: stages(2)
            ),
            flow(
                "initial-setup",
                .stageConfiguration,
                .none,
                name: "default-oobe-setup",
                title: welcome,
                stages: stages(1) + [passwordWrite, login]
            ),
        ]
    }
}
