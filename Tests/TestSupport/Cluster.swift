import Foundation
import Glibc
import Synchronization

/// The real program with a configuration of the test's, a folder, a port, and an admin socket of its own.
///
/// Every process of it carries a mark in its environment, by which it is found wherever it has gone.
package final class Cluster: Sendable {
    package let folder: Folder
    package let port: Int
    /// What was started: the master, or the launcher in front of it.
    package let command: Command
    private static let markName = "CLUSTER_PROXY_TEST_MARK"
    private let mark: String
    private let guardians = Mutex<Set<Int>>([])

    /// Starts it, and waits until every worker serves. In the text `<port>` and `<folder>` stand for the cluster's own, `<python>` for
    /// the interpreter.
    package static func start(
        _ configuration: String, files: [String: String] = [:], environment: [String: String] = [:], launcher: [String] = [],
        arguments: [String] = [], isReady: Bool = true, file: String = #fileID, line: Int = #line
    ) throws -> Cluster {
        let cluster = try Cluster(
            configuration, files: files, environment: environment, launcher: launcher, arguments: arguments, folder: Folder())
        if isReady { try cluster.waitUntilReady(file: file, line: line) }
        return cluster
    }

    /// Starts it and waits for nothing.
    package init(
        _ configuration: String, files: [String: String] = [:], environment: [String: String] = [:], launcher: [String] = [],
        arguments: [String] = [], folder: Folder, name: String = "master"
    ) throws {
        self.folder = folder
        let port = try FreePorts.take()
        self.port = port
        mark = UUID().uuidString
        for (name, text) in files { try folder.write(text, to: name) }
        try folder.write(Self.fill(configuration, port, folder), to: "cluster.yaml")
        var environment = environment
        environment["XDG_RUNTIME_DIR"] = folder.path
        environment[Self.markName] = mark
        let whole = launcher + [Binary.path, "--config", folder["cluster.yaml"]] + arguments.map { Self.fill($0, port, folder) }
        command = try Command(whole, environment: environment, in: folder, name: name)
        Bench.current?.add(self)
    }

    // MARK: - What it is

    package var master: ProcessView {
        let started = ProcessView(Int(command.pid))
        // Behind a launcher that stays, the master is its child.
        return isMaster(started) ? started : started.children.first(where: isMaster) ?? started
    }

    package var log: String { command.standardError }
    package var logLines: [Substring] { log.split(separator: "\n") }

    /// Those that run now and came from this start: the master, its processes, and theirs.
    package var processes: [ProcessView] {
        ProcessView.all.filter { $0.environment[Self.markName] == mark && $0.isAlive } + knownGuardians.filter(\.isAlive)
    }

    package var guardian: ProcessView? {
        let found = master.children.first { $0.arguments.first == "cluster-proxy: guardian" && $0.isAlive }
        if let found { guardians.withLock { _ = $0.insert(found.pid) } }
        return found
    }

    package func status(file: String = #fileID, line: Int = #line) throws -> Status {
        let reply = try run("status", "--json")
        guard reply.ending == .code(0) else { throw Failure("status: \(reply.ending) \(reply.error)", file: file, line: line) }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Status.self, from: Data(reply.output.utf8))
    }

    package func worker(_ slot: Int) throws -> Status.Member {
        guard let worker = try status().workers.first(where: { $0.slot == slot }) else { throw Failure("there is no slot \(slot)") }
        return worker
    }

    /// The instances of an app.
    package func instances(of app: String = "web") throws -> [Status.Member] { try status().apps[app] ?? [] }

    // MARK: - What is done to it

    package struct Reply: Sendable {
        package var ending: Ending
        package var output: String
        package var error: String

        package init(ending: Ending, output: String, error: String) {
            self.ending = ending
            self.output = output
            self.error = error
        }
    }

    /// A command of the program for this cluster: `run("scale", "3")`.
    package func run(_ command: String, _ arguments: String..., within limit: Duration = .seconds(30)) throws -> Reply {
        let process = try begin([command] + arguments)
        let ending = try process.wait(within: limit)
        return Reply(ending: ending, output: process.standardOutput, error: process.standardError)
    }

    /// One that is not waited for yet.
    package func begin(_ command: String, _ arguments: String...) throws -> Command { try begin([command] + arguments) }

    private func begin(_ words: [String]) throws -> Command {
        try Command(
            [Binary.path, words[0], "--config", folder["cluster.yaml"]] + words[1...], environment: ["XDG_RUNTIME_DIR": folder.path],
            in: folder, name: "command-" + UUID().uuidString)
    }

    package func send(_ signal: Int32) { master.send(signal) }

    package func configure(_ text: String) throws { try folder.write(Self.fill(text, port, folder), to: "cluster.yaml") }

    /// Writes the file, sends HUP, and waits for the result.
    @discardableResult
    package func reload(_ text: String? = nil, within limit: Duration = .seconds(20), file: String = #fileID, line: Int = #line)
        throws -> Status.Reload
    {
        let before = try status().master.lastReload
        if let text { try configure(text) }
        // The time of a reload is in milliseconds: two of them in the same one could not be told apart.
        pause(.milliseconds(2))
        send(SIGHUP)
        return try eventually(within: limit, "the reload has ended", file: file, line: line) { () -> Status.Reload? in
            let now = try status().master.lastReload
            return now.at != before.at && now.result != "running" ? now : nil
        }
    }

    /// TERM, and the exit status.
    package func stop(within limit: Duration = .seconds(15), file: String = #fileID, line: Int = #line) throws -> Ending {
        send(SIGTERM)
        return try command.wait(within: limit, file: file, line: line)
    }

    // MARK: - Waiting

    @discardableResult
    package func waitUntilReady(workers: Int? = nil, within limit: Duration = .seconds(20), file: String = #fileID, line: Int = #line)
        throws -> Status
    {
        let outcome = try eventually(within: limit, "every worker is ready", file: file, line: line) { () -> Result<Status, Failure>? in
            if let ending = command.poll() { return .failure(Failure("it has ended: \(ending)\n\(log)", file: file, line: line)) }
            let status = try self.status()
            let members = status.workers + status.relays + status.apps.values.joined()
            let isReady = !status.workers.isEmpty && members.allSatisfy { $0.state == "ready" }
            return isReady && status.workers.count == workers ?? status.workers.count ? .success(status) : nil
        }
        _ = guardian
        return try outcome.get()
    }

    /// Until the slot has another process, and that one serves.
    @discardableResult
    package func waitForReplacement(of old: Status.Member, within limit: Duration = .seconds(15), file: String = #fileID, line: Int = #line)
        throws -> Status.Member
    {
        try eventually(within: limit, "slot \(old.slot) has a new process", file: file, line: line) { () -> Status.Member? in
            let now = try worker(old.slot)
            return now.id != old.id && now.state == "ready" ? now : nil
        }
    }

    /// Until nothing of it runs any more.
    package func waitUntilGone(within limit: Duration = .seconds(10), file: String = #fileID, line: Int = #line) throws {
        var left: [ProcessView] = []
        try eventually(within: limit, "nothing is left, but there is \(left)", file: file, line: line) {
            _ = command.poll()
            left = processes
            return left.isEmpty
        }
    }

    package func waitForLog(_ text: String, within limit: Duration = .seconds(10), file: String = #fileID, line: Int = #line) throws {
        try eventually(within: limit, "the log says \"\(text)\"", file: file, line: line) { log.contains(text) }
    }

    // MARK: - The end

    /// Ends whatever still runs; the sentences say what would not.
    func close() -> [String] {
        if command.poll() == nil { _ = guardian }
        for process in processes { process.send(SIGKILL) }
        var problems: [String] = []
        do { try waitUntilGone() } catch { problems.append("\(error)") }
        if command.poll() == nil { command.send(SIGKILL) }
        return problems
    }

    // MARK: - Private

    private static func fill(_ text: String, _ port: Int, _ folder: Folder) -> String {
        text.replacingOccurrences(of: "<port>", with: String(port)).replacingOccurrences(of: "<folder>", with: folder.path)
            .replacingOccurrences(of: "<python>", with: Programs.python)
    }

    private var knownGuardians: [ProcessView] {
        // Its number may mean another process by now.
        guardians.withLock { $0 }.map { ProcessView($0) }.filter { $0.arguments.first == "cluster-proxy: guardian" }
    }

    private func isMaster(_ process: ProcessView) -> Bool {
        process.arguments.first == Binary.path && process.environment["CLUSTER_PROXY_INHERITANCE"] == nil
    }
}
