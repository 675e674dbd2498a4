import Kinds
import Secrets
import Testing

/// One row of the table of a kind of object.
struct TableRow: Sendable, CustomTestStringConvertible {
    let table: Table
    let field: FieldSpec

    /// Whose row it is.
    enum Table: Sendable {
        case application, oauth2Provider, proxyProvider
    }

    /// Every row but the slug's: that names the service, and is changed by `renamedFrom`.
    static let all =
        Application.fields.rows.filter { $0.name != Application.Row.slug.name }
        .map { TableRow(table: .application, field: $0) }
        + OAuth2Provider.fields.rows.map { TableRow(table: .oauth2Provider, field: $0) }
        + ProxyProvider.fields.rows.filter(isPlain).map { TableRow(table: .proxyProvider, field: $0) }

    /// Whether a file has a field of a proxy provider by itself: not the origin, what a mode cannot be without, and what
    /// comes in one with others.
    private static func isPlain(_ field: FieldSpec) -> Bool {
        let others = [
            ProxyProvider.Row.mode, ProxyProvider.Row.externalHost, ProxyProvider.Row.cookieDomain,
            ProxyProvider.Row.upstream, ProxyProvider.Row.basicAuth, ProxyProvider.Row.basicAuthUser,
            ProxyProvider.Row.basicAuthPassword,
        ]
        return !others.contains { $0.name == field.name }
    }

    var isOfProvider: Bool { table != .application }
    var isOfProxy: Bool { table == .proxyProvider }

    var testDescription: String { isOfProxy ? "forwardAuth: \(field.name.rawValue)" : field.name.rawValue }
}

/// Two values that a field can have.
struct SampleValues {
    /// What a file gives it.
    var declared: FieldValue
    /// What somebody makes of that.
    var drifted: FieldValue

    /// Made of nothing but what the row says of the field, so that a new row needs nothing here.
    ///
    /// - Parameters:
    ///   - held: which the file's value is not.
    ///   - objects: that there are, to refer to.
    init(_ field: FieldSpec, besides held: FieldValue, objects: [Referent: [FieldValue.Reference]]) throws {
        let candidates = Self.candidates(field.kind, objects)
        let others = candidates.filter { !$0.means(held) }
        declared = try #require(others.first, "there is no other value for \(field.name.rawValue)")
        let isOther = { [declared] (value: FieldValue) in !value.means(declared) }
        drifted = try #require(others.first(where: isOther) ?? candidates.first(where: isOther))
    }

    private static func candidates(
        _ kind: ValueKind,
        _ objects: [Referent: [FieldValue.Reference]]
    ) -> [FieldValue] {
        switch kind {
        case .text(let rule): texts.filter { rule.check($0) == nil }.map(FieldValue.text)
        case .choice(let words): words.map(FieldValue.text)
        case .flag: [.flag(true), .flag(false)]
        case .duration: [.duration("minutes=7"), .duration("minutes=8")]
        case .words(let words): words.map { .words([$0]) }
        case .lines(let rule): texts.filter { rule.check($0) == nil }.map { .lines([$0]) }
        case .secret: secrets.map { .secret(.init($0.value)) }
        case .redirectURIs: texts.compactMap { $0.hasPrefix("https") ? .redirectURIs([.strict($0)]) : nil }
        case .logoutRedirectURIs:
            texts.compactMap { text in
                let entry = RedirectEntry(matchingMode: "strict", url: text, type: "logout")
                return text.hasPrefix("https") ? .redirectURIs([entry]) : nil
            }
        case .reference(let referent): (objects[referent] ?? []).map(FieldValue.reference)
        case .references(let referent): (objects[referent] ?? []).map { .references([$0]) }
        }
    }

    /// Of which each rule takes two.
    private static let texts = [
        "row-sample-1", "row-sample-2", "https://row.example.net/1", "https://row.example.net/2",
    ]

    /// The variables of a file, and the secrets in them; the first is what a service has to begin with.
    static let secrets = [
        (variable: "FIRST_SECRET", value: "first-secret"), (variable: "SECOND_SECRET", value: "second-secret"),
        (variable: "THIRD_SECRET", value: "third-secret"),
    ]
}

extension RedirectEntry {
    fileprivate static func strict(_ url: String) -> RedirectEntry { .init(matchingMode: "strict", url: url) }
}

extension FieldValue {
    /// As a file has it.
    var yaml: String {
        func quoted(_ text: String) -> String { "\"\(text)\"" }
        func list(_ texts: [String]) -> String { "[\(texts.map(quoted).joined(separator: ", "))]" }
        return switch self {
        case .none, .unresolvedSecret: "null"
        case .text(let text), .duration(let text): quoted(text)
        case .flag(let flag): "\(flag)"
        case .number(let number): "\(number)"
        case .reference(let reference): quoted(reference.name)
        case .references(let references): list(references.map(\.name))
        case .redirectURIs(let entries, _): list(entries.map(\.url))
        case .words(let words): list(words)
        case .lines(let lines): list(lines)
        case .secret(let secret):
            "{env: \(SampleValues.secrets.first { $0.value == secret.exposed }?.variable ?? "NONE")}"
        }
    }

    /// Whether a file that was read says this; it knows objects by name only.
    func isDeclared(as other: FieldValue?) -> Bool {
        switch (self, other) {
        case (.reference, let other?), (.references, let other?): shown.sorted() == other.shown.sorted()
        case (_, let other?): means(other)
        case (_, nil): false
        }
    }
}
