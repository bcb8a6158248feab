import Foundation
import Glibc
import Synchronization

/// How a program ended.
package enum Ending: Equatable, Sendable {
    case code(Int)
    case signal(Int)
}

/// A program that a test has started, in a session of its own, with clean signals; its output goes to two files.
package final class Command: Sendable {
    package let pid: Int32
    private let output: String
    private let error: String
    private let ending = Mutex<Ending?>(nil)

    /// `name` tells its output files from others in the folder.
    package init(_ arguments: [String], environment: [String: String] = [:], in folder: Folder, name: String) throws {
        output = folder["\(name).out"]
        error = folder["\(name).err"]
        let program = try Self.find(arguments.first ?? "")
        var variables = ProcessInfo.processInfo.environment
        variables.merge(environment) { $1 }
        pid = try Self.spawn(program, arguments, variables.map { "\($0)=\($1)" }, output: output, error: error)
    }

    deinit {
        if poll() == nil {
            send(SIGKILL)
            _ = try? wait(within: .seconds(5))
        }
    }

    package var standardOutput: String { Self.text(output) }
    package var standardError: String { Self.text(error) }

    package func send(_ signal: Int32) { if poll() == nil { kill(pid, signal) } }

    /// nil while it runs.
    package func poll() -> Ending? {
        ending.withLock { ending in
            if ending != nil { return ending }
            var status: Int32 = 0
            if unsafe waitpid(pid, &status, WNOHANG) == pid {
                ending = status & 0x7f == 0 ? .code(Int(status >> 8 & 0xff)) : .signal(Int(status & 0x7f))
            }
            return ending
        }
    }

    @discardableResult
    package func wait(within limit: Duration = .seconds(15), file: String = #fileID, line: Int = #line) throws -> Ending {
        try eventually(within: limit, "process \(pid) has ended", file: file, line: line, value: { poll() })
    }

    // MARK: - Private

    private static func text(_ path: String) -> String {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private static func find(_ name: String) throws -> String {
        if name.contains("/") { return name }
        for folder in (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":") {
            let path = "\(folder)/\(name)"
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw Failure("there is no program \(name)")
    }

    /// What whoever runs the tests has left open does not go on to the programs that they start: it would count among their descriptors.
    private static let keepInheritedDescriptors: Void = {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
            if let number = Int32(name), number > 2 { _ = fcntl(number, F_SETFD, FD_CLOEXEC) }
        }
    }()

    private static func spawn(
        _ program: String, _ arguments: [String], _ environment: [String], output: String, error: String
    ) throws -> Int32 {
        Self.keepInheritedDescriptors
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, error, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        // The threads of a test hold signals back; a program of its own starts as from a shell.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        let newSession: Int32 = 0x80  // POSIX_SPAWN_SETSID
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | newSession))
        let argv = unsafe arguments.map { unsafe strdup($0) } + [nil]
        let envp = unsafe environment.map { unsafe strdup($0) } + [nil]
        defer { unsafe (argv + envp).forEach { unsafe free($0) } }
        var pid: Int32 = 0
        let failure = unsafe posix_spawn(&pid, program, &actions, &attributes, argv, envp)
        if failure != 0 { throw Failure("cannot start \(program): \(unsafe String(cString: strerror(failure)))") }
        return pid
    }
}
