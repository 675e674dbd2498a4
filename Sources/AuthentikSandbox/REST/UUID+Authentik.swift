import FoundationEssentials
import JSON

extension UUID {
    /// A UUID in any of the spellings that Python takes: with or without dashes, in braces, as a URN.
    init?(lenient text: String) {
        let digits = text.replacing("urn:", with: "").replacing("uuid:", with: "")
            .drop { $0 == "{" || $0 == "}" }
            .filter { $0 != "-" && $0 != "{" && $0 != "}" }
        guard digits.utf8.count == 32 else { return nil }
        var dashed = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { dashed.append("-") }
            dashed.append(digit)
        }
        self.init(uuidString: dashed)
    }

    /// As Authentik writes it: in lower case.
    var text: String { uuidString.lowercased() }

    /// As the audit log writes it: without dashes.
    var digits: String { text.replacing("-", with: "") }

    var json: JSONValue { .string(text) }
}

extension UUID? {
    var json: JSONValue { self?.json ?? .null }
}
