// swift-tools-version: 6.3
import PackageDescription

/// What every target is held to (Docs/Decisions.md says why).
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableExperimentalFeature("Lifetimes"),
]

/// References are counted in references.c, which knows whether there is a second thread. Elsewhere the compiler calls for them in ways that C has no name for.
#if arch(x86_64)
    let references: [LinkerSetting] = [.unsafeFlags(["-Xlinker", "--wrap=swift_retain", "-Xlinker", "--wrap=swift_release"])]
#else
    let references: [LinkerSetting] = []
#endif

/// A library target of this package; its dependencies are the arrows of Docs/Architecture.md.
func layer(_ name: String, on dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(of name: String, with dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: name + "Tests", dependencies: [.init(stringLiteral: name)] + dependencies, swiftSettings: strict)
}

let package = Package(
    name: "cluster-proxy",
    products: [.executable(name: "cluster-proxy", targets: ["ClusterProxy"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(name: "CCares", pkgConfig: "libcares", providers: [.apt(["libc-ares-dev"])]),
        .target(name: "CLinux", linkerSettings: references),

        layer("Settings", on: ["CYAML"]),
        layer("HTTP1"),
        layer("Patterns", on: ["CPCRE2"]),
        layer("Kernel", on: ["CLinux"]),

        layer("Balancing", on: ["Settings"]),
        layer("Routing", on: ["HTTP1", "Patterns", "Balancing", "Settings"]),
        layer("Supervision", on: ["Settings"]),

        layer("ClusterConfiguration", on: ["Settings", "Patterns", "Routing", "Balancing", "Supervision"]),
        layer("Control", on: ["Kernel"]),
        layer("Engine", on: ["Kernel", "CCares"]),

        layer(
            "Proxy",
            on: ["Engine", "Kernel", "HTTP1", "Patterns", "Routing", "Balancing", "Control", "ClusterConfiguration", "Settings"]),
        layer(
            "Cluster",
            on: [
                "Engine", "Kernel", "Supervision", "Balancing", "Control", "ClusterConfiguration", "Settings",
                .product(name: "Logging", package: "swift-log"),
            ]),

        .executableTarget(
            name: "ClusterProxy",
            dependencies: [
                "Cluster", "Proxy", "ClusterConfiguration", "Control", "Routing", "Supervision", "Settings", "Kernel",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),

        .target(name: "TestSupport", dependencies: ["Kernel"], path: "Tests/TestSupport", swiftSettings: strict),
        tests(of: "Settings"),
        tests(of: "HTTP1"),
        tests(of: "Patterns"),
        tests(of: "Kernel"),
        tests(of: "Balancing", with: ["Settings"]),
        tests(of: "Routing", with: ["HTTP1", "Patterns", "Settings"]),
        tests(of: "Supervision", with: ["Settings", "Balancing"]),
        tests(of: "ClusterConfiguration", with: ["Settings", "Routing", "Supervision", "Balancing"]),
        tests(of: "Control", with: ["Kernel"]),
        tests(of: "Engine", with: ["Kernel"]),
        tests(of: "Proxy", with: ["Routing", "HTTP1", "Settings", "ClusterConfiguration", "Control", "Engine", "Kernel"]),
        tests(
            of: "Cluster",
            with: [
                "Control", "Engine", "ClusterConfiguration", "Supervision", "Settings", "Kernel",
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests(of: "ClusterProxy", with: ["Kernel", "Supervision", .product(name: "ArgumentParser", package: "swift-argument-parser")]),
        .testTarget(name: "EndToEndTests", dependencies: ["TestSupport", "Kernel"], swiftSettings: strict),
        .testTarget(name: "TidyTests", dependencies: ["TestSupport", "ClusterConfiguration", "Settings"], swiftSettings: strict),
    ]
)

// `make test-release`: modules that decide and do not act, and their tests. To build the rest for release as well took as long as all tests of these took to run.
let pure = ["Settings", "HTTP1", "Patterns", "Balancing", "Routing", "Supervision", "ClusterConfiguration"]
if Context.environment["CLUSTER_PROXY_TARGETS"] == "pure" {
    package.products = []
    package.targets = package.targets.filter { $0.type == .system || pure.contains($0.name) || pure.map { $0 + "Tests" }.contains($0.name) }
}
