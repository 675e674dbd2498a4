/// What of an object's schema decides who owns what.
enum FieldSchema {
    /// Members that no manager owns.
    static let unowned: [[String]] =
        [["apiVersion"], ["kind"]]
        + [
            "name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "managedFields",
        ].map { ["metadata", $0] }

    /// Structs that a Go value always has: they are there before anybody sets something in them, so nobody made them.
    static func isAlwaysThere(_ names: [String]) -> Bool {
        switch names {
        case ["metadata"], ["spec"], ["status"], ["deprecatedSource"]: true
        case ["spec", "template"], ["spec", "strategy"], ["spec", "updateStrategy"]: true
        case ["spec", "template", "metadata"], ["spec", "template", "spec"]: true
        case ["spec", "template", "spec", "containers"]: true
        default: false
        }
    }

    /// What is owned as a whole, although it has members.
    static func isAtomic(_ names: [String]) -> Bool {
        switch names {
        case ["spec", "selector"], ["regarding"], ["related"]: true
        default: false
        }
    }

    /// The member that the items of a list are known by; nil of a list that is owned as a whole.
    ///
    /// Lists with several keys, such as a container's ports, count as owned as a whole.
    static func key(ofList names: [String]) -> String? {
        switch names.last {
        case "containers", "initContainers", "volumes", "env": "name"
        case "conditions": "type"
        default: nil
        }
    }
}
