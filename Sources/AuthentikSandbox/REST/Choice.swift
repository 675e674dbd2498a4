/// The values of a field that takes one of a few words.
protocol Choice: RawRepresentable<String>, CaseIterable, Sendable {}
