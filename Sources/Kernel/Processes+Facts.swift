internal import Glibc

/// What the kernel says of one process, proc(5).
extension Processes {
    /// Resident memory in bytes; nil when the process is gone.
    package static func residentMemory(of pid: Int32) -> Int? {
        guard let text = try? Files.read("/proc/\(pid)/statm", limit: 4096) else { return nil }
        let words = String(decoding: text, as: UTF8.self).split(separator: " ")
        return words.count > 1 ? Int(words[1]).map { $0 * sysconf(Int32(_SC_PAGESIZE)) } : nil
    }

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
