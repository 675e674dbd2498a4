import AuthentikAPI
import DesiredState

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
        self == .icon ? release.hasWritableIcon : true
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

    func applicationAssignments(_ release: Release) -> [FieldAssignment] {
        ApplicationField.allCases.filter { $0.exists(in: release) }
            .compactMap { field in
                value(of: field).map { FieldAssignment(field: field.rawValue, value: $0) }
            }
    }
}

extension Application {
    func value(of field: ApplicationField) -> FieldValue {
        switch field {
        case .slug: .text(slug)
        case .name: .text(name)
        case .group: .text(group)
        case .description: .text(description)
        case .publisher: .text(publisher)
        case .icon: .text(icon)
        case .launchURL: .text(launchURL)
        case .openInNewTab: .flag(openInNewTab)
        }
    }

    /// Where it differs from what the file sets.
    func changes(to service: Service, _ release: Release) -> [FieldChange] {
        ApplicationField.allCases.filter { $0.exists(in: release) }
            .compactMap { field in
                let before = value(of: field)
                guard let after = service.value(of: field), !after.means(before) else { return nil }
                return FieldChange(object: .application, field: field.rawValue, before: before, after: after)
            }
    }
}
