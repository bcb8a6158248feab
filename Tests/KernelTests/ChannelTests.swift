import Glibc
import Kernel
import Testing

@Suite struct ChannelTests {
    /// Two connected ends.
    private struct Pair: ~Copyable {
        let near: Channel
        let far: Channel

        init() throws {
            let ends = try Channel.pair()
            near = Channel(adopting: ends.0)
            far = Channel(adopting: ends.1)
        }
    }

    /// What a receive came to, as a value; the descriptor is given back as a number.
    private enum Outcome: Equatable { case words([UInt64], hasDescriptor: Bool), none, ended, failed(Errno) }

    private static func receive(_ channel: borrowing Channel, room: Int = 4) -> Outcome {
        var words = [UInt64](repeating: 0, count: room)
        var space = words.mutableSpan
        switch channel.receive(into: &space) {
        case .message(let count, let descriptor):
            switch descriptor {
            case .some: return .words(Array(words.prefix(count)), hasDescriptor: true)
            case .none: return .words(Array(words.prefix(count)), hasDescriptor: false)
            }
        case .none: return .none
        case .ended: return .ended
        case .failed(let error): return .failed(error)
        }
    }

    @Test func `messages keep their borders and their order`() throws {
        let pair = try Pair()
        #expect(Self.receive(pair.far) == .none)
        #expect(pair.near.send(([1, 2, 3] as [UInt64]).span) == .done)
        #expect(pair.near.send(([4] as [UInt64]).span) == .done)
        #expect(pair.far.send(([5] as [UInt64]).span) == .done, "the other way as well")
        #expect(Self.receive(pair.far) == .words([1, 2, 3], hasDescriptor: false))
        #expect(Self.receive(pair.far) == .words([4], hasDescriptor: false))
        #expect(Self.receive(pair.far) == .none)
        #expect(Self.receive(pair.near) == .words([5], hasDescriptor: false))
    }

    @Test func `a descriptor arrives as the same open file, and not for the programs that we start`() throws {
        let pair = try Pair()
        let pipe = try Pipe()
        #expect(pair.near.send(([7] as [UInt64]).span, passing: pipe.writing.number) == .done)
        var words: [UInt64] = [0, 0]
        var space = words.mutableSpan
        guard case .message(1, let descriptor) = pair.far.receive(into: &space), case .some(let copy) = descriptor else {
            throw Errno.noEntry
        }
        #expect(copy.number != pipe.writing.number)
        #expect(fcntl(copy.number, F_GETFD) == FD_CLOEXEC)
        #expect(copy.write("through") == .moved(7))
        #expect(read(pipe.reading).1 == Array("through".utf8))
    }

    @Test func `what is passed stays open although its sender lets go of it`() throws {
        let pair = try Pair()
        let ends = try Pipe().ends()
        let reading = Descriptor(adopting: ends.reading)
        #expect(pair.near.send(([1] as [UInt64]).span, passing: ends.writing) == .done)
        Descriptor.close(ends.writing)
        #expect(read(reading).0 == .wouldBlock, "somebody can still write: the message")
        _ = Self.receive(pair.far)
        #expect(hasEnded(reading) == true, "and its receiver let it go")
    }

    @Test func `a message that nobody takes lets go of its descriptor`() throws {
        let ends = try Pipe().ends()
        let reading = Descriptor(adopting: ends.reading)
        do {
            let pair = try Pair()
            #expect(pair.near.send(([1] as [UInt64]).span, passing: ends.writing) == .done)
            Descriptor.close(ends.writing)
        }
        #expect(hasEnded(reading) == true)
    }

    @Test func `the other end's going is an end, with and without messages under way`() throws {
        let quiet = try Channel.pair()
        let first = Channel(adopting: quiet.0)
        Descriptor.close(quiet.1)
        #expect(isReadable(first.descriptor.number))
        #expect(Self.receive(first) == .ended)
        #expect(first.send(([1] as [UInt64]).span) == .failed(.brokenPipe), "and no signal")

        let busy = try Channel.pair()
        let second = Channel(adopting: busy.0)
        #expect(second.send(([1] as [UInt64]).span) == .done)
        Descriptor.close(busy.1)
        #expect(isReadable(second.descriptor.number))
        #expect(Self.receive(second) == .ended, "though it went with a message unread")
    }

    @Test func `what was sent before the end arrives before the end`() throws {
        let ends = try Channel.pair()
        let far = Channel(adopting: ends.1)
        do { #expect(Channel(adopting: ends.0).send(([9] as [UInt64]).span) == .done) }
        #expect(Self.receive(far) == .words([9], hasDescriptor: false))
        #expect(isReadable(far.descriptor.number))
        #expect(Self.receive(far) == .ended)
    }

    @Test func `a full queue says so, and takes messages again once there is room`() throws {
        let pair = try Pair()
        let words = [UInt64](repeating: 3, count: 5)
        var sent = 0
        while sent < 100_000, pair.near.send(words.span) == .done { sent += 1 }
        #expect(sent >= 64, "as many as a worker's queue may hold")
        #expect(pair.near.send(words.span) == .full)
        for _ in 0..<sent { #expect(Self.receive(pair.far, room: 5) == .words(words, hasDescriptor: false)) }
        #expect(Self.receive(pair.far) == .none)
        #expect(pair.near.send(words.span) == .done)
    }

    @Test func `a message that does not fit is refused with its descriptor, and the next one is whole`() throws {
        let pair = try Pair()
        let ends = try Pipe().ends()
        let reading = Descriptor(adopting: ends.reading)
        #expect(pair.near.send(([1, 2, 3] as [UInt64]).span, passing: ends.writing) == .done)
        Descriptor.close(ends.writing)
        #expect(pair.near.send(([4] as [UInt64]).span) == .done)
        #expect(Self.receive(pair.far, room: 2) == .failed(.messageTooLong))
        #expect(hasEnded(reading) == true, "it is not left open")
        #expect(Self.receive(pair.far, room: 2) == .words([4], hasDescriptor: false))
    }

    @Test(arguments: [2, 3, 9]) func `of several descriptors in one message none is left open unseen`(count: Int) throws {
        let pair = try Pair()
        let ends = try Pipe().ends()
        let reading = Descriptor(adopting: ends.reading)
        let script = "import socket; s=socket.socket(fileno=3); socket.send_fds(s, [b'12345678'], [4] * \(count))"
        let run = try ProgramRun("/usr/bin/python3", ["-c", script]) { $0.inherited = [pair.near.descriptor.number, ends.writing] }
        try #require(run.ending == .code(0), "\(run.output)")
        Descriptor.close(ends.writing)
        #expect(read(reading).0 == .wouldBlock)
        let outcome = Self.receive(pair.far)
        #expect(count == 2 ? outcome == .words([0x3837_3635_3433_3231], hasDescriptor: true) : outcome == .failed(.tableFull))
        #expect(hasEnded(reading) == true)
    }

    @Test func `a descriptor that finds no place in our table is missed, and the channel goes on`() async {
        await #expect(processExitsWith: .success) {
            let pair = try Pair()
            _ = pair.near.send(([1] as [UInt64]).span, passing: 0)
            _ = pair.near.send(([2] as [UInt64]).span)
            var stuffing = try DescriptorTable.fill(leaving: 0)
            guard Self.receive(pair.far) == .failed(.tableFull) else { exit(2) }
            guard Self.receive(pair.far) == .words([2], hasDescriptor: false) else { exit(3) }
            if let number = stuffing.popLast() { close(number) }
            _ = pair.near.send(([3] as [UInt64]).span, passing: 0)
            guard Self.receive(pair.far) == .words([3], hasDescriptor: true) else { exit(4) }
            exit(0)
        }
    }

    @Test(.enabled(if: Accounts.ownUser == 0, "the bound is for others than root, and only root can become one"))
    func `more descriptors under way than a user may have open are a full queue`() async {
        await #expect(processExitsWith: .success) {
            let pair = try Pair()
            try OpenFilesLimit(soft: 64, hard: 64).apply()
            guard setgid(12_345) == 0, setuid(12_345) == 0 else { exit(2) }
            var sent = 0
            while sent < 1_000, pair.near.send(([1] as [UInt64]).span, passing: 0) == .done { sent += 1 }
            guard (60...70).contains(sent), pair.near.send(([1] as [UInt64]).span, passing: 0) == .full else { exit(3) }
            guard pair.near.send(([1] as [UInt64]).span) == .done else { exit(4) }
            guard Self.receive(pair.far) == .words([1], hasDescriptor: true) else { exit(5) }
            exit(0)
        }
    }
}
