/// Numbers that a seed and what is happening determine, equal on every machine and in every run.
///
/// The n-th request of a method and target meets the same fate whatever comes in between: requests that are sent at the
/// same time arrive in any order, and a run would not be repeatable if that order decided.
struct FaultDraw {
    private let state: UInt64

    /// - Parameters:
    ///   - rule: the rule's place in its plan.
    ///   - request: the ``hash(_:)`` of method and target.
    ///   - occurrence: how many such requests came before.
    init(seed: UInt64, rule: Int, request: UInt64, occurrence: Int) {
        var state = Self.mix(seed)
        for value in [UInt64(rule), request, UInt64(occurrence)] { state = Self.mix(state ^ value) }
        self.state = state
    }

    /// A number from 0 up to 1; another for each purpose.
    func unit(_ purpose: UInt64) -> Double {
        Double(Self.mix(state ^ purpose) >> 11) / Double(UInt64(1) << 53)
    }

    /// FNV-1a; Swift's own hashes differ from run to run.
    static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// A step of SplitMix64.
    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
