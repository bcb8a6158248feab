import Cluster
import Foundation
import Kernel
import Testing

@Suite("What the service manager is told")
struct ServiceNotifierTests {
    /// A manager's socket: datagrams, on a path or an abstract name.
    private final class Manager {
        let number: Int32

        init(_ name: String) throws {
            number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            var bytes = Array(name.utf8)
            if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
            unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
            let length = socklen_t(2 + bytes.count)
            let result = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(number, $0, length) }
            }
            try #require(result == 0)
        }

        deinit { close(number) }

        var next: String? {
            var bytes: [UInt8] = []
            guard case .moved = Socket.receive(number, upTo: 4096, appendingTo: &bytes) else { return nil }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    @Test("each event is one datagram", arguments: [true, false])
    func messages(isAbstract: Bool) throws {
        let folder = try TemporaryFolder()
        let name = isAbstract ? "@" + folder["notify"] : folder["notify"]
        let manager = try Manager(name)
        let notifier = ServiceNotifier(socket: name, watchdogMicroseconds: nil, watchdogPid: nil, ownPid: 42)
        #expect(notifier.ready("4 workers\nX=1") == .sent)
        #expect(manager.next == "READY=1\nMAINPID=42\nSTATUS=4 workers\\nX=1")
        #expect(notifier.reloading() == .sent)
        let reloading = try #require(manager.next?.wholeMatch(of: /RELOADING=1\nMONOTONIC_USEC=(\d+)\nSTATUS=reloading/))
        #expect(abs((Int(reloading.1) ?? 0) - Clock.microseconds) < 60_000_000)
        #expect(notifier.stopping() == .sent)
        #expect(manager.next == "STOPPING=1\nSTATUS=stopping")
        #expect(notifier.status("draining") == .sent)
        #expect(manager.next == "STATUS=draining")
    }

    @Test("signs of life come twice as often as the watchdog asks")
    func watchdog() throws {
        let folder = try TemporaryFolder()
        let manager = try Manager(folder["notify"])
        var notifier = ServiceNotifier(socket: folder["notify"], watchdogMicroseconds: "3000000", watchdogPid: "42", ownPid: 42)
        #expect(notifier.untilHeartbeat(now: 100) == 0)
        #expect(notifier.beat(now: 100) == .sent)
        #expect(manager.next == "WATCHDOG=1")
        #expect(notifier.untilHeartbeat(now: 600) == 1000)
        #expect(notifier.beat(now: 1599) == .nobodyAsked)
        #expect(notifier.beat(now: 1600) == .sent)
        #expect(notifier.untilHeartbeat(now: 9600) == 0)
    }

    @Test(
        "a watchdog for another process, or without a number, is not ours",
        arguments: [("3000000", "41"), ("x", nil), ("0", nil), (nil, "42")] as [(String?, String?)])
    func foreignWatchdog(microseconds: String?, pid: String?) {
        let notifier = ServiceNotifier(socket: "/x", watchdogMicroseconds: microseconds, watchdogPid: pid, ownPid: 42)
        #expect(notifier.untilHeartbeat(now: 0) == nil)
    }

    @Test("a watchdog that nobody can be told about is none, so that its heartbeat is never due")
    func watchdogWithoutSocket() {
        var notifier = ServiceNotifier(socket: nil, watchdogMicroseconds: "3000000", watchdogPid: nil, ownPid: 42)
        #expect(notifier.untilHeartbeat(now: 0) == nil)
        #expect(notifier.beat(now: 100_000) == .nobodyAsked)
    }

    @Test("a manager that does not listen is no reason to stop")
    func nobodyListens() throws {
        let folder = try TemporaryFolder()
        func notifier(_ socket: String?) -> ServiceNotifier {
            ServiceNotifier(socket: socket, watchdogMicroseconds: nil, watchdogPid: nil, ownPid: 42)
        }
        #expect(notifier(nil).stopping() == .nobodyAsked)
        #expect(notifier("").stopping() == .nobodyAsked)
        #expect(notifier(folder["none"]).stopping() == .failed("\(folder["none"]): ENOENT: No such file or directory"))
        #expect(notifier("vsock:2:1").stopping() == .failed("NOTIFY_SOCKET is neither a path nor an abstract name: vsock:2:1"))
    }

    @Test("a manager that does not read is not waited for")
    func full() throws {
        let folder = try TemporaryFolder()
        let manager = try Manager(folder["notify"])
        let notifier = ServiceNotifier(socket: folder["notify"], watchdogMicroseconds: nil, watchdogPid: nil, ownPid: 42)
        let outcomes = (0..<2000).map { _ in notifier.stopping() }
        #expect(outcomes.first == .sent)
        #expect(outcomes.last != .sent)
        #expect(manager.next != nil)
    }
}

@Suite("The pid file")
struct PidFileTests {
    @Test("it appears whole, replaces an older one, and goes at the end")
    func life() throws {
        let folder = try TemporaryFolder()
        try Data("1\n".utf8).write(to: URL(filePath: folder["pid"]))
        let file = PidFile(path: folder["pid"], pid: 42)
        try file.write()
        #expect(folder.content("pid") == "42\n")
        #expect(folder.names == ["pid"])
        file.remove()
        #expect(folder.names == [])
    }

    @Test("one that is another master's by now stays")
    func foreign() throws {
        let folder = try TemporaryFolder()
        let file = PidFile(path: folder["pid"], pid: 42)
        try file.write()
        try PidFile(path: folder["pid"], pid: 43).write()
        file.remove()
        #expect(folder.content("pid") == "43\n")
    }

    @Test("a folder that is not there is said, and nothing is left")
    func missing() throws {
        let folder = try TemporaryFolder()
        #expect(throws: Errno.noEntry) { try PidFile(path: folder["no/pid"], pid: 42).write() }
        #expect(folder.names == [])
    }
}
