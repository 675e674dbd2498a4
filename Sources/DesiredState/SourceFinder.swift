internal import YAMLDocument

/// Finds the files that some paths mean, and reads them.
struct SourceFinder {
    enum Found {
        case source(DesiredStateLoader.Source)
        /// Something to say about a path instead.
        case remark(DiagnosticLog)
    }

    private(set) var found: [Found] = []
    private var known: Set<[UInt64]> = []

    mutating func add(path: String) {
        guard SourceFile.isDirectory(path) else { return add(file: path) }
        do throws(SourceFile.Failure) {
            let names = try SourceFile.names(in: path).filter { name in
                !name.hasPrefix(".") && (name.hasSuffix(".yaml") || name.hasSuffix(".yml"))
            }
            let files = names.sorted()
                .map { path.hasSuffix("/") ? path + $0 : "\(path)/\($0)" }
                .filter { !SourceFile.isDirectory($0) }
            // A pipe among them is a mistake: in a directory nobody waits for one.
            files.forEach { add(file: $0, takesPipes: false) }
            if files.isEmpty { refuse(path, "no .yaml or .yml file in this directory") }
        } catch {
            refuse(path, "the directory cannot be read: \(error.reason)")
        }
    }

    mutating func refuse(_ path: String, _ message: String) {
        let log = DiagnosticLog(file: path)
        log.error(message)
        found.append(.remark(log))
    }

    private mutating func add(file path: String, takesPipes: Bool = true) {
        if let identity = SourceFile.identity(path), !known.insert(identity).inserted {
            let log = DiagnosticLog(file: path)
            log.warning("the same file is given twice", hint: "it is read once")
            found.append(.remark(log))
            return
        }
        do throws(SourceFile.Failure) {
            let bytes = try SourceFile.contents(of: path, limit: YAMLLimits().bytes, takesPipes: takesPipes)
            found.append(.source(DesiredStateLoader.Source(path: path, bytes: bytes)))
        } catch {
            refuse(path, "the file cannot be read: \(error.reason)")
        }
    }
}
