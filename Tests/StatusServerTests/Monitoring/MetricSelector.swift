/// A metric as an expression of PromQL asks for it: `reconcile_services{state="failed"}`.
struct MetricSelector: Equatable {
    struct Matcher: Equatable {
        var label: String
        /// `=`, `!=`, `=~` or `!~`.
        var operation: String
        var value: String
    }

    var name: String
    var matchers: [Matcher]

    /// The value that a label must have; nil if it may have several.
    func value(of label: String) -> String? {
        matchers.first { $0.label == label && $0.operation == "=" }?.value
    }
}
