import Glibc
import Kernel
import Testing

@Suite struct SignalsTests {
    @Test func `signals are read as they came, each kind once, and stop nobody`() async {
        await #expect(processExitsWith: .success) {
            let done = try onThread {
                Signals.blockAll()
                let signals = try Signals([.terminate, .hangup, .windowChanged])
                guard signals.next() == nil else { return 2 }
                for signal in [SIGTERM, SIGHUP, SIGTERM, SIGWINCH] { pthread_kill(pthread_self(), signal) }
                guard isReadable(signals.descriptor.number) else { return 3 }
                var seen: Set<Signal> = []
                for _ in 0..<3 { if let signal = signals.next() { seen.insert(signal) } }
                guard seen == [.terminate, .hangup, .windowChanged], signals.next() == nil else { return 4 }
                return 0
            }
            exit(Int32(done))
        }
    }

    @Test func `everything is blocked but what tells of a broken program, a broken pipe is ignored, children are not`() async {
        await #expect(processExitsWith: .success) {
            let status = try onThread {
                Signals.blockAll()
                return try String(decoding: Files.read("/proc/thread-self/status", limit: 65_536), as: UTF8.self)
            }
            func mask(_ name: String) -> UInt64 {
                let line = status.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
                return UInt64(line.drop { $0 != "\t" }.dropFirst(), radix: 16) ?? 0
            }
            func bits(_ signals: [Int32]) -> UInt64 { signals.reduce(0) { $0 | 1 << UInt64($1 - 1) } }
            guard mask("SigBlk:") & bits([SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP]) == 0 else { exit(2) }
            let all = Signal.allCases.filter { $0 != .kill }.map { $0.rawValue }
            guard mask("SigBlk:") & bits(all) == bits(all) else { exit(3) }
            guard mask("SigIgn:") & bits([SIGPIPE, SIGCHLD]) == bits([SIGPIPE]) else { exit(4) }
            exit(0)
        }
    }

    @Test func `a thread beside the loop takes no signal, whatever its starter's mask, which stays`() async {
        await #expect(processExitsWith: .success) {
            var none = sigset_t()
            // Safe: one set is written and read, both during the calls.
            unsafe sigemptyset(&none)
            unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
            let status = try onThread { try String(decoding: Files.read("/proc/thread-self/status", limit: 65_536), as: UTF8.self) }
            let own = try String(decoding: Files.read("/proc/thread-self/status", limit: 65_536), as: UTF8.self)
            func blocks(_ status: String, _ signal: Int32) -> Bool {
                let line = status.split(separator: "\n").first { $0.hasPrefix("SigBlk:") } ?? ""
                return (UInt64(line.drop { $0 != "\t" }.dropFirst(), radix: 16) ?? 0) >> UInt64(signal - 1) & 1 == 1
            }
            guard [SIGTERM, SIGHUP, SIGINT, SIGUSR1, SIGCHLD].allSatisfy({ blocks(status, $0) }) else { exit(2) }
            if blocks(own, SIGUSR1) { exit(3) }
            exit(0)
        }
    }
}

@Suite struct WakeupTests {
    @Test func `any number of signals is one awakening, until it is cleared`() throws {
        let wakeup = try Wakeup()
        wakeup.clear()
        #expect(!isReadable(wakeup.descriptor.number, within: 0))
        for _ in 0..<1000 { wakeup.signal() }
        #expect(isReadable(wakeup.descriptor.number))
        wakeup.clear()
        #expect(!isReadable(wakeup.descriptor.number, within: 0))
    }
}

@Suite struct DetachedTests {
    @Test func `beside threads that others have begun references are counted with locks, whatever is asked for`() {
        // Those who run the tests have several.
        #expect(!Detached.countAlone())
    }

    @Test func `a thread that gives way does so alone, and no further than there is a way`() throws {
        let before = getpriority(Int32(PRIO_PROCESS.rawValue), 0)
        let (little, all) = try (priority(after: 3), priority(after: 100))
        #expect(little == min(before + 3, 19) && all == 19)
        #expect(getpriority(Int32(PRIO_PROCESS.rawValue), 0) == before)
    }

    @Test(.enabled(if: Self.ownSlice ?? 0 > 500_000)) func `a thread shortens its slice alone, and never lengthens it`() throws {
        let before = Self.ownSlice
        let slices = try onThread {
            [500, 2000].map { microseconds in
                Processes.shortenSlice(toMicroseconds: microseconds)
                return Self.ownSlice
            }
        }
        #expect(slices == [500_000, 500_000])
        #expect(Self.ownSlice == before)
    }

    /// In nanoseconds, proc(5); nil where the kernel does not show it.
    private static var ownSlice: Int? {
        guard let text = try? Files.read("/proc/thread-self/sched", limit: 65536) else { return nil }
        let line = String(decoding: text, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("se.slice") }
        return line?.split(separator: " ").last.flatMap { Int($0) }
    }

    private func priority(after steps: Int) throws -> Int32 {
        try onThread {
            Detached.giveWay(by: steps)
            return getpriority(Int32(PRIO_PROCESS.rawValue), 0)
        }
    }
}

@Suite struct GroupNoteTests {
    @Test func `notes come in order, then none, and an end when nobody can write any more`() throws {
        let ends = try Pipe().ends()
        let reading = Descriptor(adopting: ends.reading)
        do {
            let writing = Descriptor(adopting: ends.writing)
            #expect(GroupNote.read(from: reading) == .none)
            #expect(GroupNote(group: 5, isGone: false).write(to: writing) == true)
            #expect(GroupNote(group: .max, isGone: true).write(to: writing) == true)
            #expect(GroupNote.read(from: reading) == .note(GroupNote(group: 5, isGone: false)))
        }
        #expect(GroupNote.read(from: reading) == .note(GroupNote(group: .max, isGone: true)))
        #expect(isReadable(reading.number))
        #expect(GroupNote.read(from: reading) == .ended)
    }

    @Test func `a full pipe takes a note whole or not at all`() throws {
        let pipe = try Pipe(capacity: 4096)
        var written = 0
        while GroupNote(group: Int32(written), isGone: false).write(to: pipe.writing) { written += 1 }
        #expect(written == pipe.capacity / 8)
        for group in 0..<written { #expect(GroupNote.read(from: pipe.reading) == .note(GroupNote(group: Int32(group), isGone: false))) }
        #expect(GroupNote.read(from: pipe.reading) == .none)
    }
}
