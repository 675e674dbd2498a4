/// Plain words that mean something to YAML (1.2, core schema), or did so once (1.1).
enum YAMLWords {
    static let nulls = ["", "~", "null", "Null", "NULL"]
    static let scalarTags = ["!!str", "!!int", "!!bool", "!!null"]

    static func boolean(_ text: String) -> Bool? {
        switch text {
        case "true", "True", "TRUE": true
        case "false", "False", "FALSE": false
        default: nil
        }
    }

    /// What YAML 1.1 took for a boolean; YAML 1.2 takes it for text, and people for either.
    static func looseBoolean(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "yes", "on", "y", "1", "true": true
        case "no", "off", "n", "0", "false": false
        default: nil
        }
    }

    /// Whether a reader of some version of YAML takes a plain word for a boolean.
    static func isBoolean(_ text: String) -> Bool {
        ["true", "false", "yes", "no", "on", "off"].contains(text.lowercased())
    }
}
