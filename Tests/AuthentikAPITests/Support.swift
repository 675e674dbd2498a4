import Base
import CurlTransport
import Foundation
import JSON
import Secrets
import TestSupport
import Testing

@testable import AuthentikAPI

let token = Secret("t0ken-of-the-test")

/// A client of `server` that hardly waits before it tries again.
func makeClient(_ server: CannedServer) throws -> AuthentikClient { try makeClient(server.url) }

/// A client of what is at `url` that hardly waits before it tries again.
func makeClient(_ url: String) throws -> AuthentikClient {
    var configuration = TransportConfiguration()
    configuration.proxy = .none
    // On a busy machine a connection may be idle for long between two requests.
    configuration.idleLimit = .seconds(3600)
    let address = try #require(AuthentikAddress(url))
    let transport = try CurlTransport(configuration: configuration)
    var client = AuthentikClient(address: address, token: token, transport: transport)
    client.retryPolicy.backoff.baseDelay = .milliseconds(1)
    client.retryPolicy.backoff.maximumDelay = .milliseconds(2)
    return client
}

/// The error of something that must fail.
func failure<Value>(
    sourceLocation: SourceLocation = #_sourceLocation,
    of body: () async throws -> Value
) async throws -> AuthentikError {
    let error = await #expect(throws: AuthentikError.self, sourceLocation: sourceLocation) { _ = try await body() }
    return try #require(error, sourceLocation: sourceLocation)
}

/// What the releases really answered, by name.
struct Fixture: Decodable {
    static let releases = ["2024.12.5", "2025.12.4", "2026.5.0-rc1"]

    var method: String
    var path: String
    var status: Int
    var contentType: String?
    var body: JSONValue?

    static func all(of release: String) throws -> [String: Fixture] {
        let url = try #require(
            Bundle.module.url(forResource: release, withExtension: "json", subdirectory: "Fixtures")
        )
        return try JSONDecoder().decode([String: Fixture].self, from: Data(contentsOf: url))
    }

    static func named(_ name: String, of release: String) throws -> Fixture {
        try #require(try all(of: release)[name])
    }

    var reply: CannedReply {
        let isHTML = contentType?.hasPrefix("text/html") ?? false
        let bytes = isHTML ? [UInt8]("<!DOCTYPE html><title>authentik</title>".utf8) : body?.serialized() ?? []
        return .answer(status, contentType.map { [("content-type", $0)] } ?? [], body: bytes)
    }

    /// A response to be looked at without a server.
    var response: HTTPResponse {
        HTTPResponse(
            status: status,
            headers: ["content-type": contentType ?? ""],
            body: body?.serialized() ?? []
        )
    }
}

/// A page of applications whose pks and slugs are these numbers.
func page(_ numbers: some Sequence<Int>, count: Int, pages: Int) -> CannedReply {
    let rows = numbers.map { ["pk": .string("\($0)"), "slug": .string("s\($0)"), "name": "n"] as JSONValue }
    let body: JSONValue = [
        "pagination": ["count": .integer(count), "total_pages": .integer(pages), "next": 0],
        "results": .array(rows),
    ]
    return .json(200, String(decoding: body.serialized(), as: UTF8.self))
}
