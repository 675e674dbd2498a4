/// Commands that a CI runner recognizes in the output of a step, even in a line of a file or in a name from Authentik.
///
/// GitHub Actions recognizes lines that begin with `::`, after optional white space, and lines that contain `##[`
/// (https://docs.github.com/actions/reference/workflow-commands-for-github-actions); Azure Pipelines recognizes
/// `##vso[`.
package enum RunnerCommand {
    /// A text in which the first character of each command is written as `\u{…}`.
    package static func neutralized(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: ":")) || text.utf8.contains(UInt8(ascii: "#")) else { return text }
        let scalars = Array(text.unicodeScalars)
        let signs = signs(in: scalars)
        guard !signs.isEmpty else { return text }
        return scalars.indices.reduce(into: "") { result, index in
            if signs.contains(index) {
                result += escape(scalars[index])
            } else {
                result.unicodeScalars.append(scalars[index])
            }
        }
    }

    /// Equivalent JSON without commands: its lines do not begin with `::`, and `##[` can only be in its texts.
    package static func neutralized(json: String) -> String {
        json.contains("##") ? json.replacing("##[", with: "\\u0023#[").replacing("##vso[", with: "\\u0023#vso[") : json
    }

    /// The positions of the first characters of commands; the text begins a line.
    static func signs(in scalars: [Unicode.Scalar]) -> Set<Int> {
        var signs: Set<Int> = []
        var isAtStart = true
        for index in scalars.indices {
            switch scalars[index] {
            case ":" where isAtStart && scalars[index...].starts(with: colons): signs.insert(index)
            case "#" where brackets.contains(where: { scalars[index...].starts(with: $0) }): signs.insert(index)
            default: break
            }
            isAtStart = scalars[index] == "\n" || isAtStart && scalars[index].properties.isWhitespace
        }
        return signs
    }

    static func escape(_ scalar: Unicode.Scalar) -> String {
        "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    }

    private static let colons = Array("::".unicodeScalars)
    private static let brackets = ["##[", "##vso["].map { Array($0.unicodeScalars) }
}
