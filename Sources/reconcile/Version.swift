/// The version of this program.
enum Version {
    static let current = "0.5.0"
}
