import AuthentikAPI
import Base
import DesiredState
import JSON
import Kinds
import Planning
import YAMLDocument

/// Writes a proxy provider and its outpost: `forwardAuth`, and the service's origin.
///
/// | the external host | |
/// |---|---|
/// | is an origin | the service's `host`, `scheme` and `port`, unless they are the file's |
/// | is more than that | a comment: a file cannot express it |
///
/// | the launch URL | |
/// |---|---|
/// | is the origin, or there is none | left out: the tile opens it |
/// | is another one | written |
///
/// | the provider is served by | |
/// |---|---|
/// | one outpost | that one |
/// | several | the one in the mark, else the embedded one, else the first by name; the others are a remark |
/// | none | a comment: declaring it would have an outpost serve it |
extension ServiceExporter {
    mutating func writeExternalHost(of proxy: ProxyProvider) {
        let origin = WebOrigin(externalHost: proxy.externalHost)
        let launchURL = application.launchURL.trimmed
        if !launchURL.isEmpty, launchURL != origin?.text {
            add(ExportedField(Application.Row.launchURL, launchURL))
        }
        guard let origin else {
            service.refuse(
                "its external host is more than scheme, host and port, which is all that a file can express",
                .externalHost
            )
            return
        }
        if origin.host != host { add(ExportedField("host", YAMLText.scalar(origin.host))) }
        if origin.scheme != WebOrigin.standardScheme { add(ExportedField("scheme", origin.scheme)) }
        if let port = origin.port { add(ExportedField("port", "\(port)")) }
    }

    mutating func writeForwardAuth(_ proxy: ProxyProvider) {
        write(ProxyProvider.Row.name, proxy.values.held(ProxyProvider.Row.name), marked: mark?.providerFields)
        guard let mode = proxy.mode else {
            service.refusals.append("its mode is unknown to this program")
            return
        }
        let outpost = outpost(serving: proxy)
        let isModeWritten = mark?.providerFields.contains(ProxyProvider.Row.mode.attribute) ?? true || mode != .single
        var first = isModeWritten ? ["mode: \(mode.word)"] : []
        if let outpost, outpost != Outpost.embedded { first.append(outpostLine(outpost)) }
        // A mapping must not be empty.
        if first.isEmpty { first = [outpostLine(Outpost.embedded)] }
        var head = ExportedField.forwardAuth
        head.lines += first.map { "  \($0)" }
        add(head)

        let before = (service.fields.count, service.unmanaged.count)
        for row in ProxyProvider.fields.rows where ProxyProvider.Mode.only(with: row).map({ $0 == mode }) ?? true {
            write(row, of: proxy)
        }
        for index in before.0..<service.fields.count { service.fields[index] = service.fields[index].nested }
        for index in before.1..<service.unmanaged.count { service.unmanaged[index] = service.unmanaged[index].nested }
    }

    private func outpostLine(_ name: String) -> String { "outpost: \(YAMLText.scalar(name))" }

    /// The file's name of the outpost that serves a provider; if there is none, nil and a refusal.
    private mutating func outpost(serving proxy: ProxyProvider) -> String? {
        let serving = names.outposts(serving: proxy.pk)
        let own = serving.first { $0.pk == mark?.outpost } ?? serving.first(where: \.isEmbedded) ?? serving.first
        guard let own else {
            service.refuse(
                "no outpost serves its provider, but a file would add it to one; remove the comment signs if the "
                    + "embedded one should serve it, or name another in 'outpost'",
                .unserved
            )
            return nil
        }
        let others = serving.filter { $0.pk != own.pk }.map { "'\($0.name)'" }
        if !others.isEmpty {
            let serve = others.count == 1 ? "serves" : "serve"
            let names = others.joined(separator: ", ")
            service.remarks.append("\(count(others.count, "other outpost")) \(serve) it, too: \(names)")
        }
        return names.name(of: own)
    }

    private mutating func write(_ row: FieldSpec, of proxy: ProxyProvider) {
        switch row.name {
        case ProxyProvider.Row.name.name, ProxyProvider.Row.mode.name, ProxyProvider.Row.externalHost.name,
            ProxyProvider.Row.basicAuthUser.name, ProxyProvider.Row.basicAuthPassword.name:
            break
        case ProxyProvider.Row.basicAuth.name: writeBasicAuth(row, proxy.values)
        case ProxyProvider.Row.scopes.name: writeScopes(row, beside: proxy.values.held(row).references)
        default: write(row, proxy.values.held(row), marked: mark?.providerFields)
        }
    }

    /// The attributes have no effect unless it is enabled.
    private mutating func writeBasicAuth(_ row: FieldSpec, _ values: FieldValues) {
        guard values.held(row).flag == true else { return }
        let attributes = [ProxyProvider.Row.basicAuthUser, ProxyProvider.Row.basicAuthPassword].map { attribute in
            (name: attribute.name.rawValue, text: (values.text(attribute) ?? "").trimmed)
        }
        let name = row.name.rawValue
        let field: ExportedField
        if attributes.allSatisfy({ YAMLText.isPlainInFlow($0.text) }) {
            let texts = attributes.map { "\($0.name): \($0.text)" }
            field = ExportedField(name, "{\(texts.joined(separator: ", "))}")
        } else {
            let lines = attributes.map { "  \($0.name): \(YAMLText.scalar($0.text))" }
            field = ExportedField(name: name, lines: ["\(name):"] + lines)
        }
        let isMarked = mark?.providerFields.contains(row.attribute) ?? false
        optional(field, isMarked: isMarked, isDefault: false)
    }

    /// The scopes in addition to those that each proxy provider has.
    private mutating func writeScopes(_ row: FieldSpec, beside references: [FieldValue.Reference]) {
        let (scopes, mappings) = scopes(references.compactMap(\.pk.string).filter { !names.isOfEachProxy($0) })
        guard !scopes.isEmpty || !mappings.isEmpty else { return }
        add(ExportedField(row.name.rawValue, scopes: scopes.sorted(), mappings: mappings.sorted()))
    }
}
