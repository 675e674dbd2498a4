import AuthentikAPI
import Kinds

/// A name or client id that a service's provider is to get, and that another provider has now.
///
/// Both are unique, so Authentik would refuse it.
struct TakenName {
    struct Key: Hashable {
        /// The provider that has it.
        var provider: Int
        /// Its attribute.
        var field: String
    }

    let field: FieldSpec
    let value: String
    let holder: OAuth2Provider

    var key: Key { Key(provider: holder.pk, field: field.attribute) }

    /// In a clause.
    var description: String {
        let what = field.name == OAuth2Provider.Row.name.name ? "name" : "client id"
        let owner = (holder.applicationSlug ?? holder.backchannelApplicationSlug).map { " of the application '\($0)'" }
        return "the \(what) '\(value)' is taken by the provider '\(holder.name)'\(owner ?? "")"
    }
}
