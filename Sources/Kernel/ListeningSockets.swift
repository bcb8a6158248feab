internal import Glibc

/// Who listens where, as /proc tells it: found out without a connection, which a program could mistake for a client.
package enum ListeningSockets {
    /// The inodes of the sockets that listen on a path, proc(5).
    package static func inodes(path: String) -> [String] {
        guard let text = try? Files.read("/proc/net/unix", limit: 16 << 20) else { return [] }
        return String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ", maxSplits: 7)
            // The flag 0x10000 is that of a listening socket.
            guard words.count == 8, words[3] == "00010000", words[7] == path else { return nil }
            return String(words[6])
        }
    }

    /// Whether a process of this group has one of these sockets; true as well where /proc hides that from us.
    package static func isOwned(_ inodes: [String], byGroup group: Int32) -> Bool {
        let links = Set(inodes.map { "socket:[\($0)]" })
        var sawAll = true
        for pid in Processes.members(ofGroup: group) {
            switch has(pid, oneOf: links) {
            case true?: return true
            case false?: break
            case nil: sawAll = false
            }
        }
        return !sawAll
    }

    /// Where the descriptors of a group's processes lead, as far as we may look: one look at each.
    static func links(ofGroup group: Int32) -> Set<String> {
        var links: Set<String> = []
        for pid in Processes.members(ofGroup: group) {
            let folder = "/proc/\(pid)/fd"
            for name in (try? Files.names(in: folder, limit: 65536)) ?? [] {
                if let link = try? Files.linkTarget("\(folder)/\(name)") { links.insert(link) }
            }
        }
        return links
    }

    // MARK: - Private

    /// nil: it may not be looked at. Root without CAP_SYS_PTRACE can list what another user's process has open, and not read where it leads.
    private static func has(_ pid: Int32, oneOf links: Set<String>) -> Bool? {
        let folder = "/proc/\(pid)/fd"
        do throws(Errno) {
            for name in try Files.names(in: folder, limit: 65536) {
                do throws(Errno) {
                    if links.contains(try Files.linkTarget("\(folder)/\(name)")) { return true }
                } catch {
                    if error == .accessDenied || error == .notPermitted { throw error }
                    // It was closed meanwhile.
                }
            }
            return false
        } catch {
            // One that has just ended hides nothing.
            return error == .accessDenied || error == .notPermitted ? nil : false
        }
    }

}

extension Processes {
    /// The numbers of the processes in a group, from /proc/PID/stat.
    package static func members(ofGroup group: Int32) -> [Int32] {
        all.filter { pid in
            guard let fields = statistics(of: pid), fields.count > 2 else { return false }
            return Int32(fields[2]) == group
        }
    }

    /// The numbers of all processes.
    fileprivate static var all: [Int32] { ((try? Files.names(in: "/proc")) ?? []).compactMap { Int32($0) } }

    /// Resident memory in bytes; nil when the process is gone.
    package static func residentMemory(of pid: Int32) -> Int? {
        guard let text = try? Files.read("/proc/\(pid)/statm", limit: 4096) else { return nil }
        let words = String(decoding: text, as: UTF8.self).split(separator: " ")
        return words.count > 1 ? Int(words[1]).map { $0 * sysconf(Int32(_SC_PAGESIZE)) } : nil
    }

    /// The fields of /proc/PID/stat after the name, state first.
    fileprivate static func statistics(of pid: Int32) -> [Substring]? {
        guard let text = try? Files.read("/proc/\(pid)/stat", limit: 4096) else { return nil }
        let line = String(decoding: text, as: UTF8.self)
        guard let end = line.lastIndex(of: ")") else { return nil }
        return line[line.index(after: end)...].split(separator: " ")
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

/// The resident memory of process groups, as it is when the first of them is asked for: one look at all processes serves all who ask.
package final class GroupMemories {
    private lazy var bytes = Self.read()

    package init() {}

    /// nil for a group of which nothing is left.
    package subscript(group: Int32) -> Int? { bytes[group] }

    private static func read() -> [Int32: Int] {
        var bytes: [Int32: Int] = [:]
        for pid in Processes.all {
            guard let fields = Processes.statistics(of: pid), fields.count > 2, let group = Int32(fields[2]) else { continue }
            bytes[group, default: 0] += Processes.residentMemory(of: pid) ?? 0
        }
        return bytes
    }
}
