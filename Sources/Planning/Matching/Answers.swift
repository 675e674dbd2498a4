extension ProviderMatcher {
    /// The decisions on services, each by its index in the file.
    ///
    /// A question that needs the answer to another one fails with that question, and is asked again once it is
    /// answered. So the order is found on the way, and a chain of services may be of any length: it does not use up the
    /// call stack.
    struct Answers {
        enum Question: Hashable {
            /// Which provider is a service's own?
            case own(Int)
            /// Does a service get everything it needs?
            case isServed(Int)
        }

        /// The question that has to be answered first.
        struct Missing: Error {
            var question: Question
        }

        var owns: [Own?]
        var areServed: [Bool?]
        /// The questions that were asked, answered or not.
        private var asked: Set<Question> = []

        init(count: Int) {
            owns = Array(repeating: nil, count: count)
            areServed = Array(repeating: nil, count: count)
        }

        /// - Returns: nil if the answer would depend on itself.
        func own(_ index: Int) throws(Missing) -> Own? { try known(owns[index], .own(index)) }

        /// - Returns: false if the answer would depend on itself.
        func isServed(_ index: Int) throws(Missing) -> Bool { try known(areServed[index], .isServed(index)) ?? false }

        private func known<Answer>(_ answer: Answer?, _ question: Question) throws(Missing) -> Answer? {
            if answer == nil, !asked.contains(question) { throw Missing(question: question) }
            return answer
        }

        /// Answers a question, after all the questions that it depends on.
        ///
        /// - Parameter answer: records the answer to a question.
        mutating func settle(_ question: Question, by answer: (Question, inout Answers) throws(Missing) -> Void) {
            var open: [Question] = []
            func ask(_ question: Question, _ asked: inout Set<Question>) {
                if asked.insert(question).inserted { open.append(question) }
            }
            ask(question, &asked)
            while let next = open.last {
                do throws(Missing) {
                    try answer(next, &self)
                    open.removeLast()
                } catch {
                    ask(error.question, &asked)
                }
            }
        }
    }
}
