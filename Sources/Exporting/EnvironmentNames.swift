import Base

/// Makes up names of environment variables for client secrets; none twice.
struct EnvironmentNames {
    private var taken: Set<String> = []

    /// `GRAFANA_CLIENT_SECRET` for `grafana`; where two slugs come to the same, the second gets a number.
    mutating func name(for slug: String) -> String {
        let letters = slug.utf8.map { byte in
            switch byte {
            case 0x61...0x7A: byte - 0x20
            case 0x30...0x39, 0x41...0x5A: byte
            default: UInt8(ascii: "_")
            }
        }
        let isDigitFirst = letters.first.map(\.isASCIIDigit) ?? false
        let base = (isDigitFirst ? "_" : "") + String(decoding: letters, as: UTF8.self) + "_CLIENT_SECRET"
        var name = base
        var number = 2
        while !taken.insert(name).inserted {
            name = "\(base)_\(number)"
            number += 1
        }
        return name
    }
}
