/// Matches a pattern against one text, with backtracking.
struct PatternMatcher {
    /// What must match after a piece; false makes the matcher backtrack.
    ///
    /// It is an object because Swift's optimizer endlessly specialises closures that are passed on by mutually
    /// recursive functions (as of 6.3, with -Osize).
    private final class Rest {
        private let body: (inout PatternMatcher, Int) -> Bool

        init(_ body: @escaping (inout PatternMatcher, Int) -> Bool) {
            self.body = body
        }

        func callAsFunction(_ matcher: inout PatternMatcher, _ place: Int) -> Bool { body(&matcher, place) }
    }

    /// Matching is given up after this many steps, or at this depth: some patterns need exponential time.
    private static let mostSteps = 200_000
    private static let mostDepth = 1_000

    private let scalars: [Unicode.Scalar]
    private var groups: [Range<Int>?]
    private var steps = 0
    private var depth = 0
    private var hasGivenUp = false

    init(_ text: String, groupCount: Int) {
        scalars = Array(text.unicodeScalars)
        groups = Array(repeating: nil, count: groupCount)
    }

    /// Whether a pattern matches all of the text.
    mutating func matches(_ root: PatternNode) -> Bool {
        match(root, at: 0, Rest { matcher, end in end == matcher.scalars.count })
    }

    private mutating func match(_ node: PatternNode, at place: Int, _ rest: Rest) -> Bool {
        steps += 1
        depth += 1
        defer { depth -= 1 }
        if steps > Self.mostSteps || depth > Self.mostDepth { hasGivenUp = true }
        if hasGivenUp { return false }
        switch node {
        case .character(let test):
            return place < scalars.count && test.matches(scalars[place]) && rest(&self, place + 1)
        case .anchor(let anchor): return holds(anchor, at: place) && rest(&self, place)
        case .sequence(let nodes): return match(nodes[...], at: place, rest)
        case .branch(let nodes):
            for node in nodes where match(node, at: place, rest) { return true }
            return false
        case .capture(let number, let node): return capture(number, node, at: place, rest)
        case .group(let node): return match(node, at: place, rest)
        case .atomic(let node): return end(of: node, at: place).map { rest(&self, $0) } ?? false
        case .repetition(let repetition): return match(repetition, at: place, rest)
        case .reference(let number, let flags):
            return groups[number].flatMap { end(ofCopy: $0, flags, at: place) }.map { rest(&self, $0) } ?? false
        case .conditional(let number, let yes, let no):
            return match(groups[number] == nil ? no : yes, at: place, rest)
        case .look(let look): return holds(look, at: place) && rest(&self, place)
        }
    }

    private mutating func match(_ nodes: ArraySlice<PatternNode>, at place: Int, _ rest: Rest) -> Bool {
        guard let first = nodes.first else { return rest(&self, place) }
        return match(first, at: place, Rest { matcher, end in matcher.match(nodes.dropFirst(), at: end, rest) })
    }

    private mutating func capture(_ number: Int, _ node: PatternNode, at place: Int, _ rest: Rest) -> Bool {
        let before = groups[number]
        let enclosing = Rest { matcher, end in
            let inner = matcher.groups[number]
            matcher.groups[number] = place..<end
            if rest(&matcher, end) { return true }
            matcher.groups[number] = inner
            return false
        }
        let isMatch = match(node, at: place, enclosing)
        if !isMatch { groups[number] = before }
        return isMatch
    }

    /// Where the first match of a piece ends, without backtracking into it.
    private mutating func end(of node: PatternNode, at place: Int) -> Int? {
        var found: Int?
        let before = groups
        let taking = Rest { _, end in
            found = end
            return true
        }
        if !match(node, at: place, taking) { groups = before }
        return found
    }

    private func end(ofCopy range: Range<Int>, _ flags: PatternFlags, at place: Int) -> Int? {
        let end = place + range.count
        guard end <= scalars.count else { return nil }
        for (original, copy) in zip(scalars[range], scalars[place..<end]) where original != copy {
            guard flags.contains(.ignoreCase), CharacterTest.variants(of: original, flags).contains(copy) else {
                return nil
            }
        }
        return end
    }

    // MARK: Repetitions

    private mutating func match(_ repetition: PatternNode.Repetition, at place: Int, _ rest: Rest) -> Bool {
        if case .character(let test) = repetition.node { return match(test, repetition, at: place, rest) }
        guard repetition.manner == .possessive else { return match(repetition, count: 0, at: place, rest) }
        var place = place
        var count = 0
        while count < repetition.range.upperBound, let end = end(of: repetition.node, at: place) {
            count += 1
            if end == place {
                count = max(count, repetition.range.lowerBound)
                break
            }
            place = end
        }
        return count >= repetition.range.lowerBound && rest(&self, place)
    }

    /// Single characters, one by one and without recursion.
    private mutating func match(
        _ test: CharacterTest,
        _ repetition: PatternNode.Repetition,
        at place: Int,
        _ rest: Rest
    ) -> Bool {
        let most = min(repetition.range.upperBound, scalars.count - place)
        let least = repetition.range.lowerBound
        var count = 0
        let target = repetition.manner == .lazy ? min(least, most) : most
        while count < target, test.matches(scalars[place + count]) { count += 1 }
        guard count >= least else { return false }
        switch repetition.manner {
        case .possessive: return rest(&self, place + count)
        case .greedy:
            while count >= least {
                if rest(&self, place + count) { return true }
                count -= 1
            }
            return false
        case .lazy:
            while true {
                if rest(&self, place + count) { return true }
                guard !hasGivenUp, count < most, test.matches(scalars[place + count]) else { return false }
                count += 1
            }
        }
    }

    private mutating func match(
        _ repetition: PatternNode.Repetition,
        count: Int,
        at place: Int,
        _ rest: Rest
    ) -> Bool {
        let isEnough = count >= repetition.range.lowerBound
        if isEnough, repetition.manner == .lazy, rest(&self, place) { return true }
        if count < repetition.range.upperBound {
            let again = Rest { matcher, end in
                // An empty match would repeat forever.
                if end == place, isEnough { return false }
                let next = end == place ? max(count + 1, repetition.range.lowerBound) : count + 1
                return matcher.match(repetition, count: next, at: end, rest)
            }
            if match(repetition.node, at: place, again) { return true }
        }
        return isEnough && repetition.manner == .greedy && rest(&self, place)
    }

    // MARK: Places

    private mutating func holds(_ look: PatternNode.Look, at place: Int) -> Bool {
        guard let behind = look.behind else { return (end(of: look.node, at: place) != nil) != look.isNegative }
        guard behind <= place else { return look.isNegative }
        // Its width is fixed, so it ends here if it matches at all.
        return (end(of: look.node, at: place - behind) != nil) != look.isNegative
    }

    private func holds(_ anchor: PatternNode.Anchor, at place: Int) -> Bool {
        switch anchor {
        case .start: place == 0
        case .end: place == scalars.count
        case .lineStart: place == 0 || scalars[place - 1] == "\n"
        case .lineEnd: place == scalars.count || scalars[place] == "\n"
        case .lastLineEnd: place == scalars.count || (place == scalars.count - 1 && scalars[place] == "\n")
        case .wordBoundary(let flags): isBoundary(place, flags)
        case .noWordBoundary(let flags): !scalars.isEmpty && !isBoundary(place, flags)
        }
    }

    private func isBoundary(_ place: Int, _ flags: PatternFlags) -> Bool {
        let before = place > 0 && CharacterTest.isWord(scalars[place - 1], flags)
        let after = place < scalars.count && CharacterTest.isWord(scalars[place], flags)
        return before != after
    }
}
