import Foundation
import Glibc

/// A process as /proc shows it.
package struct ProcessView: Hashable, Sendable, CustomStringConvertible {
    package let pid: Int

    package init(_ pid: Int) { self.pid = pid }

    package var description: String { "\(pid) (\(arguments.joined(separator: " ").prefix(60)), \(state ?? "gone"))" }

    /// `R`, `S`, `T`, `Z` …; nil when it is gone.
    package var state: String? { statistics?.first }
    /// It runs, or could: zombies do not count.
    package var isAlive: Bool { state.map { $0 != "Z" && $0 != "X" } ?? false }
    package var isStopped: Bool { state == "T" }
    package var parent: Int? { number(1) }
    package var group: Int? { number(2) }
    package var session: Int? { number(3) }
    /// Of all its threads, user and system.
    package var processorTime: Duration { .milliseconds(((number(11) ?? 0) + (number(12) ?? 0)) * 1000 / sysconf(Int32(_SC_CLK_TCK))) }
    package var arguments: [String] { strings("cmdline") }
    package var environment: [String: String] {
        strings("environ").reduce(into: [:]) { result, pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { result[String(parts[0])] = String(parts[1]) }
        }
    }
    /// Number → what it is.
    package var descriptors: [Int: String] {
        let folder = "/proc/\(pid)/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.reduce(into: [:]) { result, name in
            if let number = Int(name), let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)") {
                result[number] = target
            }
        }
    }
    /// What is open, but for the pipes of long bodies: some of those are kept for the next one.
    package var openFiles: Int { descriptors.values.count { !$0.hasPrefix("pipe:") } }
    package var threads: Int { Int(status("Threads")) ?? 0 }
    package var residentBytes: Int { (Int(status("VmRSS").split(separator: " ").first ?? "") ?? 0) * 1024 }
    /// A line of /proc/PID/status.
    package func status(_ name: String) -> String {
        let line = text("status").split(separator: "\n").first { $0.hasPrefix(name + ":") }
        return line.map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) } ?? ""
    }
    /// SigBlk, SigIgn, SigCgt as numbers of signals.
    package func signals(_ name: String) -> Set<Int> {
        let mask = UInt64(status(name), radix: 16) ?? 0
        return Set((1...64).filter { mask & 1 << ($0 - 1) != 0 })
    }
    /// What it gets of a core at a time, in nanoseconds; nil where the kernel does not show it.
    package var slice: Int? {
        let line = text("sched").split(separator: "\n").first { $0.hasPrefix("se.slice") }
        return line?.split(separator: " ").last.flatMap { Int($0) }
    }
    package func file(_ name: String) -> String { text(name).trimmingCharacters(in: .whitespacesAndNewlines) }

    package var children: [ProcessView] { Self.all.filter { $0.parent == pid }.sorted { $0.pid < $1.pid } }

    package func send(_ signal: Int32) { kill(Int32(pid), signal) }

    package static var all: [ProcessView] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int($0) }.map { ProcessView($0) }
    }

    // MARK: - Private

    /// What follows the name in /proc/PID/stat: state, parent, group, session …
    private var statistics: [String]? {
        let text = text("stat")
        guard let end = text.lastIndex(of: ")") else { return nil }
        return text[text.index(after: end)...].split(separator: " ").map(String.init)
    }

    private func number(_ index: Int) -> Int? { statistics.flatMap { $0.count > index ? Int($0[index]) : nil } }

    private func strings(_ file: String) -> [String] { text(file).split(separator: "\0").map(String.init) }

    private func text(_ file: String) -> String {
        FileManager.default.contents(atPath: "/proc/\(pid)/\(file)").map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
