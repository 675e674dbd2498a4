import AuthentikAPI
package import DesiredState
import Kinds

extension ServiceFailure {
    /// This failure, with the line in the file where Authentik found an error in an expression.
    ///
    /// Authentik counts from a line of its own that it puts before the code: `'{' was never closed (None, line 2)` is
    /// about the first one. See `wrap_expression` in `authentik/lib/expression/evaluator.py`.
    ///
    /// - Parameter place: where the file has the code; nil if it has none.
    package func located(_ place: ExpressionPlace?) -> ServiceFailure {
        let field = ScopeMapping.Row.expression.attribute
        guard let place, let index = fields.firstIndex(where: { $0.field == field }) else { return self }
        var failure = self
        let line = fields[index].message.lineNumber.map { $0 - 1 }
        failure.message += "; the expression is at \(place.text(ofLine: line ?? 1))"
        if let line, let end = fields[index].message.place(ofLast: " (") {
            failure.fields[index].message = "\(fields[index].message[..<end]) (\(place.text(ofLine: line)))"
        }
        return failure
    }
}

extension String {
    /// The line number in a message that ends with `(FILE, line 2)`; nil for any other message.
    fileprivate var lineNumber: Int? {
        guard hasSuffix(")"), let begin = place(ofLast: ", line ") else { return nil }
        return Int(self[begin...].dropFirst(", line ".count).dropLast())
    }

    /// The start of the last occurrence of a text.
    fileprivate func place(ofLast text: String) -> String.Index? {
        indices.last { self[$0...].hasPrefix(text) }
    }
}
