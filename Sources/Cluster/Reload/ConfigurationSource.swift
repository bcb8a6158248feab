package import ClusterConfiguration
package import Kernel
internal import Settings

/// The configuration file, and what this machine has to say to it.
package struct ConfigurationSource: Sendable {
    /// The largest file that is read.
    private static let largestFile = 4 << 20

    /// Absolute, links kept: it is the cluster's name.
    package let path: String
    /// As the user wrote it, for messages.
    package let shownPath: String
    /// What the service manager has handed over; nil where that is not known, as to a check.
    package let sockets: InheritedSockets?

    package init(path: String, shownPath: String, sockets: InheritedSockets? = nil) {
        self.path = path
        self.shownPath = shownPath
        self.sockets = sockets
    }

    /// Relative paths start here.
    package var folder: String {
        let end = path.lastIndex(of: "/") ?? path.startIndex
        return end == path.startIndex ? "/" : String(path[..<end])
    }

    /// Reads the file once and checks all of it, but for log files that are open.
    package func load(keepingLogs: [String] = []) -> Result<LoadedConfiguration, ConfigurationFailure> {
        let bytes: [UInt8]
        do throws(Errno) {
            if try Files.status(of: path).isDirectory { return .failure(.unreadable("\(shownPath): error: is a folder, not a file")) }
            bytes = try Files.read(path, limit: Self.largestFile)
        } catch {
            return .failure(.unreadable("\(shownPath): error: \(Self.explain(error))"))
        }
        let surroundings = Surroundings.ofThisMachine(folder: folder, sockets: sockets, keepingLogs: keepingLogs)
        let decoded = Configuration.decode(bytes, file: shownPath, surroundings: surroundings)
        let issues = decoded.issues.map { ConfigurationFailure.Line(isError: $0.severity == .error, text: $0.rendered(source: bytes)) }
        let warnings = issues.filter { !$0.isError }.map(\.text)
        guard let configuration = decoded.configuration, let root = decoded.root, warnings.count == issues.count else {
            return .failure(ConfigurationFailure(issues: issues))
        }
        let snapshot = ConfigurationSnapshot(file: shownPath, root: root, folder: folder, answers: decoded.answers)
        return .success(LoadedConfiguration(configuration: configuration, warnings: warnings, snapshot: snapshot.encode()))
    }

    private static func explain(_ error: Errno) -> String {
        switch error {
        case .noEntry: "there is no such file"
        case .accessDenied: "it may not be read (\(error))"
        case .tooLarge: "it is larger than \(largestFile >> 20) MiB"
        default: "it cannot be read (\(error))"
        }
    }
}

/// A configuration that is in order.
package struct LoadedConfiguration: Sendable {
    package var configuration: Configuration
    /// Rendered for people.
    package var warnings: [String]
    /// For built-in processes: what the file says, and the values it used.
    package var snapshot: [UInt8]
}

/// Why a configuration is not in order.
package struct ConfigurationFailure: Error, Sendable {
    /// An error or a warning, rendered for people.
    struct Line {
        var isError: Bool
        var text: String
    }

    /// In the order of the file.
    var issues: [Line]

    /// Everything, in that order, each several lines.
    package var report: [String] { issues.map(\.text) }
    /// The errors alone.
    package var lines: [String] { issues.filter(\.isError).map(\.text) }
    package var warnings: [String] { issues.filter { !$0.isError }.map(\.text) }

    static func unreadable(_ line: String) -> ConfigurationFailure { ConfigurationFailure(issues: [Line(isError: true, text: line)]) }

    /// The first error's first line, and how many more there are.
    package var summary: String {
        let first = lines.first?.split(separator: "\n").first.map(String.init) ?? "the configuration cannot be read"
        return lines.count > 1 ? "\(first) (and \(lines.count - 1) more)" : first
    }
}

extension Surroundings {
    static func ofThisMachine(folder: String, sockets: InheritedSockets?, keepingLogs: [String] = []) -> Surroundings {
        Surroundings(
            folder: folder,
            environment: { Environment.value(of: $0) },
            user: { name in
                Accounts.user(named: name).map {
                    Account(user: $0.user, group: $0.group, groups: $0.groups, name: name, home: $0.home)
                }
            },
            group: { Accounts.group(named: $0) },
            realDirectory: { path in
                guard let real = try? Files.realPath(path), (try? Files.status(of: real).isDirectory) == true else { return nil }
                return real
            },
            readFile: { try? Files.read($0, limit: 1 << 20) },
            logFileFault: { keepingLogs.contains($0) ? nil : logFileFaultOnThisMachine($0) },
            inheritedSocketFault: { sockets?.fault(of: $0) },
            cores: Cores.usable(),
            isRoot: Accounts.ownUser == 0,
            ephemeralPorts: ephemeralPortsOfThisMachine())
    }

    /// Looked for without opening the file, which would make it.
    private static func logFileFaultOnThisMachine(_ path: String) -> LogFileFault? {
        do throws(Errno) {
            if try Files.status(of: path).isDirectory { return .isFolder }
            try Files.checkWritable(path)
            return nil
        } catch {
            if error != .noEntry, error != .notFolder { return .refused("\(error)") }
        }
        let folder = folder(of: target(of: path))
        do throws(Errno) {
            if try !Files.status(of: folder).isDirectory { return .noFolder(folder) }
            try Files.checkWritable(folder, isFolder: true)
            return nil
        } catch {
            return error == .noEntry || error == .notFolder ? .noFolder(folder) : .refused("\(error)")
        }
    }

    /// Where a file would be made: the kernel follows a link to nothing, and 40 of them at most (path_resolution(7)).
    private static func target(of path: String) -> String {
        var path = path
        for _ in 0..<40 {
            guard let target = try? Files.linkTarget(path) else { break }
            path = target.hasPrefix("/") ? target : folder(of: path) + "/" + target
        }
        return path
    }

    private static func folder(of path: String) -> String { "/" + path.split(separator: "/").dropLast().joined(separator: "/") }

    private static func ephemeralPortsOfThisMachine() -> ClosedRange<Int>? {
        guard let bytes = try? Files.read("/proc/sys/net/ipv4/ip_local_port_range", limit: 4096) else { return nil }
        let numbers = String(decoding: bytes, as: UTF8.self).split { $0 == "\t" || $0 == " " || $0 == "\n" }.compactMap { Int($0) }
        guard numbers.count == 2, numbers[0] <= numbers[1] else { return nil }
        return numbers[0]...numbers[1]
    }
}

extension InheritedSockets {
    /// Why those of a name are none to accept from.
    fileprivate func fault(of name: String) -> InheritedSocketFault? {
        let found = named(name)
        if found.isEmpty { return .missing(given: Set(members.map(\.name)).sorted()) }
        return found.allSatisfy(\.isListening) ? nil : .notListening
    }
}
