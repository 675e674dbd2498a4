package import JSON

/// What is to go wrong.
///
/// Of a request's rules the first that strikes is what happens to it; a latency comes beside that.
package struct FaultPlan: Sendable, Hashable {
    /// Equal seeds, rules and requests make equal faults.
    package var seed: UInt64
    package var rules: [FaultRule]

    package init(seed: UInt64 = 0, rules: [FaultRule] = []) {
        self.seed = seed
        self.rules = rules
    }

    /// Reads `{"seed": 7, "rules": ["latency=200ms", "reset=after,method=PUT,times=1"]}`; `seed` is 0 unless given.
    ///
    /// - Throws: ``FaultSyntaxError``, which says what is wrong with which rule.
    package init(_ json: JSONValue) throws(FaultSyntaxError) {
        guard let members = json.object, let list = members["rules"]?.array else {
            throw FaultSyntaxError(
                description: #"a plan must be an object with a list of rules: {"seed": 7, "rules": ["latency=200ms"]}"#
            )
        }
        if let unknown = members.keys.filter({ $0 != "seed" && $0 != "rules" }).min() {
            throw FaultSyntaxError(description: "a plan has no '\(unknown)'; it has seed, rules")
        }
        self.init()
        if let value = members["seed"] {
            guard let seed = value.integer, seed >= 0 else {
                throw FaultSyntaxError(description: "'seed' must be a whole number of at least 0")
            }
            self.seed = UInt64(seed)
        }
        for (index, value) in list.enumerated() {
            guard let text = value.string else {
                throw FaultSyntaxError(
                    description: #"rules[\#(index)] must be a text such as "unavailable=503,share=0.2""#
                )
            }
            do {
                rules.append(try FaultRule(parsing: text))
            } catch {
                throw FaultSyntaxError(description: "rules[\(index)]: \(error)")
            }
        }
    }

    /// What ``init(_:)`` reads.
    package var json: JSONValue {
        [
            "seed": .integer(Int(clamping: seed)),
            "rules": .array(rules.map { .string($0.description) }),
        ]
    }
}
