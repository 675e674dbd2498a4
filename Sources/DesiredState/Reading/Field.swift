import JSON
import Kinds

/// One row of a ``Schema``: a field, what it holds and whom it concerns.
struct Field: Sendable {
    /// What a field holds, and so how it is read.
    enum Kind: Sendable {
        case text(TextRule)
        /// One word out of a fixed list.
        case choice([String])
        case flag
        /// A whole number in a range, with an example of one.
        case number(ClosedRange<Int>, example: Int)
        case texts(TextRule)
        /// Texts, or none.
        case set(TextRule)
        case choices([String])
        case redirectURIs(mayBeEmpty: Bool)
        /// Scope names, and names of scope mappings.
        case scopes
        case secretReference
        /// A key of a Kubernetes Secret.
        case kubernetesSecret
        /// A workload that runs a service in Kubernetes.
        case workload
        /// The values that are published in Kubernetes.
        case publication
        /// Who may open a service.
        case access
        /// How an outpost logs people in.
        case forwardAuth
        /// The attributes with the credentials that an outpost sends to an application.
        case basicAuth
        /// The providers and sources whose tokens a provider accepts.
        case federation
        /// Read by code of its own.
        case node
    }

    let name: FieldName
    /// Authentik's name of it; nil for a field that is not one of Authentik's.
    let attribute: String?
    let kind: Kind
    /// Whether it describes the OAuth2 provider, which a bookmark does not have.
    let isForProvider: Bool
    /// Whether `defaults` may set it; a value that distinguishes services cannot be shared.
    let isDefaultable: Bool
    /// Whether it is always required in its mapping.
    let isRequired: Bool
    /// The default, if it is always the same.
    let standard: JSONValue?
    /// What happens if the file does not set it, in words for people.
    let unlessGiven: String?
    /// The first release of Authentik that has it; nil for all.
    let since: String?
    /// One or two sentences for users: the meaning, the unit.
    let doc: String

    /// A field that is not one of Authentik's.
    ///
    /// - Parameter unlessGiven: in words for people; by default, derived from the standard.
    init(
        _ name: FieldName,
        _ kind: Kind,
        isForProvider: Bool = false,
        isDefaultable: Bool = true,
        isRequired: Bool = false,
        standard: JSONValue? = nil,
        unlessGiven: String? = nil,
        doc: String
    ) {
        self.name = name
        attribute = nil
        self.kind = kind
        self.isForProvider = isForProvider
        self.isDefaultable = isDefaultable
        self.isRequired = isRequired
        self.standard = standard
        self.unlessGiven = unlessGiven
        since = nil
        self.doc = doc
    }

    /// A field of the service that is one of Authentik's.
    ///
    /// - Parameter unlessGiven: in words for people; by default, derived from the row.
    init(_ row: FieldSpec, isForProvider: Bool = false, isRequired: Bool? = nil, unlessGiven: String? = nil) {
        name = row.inner
        attribute = row.attribute
        kind = Kind(row.kind)
        self.isForProvider = isForProvider
        isDefaultable = row.isDefaultable
        self.isRequired = isRequired ?? (row.name == .slug)
        standard = row.standing.standard
        self.unlessGiven = unlessGiven ?? row.standing.unlessGiven
        since = row.since.map { "\($0)" }
        doc = row.doc
    }
}

extension Standing {
    /// The fallback as a file has it; nil for the slug, and for none.
    fileprivate var standard: JSONValue? {
        switch self {
        case .managed(.value(let value)), .optional(.value(let value)): value.declaration
        case .required, .managed(.slug), .optional(.slug): nil
        }
    }

    fileprivate var unlessGiven: String? {
        let (isManaged, fallback): (Bool, Fallback)
        switch self {
        case .required: return nil
        case .managed(let managed): (isManaged, fallback) = (true, managed)
        case .optional(let optional): (isManaged, fallback) = (false, optional)
        }
        let value: String? =
            switch fallback {
            case .slug: "the slug"
            case .value(let value):
                value.declaration == nil
                    ? nil : value.shown.isEmpty ? "none" : value.shown.map { "`\($0)`" }.joined(separator: ", ")
            }
        return isManaged ? value : "left as it is" + (value.map { "; \($0) when new or removed" } ?? "")
    }
}

extension FieldValue {
    /// The value as a file has it; nil for none, and for values without a fixed form in the file.
    fileprivate var declaration: JSONValue? {
        switch self {
        case .text(let text) where text.isEmpty: nil
        case .text, .flag, .number, .duration, .words: json
        case .reference(let reference): .string(reference.name)
        case .references(let references): .array(references.map { .string($0.name) })
        case .none, .redirectURIs, .lines, .secret, .unresolvedSecret: nil
        }
    }
}

extension Field.Kind {
    /// How a file declares a value of Authentik's.
    init(_ kind: ValueKind) {
        self =
            switch kind {
            case .text(let rule): .text(rule)
            case .choice(let words): .choice(words)
            case .flag: .flag
            case .duration: .text(.duration)
            case .words(let words): .choices(words)
            case .lines(let rule): .set(rule)
            case .secret: .secretReference
            case .redirectURIs: .redirectURIs(mayBeEmpty: false)
            case .logoutRedirectURIs: .redirectURIs(mayBeEmpty: true)
            case .reference(let referent): .text(referent.rule)
            case .references(.scopeMapping): .scopes
            case .references(let referent) where referent.mayBeNone: .set(referent.rule)
            case .references(let referent): .texts(referent.rule)
            }
    }
}
