/// What the reader of the file says against a field.
struct Complaint {
    var message: String
    /// Whether the reader takes the value for something that must not be shown.
    var isHidden: Bool
}
