package import JSON

extension OwnershipMark {
    /// What can be made out of an entitlement of the mark's name, whether it can be read as a mark or not.
    package struct Remains: Sendable, Equatable {
        /// Nil where no text says it.
        package var owner: String?
        /// Nil where no slug says it.
        package var slug: String?
        /// Nil where no number says it.
        package var provider: Int?
        private let attributes: JSONValue

        package init(_ attributes: JSONValue) {
            owner = attributes["owner"]?.string
            slug = attributes["slug"]?.string.flatMap { Self.isSlug($0) ? $0 : nil }
            provider = attributes["provider"]?.integer
            self.attributes = attributes
        }

        /// As Authentik has slugs: only such a text may become part of a URL.
        private static func isSlug(_ text: String) -> Bool {
            let isLetter = { (byte: UInt8) in
                switch UInt8(byte) {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
            return !text.isEmpty && text.utf8.allSatisfy(isLetter)
        }

        /// Whether it is this owner's, or says of nobody that it is theirs.
        package func mayBelong(to owner: String) -> Bool { self.owner == nil || self.owner == owner }

        /// Why a service that has it is left alone: a clause.
        package var reason: String {
            "its ownership mark cannot be read, so nobody knows whose it is: \(contents); correct or delete the "
                + "application entitlement '\(OwnershipMark.entitlementName)' in Authentik"
        }

        /// All of it for people: JSON on one line, of harmless characters, cut after two hundred.
        package var contents: String {
            let longest = 200
            let text = String(decoding: attributes.serialized(), as: UTF8.self)
            let scalars = text.unicodeScalars.prefix(longest + 1)
            let escaped = scalars.prefix(longest).reduce(into: "") { result, scalar in
                let isHarmless =
                    (0x20..<0x7F).contains(scalar.value) || scalar.properties.isAlphabetic
                    || scalar.properties.numericType != nil
                result += isHarmless ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
            }
            return scalars.count > longest ? "\(escaped)…" : escaped
        }
    }
}
