import Base
import CurlTransport
package import JSON
import Secrets

extension AuthentikClient {
    /// Authentik's release; any valid token will do.
    package func release() async throws -> Release {
        struct Version: JSONReadable {
            let current: String

            init(_ json: JSONElement) throws(JSONMismatch) {
                current = try json.read("version_current")
            }
        }

        let request = APIRequest(method: "GET", endpoint: .version)
        let response = try await send(request)
        // Masked, because the release is shown everywhere.
        let text = mask(for: request)(try await decode(Version.self, response, to: request).current)
        guard let release = Release(text) else {
            throw undecodable("the release '\(text.cut(to: 40))' is not of the form 2025.12.4", response, to: request)
        }
        return release
    }

    /// The account of this token.
    package func account() async throws -> Account {
        let request = APIRequest(method: "GET", endpoint: .account, key: nil)
        return try await decode(Account.self, try await send(request), to: request)
    }

    /// Whether an application without bindings is open to all users; otherwise it is open to none.
    ///
    /// This is a flag of the installation, enabled by default.
    ///
    /// - Returns: nil if the account may not read it.
    package func opensWithoutBinding(_ release: Release) async throws -> Bool? {
        guard release.canCloseByDefault else { return true }
        let request = APIRequest(method: "GET", endpoint: .settings)
        do {
            let settings = try await decode(JSONValue.self, try await send(request), to: request)
            return settings["flags"]?["core_default_app_access"]?.bool ?? true
        } catch let error as AuthentikError where error.kind == .permissionDenied {
            return nil
        }
    }

    /// Requests one object of a list, to check whether the account may read it.
    package func look(at endpoint: Endpoint) async throws {
        _ = try await send(APIRequest(method: "GET", endpoint: endpoint, query: [("page_size", "1")]))
    }

    /// The newest entries of the audit log about objects that were created, changed or deleted, newest first.
    ///
    /// It only contains changes made over HTTP: no blueprints, no migrations.
    ///
    /// - Parameter count: the maximum number of entries, up to 100.
    package func newestEvents(_ count: Int) async throws -> [AuditEvent] {
        var query = [("ordering", "-created"), ("page_size", "\(count)")]
        query += ["model_created", "model_updated", "model_deleted"].map { ("actions", $0) }
        let request = APIRequest(method: "GET", endpoint: .events, query: query)
        return try await decode(Page<AuditEvent>.self, try await send(request), to: request).results
    }

    /// The blueprints that were applied last, latest first.
    ///
    /// What a blueprint writes is not in the audit log. Nothing else of a blueprint is read: its content may contain
    /// secrets.
    ///
    /// - Parameter count: the maximum number of blueprints, up to 100.
    package func latestBlueprints(_ count: Int) async throws -> [AppliedBlueprint] {
        let query = [("ordering", "-last_applied"), ("page_size", "\(count)")]
        let request = APIRequest(method: "GET", endpoint: .blueprints, query: query)
        return try await decode(Page<AppliedBlueprint>.self, try await send(request), to: request).results
    }
}

/// An object that can be listed.
package protocol ListedObject: JSONReadable, Sendable {
    associatedtype Key: Hashable, Comparable, Sendable
    /// Authentik's name of the key, by which lists are ordered.
    static var keyField: String { get }
    /// Identifies the object within the list, and never changes.
    var key: Key { get }

    /// The rows of a page.
    static func rows(of list: JSONElement) throws(JSONMismatch) -> [Self]
}

extension ListedObject {
    package static var keyField: String { "pk" }
    package static func rows(of list: JSONElement) throws(JSONMismatch) -> [Self] { try [Self](list) }
}

/// One page of a list.
struct Page<Row: ListedObject>: JSONReadable, Sendable {
    let pagination: Pagination
    let results: [Row]
    /// The size of its JSON, in bytes.
    var size = 0
    /// The number of the page, from 1.
    var number = 1

    struct Pagination: JSONReadable, Sendable {
        /// The number of rows on all pages.
        let count: Int
        let totalPages: Int

        init(_ json: JSONElement) throws(JSONMismatch) {
            count = try json.read("count")
            totalPages = try json.read("total_pages")
        }
    }

    init(_ json: JSONElement) throws(JSONMismatch) {
        pagination = try json.read("pagination")
        guard let list = json["results"] else { throw JSONMismatch(json, lacking: "results") }
        results = try Row.rows(of: list)
    }
}

extension Page {
    /// More rows than any Authentik has in a list that is read completely.
    private static var mostRows: Int { 100_000 }

    /// Why the list size given by the first page cannot be right; nil if it can.
    ///
    /// A page may have fewer rows than its size: applications that the account may not open are counted but left out.
    var mistake: String? {
        let (count, pages) = (pagination.count, pagination.totalPages)
        guard count <= Self.mostRows else {
            return "the list reports \(count) rows, more than the limit of \(Self.mostRows)"
        }
        let most = max(1, (max(0, count) + max(1, results.count) - 1) / max(1, results.count))
        guard pages <= most else {
            return "the list reports \(pages) pages, but \(count) rows, \(results.count) of them on the first page"
        }
        return nil
    }
}
