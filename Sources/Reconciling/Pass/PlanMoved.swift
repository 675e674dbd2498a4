package import Planning

/// A reviewed plan is not what a pass would do any more: nothing was written.
package struct PlanMoved: Error, Sendable, CustomStringConvertible {
    package var differences: [PlanRecord.Difference]

    package init(_ differences: [PlanRecord.Difference]) {
        self.differences = differences
    }

    /// A sentence, and a line for each difference.
    package var description: String {
        let lines = differences.map { "  " + ($0.slug.map { "\($0)  " } ?? "") + $0.message }
        return (["the plan is out of date, and nothing was written; plan again and review what is new:"] + lines)
            .joined(separator: "\n")
    }
}
