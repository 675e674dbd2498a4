/// What becomes of an application, or a provider, that is there without an ownership mark.
package enum AdoptionPolicy: String, Sendable, CaseIterable {
    /// It is brought in line with the file, and marked.
    case always
    /// It is marked if nothing would change; else it is a conflict.
    case matching
    /// It is a conflict, unless it is what this program itself would have created: its own unfinished create.
    case never
}
