/// Words that tell that something beside them may be a secret.
enum SecretWords {
    private static let words = [
        "secret", "password", "passwd", "passphrase", "token", "apikey", "credential", "privatekey",
    ]

    static func appear(in text: String) -> Bool {
        let folded = text.lowercased().filter { $0 != "-" && $0 != "_" }
        return words.contains { folded.contains($0) }
    }
}
