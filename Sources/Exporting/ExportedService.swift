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
