import Engine
import Glibc
import Kernel
import Testing

@testable import Proxy

struct LogFileTests {
    private func lines(_ texts: [String], capacity: Int = 1 << 16) -> Buffer {
        var buffer = Buffer(capacity: capacity)
        for text in texts { buffer.withRoom { room in for byte in text.utf8 { room.append(byte) } } }
        return buffer
    }

    private func path() -> String { "/tmp/log-file-\(getpid())-\(UInt32.random(in: 0 ... .max))" }

    @Test func `a file takes everything at once`() throws {
        let path = path()
        defer { try? Files.remove(path) }
        var file: LogFile? = LogFile(try Files.open(appending: path, mode: 0o640))
        var waiting = lines(["one\n", "two\n"])
        let count = LogFile.lines(in: waiting)
        #expect(count == 2)
        let outcome = LogFile.write(&waiting, to: &file)
        #expect(outcome == .done)
        let left = waiting.count
        #expect(left == 0)
        #expect(try Files.read(path, limit: 100) == Array("one\ntwo\n".utf8))
        #expect(try Files.status(of: path).mode == 0o640)
    }

    @Test func `without a file lines wait`() {
        var file: LogFile?
        var waiting = lines(["one\n"])
        let outcome = LogFile.write(&waiting, to: &file)
        #expect(outcome == .later)
        let left = waiting.count
        #expect(left == 4)
    }

    @Test func `a full device keeps what it does not take`() throws {
        var file: LogFile? = LogFile(try Files.open(appending: "/dev/full"))
        var waiting = lines(["one\n"])
        let outcome = LogFile.write(&waiting, to: &file)
        #expect(outcome == .failed(.noSpace))
        let left = waiting.count
        #expect(left == 4)
    }

    /// In a process of its own: the limit is for all of one.
    @Test func `a file that is full in the middle of a line is cut at the beginning of that line`() async {
        await #expect(processExitsWith: .success) {
            let path = "/tmp/log-file-\(getpid())"
            _ = signal(SIGXFSZ, SIG_IGN)
            var file: LogFile? = LogFile(try Files.open(appending: path))
            defer { try? Files.remove(path) }
            var waiting = Buffer(capacity: 64)
            waiting.withRoom { room in for byte in "12345\n67890\nabcde\n".utf8 { room.append(byte) } }
            var limit = rlimit(rlim_cur: 15, rlim_max: rlim_t.max)
            let sizeOfFile = __rlimit_resource_t(1)
            precondition(unsafe setrlimit(sizeOfFile, &limit) == 0)
            precondition(LogFile.write(&waiting, to: &file) == .failed(.noSpace))
            let cut = try Files.read(path, limit: 100)
            precondition(cut == Array("12345\n67890\n".utf8) && waiting.count == 6)
            limit.rlim_cur = rlim_t.max
            precondition(unsafe setrlimit(sizeOfFile, &limit) == 0)
            precondition(LogFile.write(&waiting, to: &file) == .done)
            let whole = try Files.read(path, limit: 100)
            precondition(whole == Array("12345\n67890\nabcde\n".utf8))
        }
    }

    @Test func `a pipe gets whole lines, until it takes no more`() throws {
        let pipe = try Kernel.Pipe()
        let ends = pipe.ends()
        let reading = Descriptor(adopting: ends.reading)
        var file: LogFile? = LogFile(Descriptor(adopting: ends.writing))
        let line = String(repeating: "x", count: 999) + "\n"
        var waiting = lines(Array(repeating: line, count: 200), capacity: 1 << 18)
        let outcome = LogFile.write(&waiting, to: &file)
        #expect(outcome == .later)
        let rest = waiting.count
        #expect(rest > 0 && rest % 1000 == 0)
        var read = 0
        var room = Buffer(capacity: 1 << 18)
        while read < 200_000 {
            if case .moved(let count) = room.withRoom({ reading.read(into: &$0) }) { read += count }
            room.removeAll()
            _ = LogFile.write(&waiting, to: &file)
        }
        let left = waiting.count
        #expect(left == 0)
    }
}
