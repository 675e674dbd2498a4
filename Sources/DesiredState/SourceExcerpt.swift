import Kinds

/// What of a line of a file may be shown with a caret: a line may hold a secret where nobody expects one.
enum SourceExcerpt {
    /// A line without its comment, which may hold anything; nil if there is nothing left, or if it may hold a URL with a
    /// password.
    static func shown(_ line: String) -> String? {
        guard !line.contains("@") else { return nil }
        let text = withoutComment(line)
        return text.allSatisfy(\.isWhitespace) && text.count < line.count ? nil : text
    }

    /// Whether all that a line names are fields of the format that hold no secrets.
    ///
    /// For lines of which the parser made nothing: a line that names no field, or another one, may be a secret.
    static func hasOnlyKnownFields(_ line: String) -> Bool {
        let names = names(in: line)
        return !names.isEmpty && names.allSatisfy(harmless.contains) && !SecretWords.appear(in: line)
    }

    private static let harmless = Set(
        Schema.all.filter { !$0.mayHoldSecret }.flatMap(\.fields).filter(\.isHarmless).map(\.name.rawValue)
    )

    /// What stands before each colon that may end a key.
    private static func names(in line: String) -> [String] {
        let scalars = Array(line.unicodeScalars)
        return scalars.indices.compactMap { index in
            guard scalars[index] == ":" else { return nil }
            let isEnd = index + 1 == scalars.count || " \t".unicodeScalars.contains(scalars[index + 1])
            let isQuoted = index > 0 && "\"'".unicodeScalars.contains(scalars[index - 1])
            guard isEnd || isQuoted else { return nil }
            let name = scalars[..<index].reversed().prefix { !" \t{},[]".unicodeScalars.contains($0) }
            return name.reversed().reduce(into: "") { $0.unicodeScalars.append($1) }
        }
    }

    /// Cut off at the first `#` that may begin one; in quotes it does not, and the line is cut all the same.
    private static func withoutComment(_ line: String) -> String {
        let scalars = line.unicodeScalars
        var previous: Unicode.Scalar?
        for index in scalars.indices {
            if scalars[index] == "#", previous.map({ $0 == " " || $0 == "\t" }) ?? true {
                return String(scalars[..<index])
            }
            previous = scalars[index]
        }
        return line
    }
}

extension Field {
    /// Whether its value is no secret, nor part of what refers to one.
    fileprivate var isHarmless: Bool {
        switch kind {
        case .secretReference, .kubernetesSecret, .publication: false
        // Of `services` and `defaults` the fields are looked at by themselves; `keys` are whatever somebody wants.
        case .node: name != .keys
        default: true
        }
    }
}
