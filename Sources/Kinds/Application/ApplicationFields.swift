package import AuthentikAPI

extension Application {
    /// The fields that a file can set.
    package static let fields = FieldTable(
        [
            FieldSpec(
                "name",
                "name",
                .text(.line),
                .optional(.slug),
                isSentOnCreate: true,
                absent: nil,
                isDefaultable: false,
                doc: "The name that users see, as in `Grafana`. A new application gets its slug unless given."
            ),
            FieldSpec(
                "slug",
                "slug",
                .text(.slug),
                .required,
                absent: nil,
                isDefaultable: false,
                doc:
                    "The application's name in URLs: letters, digits, '-' and '_', as in `grafana`. Required and unique."
            ),
            FieldSpec(
                "group",
                "group",
                .text(.lineOrEmpty),
                .optional(.text("")),
                absent: .text(""),
                doc: "The heading that the application is listed under; empty for none, which is Authentik's default."
            ),
            FieldSpec(
                "description",
                "meta_description",
                .text(.lines),
                .optional(.text("")),
                absent: .text(""),
                doc: "Text that users see below the name, of one or more lines. Authentik's default is none."
            ),
            FieldSpec(
                "publisher",
                "meta_publisher",
                .text(.lineOrEmpty),
                .optional(.text("")),
                absent: .text(""),
                doc: "The publisher that users see. Authentik's default is none."
            ),
            // Before 2025.12, Authentik silently ignores it, so it would differ in every pass.
            FieldSpec(
                "icon",
                "meta_icon",
                .text(.icon),
                .optional(.text("")),
                since: Release(2025, 12),
                absent: .text(""),
                doc:
                    "The icon: a URL, fa://NAME for a Font Awesome icon, or a path in Authentik's media folder; empty for none, "
                    + "which is Authentik's default. Since 2025.12."
            ),
            FieldSpec(
                "launchURL",
                "meta_launch_url",
                .text(.launchURL),
                .optional(.text("")),
                absent: .text(""),
                doc:
                    "The URL that the application's tile opens: http or https, with placeholders such as %(username)s, or "
                    + "blank://blank for none, which hides the tile like 'hidden: true'. The service's origin unless given."
            ),
            FieldSpec(
                "hidden",
                "meta_hide",
                .flag,
                .optional(.flag(false)),
                since: hiding,
                absent: .flag(false),
                doc:
                    "Whether to hide the application's tile from users. Before 2026.5, Authentik has no such field, and the launch URL "
                    + "is set to blank://blank, which has the same effect. Authentik's default is false."
            ),
            FieldSpec(
                "openInNewTab",
                "open_in_new_tab",
                .flag,
                .optional(.flag(false)),
                absent: .flag(false),
                doc: "Whether the application's tile opens in a new tab. Authentik's default is false."
            ),
        ],
        readFirst: ["slug", "name"]
    )

    /// The rows that the code uses by name.
    package enum Row {
        package static let slug = fields["slug"]
        package static let name = fields["name"]
        package static let launchURL = fields["launchURL"]
        package static let hidden = fields["hidden"]
    }

    /// The launch URL that stands for none; Authentik shows no tile for such an application.
    package static let noLaunchURL = "blank://blank"
    /// The release that introduced a field for hiding a tile.
    ///
    /// Its upgrade sets the field for applications with ``noLaunchURL``, and empties their launch URL.
    package static let hiding = Release(2026, 5)
}
