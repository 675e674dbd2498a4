import JSON

extension JSONValue {
    /// The value below some member names.
    func at(_ path: [String]) -> JSONValue? {
        path.reduce(Optional(self)) { $0?[$1] }
    }
}
