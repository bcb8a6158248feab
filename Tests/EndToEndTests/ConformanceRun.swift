import Foundation
import TestSupport

/// Cases that others collected, sent through a cluster of this test's by the collection's own runner, which judges what comes out on both sides.
///
/// A run is cut into parts that go side by side, because most of its time is spent waiting to see that nothing more comes.
struct ConformanceRun {
    struct Verdict: Decodable {
        var id: String
        var result: String
        var got: String
        var flags: [String]
    }

    static let collection: URL? = {
        let package = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL
        // Beside the package, or one folder further up where the package is checked out as a second worktree.
        return ["../shared", "../../shared"].map { package.appending(path: $0 + "/conformance").standardizedFileURL }
            .first { FileManager.default.fileExists(atPath: $0.appending(path: "run_h1.py").path) }
    }()
    static var isPresent: Bool { collection != nil }

    let name: String
    private let cluster: Cluster
    private let runner: Command
    private let folder: Folder
    private let count: Int

    /// The cases of a file that stand in the part-th of so many parts. `option` is the runner's for this kind of file.
    init(_ file: String, option: String, part: Int, of parts: Int, arguments: [String] = []) throws {
        guard let collection = Self.collection else { throw Failure("there is no collection") }
        folder = try Folder()
        name = ([file] + arguments).joined(separator: " ") + ", part \(part)"
        let lines = try String(contentsOf: collection.appending(path: file), encoding: .utf8).split(separator: "\n")
        let mine = lines.indices.filter { $0 % parts == part }.map { lines[$0] }
        count = mine.count
        try folder.write(mine.joined(separator: "\n"), to: file)
        let upstream = try FreePorts.take()
        cluster = try Cluster.start(
            """
            port: <port>
            workers: 1
            routes:
              - upstream: http://127.0.0.1:\(upstream)
            """)
        // The patience is for machines that do something else besides. The runner's server answers before it notes that it had the whole request: on a
        // busy machine it was once so late that the request was taken for half of one.
        runner = try Command(
            [
                Programs.python, collection.appending(path: "run_h1.py").path, "--proxy", "127.0.0.1:\(cluster.port)", "--backend-port",
                "\(upstream)", option, folder[file], "--canaries", "2", "--timeout", "5", "--idle", "0.5", "--settle", "40", "--out",
                folder["verdicts"],
            ] + arguments, in: folder, name: "runner")
    }

    /// What became of each case.
    func verdicts() throws -> [Verdict] {
        try runner.wait(within: .seconds(170))
        let found = try folder.text(of: "verdicts").split(separator: "\n").map {
            try JSONDecoder().decode(Verdict.self, from: Data($0.utf8))
        }
        if found.count != count {
            throw Failure("\(name): \(found.count) of \(count) cases\n\(runner.standardOutput)\n\(runner.standardError)")
        }
        return found
    }
}
