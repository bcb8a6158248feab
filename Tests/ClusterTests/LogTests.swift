import Cluster
import ClusterConfiguration
import Foundation
import Kernel
import Logging
import Testing

@Suite("The log")
struct LogTests {
    private func settings(
        _ destination: LogSettings.Destination, _ format: LogSettings.Format = .logfmt, _ level: LogSettings.Level = .info
    )
        -> LogSettings
    {
        var settings = LogSettings()
        settings.destination = destination
        settings.format = format
        settings.level = level
        return settings
    }

    /// What the pipe holds now.
    private func drain(_ descriptor: borrowing Descriptor) -> String {
        var bytes: [UInt8] = []
        while true {
            let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
                count = unsafe max(0, read(descriptor.number, buffer.baseAddress, buffer.count))
            }
            if chunk.isEmpty { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk
        }
    }

    @Test("an event has its level, its message and its nouns in order")
    func event() throws {
        let folder = try TemporaryFolder()
        let log = try Log(settings(.file(path: folder["log"])))
        var logger = log.logger()
        logger[metadataKey: "app"] = "web"
        logger.info("worker ready", metadata: ["worker": "2", "pid": .stringConvertible(Int32(7)), "calm": .stringConvertible(true)])
        logger.debug("not shown")
        #expect(folder.content("log").hasSuffix("Z level=info msg=\"worker ready\" app=web calm=true pid=7 worker=2\n"))
        #expect(folder.content("log").split(separator: "\n").count == 1)
    }

    @Test("level and format change while it runs, for loggers that are there already")
    func change() throws {
        let folder = try TemporaryFolder()
        let log = try Log(settings(.file(path: folder["log"])))
        let logger = log.logger()
        try log.take(log.prepare(settings(.file(path: folder["log"]), .json, .debug)))
        logger.debug("shown")
        try log.take(log.prepare(settings(.file(path: folder["other"]), .logfmt, .error)))
        logger.warning("not shown")
        logger.error("there")
        #expect(folder.content("log").hasSuffix("\"level\":\"debug\",\"msg\":\"shown\"}\n"))
        #expect(folder.content("other").hasSuffix("level=error msg=there\n"))
    }

    @Test("a destination that cannot be opened leaves everything as it was")
    func badDestination() throws {
        let folder = try TemporaryFolder()
        let log = try Log(settings(.file(path: folder["log"])))
        #expect(throws: Errno.noEntry) { _ = try log.prepare(settings(.file(path: folder["missing/log"]), .json)) }
        log.logger().info("still here")
        #expect(folder.content("log").hasSuffix("level=info msg=\"still here\"\n"))
    }

    @Test("what an old destination has not taken is lost, and the new one says how much")
    func changeWithBacklog() throws {
        let folder = try TemporaryFolder()
        let (reading, writing) = try Pipe(capacity: 4096).ends()
        let reader = Descriptor(adopting: reading)
        let log = Log(settings(.stdout), to: LogOutput(.stdout, descriptor: Descriptor(adopting: writing)))
        for _ in 0..<1000 { log.logger().info("event") }
        try log.take(log.prepare(settings(.file(path: folder["log"]))))
        let arrived = drain(reader).split(separator: "\n", omittingEmptySubsequences: false).count - 1
        log.logger().info("next")
        #expect(folder.content("log").contains("log lost \(1000 - arrived) lines"))
        #expect(folder.content("log").hasSuffix("msg=next\n"))
    }

    @Test("off writes nothing")
    func off() throws {
        let log = try Log(settings(.off))
        log.logger().error("nobody hears this")
        #expect(!log.hasBacklog)
    }

    @Test("a renamed file is left complete, and the next line goes to a new one")
    func reopen() throws {
        let folder = try TemporaryFolder()
        let log = try Log(settings(.file(path: folder["log"])))
        let logger = log.logger()
        for number in 0..<100 { logger.info("before", metadata: ["n": .stringConvertible(number)]) }
        try Files.rename(folder["log"], to: folder["log.1"])
        logger.info("before", metadata: ["n": "100"])
        try log.reopen()
        logger.info("after")
        #expect(folder.content("log.1").split(separator: "\n").count == 101)
        #expect(folder.content("log").split(separator: "\n").map { $0.hasSuffix("msg=after") } == [true])
    }

    @Test("a pipe that nobody reads never blocks; what is lost is counted, said, and nothing is torn")
    func fullPipe() throws {
        let (reading, writing) = try Pipe().ends()
        let reader = Descriptor(adopting: reading)
        let bound = 64 * 1024
        let log = Log(settings(.stdout), to: LogOutput(.stdout, descriptor: Descriptor(adopting: writing), bound: bound))
        let started = Clock.milliseconds
        for number in 0..<20_000 { log.write(CapturedLine(source: "worker 0", stream: .stdout, bytes: Array("line \(number) end".utf8))) }
        #expect(Clock.milliseconds - started < 5000)
        #expect(log.hasBacklog)

        var text = ""
        while log.hasBacklog {
            text += drain(reader)
            log.flush()
        }
        text += drain(reader)
        log.write(CapturedLine(source: "worker 0", stream: .stdout, bytes: Array("last".utf8)))
        log.flush()
        text += drain(reader)

        let lines = text.split(separator: "\n")
        let numbers = lines.compactMap { $0.wholeMatch(of: /\[worker 0\] line (\d+) end/).flatMap { Int($0.1) } }
        let lost = lines.compactMap { $0.firstMatch(of: /log lost (\d+) lines/).flatMap { Int($0.1) } }
        #expect(lines.last == "[worker 0] last")
        #expect(numbers == Array(0..<numbers.count))
        #expect(numbers.count > bound / 40)
        #expect(lost.reduce(0, +) + numbers.count == 20_000)
        #expect(lines.count == numbers.count + lost.count + 1)
    }

    @Test("a flood from processes leaves room for the master's own events")
    func flood() throws {
        let (reading, writing) = try Pipe(capacity: 4096).ends()
        let reader = Descriptor(adopting: reading)
        let log = Log(settings(.stdout), to: LogOutput(.stdout, descriptor: Descriptor(adopting: writing), bound: 32 * 1024))
        for _ in 0..<5000 { log.write(CapturedLine(source: "worker 0", stream: .stdout, bytes: Array("flood".utf8))) }
        log.logger().error("heard")
        var text = ""
        while log.hasBacklog {
            text += drain(reader)
            log.flush()
        }
        text += drain(reader)
        #expect(text.contains("msg=heard\n"))
        #expect(text.contains("log lost "))
    }

    @Test("at the end a slow reader is waited for, a dead one is not")
    func finish() throws {
        let (reading, writing) = try Pipe(capacity: 4096).ends()
        let log = Log(settings(.stdout), to: LogOutput(.stdout, descriptor: Descriptor(adopting: writing)))
        for _ in 0..<1000 { log.logger().info("event") }
        let started = Clock.milliseconds
        log.finish(milliseconds: 50)
        #expect((50..<5000).contains(Clock.milliseconds - started))
        #expect(log.hasBacklog)
        try Detached.run {
            var bytes = [UInt8](repeating: 0, count: 65_536)
            // The pauses are what makes it a slow one.
            while unsafe read(reading, &bytes, bytes.count) != 0 { usleep(1000) }
            Descriptor.close(reading)
        }
        log.finish(milliseconds: 10_000)
        #expect(!log.hasBacklog)
    }

    @Test("a fifo that nobody reads is refused rather than waited for")
    func fifo() throws {
        let folder = try TemporaryFolder()
        let made = unsafe mkfifo(folder["fifo"], 0o600)
        try #require(made == 0)
        #expect(throws: Errno.self) { try Log(settings(.file(path: folder["fifo"]))) }
    }

    @Test("a shared blocking pipe is not made non-blocking for the others")
    func sharedPipe() throws {
        var ends: [Int32] = [-1, -1]
        let made = unsafe pipe(&ends)
        try #require(made == 0)
        let own = try Descriptor.ownWriter(of: ends[1])
        #expect(fcntl(ends[1], F_GETFL) & O_NONBLOCK == 0)
        #expect(fcntl(own.number, F_GETFL) & O_NONBLOCK != 0)
        #expect(own.write("x") == .moved(1))
        close(ends[0])
        close(ends[1])
    }

    @Test("a disk that is full loses lines, counts them, and goes on when it has room")
    func fullDisk() throws {
        // Every write to /dev/full fails as on a full disk.
        guard let full = try? Files.open(appending: "/dev/full") else { return }
        var output = LogOutput(.file(path: "/dev/full"), descriptor: full, bound: 1000)
        for _ in 0..<30 { output.write(Array(repeating: 65, count: 99) + [10]) }
        let (hasBacklog, lost) = (output.hasBacklog, output.lost)
        #expect(hasBacklog)
        #expect(lost == 20)
    }

    @Test("a line that a full disk cut is written whole to the next file")
    func cutLine() throws {
        let folder = try TemporaryFolder()
        // A small pipe cuts a long line as a full disk does.
        let (reading, writing) = try Pipe(capacity: 4096).ends()
        let reader = Descriptor(adopting: reading)
        var output = LogOutput(.file(path: folder["new"]), descriptor: Descriptor(adopting: writing))
        let long = Array(repeating: UInt8(66), count: 6000) + [10]
        output.write(long)
        let wasCut = output.hasBacklog
        try output.reopen()
        let isBehind = output.hasBacklog
        #expect(wasCut && !isBehind)
        #expect(drain(reader).count == 4096)
        #expect(folder.content("new") == String(decoding: long, as: UTF8.self))
    }

    @Test("a reader that is gone loses lines and nothing else")
    func brokenPipe() throws {
        signal(SIGPIPE, SIG_IGN)
        let (reading, writing) = try Pipe().ends()
        Descriptor.close(reading)
        let log = Log(settings(.stderr), to: LogOutput(.stderr, descriptor: Descriptor(adopting: writing)))
        for _ in 0..<10 { log.logger().info("nobody") }
        #expect(!log.hasBacklog)
    }
}
