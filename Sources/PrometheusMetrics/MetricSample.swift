/// A value that is read when it is asked for, rather than kept up to date.
package struct MetricSample: Sendable {
    /// The name of a family that is sampled.
    package var family: String
    /// A value for each of the family's labels, in any order.
    package var labels: [(String, String)]
    package var value: Double

    package init(_ family: String, _ labels: [(String, String)] = [], _ value: Double) {
        self.family = family
        self.labels = labels
        self.value = value
    }
}
