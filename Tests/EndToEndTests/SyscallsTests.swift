import Glibc
import TestSupport
import Testing

extension EndToEnd {
    /// The kernel says no, once in a while: one request may suffer, and nothing else.
    @Suite("system calls that fail", .enabled(if: Installed.canAttach, "there is no strace, or no leave to attach it")) struct SyscallsTests
    {
        /// A call of the worker's, and how it can fail. A failed `close` or `shutdown` is no failure to strace's way of making one: it would not have been
        /// made at all.
        struct Call: Sendable, CustomTestStringConvertible {
            var name: String
            var errors: [String]
            /// Which of them, as strace counts: the second, and every fifth after that.
            var when = ["2+5"]
            var testDescription: String { name }
        }

        private static let calls = [
            Call(name: "recvmsg", errors: ["EINTR", "ENOMEM", "ENOBUFS"]),
            Call(name: "recvfrom", errors: ["ECONNRESET", "EAGAIN", "EINTR", "ENOMEM", "ETIMEDOUT"]),
            Call(name: "sendto", errors: ["EPIPE", "EAGAIN", "ECONNRESET", "EINTR", "ENOBUFS"]),
            Call(name: "connect", errors: ["EADDRNOTAVAIL", "ECONNREFUSED", "ENETUNREACH", "ETIMEDOUT"]),
            Call(name: "socket", errors: ["EMFILE", "ENOBUFS", "ENFILE", "ENOMEM"]),
            Call(name: "setsockopt", errors: ["EINVAL", "ENOMEM"]),
            Call(name: "getpeername", errors: ["ENOTCONN"]),
            Call(name: "epoll_ctl", errors: ["ENOMEM", "ENOSPC"], when: ["1+3", "1+2", "2+5"]),
            Call(name: "epoll_wait", errors: ["EINTR"]),
            Call(name: "splice", errors: ["EINVAL", "EAGAIN", "EPIPE", "ENOMEM", "ECONNRESET"]),
            // Pipes are kept: there are not many of these.
            Call(name: "pipe2", errors: ["EMFILE"], when: ["1+2"]),
            Call(name: "fcntl", errors: ["EPERM"], when: ["1+2"]),
            Call(name: "sendfile", errors: ["EAGAIN", "EIO", "EPIPE"], when: ["1+2"]),
            Call(name: "newfstatat", errors: ["EIO", "ENOMEM"], when: ["1+2"]),
            // A file stays open for the next request.
            Call(name: "openat2", errors: ["EMFILE"], when: ["1"]),
        ]

        /// What is asked in a round, each on a connection of its own.
        private static let targets = ["/own", "/x", "/bytes?32", "/chunks?2", "/until-close", "/files/large", "/own", "/204"]

        @Test("the worker lives on, leaks nothing, and only the requests that were hit fail", arguments: calls)
        func worker(call: Call) throws {
            let upstream = try Upstream()
            let cluster = try start(upstream)
            let worker = try cluster.worker(0)
            let before = worker.process.openFiles
            for error in Installed.isLong ? call.errors : Array(call.errors.prefix(2)) {
                for when in Installed.isLong ? call.when + ["1+5", "3+7", "4+9"] : call.when {
                    try disturb(worker.process, call.name, error, when) { ask(cluster) }
                    let problems = ask(cluster)
                    #expect(problems.isEmpty, "after \(call.name) \(error) \(when): \(problems)")
                }
            }
            #expect(try cluster.worker(0).id == worker.id)
            try expectRest(of: worker.process)
            try upstream.stop()
            try eventually("nothing is left open, but there is \(worker.process.descriptors)") {

                // The file that was served stays open for a while.
                worker.process.openFiles <= before + 1
            }
        }

        @Test(
            "the master lives on",
            arguments: [
                Call(name: "accept4", errors: ["EMFILE", "ECONNABORTED", "ENFILE", "EINTR", "ENOBUFS", "ENOMEM", "EPERM"]),
                Call(name: "sendmsg", errors: ["ENOBUFS", "ETOOMANYREFS", "EAGAIN", "EINTR"]), Call(name: "epoll_wait", errors: ["EINTR"]),
            ])
        func master(call: Call) throws {
            let upstream = try Upstream()
            let cluster = try start(upstream)
            let master = cluster.master
            let before = master.openFiles
            for error in call.errors {
                try disturb(master, call.name, error, "1+4") { ask(cluster) }
                let problems = ask(cluster)
                #expect(problems.isEmpty, "after \(call.name) \(error): \(problems)")
            }
            #expect(try cluster.status().workers.map(\.restarts) == [0])
            try expectRest(of: master)
            try eventually("nothing is left open") { master.openFiles <= before }
        }

        // MARK: - Private

        private func start(_ upstream: Upstream) throws -> Cluster {
            try Cluster.start(
                """
                port: <port>
                workers: 1
                routes:
                  - path: /own
                    respond: own
                  - path: /files
                    files: <folder>
                  - upstream: http://127.0.0.1:\(upstream.port)
                """, files: ["large": String(repeating: "0123456789abcde\n", count: 1 << 16)])
        }

        /// What went wrong.
        private func ask(_ cluster: Cluster) -> [String] {
            Self.targets.compactMap { target in
                do {
                    let client = try Connection(port: cluster.port, timeout: .seconds(8))
                    let answer = try client.get(target)
                    return answer.status < 300 ? nil : "\(target): \(answer.status)"
                } catch {
                    return "\(target): \(error)"
                }
            }
        }

        /// Some calls of this name fail while the work is done; no more of it may go wrong than there were failures.
        private func disturb(_ process: ProcessView, _ name: String, _ error: String, _ when: String, work: () -> [String]) throws {
            let folder = try Folder()
            let strace = try Command(
                [
                    "strace", "-qq", "-o", folder["trace"], "-e", "trace=\(name)", "-e", "inject=\(name):error=\(error):when=\(when)", "-p",
                    "\(process.pid)",
                ],
                in: folder, name: "strace")
            try eventually("strace has attached itself: \(strace.standardError)") { process.status("TracerPid") != "0" }
            let problems = work() + work()
            strace.send(SIGINT)
            try strace.wait()
            let hits = folder.text(of: "trace").split(separator: "\n").count { $0.contains("(INJECTED)") }
            #expect(hits > 0 || Installed.isLong, "nothing was disturbed: \(name)")
            #expect(problems.count <= hits, "\(name) \(error) \(when), \(hits) times: \(problems)")
            #expect(!problems.contains { $0.contains("late") }, "\(name) \(error) \(when), \(hits) times: \(problems)")
        }

        /// It waits without spinning.
        private func expectRest(of process: ProcessView) throws {
            let before = process.processorTime
            pause(.milliseconds(400))
            #expect(process.processorTime - before < .milliseconds(200))
        }
    }
}
