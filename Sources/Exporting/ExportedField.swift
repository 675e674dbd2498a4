/// One field of a service, as lines of YAML.
struct ExportedField {
    /// The file's name of it.
    var name: String
    /// The first begins with the name; the others are indented against it.
    var lines: [String]
    /// Whether leaving it out leaves the value in Authentik alone.
    var isOptional = false
}
