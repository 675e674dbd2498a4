import ArgumentParser

/// The form of a result.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, markdown
}
