internal import YAMLDocument

/// A value and where the file has it.
struct Located<Value> {
    var value: Value
    var position: YAMLPosition
}
