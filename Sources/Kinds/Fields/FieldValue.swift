import Base
package import JSON
package import Secrets

/// The value of one of Authentik's fields, with Authentik's notion of equality.
///
/// Order in sets, surrounding white space and the spelling of a duration make no difference, any other byte does: see
/// ``means(_:)``. `==` compares exactly.
///
/// The same type represents values in a file, in Authentik and in a plan.
package enum FieldValue: Sendable, Equatable {
    /// Null, or missing.
    case none
    case text(String)
    case flag(Bool)
    case number(Int)
    /// Another object, by its pk; the name is for people.
    indirect case reference(Reference)
    /// An unordered set of other objects.
    case references([Reference])
    /// A set, unless `firstOpens`: then the application's tile opens the first one.
    case redirectURIs([RedirectEntry], firstOpens: Bool = false)
    /// An unordered set of words.
    case words([String])
    /// A list that Authentik stores as one text, an element per line.
    case lines([String])
    /// `hours=1;minutes=30`
    case duration(String)
    case secret(Secret)
    /// A secret that was not resolved for the plan; a value with one is never sent.
    case unresolvedSecret

    package struct Reference: Sendable, Hashable {
        /// Null while only the name is known.
        package var pk: JSONValue
        /// For people; the pk while no name is known.
        package var name: String
        /// The algorithm of a signing key; nil for other objects, or if unknown.
        package var algorithm: SigningAlgorithm?
        /// Whether a file uses the object's own name where a plain text means something else: `{mapping: Own email}`,
        /// as opposed to the scope name `email`.
        package var isByOwnName = false
        /// The shared object that it refers to, if the file declares it; it has no pk before it is created.
        package var shared: SharedName?

        package init(pk: JSONValue, name: String, algorithm: SigningAlgorithm? = nil) {
            self.pk = pk
            self.name = name
            self.algorithm = algorithm
        }

        /// As Authentik returns it.
        package init(pk: String) {
            self.init(pk: .string(pk), name: pk)
        }

        /// As a file has it.
        package init(named name: String, isByOwnName: Bool = false) {
            self.init(pk: .null, name: name)
            self.isByOwnName = isByOwnName
        }
    }
}

extension FieldValue {
    package static func reference(pk: String) -> FieldValue { .reference(Reference(pk: pk)) }
    package static func references(pks: [String]) -> FieldValue { .references(pks.map { Reference(pk: $0) }) }

    /// Lines as Authentik stores them.
    ///
    /// An empty line counts, because an empty pattern matches everything.
    package static func lines(text: String) -> FieldValue {
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return .lines(text.isEmpty ? [] : lines)
    }

    /// Whether Authentik makes no difference between the two.
    ///
    /// Nearly always they are also spelled alike, which is checked first.
    package func means(_ other: FieldValue) -> Bool {
        switch (self, other) {
        case (.none, .none): true
        case (.none, .text(let text)), (.text(let text), .none): text.isEmpty
        case (.text(let left), .text(let right)):
            left.exact == right.exact || left.trimmed.exact == right.trimmed.exact
        case (.flag(let left), .flag(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.reference(let left), .reference(let right)): left.pk == right.pk
        case (.references(let left), .references(let right)):
            left.elementsEqual(right) { $0.pk == $1.pk } || Set(left.map(\.pk)) == Set(right.map(\.pk))
        case (.redirectURIs(let left, let isFirstMeant), .redirectURIs(let right, let isFirstMeantThere)):
            left == right
                || Set(left.map(\.normalized)) == Set(right.map(\.normalized))
                    && (!isFirstMeant && !isFirstMeantThere || begins(like: other))
        case (.words(let left), .words(let right)):
            left.elementsEqual(right) { $0.exact == $1.exact } || Set(left.map(\.exact)) == Set(right.map(\.exact))
        case (.lines(let left), .lines(let right)): left.map(\.exact) == right.map(\.exact)
        case (.duration(let left), .duration(let right)):
            left.exact == right.exact || AuthentikDuration(left).map { $0 == AuthentikDuration(right) } ?? false
        case (.secret(let left), .secret(let right)): left.exposed.trimmed.exact == right.exposed.trimmed.exact
        default: false
        }
    }

    /// The value to send to Authentik, with secrets in plain text.
    package var json: JSONValue {
        switch self {
        case .none, .unresolvedSecret: .null
        case .text(let text), .duration(let text): .string(text)
        case .flag(let flag): .bool(flag)
        case .number(let number): .integer(number)
        case .reference(let reference): reference.pk
        case .references(let references): .array(references.map(\.pk))
        case .redirectURIs(let entries, _): .array(entries.map(\.json))
        case .words(let words): .array(words.map(JSONValue.string))
        case .lines(let lines): .string(lines.joined(separator: "\n"))
        case .secret(let secret): .string(secret.exposed)
        }
    }

    /// The value for people, one text per element of a list; never a secret.
    package var shown: [String] {
        switch self {
        case .none: []
        case .text(let text): text.isEmpty ? [] : [text]
        case .duration(let text): [text]
        case .flag(let flag): ["\(flag)"]
        case .number(let number): ["\(number)"]
        case .reference(let reference): [reference.name]
        case .references(let references): references.map(\.name)
        case .redirectURIs(let entries, let firstOpens): Self.shown(entries, firstOpens: firstOpens)
        case .words(let words): words
        case .lines(let lines): lines.map { $0.isEmpty ? "(an empty line)" : $0 }
        case .secret: ["(secret)"]
        case .unresolvedSecret: ["(not resolved)"]
        }
    }

    private static func shown(_ entries: [RedirectEntry], firstOpens: Bool) -> [String] {
        let first = firstOpens ? entries.firstIndex { !$0.isForLogout } : nil
        return entries.enumerated().map { index, entry in
            "\(entry.matchingMode) \(entry.url)" + (entry.isForLogout ? " (logout)" : "")
                + (index == first ? " (first)" : "")
        }
    }

    package var text: String? {
        switch self {
        case .text(let text), .duration(let text): text
        default: nil
        }
    }

    package var flag: Bool? { if case .flag(let flag) = self { flag } else { nil } }
    package var lines: [String]? { if case .lines(let lines) = self { lines } else { nil } }
    package var words: [String]? { if case .words(let words) = self { words } else { nil } }
    package var reference: Reference? { if case .reference(let reference) = self { reference } else { nil } }
    package var references: [Reference] { if case .references(let references) = self { references } else { [] } }
    package var redirectEntries: [RedirectEntry] {
        if case .redirectURIs(let entries, _) = self { entries } else { [] }
    }
    package var secret: Secret? { if case .secret(let secret) = self { secret } else { nil } }
    /// Whether there is none.
    package var isNone: Bool { if case .none = self { true } else { false } }

    /// Whether it must not be shown, or cannot be.
    package var isSecret: Bool {
        switch self {
        case .secret, .unresolvedSecret: true
        default: false
        }
    }
}

extension FieldValue {
    /// With the pk of a referenced object that has been created since.
    package func naming(_ name: String, _ pk: JSONValue) -> FieldValue {
        guard case .references(let references) = self else { return self }
        return .references(
            references.map { reference in
                var reference = reference
                if reference.pk == .null, reference.name == name { reference.pk = pk }
                return reference
            }
        )
    }

    /// The names of referenced objects whose pks are not known yet, except shared ones.
    package var unmade: [String] { references.filter { $0.pk == .null && $0.shared == nil }.map(\.name) }

    /// With the pks of shared objects that have been created since.
    package func naming(_ made: (SharedName) -> JSONValue?) -> FieldValue {
        guard case .references(let references) = self else { return self }
        return .references(
            references.map { reference in
                var reference = reference
                if reference.pk == .null, let pk = reference.shared.flatMap(made) { reference.pk = pk }
                return reference
            }
        )
    }

    /// Redirect URIs of which the first one matters: those of an application without a launch URL.
    package var openingFirst: FieldValue {
        guard case .redirectURIs(let entries, _) = self else { return self }
        return .redirectURIs(entries, firstOpens: true)
    }

    /// The redirect URIs for logouts.
    package var logoutEntries: [RedirectEntry] { redirectEntries.filter(\.isForLogout) }

    /// Redirect URIs followed by those for logouts; any other value unchanged.
    package func adding(logoutEntries: [RedirectEntry]) -> FieldValue {
        guard case .redirectURIs(let entries, let firstOpens) = self else { return self }
        return .redirectURIs(entries + logoutEntries, firstOpens: firstOpens)
    }

    /// Whether both have the same first redirect URI for logins; true for values of other types.
    package func begins(like other: FieldValue) -> Bool {
        guard case .redirectURIs(let left, _) = self, case .redirectURIs(let right, _) = other else { return true }
        return left.firstForLogin?.normalized == right.firstForLogin?.normalized
    }
}

extension [RedirectEntry] {
    fileprivate var firstForLogin: RedirectEntry? { first { !$0.isForLogout } }
}
