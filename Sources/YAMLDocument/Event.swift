/// One step of libyaml through a document, in Swift's own types.
struct Event {
    enum Kind {
        case streamStart, streamEnd
        case documentStart, documentEnd
        case alias(String)
        case scalar(YAMLScalar, Label)
        case sequenceStart(Label), sequenceEnd
        case mappingStart(Label), mappingEnd
    }

    /// What may stand before a node: `&anchor !tag`.
    struct Label {
        var anchor: String?
        var tag: String?
    }

    var kind: Kind
    var position: YAMLPosition
    var lastLine: Int
}
