// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A library target of this package.
func library(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
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

let package = Package(
    name: "reconcile",
    // Exact versions: a Package.resolved is not kept.
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
    ],
    // Arrows go one way: a target imports only what stands above it in this list.
    targets: [
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        library("JSON"),
        library("Secrets"),
        library("PythonRegex"),
        library("CurlTransport", ["CCurl"]),
        library("YAMLDocument", ["CYAML"]),
        library(
            "DesiredState",
            ["PythonRegex", "YAMLDocument", .product(name: "Crypto", package: "swift-crypto")]
        ),
        library("AuthentikAPI", ["CurlTransport", "JSON", "Secrets"]),
        library("KubernetesAPI", ["CurlTransport", "JSON", "Secrets", "YAMLDocument"]),
        library("SecretSources", ["DesiredState", "KubernetesAPI", "Secrets"]),
        library("Planning", ["AuthentikAPI", "DesiredState", "JSON", "Secrets"]),
        library(
            "Exporting",
            ["AuthentikAPI", "DesiredState", "Planning", "SecretSources", "Secrets", "YAMLDocument"]
        ),
        library(
            "Reconciling",
            [
                "AuthentikAPI", "DesiredState", "JSON", "KubernetesAPI", "Planning", "SecretSources", "Secrets",
                metrics,
                logging,
            ]
        ),
        library(
            "Deploying",
            [
                "AuthentikAPI", "CurlTransport", "DesiredState", "JSON", "KubernetesAPI", "Planning", "Reconciling",
                "SecretSources", "Secrets", "YAMLDocument",
            ]
        ),
        library("PrometheusMetrics", [.product(name: "CoreMetrics", package: "swift-metrics")]),
        library(
            "HTTPServing",
            [
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                logging,
            ]
        ),
        library(
            "StatusServer",
            [
                "HTTPServing", "JSON", "Planning", "PrometheusMetrics", "Reconciling", "Secrets",
                .product(name: "Crypto", package: "swift-crypto"),
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
                "HTTPServing", "JSON", "PythonRegex",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
                logging,
            ]
        ),
        .executableTarget(
            name: "reconcile",
            dependencies: [
                "AuthentikAPI", "AuthentikSandbox", "CurlTransport", "Deploying", "DesiredState", "Exporting", "JSON",
                "KubernetesAPI", "Planning",
                "PrometheusMetrics", "Reconciling", "SecretSources", "Secrets", "StatusServer",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                metrics,
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                logging,
            ],
            swiftSettings: settings
        ),
        tests("JSON"),
        tests("Secrets"),
        tests("PythonRegex", ["JSON"], resources: [.copy("Fixtures")]),
        tests("CurlTransport", ["TestSupport"]),
        tests(
            "AuthentikAPI",
            ["CurlTransport", "JSON", "Secrets", "TestSupport"],
            resources: [.copy("Fixtures")]
        ),
        tests("SecretSources", ["CurlTransport", "KubernetesAPI", "Secrets", "TestSupport"]),
        tests(
            "KubernetesAPI",
            ["AuthentikAPI", "CurlTransport", "JSON", "KubernetesSupport", "Secrets", "TestSupport"]
        ),
        tests(
            "AuthentikSandbox",
            ["CurlTransport", "JSON", "TestSupport"],
            resources: [.copy("Recordings")]
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
                "HTTPServing", "JSON",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
                logging,
            ],
            path: "Tests/KubernetesSupport",
            swiftSettings: settings
        ),
        tests(
            "KubernetesSupport",
            ["CurlTransport", "JSON"],
            resources: [.copy("Recordings")]
        ),
        tests(
            "Reconciling",
            [
                "AuthentikAPI", "AuthentikSandbox", "CurlTransport", "DesiredState", "JSON", "KubernetesAPI",
                "KubernetesSupport", "Planning", "SecretSources", "Secrets", "TestSupport", "reconcile",
            ],
            resources: [.copy("Properties/Oracle")]
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "reconcile", "AuthentikSandbox", "CurlTransport", "JSON", "KubernetesSupport", "TestSupport",
                "YAMLDocument",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "RenderingTests",
            dependencies: [
                "reconcile", "AuthentikAPI", "DesiredState", "JSON", "Planning", "Reconciling", "Secrets",
                "TestSupport",
            ],
            resources: [.copy("Golden")],
            swiftSettings: settings
        ),
        tests(
            "Deploying",
            [
                "AuthentikAPI", "AuthentikSandbox", "CurlTransport", "DesiredState", "JSON", "KubernetesAPI",
                "KubernetesSupport", "SecretSources", "Secrets", "TestSupport",
            ]
        ),
        tests("PrometheusMetrics", [.product(name: "CoreMetrics", package: "swift-metrics")]),
        tests(
            "StatusServer",
            [
                "AuthentikAPI", "JSON", "Planning", "PrometheusMetrics", "Reconciling", "TestSupport", "YAMLDocument",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        tests("YAMLDocument", ["TestSupport"]),
        tests("DesiredState", ["JSON", "TestSupport", "YAMLDocument"], resources: [.copy("Golden")]),
        tests("Planning", ["AuthentikAPI", "DesiredState", "JSON", "Secrets"]),
        tests(
            "Exporting",
            [
                "AuthentikAPI", "AuthentikSandbox", "CurlTransport", "DesiredState", "JSON", "Planning", "Reconciling",
                "SecretSources", "Secrets", "TestSupport", "YAMLDocument",
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)
