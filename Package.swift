// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A library target of this package.
///
/// - Parameter isHot: whether the tests spend much of their time in it, so that debug builds optimize it, too.
func library(
    _ name: String,
    _ dependencies: [Target.Dependency] = [],
    resources: [Resource] = [],
    isHot: Bool = false
) -> Target {
    let optimized = isHot ? [SwiftSetting.unsafeFlags(["-O"], .when(configuration: .debug))] : []
    return .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings + optimized)
}

/// The tests of a target, in `Tests/<name>Tests`.
func tests(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.target(name: name)] + dependencies,
        resources: resources,
        swiftSettings: settings
    )
}

let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

/// A package that others need, pinned, since it would float otherwise.
///
/// A product of it is used, on no platform that this program is built for: without a use SwiftPM warns of it, and with
/// this one nothing is built that the others do not build.
struct Pin {
    let dependency: Package.Dependency
    let use: Target.Dependency

    init(_ url: String, _ version: Version, _ product: String) {
        dependency = .package(url: url, exact: version)
        let name = String(url.split(separator: "/").last ?? "")
        use = .product(name: product, package: name, condition: .when(platforms: [.wasi]))
    }
}

let pins = [
    Pin("https://github.com/swift-server/async-http-client", "1.37.0", "AsyncHTTPClient"),
    Pin("https://github.com/apple/swift-algorithms", "1.2.1", "Algorithms"),
    Pin("https://github.com/apple/swift-async-algorithms", "1.1.4", "AsyncAlgorithms"),
    Pin("https://github.com/apple/swift-atomics", "1.3.0", "Atomics"),
    Pin("https://github.com/apple/swift-collections", "1.6.0", "DequeModule"),
    Pin("https://github.com/apple/swift-configuration", "1.4.0", "Configuration"),
    Pin("https://github.com/apple/swift-distributed-tracing", "1.7.3", "Tracing"),
    Pin("https://github.com/apple/swift-http-structured-headers", "1.7.0", "StructuredFieldValues"),
    Pin("https://github.com/apple/swift-nio-http2", "1.46.0", "NIOHTTP2"),
    Pin("https://github.com/apple/swift-nio-transport-services", "1.28.0", "NIOTransportServices"),
    Pin("https://github.com/apple/swift-numerics", "1.1.1", "Numerics"),
    Pin("https://github.com/apple/swift-service-context", "1.5.1", "ServiceContextModule"),
]

/// The commit that the program is to name in `--version`, from the environment of the build.
///
/// A part of what SwiftPM keeps an evaluated manifest by, so that another commit is another evaluation. What cannot be a
/// commit is left out, since it would become a part of a command line and of a C string.
let commit = Context.environment["RECONCILE_COMMIT"].flatMap { text in
    !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") } ? text : nil
}

let package = Package(
    name: "reconcile",
    traits: [
        .trait(name: "Sandbox", description: "The Authentik that is built in: 'reconcile sandbox', and '--sandbox'."),
        .default(enabledTraits: ["Sandbox"]),
    ],
    // Exact versions, also of what is needed in turn: a Package.resolved is not kept.
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
    ] + pins.map(\.dependency),
    // Arrows go one way: a target imports only what stands above it in this list.
    targets: [
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .target(
            name: "CBuildIdentity",
            cSettings: commit.map { [.define("RECONCILE_COMMIT", to: "\"\($0)\"")] } ?? []
        ),
        library("BuildIdentity", ["CBuildIdentity"], resources: [.embedInCode("VERSION")]),
        library("Files", [.product(name: "SystemPackage", package: "swift-system")]),
        library("Base", ["CMalloc"]),
        library("JSON", ["Base"], isHot: true),
        library("Secrets", ["Base"]),
        library("PythonRegex"),
        library("CurlTransport", ["Base", "BuildIdentity", "CCurl"]),
        library("YAMLDocument", ["Base", "CYAML"]),
        library("AuthentikAPI", ["Base", "CurlTransport", "JSON", "Secrets"]),
        library("Kinds", ["AuthentikAPI", "Base", "CurlTransport", "JSON", "PythonRegex", "Secrets"]),
        library("DesiredState", ["Base", "Files", "JSON", "Kinds", "YAMLDocument"]),
        library("KubernetesAPI", ["Base", "CurlTransport", "JSON", "Secrets", "YAMLDocument"]),
        library("SecretSources", ["DesiredState", "KubernetesAPI", "Secrets"]),
        library(
            "Verification",
            ["AuthentikAPI", "Base", "CurlTransport", "DesiredState", "JSON", "Kinds", "Secrets"]
        ),
        library("Planning", ["AuthentikAPI", "Base", "DesiredState", "JSON", "Kinds", "KubernetesAPI", "Secrets"]),
        library(
            "Exporting",
            [
                "AuthentikAPI", "Base", "DesiredState", "JSON", "Kinds", "Planning", "Secrets", "SecretSources",
                "YAMLDocument",
            ]
        ),
        library("ClientConfiguration", ["Base", "DesiredState", "Kinds"]),
        library(
            "Applying",
            [
                "AuthentikAPI", "Base", "DesiredState", "JSON", "Kinds", "KubernetesAPI", "Planning", "Secrets",
                "SecretSources", "Verification",
            ]
        ),
        library(
            "Status",
            [
                "Applying", "AuthentikAPI", "Base", "DesiredState", "Kinds", "Planning", "Secrets", "SecretSources",
                "Verification",
            ]
        ),
        library("Notifications", ["Base", "CurlTransport", "JSON", "Secrets"]),
        library(
            "Controller",
            [
                "Applying", "AuthentikAPI", "Base", "DesiredState", "Kinds", "KubernetesAPI", "Notifications",
                "Planning", "Secrets", "SecretSources", "Status", "Verification",
                metrics,
                logging,
            ]
        ),
        library(
            "Setup",
            [
                "AuthentikAPI", "Base", "CurlTransport", "DesiredState", "Files", "Kinds", "KubernetesAPI", "Planning",
                "Secrets", "SecretSources", "YAMLDocument",
            ]
        ),
        library(
            "Reporting",
            [
                "Applying", "AuthentikAPI", "Base", "DesiredState", "Exporting", "Files", "JSON", "Kinds", "Planning",
                "SecretSources", "Setup", "Status", "Verification",
            ]
        ),
        library("CommandHelp", ["Base", "JSON"]),
        library("PrometheusMetrics", [.product(name: "CoreMetrics", package: "swift-metrics")]),
        library(
            "HTTPServing",
            [
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                logging,
            ]
        ),
        library(
            "StatusServer",
            [
                "Applying", "AuthentikAPI", "Base", "Controller", "CurlTransport", "HTTPServing", "JSON", "Kinds",
                "Planning", "PrometheusMetrics", "Reporting", "Secrets", "Status",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                logging,
            ],
            resources: [.embedInCode("Page/page.css"), .embedInCode("Page/page.js")]
        ),
        library(
            "AuthentikSandbox",
            [
                "Files", "HTTPServing", "JSON", "PythonRegex",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                logging,
            ]
        ),
        library(
            "SandboxCommandLine",
            [
                "AuthentikSandbox", "Files", "JSON",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),
        .executableTarget(
            name: "reconcile",
            dependencies: [
                .target(name: "AuthentikSandbox", condition: .when(traits: ["Sandbox"])),
                .target(name: "SandboxCommandLine", condition: .when(traits: ["Sandbox"])),
                "Applying", "AuthentikAPI", "Base", "BuildIdentity", "ClientConfiguration", "CommandHelp", "Controller",
                "CurlTransport",
                "DesiredState",
                "Exporting", "Files", "JSON", "Kinds", "KubernetesAPI", "Notifications", "Planning",
                "PrometheusMetrics",
                "Reporting", "Secrets",
                "SecretSources", "Setup", "Status", "StatusServer", "Verification",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
                metrics,
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                logging,
            ] + pins.map(\.use),
            swiftSettings: settings
        ),
        .executableTarget(
            name: "reconcile-bench",
            dependencies: [
                "Applying", "AuthentikAPI", "Base", "CCurl", "CurlTransport", "DesiredState", "SandboxCommandLine",
                "SecretSources", "Secrets",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),
        tests("Base", [.product(name: "Crypto", package: "swift-crypto")]),
        tests("BuildIdentity"),
        tests("Files"),
        tests("JSON"),
        tests("Secrets"),
        tests("PythonRegex", ["JSON"], resources: [.copy("Fixtures")]),
        tests("CurlTransport", ["BuildIdentity", "TestSupport"]),
        tests(
            "AuthentikAPI",
            ["Base", "CurlTransport", "JSON", "Kinds", "Secrets", "TestSupport"],
            resources: [.copy("Fixtures")]
        ),
        tests("Kinds", ["AuthentikAPI", "JSON", "Secrets"]),
        tests("SecretSources", ["CurlTransport", "DesiredState", "KubernetesAPI", "Secrets", "TestSupport"]),
        tests(
            "KubernetesAPI",
            ["Base", "CurlTransport", "JSON", "KubernetesSupport", "Secrets", "TestSupport"]
        ),
        tests(
            "AuthentikSandbox",
            [
                "CurlTransport", "JSON", "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            resources: [.copy("Recordings"), .copy("Models")]
        ),
        .target(
            name: "TestSupport",
            dependencies: ["CurlTransport", "JSON"],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        .target(
            name: "KubernetesSupport",
            dependencies: [
                "HTTPServing", "JSON", "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdHTTP2", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
                logging,
            ],
            path: "Tests/KubernetesSupport",
            swiftSettings: settings
        ),
        tests(
            "KubernetesSupport",
            ["CCurl", "CurlTransport", "JSON"],
            resources: [.copy("Recordings")]
        ),
        tests(
            "Applying",
            [
                "AuthentikAPI", "AuthentikSandbox", "Base", "CurlTransport", "DesiredState", "JSON", "Kinds",
                "KubernetesAPI", "KubernetesSupport", "Planning", "Reporting", "Secrets", "SecretSources",
                "TestSupport",
            ],
            resources: [.copy("Properties/Oracle")]
        ),
        tests(
            "Status",
            [
                "Applying", "AuthentikAPI", "Base", "DesiredState", "JSON", "Kinds", "Planning", "Reporting", "Secrets",
                "SecretSources", "Verification",
            ]
        ),
        tests("Notifications", ["Base", "CurlTransport", "JSON", "Secrets", "TestSupport"]),
        tests(
            "Controller",
            [
                "Applying", "AuthentikAPI", "Base", "DesiredState", "Kinds", "KubernetesAPI", "Notifications",
                "Planning", "Secrets", "SecretSources", "Status", "Verification",
                logging,
            ]
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "AuthentikAPI", "AuthentikSandbox", "CurlTransport", "JSON", "Kinds", "KubernetesSupport",
                "PrometheusMetrics", "reconcile", "reconcile-bench", "StatusServer", "TestSupport", "YAMLDocument",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),
        tests(
            "Reporting",
            [
                "Applying", "AuthentikAPI", "Base", "DesiredState", "Exporting", "JSON", "Kinds", "Planning", "Secrets",
                "Status", "TestSupport", "Verification",
            ],
            resources: [.copy("Golden")]
        ),
        tests(
            "Setup",
            [
                "Applying", "AuthentikAPI", "AuthentikSandbox", "Base", "CurlTransport", "DesiredState", "JSON",
                "Kinds", "KubernetesAPI", "Secrets", "SecretSources", "TestSupport",
            ]
        ),
        tests("CommandHelp", ["JSON"]),
        tests("PrometheusMetrics", [.product(name: "CoreMetrics", package: "swift-metrics")]),
        tests(
            "StatusServer",
            [
                "Applying", "AuthentikAPI", "Base", "Controller", "JSON", "Kinds", "Planning", "PrometheusMetrics",
                "Reporting", "Status", "YAMLDocument",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        tests(
            "Verification",
            [
                "AuthentikAPI", "AuthentikSandbox", "Base", "CurlTransport", "DesiredState", "JSON", "Kinds", "Secrets",
                "TestSupport",
            ]
        ),
        tests("YAMLDocument", ["TestSupport"]),
        tests("DesiredState", ["JSON", "Kinds", "TestSupport", "YAMLDocument"], resources: [.copy("Golden")]),
        tests(
            "ClientConfiguration",
            [
                "DesiredState", "Kinds", "YAMLDocument",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            resources: [.copy("Golden")]
        ),
        tests("Planning", ["AuthentikAPI", "Base", "DesiredState", "JSON", "Kinds", "KubernetesAPI", "Secrets"]),
        tests(
            "Exporting",
            [
                "Applying", "AuthentikAPI", "AuthentikSandbox", "CurlTransport", "DesiredState", "JSON", "Kinds",
                "Planning", "Secrets", "SecretSources", "TestSupport",
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)
