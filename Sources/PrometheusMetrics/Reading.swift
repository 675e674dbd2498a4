/// What a series is at one moment.
enum Reading: Sendable {
    case value(Double)
    case histogram(Histogram)

    /// Values by bucket.
    struct Histogram: Sendable {
        var bounds: [Double]
        /// How many values are in each bucket alone; the last is the bucket without a bound.
        var counts: [UInt64]
        var sum = 0.0

        init(bounds: [Double]) {
            self.bounds = bounds
            counts = Array(repeating: 0, count: bounds.count + 1)
        }
    }
}
