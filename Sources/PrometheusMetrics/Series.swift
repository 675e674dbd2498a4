/// One line of numbers: a family, and a value for each of its labels.
///
/// Whoever has a handle writes to it while somebody else reads it.
protocol Series: AnyObject, Sendable {
    /// Whether a family of this kind has such series.
    static func fits(_ kind: MetricFamily.Kind) -> Bool

    init(_ kind: MetricFamily.Kind)

    var reading: Reading { get }
}
