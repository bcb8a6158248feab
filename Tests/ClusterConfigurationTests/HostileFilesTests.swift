import ClusterConfiguration
import Foundation
import Settings
import Testing

/// Files made to hurt a reader, where they are present beside the package. They are data of others: read, never copied.
@Suite("Hostile files", .serialized)
struct HostileFilesTests {
    /// `../shared/conformance` beside the package, or one folder further up where the package is checked out as a second worktree.
    private static let folder: URL? = {
        let package = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL
        return ["../shared", "../../shared"].map { package.appending(path: $0 + "/conformance/yaml_hostile").standardizedFileURL }
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }()
    private static let names: [String] = {
        guard let folder else { return [] }
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { $0.hasSuffix(".yaml") }.sorted()
    }()

    /// In seconds of computing; what is not optimised takes several times as long.
    #if DEBUG
        private static let patience = 10.0
    #else
        private static let patience = 2.0
    #endif

    /// The largest this process has been since it was last asked to forget, and what it is now, in KiB (proc(5)).
    private func memory() -> (peak: Int, now: Int) {
        var values: [Substring: Int] = [:]
        for line in ((try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? "").split(separator: "\n") {
            let words = line.split { $0 == " " || $0 == "\t" }
            if words.count > 1, let value = Int(words[1]) { values[words[0]] = value }
        }
        return (values["VmHWM:"] ?? 0, values["VmRSS:"] ?? 0)
    }

    /// What this thread has computed, in seconds: other tests run beside it.
    private func computed() -> Double {
        var time = timespec()
        // Safe: the call fills in the structure that it is given, and keeps nothing.
        _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    @Test("end soon, with a located error and within bounds", .enabled(if: folder != nil), arguments: names)
    func bounds(name: String) throws {
        let folder = try #require(Self.folder)
        let bytes = [UInt8](try Data(contentsOf: folder.appending(path: name)))
        try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
        let before = memory().now
        let start = computed()
        let decoded = Configuration.decode(bytes, file: name, surroundings: Machine().surroundings)
        let rendered = decoded.issues.map { $0.rendered(source: bytes) }
        #expect(computed() - start < Self.patience)
        #expect(memory().peak - before < 200 * 1024)
        #expect(decoded.configuration == nil)
        #expect(rendered.first?.hasPrefix("\(name):") == true)
        #expect(rendered.count <= 101)
        #expect(rendered.allSatisfy { $0.utf8.count < 2000 }, "\(rendered)")
    }
}
