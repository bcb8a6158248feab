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
