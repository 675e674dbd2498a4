/// The parameters of a query, in order; one name may stand several times.
struct Query {
    private let parameters: [(name: String, value: String)]

    init(_ text: Substring) {
        parameters = text.split(separator: "&").map { pair in
            let sign = pair.firstIndex(of: "=") ?? pair.endIndex
            return (
                PercentEncoding.decode(pair[..<sign], plusIsSpace: true),
                PercentEncoding.decode(pair[sign...].dropFirst(), plusIsSpace: true)
            )
        }
    }

    /// The value of a parameter, the last one if it stands several times; nil if there is none or it is empty.
    subscript(_ name: String) -> String? {
        guard let value = parameters.last(where: { $0.name == name })?.value, !value.isEmpty else { return nil }
        return value
    }

    /// All values of a parameter.
    func all(_ name: String) -> [String] {
        parameters.filter { $0.name == name && !$0.value.isEmpty }.map(\.value)
    }
}
