/// Random text, from the system's generator.
enum Random {
    private static let alphanumerics = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
    private static let hexadecimals = Array("0123456789abcdef")

    static func alphanumeric(_ count: Int) -> String { text(count, of: alphanumerics) }

    static func hexadecimal(_ count: Int) -> String { text(count, of: hexadecimals) }

    private static func text(_ count: Int, of alphabet: [Character]) -> String {
        var generator = SystemRandomNumberGenerator()
        return String((0..<count).map { _ in alphabet[Int.random(in: alphabet.indices, using: &generator)] })
    }
}
