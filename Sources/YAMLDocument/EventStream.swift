internal import CYAML

/// libyaml's parser over one input: its only owner, and the only code that uses libyaml's types.
///
/// The parser contains pointers into itself and its input, so both live on the heap for as long as the stream.
struct EventStream: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>
    private let source: YAMLSource

    /// - Throws: if there is not enough memory.
    init(_ source: YAMLSource) throws(YAMLProblem) {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        guard yaml_parser_initialize(parser) != 0 else {
            parser.deallocate()
            throw YAMLProblem("out of memory", at: YAMLPosition(line: 1, column: 1))
        }
        let input = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: source.bytes.count)
        _ = input.initialize(from: source.bytes)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, input.count)
        self.parser = parser
        self.input = input
        self.source = source
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    /// The next event; must not be called after ``Event/Kind/streamEnd``.
    ///
    /// - Throws: what libyaml rejects. The stream is then over.
    mutating func next() throws(YAMLProblem) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) != 0 else {
            throw problem
        }
        defer { yaml_event_delete(&event) }
        return Event(
            kind: Self.kind(of: event),
            position: position(of: event.start_mark),
            lastLine: lastLine(of: event)
        )
    }

    private var problem: YAMLProblem {
        let place =
            parser.pointee.error == YAML_READER_ERROR
            ? source.position(ofOffset: parser.pointee.problem_offset)  // its mark stays at 0:0
            : position(of: parser.pointee.problem_mark)
        guard let text = parser.pointee.problem else {
            return YAMLProblem("out of memory", at: place)
        }
        return YAMLProblem.rejected(
            String(cString: text),
            context: parser.pointee.context.map { String(cString: $0) },
            contextPlace: position(of: parser.pointee.context_mark),
            at: place,
            scalar: source.scalar(at: place)
        )
    }

    private func position(of mark: yaml_mark_t) -> YAMLPosition {
        source.position(ofLine: Int(mark.line), column: Int(mark.column))
    }

    /// A block scalar's end mark is at the beginning of the line below it.
    private func lastLine(of event: yaml_event_t) -> Int {
        let end = event.end_mark
        let isBelow = end.column == 0 && end.line > event.start_mark.line
        return min(Int(end.line) + (isBelow ? 0 : 1), source.lineCount)
    }

    private static func kind(of event: yaml_event_t) -> Event.Kind {
        switch event.type {
        case YAML_DOCUMENT_START_EVENT: .documentStart
        case YAML_DOCUMENT_END_EVENT: .documentEnd
        case YAML_ALIAS_EVENT: .alias(text(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT: .scalar(scalar(event), label(event.data.scalar.anchor, event.data.scalar.tag))
        case YAML_SEQUENCE_START_EVENT:
            .sequenceStart(label(event.data.sequence_start.anchor, event.data.sequence_start.tag))
        case YAML_SEQUENCE_END_EVENT: .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            .mappingStart(label(event.data.mapping_start.anchor, event.data.mapping_start.tag))
        case YAML_MAPPING_END_EVENT: .mappingEnd
        case YAML_STREAM_START_EVENT: .streamStart
        default: .streamEnd
        }
    }

    private static func scalar(_ event: yaml_event_t) -> YAMLScalar {
        let scalar = event.data.scalar
        let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
        let style: YAMLScalar.Style =
            switch scalar.style {
            case YAML_SINGLE_QUOTED_SCALAR_STYLE, YAML_DOUBLE_QUOTED_SCALAR_STYLE: .quoted
            case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: .block
            default: .plain
            }
        var node = YAMLScalar(text: String(decoding: bytes, as: UTF8.self), style: style)
        node.isLiteral = scalar.style == YAML_LITERAL_SCALAR_STYLE
        return node
    }

    private static func label(
        _ anchor: UnsafeMutablePointer<yaml_char_t>?,
        _ tag: UnsafeMutablePointer<yaml_char_t>?
    ) -> Event.Label {
        let standard = "tag:yaml.org,2002:"
        let tag = text(tag).map { $0.hasPrefix(standard) ? "!!" + $0.dropFirst(standard.count) : $0 }
        return Event.Label(anchor: text(anchor), tag: tag)
    }

    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }
}

/// One event of libyaml, in Swift's own types.
struct Event {
    enum Kind {
        case streamStart, streamEnd
        case documentStart, documentEnd
        case alias(String)
        case scalar(YAMLScalar, Label)
        case sequenceStart(Label), sequenceEnd
        case mappingStart(Label), mappingEnd
    }

    /// What can precede a node: `&anchor !tag`.
    struct Label {
        var anchor: String?
        var tag: String?
    }

    var kind: Kind
    var position: YAMLPosition
    var lastLine: Int
}
