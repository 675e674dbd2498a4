package import AuthentikAPI

/// A field of a kind of object: one row of its table, with everything that this program knows about the field.
///
/// The file's reader, the comparison with Authentik, the three-way comparison, the lookup of names, the marks, the
/// exporter and the documentation all use these rows, so a new plain field needs only a row.
///
///     FieldSpec(
///         "refreshTokenValidity",
///         "refresh_token_validity",
///         .duration,
///         .optional(.duration("days=30")),
///         doc: "How long a refresh token is valid."
///     )
///
/// A class, because every service is compared row by row: passing a row on copies nothing.
package final class FieldSpec: Sendable {
    /// Its name in the file: `launchURL`, or `jwtFederation.providers` for one in a mapping of its own.
    package let name: FieldName
    /// The name of that mapping; nil for a field outside of one.
    package let outer: FieldName?
    /// Its name in that mapping; for a field outside of one, its name.
    package let inner: FieldName
    /// Authentik's name for it, which plans, reports and marks use: `meta_launch_url`.
    package let attribute: String
    package let kind: ValueKind
    package let standing: Standing
    /// Whether a new object is sent the fallback if the file does not set the field; an object that lost it gets it
    /// back.
    package let isSentOnCreate: Bool
    /// The first release that has it; nil if all supported releases do.
    package let since: Release?
    /// The value if an answer lacks the attribute; nil if every answer has it, and one without it is invalid.
    package let absent: FieldValue?
    /// Whether an answer without it means that this Authentik lacks the field, although its release should have it.
    package let mayBeUnknown: Bool
    /// The value that the upgrade which introduced the field gave existing objects; nil for its fallback.
    package let migrated: FieldValue?
    /// Words of a set that were introduced later than the field, with their releases.
    package let laterWords: [String: Release]
    /// Whether the file's `defaults` may set it; a value that distinguishes services cannot be shared.
    package let isDefaultable: Bool
    /// One or two sentences for users: the meaning, the unit, the default.
    package let doc: String
    /// Its place in its table.
    package let index: Int

    package init(
        _ name: FieldName,
        _ attribute: String,
        _ kind: ValueKind,
        _ standing: Standing,
        isSentOnCreate: Bool = false,
        since: Release? = nil,
        absent: FieldValue? = FieldValue.none,
        mayBeUnknown: Bool = false,
        migrated: FieldValue? = nil,
        laterWords: [String: Release] = [:],
        isDefaultable: Bool = true,
        doc: String,
        index: Int = 0
    ) {
        self.name = name
        let parts = name.rawValue.split(separator: ".", maxSplits: 1).map { FieldName(rawValue: String($0)) }
        outer = parts.count == 2 ? parts[0] : nil
        inner = parts.last ?? name
        self.attribute = attribute
        self.kind = kind
        self.standing = standing
        self.isSentOnCreate = isSentOnCreate
        self.since = since
        self.absent = absent
        self.mayBeUnknown = mayBeUnknown
        self.migrated = migrated
        self.laterWords = laterWords
        self.isDefaultable = isDefaultable
        self.doc = doc
        self.index = index
    }

    /// The same row at a place in a table.
    convenience init(_ row: FieldSpec, at index: Int) {
        self.init(
            row.name,
            row.attribute,
            row.kind,
            row.standing,
            isSentOnCreate: row.isSentOnCreate,
            since: row.since,
            absent: row.absent,
            mayBeUnknown: row.mayBeUnknown,
            migrated: row.migrated,
            laterWords: row.laterWords,
            isDefaultable: row.isDefaultable,
            doc: row.doc,
            index: index
        )
    }
}

/// The name of a field in the file.
package struct FieldName: RawRepresentable, Sendable, Hashable, ExpressibleByStringLiteral {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package init(stringLiteral value: String) {
        rawValue = value
    }
}

/// The type of a field's value, which decides how it is read, compared and written.
package enum ValueKind: Sendable {
    case text(TextRule)
    /// One word of Authentik's, out of a fixed list.
    case choice([String])
    case flag
    /// Authentik's text of a duration: `hours=1;minutes=30`.
    case duration
    /// An unordered set of Authentik's words, out of a fixed list.
    case words([String])
    /// A list of texts, which Authentik stores as one text of lines.
    case lines(TextRule)
    /// The file has a reference to it; Authentik may not show it.
    case secret
    /// Where logins, and separately logouts, may return to.
    case redirectURIs
    /// The redirect URIs for logouts, which a file lists separately.
    ///
    /// In Authentik, they are part of the attribute of ``redirectURIs``; the attribute of this row appears only in
    /// marks.
    case logoutRedirectURIs
    /// Another object: the file has its name, Authentik its pk.
    case reference(Referent)
    /// An unordered set of other objects.
    case references(Referent)

    var isText: Bool { if case .text = self { true } else { false } }
}

/// The kinds of objects that a field can refer to.
package enum Referent: Sendable, Hashable, CaseIterable {
    case flow, certificate, scopeMapping
    /// An OAuth2 provider, by the slug of its application.
    case provider
    /// A source of users and their tokens, by its slug.
    case source

    /// The rule for a name of such an object.
    package var rule: TextRule {
        switch self {
        case .flow: .flow
        case .certificate: .line
        case .scopeMapping: .scope
        case .provider: .application
        case .source: .source
        }
    }

    /// The word for "none" in a file; nil if there must always be one.
    package var wordForNone: String? { self == .certificate ? "none" : nil }

    /// Whether a list of them may be empty.
    package var mayBeNone: Bool { self == .provider || self == .source }
}

/// What happens to a field that the file does not set.
package enum Standing: Sendable {
    /// It is always set: without it, there is no object.
    case required
    /// It gets the program's own default in every pass.
    case managed(Fallback)
    /// It is left alone.
    ///
    /// When the file stops setting it, and in a new object, it gets the fallback, which is Authentik's default in all
    /// releases.
    case optional(Fallback)
}

/// The value of a field that the file does not set.
package enum Fallback: Sendable {
    /// The service's slug.
    case slug
    case value(FieldValue)

    package func value(slug: String) -> FieldValue {
        switch self {
        case .slug: .text(slug)
        case .value(let value): value
        }
    }

    package static var none: Fallback { .value(.none) }
    package static func text(_ text: String) -> Fallback { .value(.text(text)) }
    package static func flag(_ flag: Bool) -> Fallback { .value(.flag(flag)) }
    package static func duration(_ text: String) -> Fallback { .value(.duration(text)) }
    package static func words(_ words: [String]) -> Fallback { .value(.words(words)) }
    package static func lines(_ lines: [String]) -> Fallback { .value(.lines(lines)) }
    /// The objects of these names.
    package static func named(_ names: String...) -> Fallback {
        .value(.references(names.map { FieldValue.Reference(named: $0) }))
    }
    /// The object of this name.
    package static func named(_ name: String) -> Fallback { .value(.reference(.init(named: name))) }
}

extension FieldSpec {
    /// Whether a release has it.
    package func exists(in release: Release) -> Bool { since.map { $0 <= release } ?? true }

    /// Whether objects that were created before an upgrade were created with it.
    package func exists(before upgrade: Release) -> Bool { since.map { $0 < upgrade } ?? true }

    /// A declared value without the words that a release lacks; nil if nothing is left of it.
    package func value(_ declared: FieldValue, in release: Release) -> FieldValue? {
        guard case .words(let words) = declared, !laterWords.isEmpty else { return declared }
        let unknown = unknownWords(of: declared, in: release)
        let known = words.filter { !unknown.contains($0) }
        return known.isEmpty && !words.isEmpty ? nil : .words(known)
    }

    /// The words of a declared value that a release lacks.
    package func unknownWords(of declared: FieldValue, in release: Release) -> [String] {
        (declared.words ?? []).filter { word in laterWords[word].map { release < $0 } ?? false }
    }

    /// Its value if nobody sets it; nil for a required field.
    package func fallback(slug: String) -> FieldValue? {
        switch standing {
        case .required: nil
        case .managed(let fallback), .optional(let fallback): fallback.value(slug: slug)
        }
    }

    /// The program's own default, applied in every pass; nil for a field without one.
    package func managedDefault(slug: String) -> FieldValue? {
        guard case .managed(let fallback) = standing else { return nil }
        return fallback.value(slug: slug)
    }

    /// Whether Authentik's value is left alone if the file does not set the field.
    package var isOptional: Bool { if case .optional = standing { true } else { false } }

    package var isSecret: Bool { if case .secret = kind { true } else { false } }

    /// Whether it is a separate attribute in Authentik, which can be sent.
    package var isAttribute: Bool { if case .logoutRedirectURIs = kind { false } else { true } }
}
