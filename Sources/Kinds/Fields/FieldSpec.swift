package import AuthentikAPI

/// A field of a kind of object: one row of its table, and all that this program knows of the field.
///
/// The file's reader, the differences, the three-way comparison, the look-up of names, the marks, the exporter and the
/// documentation are made of these rows. So a row is all that a new plain field takes.
///
///     FieldSpec(
///         "refreshTokenValidity",
///         "refresh_token_validity",
///         .duration,
///         .optional(.duration("days=30")),
///         doc: "How long a refresh token is valid."
///     )
///
/// An object, since every service is compared row by row: it is handed on without copying what it holds.
package final class FieldSpec: Sendable {
    /// Its name in the file: `launchURL`, or `jwtFederation.providers` for one in a mapping of its own.
    package let name: FieldName
    /// The name of that mapping; nil for a field that is in none.
    package let outer: FieldName?
    /// Its name in that mapping; for a field that is in none its name.
    package let inner: FieldName
    /// Authentik's name of it, which plans, reports and marks have: `meta_launch_url`.
    package let attribute: String
    package let kind: ValueKind
    package let standing: Standing
    /// Whether a new object is sent its fallback where the file does not set it; one that lost it gets that back.
    package let isSentOnCreate: Bool
    /// The first release that takes it; nil for all that this program works with.
    package let since: Release?
    /// What an object holds whose answer does not have it; nil if each answer has it, and one without it is garbled.
    package let absent: FieldValue?
    /// Whether an answer without it means that this Authentik does not know it, although its release should.
    package let mayBeUnknown: Bool
    /// What the upgrade that brought the field gave the objects that were there; nil for its fallback.
    package let migrated: FieldValue?
    /// The words of a set that came later than the field, with their releases.
    package let laterWords: [String: Release]
    /// Whether the file's `defaults` may hold it; what tells one service from another may not be shared.
    package let isDefaultable: Bool
    /// One or two sentences for people: what it means, its unit, what holds without it.
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

/// What a field holds, and so how it is read, compared and written.
package enum ValueKind: Sendable {
    case text(TextRule)
    /// One of some fixed words, which are Authentik's.
    case choice([String])
    case flag
    /// Authentik's text of a duration: `hours=1;minutes=30`.
    case duration
    /// An unordered set of some fixed words, which are Authentik's.
    case words([String])
    /// A list of texts, which Authentik keeps as one text of lines.
    case lines(TextRule)
    /// The file has a reference to it; Authentik may not show it.
    case secret
    /// Where logins may return to, and beside those where logouts may.
    case redirectURIs
    /// Those of the redirect URIs that are for logouts, which a file has in a list of their own: no attribute, but a part
    /// of that of ``redirectURIs``. The row's attribute is in marks only.
    case logoutRedirectURIs
    /// Another object, which the file names and Authentik has by its pk.
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

    /// What a name of one must be like.
    package var rule: TextRule {
        switch self {
        case .flow: .flow
        case .certificate: .line
        case .scopeMapping: .scope
        case .provider: .application
        case .source: .source
        }
    }

    /// The word by which a file says that there is to be none; nil where there always is one.
    package var wordForNone: String? { self == .certificate ? "none" : nil }

    /// Whether a list of them may be empty.
    package var mayBeNone: Bool { self == .provider || self == .source }
}

/// What becomes of a field that the file does not set.
package enum Standing: Sendable {
    /// The file always sets it, or there is no object.
    case required
    /// It gets the program's own default, in every pass.
    case managed(Fallback)
    /// It is left as it is; where the file dropped it, and in a new object, it has the fallback, which is Authentik's
    /// default, the same in all releases.
    case optional(Fallback)
}

/// What a field holds that the file does not set.
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
    /// Whether a release takes it.
    package func exists(in release: Release) -> Bool { since.map { $0 <= release } ?? true }

    /// Whether an object that was made before an upgrade was made with it.
    package func exists(before upgrade: Release) -> Bool { since.map { $0 < upgrade } ?? true }

    /// A declared value as a release takes it, without words that came later; nil if nothing is left of it.
    package func value(_ declared: FieldValue, in release: Release) -> FieldValue? {
        guard case .words(let words) = declared, !laterWords.isEmpty else { return declared }
        let unknown = unknownWords(of: declared, in: release)
        let known = words.filter { !unknown.contains($0) }
        return known.isEmpty && !words.isEmpty ? nil : .words(known)
    }

    /// The words of a declared value that a release does not take yet.
    package func unknownWords(of declared: FieldValue, in release: Release) -> [String] {
        (declared.words ?? []).filter { word in laterWords[word].map { release < $0 } ?? false }
    }

    /// What it holds where neither the file nor anybody else sets it; nil for what is always declared.
    package func fallback(slug: String) -> FieldValue? {
        switch standing {
        case .required: nil
        case .managed(let fallback), .optional(let fallback): fallback.value(slug: slug)
        }
    }

    /// The program's own default, which holds in every pass; nil for a field that is not managed unless declared.
    package func managedDefault(slug: String) -> FieldValue? {
        guard case .managed(let fallback) = standing else { return nil }
        return fallback.value(slug: slug)
    }

    /// Whether leaving it out of the file leaves it alone in Authentik.
    package var isOptional: Bool { if case .optional = standing { true } else { false } }

    package var isSecret: Bool { if case .secret = kind { true } else { false } }

    /// Whether Authentik has an attribute for it alone, which can be sent.
    package var isAttribute: Bool { if case .logoutRedirectURIs = kind { false } else { true } }
}
