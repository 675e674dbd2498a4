/// What is wrong with an answer: a clause that quotes nothing of it.
struct Malformed: Error {
    var message: String

    init(_ message: String) {
        self.message = message
    }
}
