import ArgumentParser
import CurlTransport
import FoundationEssentials
import Subprocess
import SystemPackage

/// What people do without this program, as a script: for each service five look-ups of uuids, a POST and a PATCH.
enum HandProcedure {
    private static let script = #"""
        set -eu
        api="$AUTHENTIK_URL/api/v3"
        ask() { curl -sSf -H "authorization: Bearer $AUTHENTIK_TOKEN" -H 'content-type: application/json' "$@"; }
        pk() { grep -o '"pk": *"[^"]*"' | head -n 1 | cut -d '"' -f 4; }
        number=0
        while [ "$number" -lt "$SERVICES" ]; do
            slug="service-$number"
            login=$(ask "$api/flows/instances/?slug=default-provider-authorization-implicit-consent" | pk)
            logout=$(ask "$api/flows/instances/?slug=default-provider-invalidation-flow" | pk)
            key=$(ask "$api/crypto/certificatekeypairs/?has_key=true" | pk)
            openid=$(ask "$api/propertymappings/provider/scope/?scope_name=openid" | pk)
            email=$(ask "$api/propertymappings/provider/scope/?scope_name=email" | pk)
            provider=$(ask -X POST "$api/providers/oauth2/" -d "{\"name\": \"$slug\", \"client_id\": \"$slug\",
                \"client_secret\": \"$RECONCILE_BENCH_SECRET\", \"authorization_flow\": \"$login\",
                \"invalidation_flow\": \"$logout\", \"signing_key\": \"$key\",
                \"property_mappings\": [\"$openid\", \"$email\"], \"redirect_uris\":
                [{\"matching_mode\": \"strict\", \"url\": \"https://$slug.example.net/login/callback\"}]}" |
                grep -o '"pk": *[0-9]*' | head -n 1 | grep -o '[0-9]*$')
            ask -o /dev/null -X PATCH "$api/core/applications/$slug/" -d "{\"provider\": $provider}"
            number=$((number + 1))
        done
        """#

    /// - Parameter site: a sandbox; the applications, which the script links, are created before the time is taken.
    /// - Returns: the seconds that it takes for that many services.
    static func measure(_ count: Int, _ site: Site) async throws -> Double {
        try await site.createApplications(count)
        let start = ContinuousClock.now
        let result = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: ["-c", script],
            environment: .inherit.updating([
                "AUTHENTIK_URL": site.url, "AUTHENTIK_TOKEN": Workload.token, "SERVICES": "\(count)",
                Environment.Key(stringLiteral: Workload.variable): Workload.secret, "no_proxy": "127.0.0.1",
            ]),
            output: .string(limit: 1 << 16),
            error: .string(limit: 1 << 16)
        )
        guard result.terminationStatus.isSuccess else {
            throw BenchFailure("the procedure by hand failed: \(result.standardError)")
        }
        return (ContinuousClock.now - start) / .seconds(1)
    }
}

extension Site {
    /// Creates the applications of the workload, without providers.
    fileprivate func createApplications(_ count: Int) async throws {
        let transport = try CurlTransport()
        for number in 0..<count {
            let body = #"{"name": "Service \#(number)", "slug": "service-\#(number)"}"#
            let response = try await transport.send(
                HTTPRequest(
                    "POST",
                    "\(url)/api/v3/core/applications/",
                    headers: ["authorization": "Bearer \(Workload.token)", "content-type": "application/json"],
                    body: Array(body.utf8)
                )
            )
            guard response.status == 201 else {
                throw BenchFailure("the sandbox did not create an application: it answered \(response.status)")
            }
        }
    }
}
