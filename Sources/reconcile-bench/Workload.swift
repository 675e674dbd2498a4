/// The services that are measured: OIDC logins, as most are.
enum Workload {
    /// The variable that every `secretRef` names.
    static let variable = "RECONCILE_BENCH_SECRET"
    static let secret = "a-secret-of-the-benchmark"
    static let token = "token-of-the-benchmark"

    static func file(services: Int) -> String {
        var text = """
            apiVersion: reconcile/v1
            owner: bench
            host: apps.example.net
            services:

            """
        for number in 0..<services {
            text += """
                  - slug: service-\(number)
                    name: Service \(number)
                    group: Group \(number % 20)
                    host: service-\(number).example.net
                    redirectPath: /login/callback
                    secretRef: {env: \(variable)}

                """
        }
        return text
    }
}
