import Secrets

/// One application in the making of a file.
struct ExportedService {
    let slug: String
    /// In the order of the file.
    var fields: [ExportedField] = []
    /// Values that the file of its owner leaves alone.
    var unmanaged: [ExportedField] = []
    /// What no file can say and stays as it is.
    var remarks: [String] = []
    /// Why it cannot be declared as it is; not declared, then.
    var refusals: [String] = []
    /// Whether it carries this owner's mark.
    var isMarked = false
    /// Its client secret and the variable that stands for it; only of a confidential client.
    var secret: (variable: String, value: Secret?)?

    var isDeclared: Bool { refusals.isEmpty }
}

/// One field of a service, as lines of YAML.
struct ExportedField {
    /// The file's name of it.
    var name: String
    /// The first begins with the name; the others are indented against it.
    var lines: [String]
    /// Whether leaving it out leaves the value in Authentik alone.
    var isOptional = false
}

/// An application that is not in the file at all.
struct LeftOut {
    var slug: String
    var reason: String
}
