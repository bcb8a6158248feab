import Foundation

/// The program under test, as it was built beside the tests.
package enum Binary {
    package static let path: String = {
        let name = "cluster-proxy"
        if let named = ProcessInfo.processInfo.environment["CLUSTER_PROXY_BINARY"] { return named }
        // The test bundle, or the tool that runs it, is in the same products folder.
        var candidates = CommandLine.arguments.filter { $0.contains("/.build") }
        if let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") { candidates.append(own) }
        for candidate in candidates {
            var folder = URL(fileURLWithPath: candidate).deletingLastPathComponent()
            for _ in 0..<4 {
                let binary = folder.appendingPathComponent(name).path
                if FileManager.default.isExecutableFile(atPath: binary) { return binary }
                folder.deleteLastPathComponent()
            }
        }
        return ".build/debug/" + name
    }()
}
