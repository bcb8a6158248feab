internal import Routing

/// What the machine has to say to a configuration: asked while it is decoded, and nowhere else.
package struct Surroundings: Sendable {
    /// Relative paths start here. Absolute.
    package var folder: String
    /// The value of a variable; nil when it is not set.
    package var environment: @Sendable (String) -> String?
    package var user: @Sendable (String) -> Account?
    package var group: @Sendable (String) -> UInt32?
    /// A directory by its real path, links resolved; nil when there is none.
    package var realDirectory: @Sendable (String) -> String?
    package var readFile: @Sendable (String) -> [UInt8]?
    /// Why lines could not be written to a file; nil when they can.
    package var logFileFault: @Sendable (String) -> LogFileFault?
    /// Why there is nothing behind `systemd:NAME`; nil when there is, or where that cannot be known.
    package var inheritedSocketFault: @Sendable (String) -> InheritedSocketFault?
    /// What `auto` is.
    package var cores: Int
    package var isRoot: Bool
    /// Ports that the kernel gives to outgoing connections.
    package var ephemeralPorts: ClosedRange<Int>?

    package init(
        folder: String, environment: @escaping @Sendable (String) -> String?, user: @escaping @Sendable (String) -> Account?,
        group: @escaping @Sendable (String) -> UInt32?, realDirectory: @escaping @Sendable (String) -> String?,
        readFile: @escaping @Sendable (String) -> [UInt8]?, logFileFault: @escaping @Sendable (String) -> LogFileFault? = { _ in nil },
        inheritedSocketFault: @escaping @Sendable (String) -> InheritedSocketFault? = { _ in nil },
        cores: Int, isRoot: Bool, ephemeralPorts: ClosedRange<Int>?
    ) {
        self.folder = folder
        self.environment = environment
        self.user = user
        self.group = group
        self.realDirectory = realDirectory
        self.readFile = readFile
        self.logFileFault = logFileFault
        self.inheritedSocketFault = inheritedSocketFault
        self.cores = cores
        self.isRoot = isRoot
        self.ephemeralPorts = ephemeralPorts
    }

    /// Surroundings that say again what others have said, and know nothing else.
    package init(repeating answers: Answers, folder: String) {
        self.init(
            folder: folder,
            environment: { answers.environment[$0] ?? nil },
            user: { answers.users[$0] ?? nil },
            group: { answers.groups[$0] ?? nil },
            realDirectory: { answers.directories[$0] ?? nil },
            readFile: { answers.files[$0] ?? nil },
            cores: answers.cores, isRoot: answers.isRoot, ephemeralPorts: answers.ephemeralPorts)
    }
}

/// What surroundings were asked while a file was decoded, and what they said: with these the same file is the same configuration anywhere.
package struct Answers: Equatable, Sendable {
    package var environment: [String: String?] = [:]
    package var users: [String: Account?] = [:]
    package var groups: [String: UInt32?] = [:]
    package var directories: [String: String?] = [:]
    package var files: [String: [UInt8]?] = [:]
    package var cores = 1
    package var isRoot = false
    package var ephemeralPorts: ClosedRange<Int>?

    package init() {}
}

/// Surroundings that remember what they were asked.
final class Inquiry {
    let folder: String
    private let surroundings: Surroundings
    private(set) var answers = Answers()

    init(_ surroundings: Surroundings) {
        self.surroundings = surroundings
        folder = surroundings.folder
        answers.cores = surroundings.cores
        answers.isRoot = surroundings.isRoot
        answers.ephemeralPorts = surroundings.ephemeralPorts
    }

    var cores: Int { surroundings.cores }
    var isRoot: Bool { surroundings.isRoot }
    var ephemeralPorts: ClosedRange<Int>? { surroundings.ephemeralPorts }

    func environment(_ name: String) -> String? {
        let value = surroundings.environment(name)
        answers.environment[name] = .some(value)
        return value
    }

    func user(_ name: String) -> Account? {
        let account = surroundings.user(name)
        answers.users[name] = .some(account)
        return account
    }

    func group(_ name: String) -> UInt32? {
        let group = surroundings.group(name)
        answers.groups[name] = .some(group)
        return group
    }

    func realDirectory(_ path: String) -> String? {
        let directory = surroundings.realDirectory(path)
        answers.directories[path] = .some(directory)
        return directory
    }

    func readFile(_ path: String) -> [UInt8]? {
        let content = surroundings.readFile(path)
        answers.files[path] = .some(content)
        return content
    }

    // Not among the answers, both: a configuration with such a fault is none.

    func logFileFault(_ path: String) -> LogFileFault? { surroundings.logFileFault(path) }

    func inheritedSocketFault(_ name: String) -> InheritedSocketFault? { surroundings.inheritedSocketFault(name) }

    /// From the file's folder on, `.` and `..` taken out as text, links kept. A `..` of the folder itself is there because it is behind a link.
    func absolute(_ path: String) -> String {
        var parts = path.hasPrefix("/") ? [] : folder.split(separator: "/")
        for part in path.split(separator: "/") where part != "." {
            if part != ".." || parts.last == ".." { parts.append(part) } else { _ = parts.popLast() }
        }
        return "/" + parts.joined(separator: "/")
    }

    var folderPlaces: FolderPlaces { FolderPlaces(absolute: absolute, isFolder: { self.realDirectory($0) != nil }) }
}
