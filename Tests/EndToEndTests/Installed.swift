import Foundation
import Glibc
import TestSupport
import Testing

/// Programs of others that tests run, where they are there (the Makefile installs them where it can).
enum Installed {
    static let isLong = ProcessInfo.processInfo.environment["CLUSTER_PROXY_LONG_TESTS"] != nil

    private static let package: String = {
        // Not standardized: that would follow an environment's link to the interpreter, which then does not know its packages.
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    }()

    /// A program of Tests/Programs.
    static func script(_ name: String) -> String { "\(package)/Tests/Programs/\(name)" }

    static func has(_ program: String) -> Bool { path(program) != nil }

    static func path(_ program: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
        return (folders + ["/usr/sbin"]).map { "\($0)/\(program)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// strace, and leave to attach it to a process that runs (ptrace(2), /proc/sys/kernel/yama/ptrace_scope).
    static var canAttach: Bool {
        let scope = (try? String(contentsOfFile: "/proc/sys/kernel/yama/ptrace_scope", encoding: .utf8)) ?? "0"
        return has("strace") && (geteuid() == 0 || scope.hasPrefix("0"))
    }

    /// The interpreter with gunicorn, flask, uvicorn, starlette, websockets, requests and httpx (`make python`); nil where there is none.
    static let python: String? = {
        let path = package + "/.build/python/bin/python"
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }()
    static var hasPython: Bool { python != nil }
    static let noPython: Comment = "there is no .build/python: `make python` installs the packages"
}
