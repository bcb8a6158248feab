internal import Glibc

/// Which processes there are, by their groups, as they are when the first group is asked for.
final class ProcessGroups {
    private lazy var membersByGroup = Self.read()

    func members(of group: Int32) -> [Int32] { membersByGroup[group] ?? [] }

    // MARK: - Private

    /// Asked for one by one, getpgid(2): to read and take apart /proc/PID/stat takes twenty times as long. The dead that nobody has reaped are in their groups.
    private static func read() -> [Int32: [Int32]] {
        var members: [Int32: [Int32]] = [:]
        for name in (try? Files.names(in: "/proc")) ?? [] {
            guard let pid = Int32(name) else { continue }
            let group = getpgid(pid)
            // It ended meanwhile, or a rule of the machine's lets us only read of it.
            guard let group = group < 0 ? writtenGroup(of: pid) : group else { continue }
            members[group, default: []].append(pid)
        }
        return members
    }

    /// The third field behind the name in /proc/PID/stat, proc(5).
    private static func writtenGroup(of pid: Int32) -> Int32? {
        guard let text = try? Files.read("/proc/\(pid)/stat", limit: 4096) else { return nil }
        let line = String(decoding: text, as: UTF8.self)
        guard let end = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: end)...].split(separator: " ", maxSplits: 3)
        return fields.count > 2 ? Int32(fields[2]) : nil
    }
}

extension Processes {
    /// Resident memory in bytes; nil when the process is gone.
    package static func residentMemory(of pid: Int32) -> Int? {
        guard let text = try? Files.read("/proc/\(pid)/statm", limit: 4096) else { return nil }
        let words = String(decoding: text, as: UTF8.self).split(separator: " ")
        return words.count > 1 ? Int(words[1]).map { $0 * sysconf(Int32(_SC_PAGESIZE)) } : nil
    }
}

extension Processes {
    /// What the kernel says of a process that does not do what it should: its state, where it waits, and as root its stack there, proc(5).
    package static func kernelState(of pid: Int32) -> [String] {
        func text(_ name: String) -> String {
            guard let bytes = try? Files.readStart(of: "/proc/\(pid)/\(name)", limit: 4096) else { return "" }
            return String(decoding: bytes, as: UTF8.self)
        }
        let state = text("status").split(separator: "\n").first { $0.hasPrefix("State:") }
        var lines = state.map { ["state: " + $0.dropFirst(6).drop { $0 == "\t" }] } ?? []
        let wait = text("wchan")
        if !wait.isEmpty, wait != "0" { lines.append("waits in: \(wait)") }
        lines += text("stack").split(separator: "\n").prefix(16).map { "stack: " + ($0.split(separator: " ").last ?? "") }
        return lines
    }
}
