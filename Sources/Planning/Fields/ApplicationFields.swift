import AuthentikAPI
import DesiredState
import Kinds

/// The fields of an application that a file can set, by Authentik's names.
enum ApplicationField: String, CaseIterable {
    case name, slug, group
    case description = "meta_description"
    case publisher = "meta_publisher"
    case icon = "meta_icon"
    case launchURL = "meta_launch_url"
    case openInNewTab = "open_in_new_tab"

    /// Whether the release takes it.
    func exists(in release: Release) -> Bool {
        Application.fields.row(attribute: rawValue)?.exists(in: release) ?? true
    }
}

extension Service {
    /// What the file sets of its application; a field that it leaves out is not managed.
    func value(of field: ApplicationField) -> FieldValue? {
        switch field {
        case .slug: .text(slug)
        case .name: name.map(FieldValue.text)
        case .group: group.map(FieldValue.text)
        case .description: description.map(FieldValue.text)
        case .publisher: publisher.map(FieldValue.text)
        case .icon: icon.map(FieldValue.text)
        case .launchURL: launchURL.map(FieldValue.text)
        case .openInNewTab: openInNewTab.map(FieldValue.flag)
        }
    }

    /// What a field holds that nobody set: the program's default for the name, else Authentik's.
    func fallback(of field: ApplicationField) -> FieldValue {
        switch field {
        case .name, .slug: .text(slug)
        case .group, .description, .publisher, .icon, .launchURL: .text("")
        case .openInNewTab: .flag(false)
        }
    }

    func applicationAssignments(_ release: Release) -> [FieldAssignment] {
        ApplicationField.allCases.filter { $0.exists(in: release) }
            .compactMap { field in
                value(of: field).map { FieldAssignment(field: field.rawValue, value: $0) }
            }
    }
}

extension Application {
    func value(of field: ApplicationField) -> FieldValue {
        Application.fields.row(attribute: field.rawValue).map { self[$0] } ?? FieldValue.none
    }

    /// Where it differs from what the file sets, or no longer sets.
    ///
    /// - Parameter formerly: the fields that the file set the last time; what it dropped goes back to its default.
    func changes(to service: Service, formerly: [String], _ release: Release) -> [FieldChange] {
        ApplicationField.allCases.filter { $0.exists(in: release) }
            .compactMap { field in
                let before = value(of: field)
                let fallback = formerly.contains(field.rawValue) ? service.fallback(of: field) : nil
                guard let after = service.value(of: field) ?? fallback, !after.means(before) else { return nil }
                return FieldChange(object: .application, field: field.rawValue, before: before, after: after)
            }
    }

    /// Whether it is what this program would have created for a service, also in what the file leaves out.
    func isAsCreated(for service: Service, _ release: Release) -> Bool {
        ApplicationField.allCases.filter { $0.exists(in: release) }
            .allSatisfy { value(of: $0).means(service.value(of: $0) ?? service.fallback(of: $0)) }
    }
}
