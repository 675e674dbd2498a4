import FoundationEssentials
import JSON

/// `/crypto/certificatekeypairs/`, looked up by UUID.
enum CertificateKeyPairs: Resource {
    static let app = "authentik_crypto"
    static let modelName = "certificatekeypair"
    static let model = "CertificateKeyPair"
    static let ordering = "name"

    static func rows(in store: inout Store) -> [CertificateKeyPair] { store.certificates.inOrder() }

    static func row(_ key: String, in store: Store) throws(Refusal) -> CertificateKeyPair? {
        guard let pk = UUID(lenient: key) else { throw .notFound }
        return store.certificates[pk]
    }

    static func filter(_ filter: inout Filter<CertificateKeyPair>, in store: Store) {
        filter.text("name") { $0.name }
        filter.flag("has_key") { _ in true }
        filter.search { [$0.name] }
    }

    static func sortKey(_ field: String) -> ((CertificateKeyPair) -> SortKey)? {
        field == "name" ? { .text($0.name) } : nil
    }

    static func json(_ row: CertificateKeyPair, _ request: APIRequest, in store: Store) -> JSONValue {
        row.json(store.release)
    }
}
