import JSON
import Kinds

/// Every field of the file, as Markdown for people; made of the same rows as ``FileSchema``.
package enum FileReference {
    package static var markdown: String {
        (introduction + sections.flatMap(lines)).joined(separator: "\n")
    }

    private static let introduction = [
        "# The file, field by field",
        "",
        "Written by `reconcile schema --output markdown`; [its JSON Schema](../manifests/schemas/file.schema.json) is made of",
        "the same rows. What the fields do together is explained in [the file](file.md).",
        "",
        "*Since* is the first release of Authentik that takes a field; with an older one a plan says that the field is not",
        "managed. *Left as it is* means that whatever Authentik has there stays, until the file sets the field; one that the",
        "file drops goes back to what a new one has, once. *Shared* says whether `defaults` may hold it.",
    ]

    private static let access = """
        Who may open a service, be it a bookmark or not. In Authentik a *binding* lets a group, a user or a policy in, and
        **an application without an enabled binding is open to everybody**. So a file says one of these:

        ```yaml
        access: {groups: [admins, family]}                               # who is in one of the two
        access: {groups: [staff], policies: [office-hours], mode: all}   # who is in the group while the policy lets in
        access: everyone                                                 # everybody, on purpose
        ```

        - `access` left out is not managed: bindings that are there stay, and without one the service is open to everybody.
        - `access` taken out of a file later **opens nothing**: the bindings stay as they are, and nobody looks after them any
          more. Only `access: everyone` opens.
        - A mapping names at least one group, user or policy. One without is a mistake, and so is `access: nobody`: to close
          a service, list a group that nobody is in.
        - Names are those that Authentik shows, letter for letter. A service's `access` takes the whole place of the one in
          `defaults`, and `access: null` takes that away.
        - Whoever may change bindings may open everything. So the account has the right to it only for a file with `access`:
          `reconcile bootstrap --config FILE` grants what that file needs.
        """

    /// The key sets, and what a key can get.
    private static var keys: String {
        let sets = ClientTool.all.map { tool in
            let keys = tool.keys.sorted { $0.key < $1.key }.map { code($0.key) }.joined(separator: ", ")
            return row([code(tool.name), "[\(tool.title)](\(tool.documentation))", keys, tool.hasSecret ? "yes" : "no"])
        }
        let heads = [
            row(["`keySet`", "of", "has the keys", "and the client secret"]), row(["---", "---", "---", "---"]),
        ]
        return """
            \((heads + sets).joined(separator: "\n"))

            For a tool whose login is configured by commands or on its own pages, the keys are the names that it has for the
            settings, to be read by whatever runs the commands: `reconcile client-config` prints those.

            What a key gets is a value by its name, or one of these.
            """
    }

    private static let forwardAuth = """
        A service without OpenID Connect support gets a *proxy provider*, and an *outpost* of Authentik's logs people in before
        they reach it. Its address for people is the service's origin.

        ```yaml
        forwardAuth: {mode: single}                                      # a reverse proxy asks the outpost, for this service
        forwardAuth: {mode: domain, cookieDomain: example.org}           # the same, for all hosts of the domain
        forwardAuth: {mode: proxy, upstream: "http://trivy:8448"}        # the outpost stands before it itself
        ```

        - With `single` and `domain` a reverse proxy has to ask the outpost: `reconcile client-config SLUG --for nginx` prints
          what it needs.
        - The outpost's list is everybody's: only providers of this file are added to it and taken out of it. An outpost is
          never made or deleted.
        - A login that becomes another kind (a redirect path instead of `forwardAuth`, or the other way round) gets a new
          provider. The old one is deleted with `prune`, after the new one is in use, and left alone without.
        - As a whole it takes the place of one in `defaults`.
        """

    private static let scopeMappings = """
        An entry. What a file declares is its owner's: the mapping's `managed` is `reconcile/OWNER/NAME` then, and whatever
        else it has is as the entry says. Mappings that no file declares are only used. Taken out of the file, it is an orphan:
        left alone, or, with `prune`, deleted once no provider has it any more.

        ```yaml
        scopeMappings:
          - name: Own email
            scope: email
            expression: |
              return {"email": request.user.email, "email_verified": True}
        services:
          - slug: wiki
            scopes: [openid, profile, {mapping: Own email}]
        ```

        A plain scope name means the mapping that Authentik brings, if it brings one of that scope; else the only one that
        there is; `{mapping: NAME}` means the one of that name.
        """

    /// A table of fields.
    private struct Section {
        var title: String
        var text: String?
        var schema: Schema
        /// Whether its fields may be in `defaults`, and depend on the release.
        var isOfService = false
        var fields: (Field) -> Bool = { _ in true }
    }

    private static var sections: [Section] {
        [
            Section(title: "The file", schema: .file),
            Section(
                title: "A service",
                text:
                    "A service with a redirect path or URI logs people in, and one with `forwardAuth` has it done by an "
                    + "outpost; one with neither is a bookmark.",
                schema: .service,
                isOfService: true,
                fields: { !$0.isForProvider }
            ),
            Section(
                title: "A service that logs people in",
                text: "What its OAuth2 provider has; a bookmark has none of this, but for what comes from `defaults`.",
                schema: .service,
                isOfService: true,
                fields: \.isForProvider
            ),
            Section(title: "secretRef", text: "Exactly one of these.", schema: .secretReference),
            Section(title: "kubernetes", text: "The Secret that a secretRef names.", schema: .kubernetesSecret),
            Section(
                title: "redirectURIs",
                text: "An entry, of logoutRedirectURIs too, that is not a plain URL.",
                schema: .redirectURI
            ),
            Section(
                title: "restart",
                text: "Exactly one workload, and its namespace if need be.",
                schema: .workload
            ),
            Section(title: "publish", schema: .publication),
            Section(title: "keys", text: keys, schema: .publishedText),
            Section(title: "access", text: access, schema: .access),
            Section(title: "forwardAuth", text: forwardAuth, schema: .forwardAuth),
            Section(title: "basicAuth", schema: .basicAuth),
            Section(
                title: "jwtFederation",
                text: "Either or both; one that is left out is not managed.",
                schema: .federation
            ),
            Section(title: "groups", text: "An entry.", schema: .group),
            Section(title: "scopeMappings", text: scopeMappings, schema: .scopeMapping),
            Section(title: "scopes", text: "An entry that is not a scope name.", schema: .scope),
        ]
    }

    private static func lines(_ section: Section) -> [String] {
        var heads = ["field", "meaning", "value", "unless given"]
        if section.isOfService { heads += ["since", "shared"] }
        let fields = section.schema.fields.filter(section.fields)
        return ["", "## \(section.title)", ""] + (section.text.map { [$0, ""] } ?? [])
            + [row(heads), row(heads.map { _ in "---" })]
            + fields.map { field in
                var cells = [code(field.name.rawValue), field.doc, value(of: field), unlessGiven(field)]
                if section.isOfService { cells += [field.since ?? "", field.isDefaultable ? "yes" : "no"] }
                return row(cells)
            }
    }

    private static func row(_ cells: [String]) -> String {
        // An angle bracket outside code would begin a tag.
        let cells = cells.map { $0.replacing("|", with: "\\|").replacing("<", with: "&lt;") }
        return "| \(cells.joined(separator: " | ")) |"
    }

    private static func unlessGiven(_ field: Field) -> String {
        if field.isRequired { return "required" }
        if let unlessGiven = field.unlessGiven { return unlessGiven }
        return switch field.standard {
        case .string(let text)?: code(text)
        case .bool(let flag)?: code("\(flag)")
        default: "–"
        }
    }

    private static func value(of field: Field) -> String {
        switch field.kind {
        case .text(let rule): rule.noun + (rule.mayBeEmpty ? ", or empty" : "")
        case .choice(let words): words.map(code).joined(separator: ", ")
        case .flag: "`true`, `false`"
        case .number(let range, _): "\(range.lowerBound) to \(range.upperBound)"
        case .texts(let rule): "a list, each \(rule.noun)"
        case .set(let rule): "a list, each \(rule.noun), or `[]`"
        case .choices(let words): "a list of \(words.map(code).joined(separator: ", "))"
        case .redirectURIs(let mayBeEmpty):
            "a list, each a URL or [a mapping](#redirecturis)" + (mayBeEmpty ? ", or `[]`" : "")
        case .scopes: "a list, each a scope or [a mapping](#scopes)"
        case .secretReference: "[a mapping](#secretref)"
        case .kubernetesSecret: "[a mapping](#kubernetes)"
        case .workload: "[a mapping](#restart)"
        case .publication: "[a mapping](#publish)"
        case .federation: "[a mapping](#jwtfederation)"
        case .access: "`everyone`, or [a mapping](#access)"
        case .forwardAuth: "[a mapping](#forwardauth)"
        case .basicAuth: "[a mapping](#basicauth)"
        case .node: node(field.name)
        }
    }

    private static func node(_ name: FieldName) -> String {
        switch name {
        case .defaults: "a mapping of what is shared"
        case .services: "a list of [services](#a-service)"
        case .groups: "a list of [mappings](#groups)"
        case .scopeMappings: "a list of [mappings](#scopemappings)"
        case .keySet: ClientTool.names.map(code).joined(separator: ", ") + ", or a list of them"
        case .keys:
            "a mapping to \(PublishedValue.allCases.map { code($0.rawValue) }.joined(separator: ", ")), or to "
                + "[a mapping](#keys)"
        case .value, .template: "text"
        default: ""
        }
    }

    private static func code(_ text: String) -> String { "`\(text)`" }
}
