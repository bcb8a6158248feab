import Foundation
import Glibc
import TestSupport

/// Somebody else's server, started for a test, with all that it starts itself.
final class ProgramServer {
    let port: Int
    let folder: Folder
    private let command: Command

    /// In the arguments `<port>` and `<folder>` stand for its own.
    init(
        _ arguments: [String], files: [String: String] = [:], environment: [String: String] = [:], file: String = #fileID, line: Int = #line
    ) throws {
        let (port, folder) = (try FreePorts.take(), try Folder())
        func fill(_ text: String) -> String {
            text.replacingOccurrences(of: "<port>", with: "\(port)").replacingOccurrences(of: "<folder>", with: folder.path)
        }
        for (name, text) in files { try folder.write(fill(text), to: name) }
        let command = try Command(
            arguments.map(fill), environment: environment.merging(["PORT": "\(port)"]) { $1 }, in: folder, name: "server")
        (self.port, self.folder, self.command) = (port, folder, command)
        try eventually(
            within: .seconds(20), "\(arguments.joined(separator: " ")) serves; it says \(command.standardError)", file: file, line: line
        ) {
            (try? Connection(port: port)) != nil
        }
    }

    deinit {
        command.send(SIGTERM)
        _ = try? command.wait(within: .seconds(5))
        // What is left of its session's first group.
        kill(-command.pid, SIGKILL)
    }

    /// One worker in front of it.
    func front(_ more: String = "") throws -> Cluster {
        try Cluster.start("port: <port>\nworkers: 1\n\(more)\nroutes:\n  - upstream: http://127.0.0.1:\(port)")
    }
}

/// A program that runs to its end.
struct Run {
    let output: String
    let error: String
    let ending: Ending

    init(_ arguments: [String], environment: [String: String] = [:], in folder: Folder? = nil, within limit: Duration = .seconds(100))
        throws
    {
        let folder = try folder ?? Folder()
        let command = try Command(arguments, environment: environment, in: folder, name: UUID().uuidString)
        ending = try command.wait(within: limit)
        (output, error) = (command.standardOutput, command.standardError)
    }

    /// Lines for bash, in the folder; any command that fails ends them.
    static func shell(_ text: String, environment: [String: String] = [:], in folder: Folder? = nil, within limit: Duration = .seconds(100))
        throws -> Run
    {
        let folder = try folder ?? Folder()
        return try Run(
            ["bash", "-euo", "pipefail", "-c", "cd \(folder.path)\n" + text], environment: environment, in: folder, within: limit)
    }

    var isGood: Bool { ending == .code(0) }
}
