import Base

/// Numbers as Python's `float` reads them from text: `1.5`, ` +.5 `, `1_000`, `1e3`.
///
/// https://docs.python.org/3/library/functions.html#float
enum PythonFloat {
    /// - Returns: nil for a text that `float` rejects, and for infinity and NaN.
    static func finite(_ text: String) -> Double? {
        var digits: [UInt8] = []
        for scalar in text.unicodeScalars {
            if scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue {
                digits.append(UInt8(ascii: "0") + UInt8(value))
            } else if scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value) {
                digits.append(UInt8(ascii: " "))
            } else if scalar.isASCII {
                digits.append(UInt8(scalar.value))
            } else {
                return nil
            }
        }
        var reader = Reader(rest: digits[...])
        guard let number = reader.number(), let value = Double(number), value.isFinite else { return nil }
        return value
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        /// The number without surrounding white space and underscores; nil if it is not a number.
        mutating func number() -> String? {
            var number = ""
            while take(" ") {}
            if take("-") { number = "-" } else { _ = take("+") }
            guard let whole = digits() else { return nil }
            var fraction = ""
            if take(".") {
                guard let found = digits() else { return nil }
                fraction = found
            }
            if whole.isEmpty, fraction.isEmpty { return nil }
            number += "\(whole.isEmpty ? "0" : whole).\(fraction.isEmpty ? "0" : fraction)"
            if take("e") || take("E") {
                number += "e"
                if take("-") { number += "-" } else { _ = take("+") }
                guard let exponent = digits(), !exponent.isEmpty else { return nil }
                number += exponent
            }
            while take(" ") {}
            return rest.isEmpty ? number : nil
        }

        /// Zero or more digits; nil if an underscore is not between two of them.
        private mutating func digits() -> String? {
            var digits = ""
            while let byte = rest.first {
                switch byte {
                case _ where byte.isASCIIDigit: digits.unicodeScalars.append(Unicode.Scalar(byte))
                case UInt8(ascii: "_"):
                    let next = rest.dropFirst().first ?? 0
                    guard !digits.isEmpty, next.isASCIIDigit else { return nil }
                default: return digits
                }
                rest = rest.dropFirst()
            }
            return digits
        }

        private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: scalar) else { return false }
            rest = rest.dropFirst()
            return true
        }
    }
}
