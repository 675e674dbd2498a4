import Base

/// A text as a part of a URL's path or query: everything but unreserved characters is encoded (RFC 3986, section 2.1).
package func percentEncoded(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
        if byte.isASCIIAlphanumeric || "-._~".utf8.contains(byte) {
            result.unicodeScalars.append(Unicode.Scalar(byte))
        } else {
            let digits = String(byte, radix: 16, uppercase: true)
            result += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
        }
    }
    return result
}
