package import Kinds

/// Who may open a service, as the file declares it.
package struct Access: Sendable, Equatable {
    package enum Rule: Sendable, Equatable {
        /// Explicitly open: without bindings of this program.
        case everyone
        case subjects(Subjects)
    }

    package struct Subjects: Sendable, Equatable {
        /// Groups first, then users, then policies, each in the order of the file and each once; never empty.
        package var list: [AccessSubject]
        package var mode: AccessMode
        /// Whether the bindings that others made are removed, too.
        package var isExclusive: Bool

        package init(_ list: [AccessSubject], mode: AccessMode = .any, isExclusive: Bool = false) {
            self.list = list
            self.mode = mode
            self.isExclusive = isExclusive
        }
    }

    package var rule: Rule
    /// Where the file, or its `defaults`, declares it.
    package var location: SourceLocation

    package init(_ rule: Rule, location: SourceLocation) {
        self.rule = rule
        self.location = location
    }

    /// Nil for everyone.
    package var subjects: Subjects? { if case .subjects(let subjects) = rule { subjects } else { nil } }
}

/// A group, user or policy that the file names.
package struct AccessSubject: Sendable, Equatable {
    package var kind: SubjectKind
    /// A group's or policy's name, or a username; compared exactly.
    package var name: String
    package var location: SourceLocation

    package init(_ kind: SubjectKind, _ name: String, location: SourceLocation) {
        self.kind = kind
        self.name = name
        self.location = location
    }
}

extension DesiredState {
    /// Whether any present service declares access.
    package var managesAccess: Bool { !declaredAccess.isEmpty }

    /// The names of the subjects that may open services, by kind; kinds without names are left out.
    package var accessSubjects: [SubjectKind: Set<String>] {
        let subjects = declaredAccess.flatMap { $0.subjects?.list ?? [] }
        return Dictionary(grouping: subjects, by: \.kind).mapValues { Set($0.map(\.name)) }
    }

    private var declaredAccess: [Access] { services.filter { $0.state == .present }.compactMap(\.access) }
}
