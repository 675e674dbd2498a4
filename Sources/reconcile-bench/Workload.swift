/// The measured services: OIDC logins, like most.
enum Workload {
    /// The variable that every `secretRef` refers to.
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
