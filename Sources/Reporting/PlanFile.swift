import Files
import FoundationEssentials
import JSON
package import Planning

/// A plan in a file, to be reviewed and applied later.
package enum PlanFile {
    /// The maximum size of a plan in bytes; one that creates ten thousand services has 40 MB.
    private static let limit = 64 << 20

    /// Writes a plan atomically, as a ``PrivateFile``; the previous content of the file is lost.
    ///
    /// - Throws: ``PlanFileError``
    package static func write(_ plan: PlanRecord, to path: String) throws(PlanFileError) {
        do {
            try PrivateFile.write([UInt8]((JSONText.of(plan) + "\n").utf8), to: path)
        } catch {
            throw PlanFileError("the plan cannot be written to '\(path)': \(error)")
        }
    }

    /// Whether a path names a saved plan rather than a desired-state file; only regular files are read.
    ///
    /// A file called `.json` that is not JSON is a damaged plan.
    package static func isPlan(_ path: String) -> Bool {
        guard let bytes = try? BoundedFile.contents(of: path, limit: limit) else { return false }
        let first = bytes.first { !" \t\r\n".utf8.contains($0) }
        guard first == UInt8(ascii: "{"), let json = try? JSONValue(parsing: bytes) else {
            return path.hasSuffix(".json")
        }
        return json["kind"]?.string == PlanRecord.kind
    }

    /// Reads what ``write(_:to:)`` or `plan --output json` wrote.
    ///
    /// - Throws: ``PlanFileError``
    package static func read(_ path: String) throws(PlanFileError) -> PlanRecord {
        let data: Data
        do {
            data = Data(try BoundedFile.contents(of: path, limit: limit))
        } catch {
            throw PlanFileError("cannot read the plan '\(path)': \(error)")
        }
        guard !data.isEmpty else {
            throw PlanFileError(
                "'\(path)' is not a saved plan: the file is empty; make one with 'reconcile plan --save \(path)'"
            )
        }
        guard let json = try? JSONValue(parsing: data) else {
            throw PlanFileError(
                "'\(path)' is not a saved plan: the file is not JSON; make one with 'reconcile plan --save PLAN.json'"
            )
        }
        guard json["kind"]?.string == PlanRecord.kind, let version = json["version"]?.integer else {
            throw PlanFileError("'\(path)' is not a saved plan; make one with 'reconcile plan --save PLAN.json'")
        }
        guard version == PlanRecord.currentVersion else {
            throw PlanFileError(
                "'\(path)' is a plan of version \(version), but this reconcile supports version "
                    + "\(PlanRecord.currentVersion); plan again"
            )
        }
        guard let plan = try? JSONDecoder().decode(PlanRecord.self, from: data) else {
            throw PlanFileError("'\(path)' is not a valid plan: fields are missing or unknown; plan again")
        }
        return plan
    }
}

/// A file that does not contain a plan to apply, or cannot be written.
package struct PlanFileError: Error, Equatable, CustomStringConvertible {
    /// A sentence that names the file.
    package var description: String

    init(_ description: String) {
        self.description = description
    }
}
