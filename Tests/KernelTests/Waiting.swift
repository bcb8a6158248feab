import Kernel
import Synchronization
import Testing

/// Whether a descriptor becomes readable, or ends, within a time that is never too short.
func isReadable(_ number: Int32, within milliseconds: Int = 20_000) -> Bool { becomes(number, .input, within: milliseconds) }

func isWritable(_ number: Int32, within milliseconds: Int = 20_000) -> Bool { becomes(number, .output, within: milliseconds) }

private func becomes(_ number: Int32, _ interest: Readiness, within milliseconds: Int) -> Bool {
    guard let epoll = try? Epoll() else { return false }
    var batch = EventBatch(capacity: 1)
    guard epoll.add(number, interest, handle: 0) == 0 else { return false }
    let deadline = Clock.milliseconds + milliseconds
    repeat {
        let left = max(0, deadline - Clock.milliseconds)
        if epoll.wait(into: &batch, milliseconds: Int32(left)) > 0 { return true }
    } while Clock.milliseconds < deadline
    return false
}

/// What there is to read now, as many bytes as asked for at most.
func read(_ descriptor: borrowing Descriptor, upTo limit: Int = 4096) -> (Transfer, [UInt8]) {
    var outcome = Transfer.wouldBlock
    let bytes = [UInt8](capacity: limit) { outcome = descriptor.read(into: &$0) }
    return (outcome, bytes)
}

/// Whether nothing is left and nobody can write any more. Awaited, because programs that other tests start have a copy of every descriptor until
/// they are what they are to be.
func hasEnded(_ descriptor: borrowing Descriptor) -> Bool { isReadable(descriptor.number) && read(descriptor).0 == .ended }

/// Tries again until it is so; for what others' copies of a descriptor may put off.
func becomesTrue(within milliseconds: Int = 20_000, _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = Clock.milliseconds + milliseconds
    while true {
        if try condition() { return true }
        if Clock.milliseconds >= deadline { return false }
    }
}

/// All that comes until the other side has closed it; nil when that takes too long.
func readToEnd(_ descriptor: borrowing Descriptor) -> String? {
    var bytes: [UInt8] = []
    while isReadable(descriptor.number) {
        let (outcome, chunk) = read(descriptor)
        switch outcome {
        case .moved: bytes += chunk
        case .wouldBlock: continue
        case .ended: return String(decoding: bytes, as: UTF8.self)
        case .failed: return nil
        }
    }
    return nil
}

extension [UInt8] {
    /// What a filler of raw room appended.
    init(capacity: Int, _ fill: (inout OutputRawSpan) -> Void) {
        var room = [UInt8](repeating: 0, count: capacity)
        // Safe: the span covers the array's own room, and only what was initialised is kept.
        let count = unsafe room.withUnsafeMutableBytes { bytes in
            var space = unsafe OutputRawSpan(buffer: bytes, initializedCount: 0)
            fill(&space)
            return unsafe space.finalize(for: bytes)
        }
        self = Array(room.prefix(count))
    }
}

/// Runs the body on a thread of its own, which ends with it: what it blocks stays blocked there.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) throws -> Result {
    let box = try Box<Result>()
    try Detached.run {
        let outcome = Swift.Result { try body() }
        box.outcome.withLock { $0 = outcome }
        box.done.signal()
    }
    #expect(isReadable(box.done.descriptor.number))
    return try #require(box.outcome.withLock { $0 }).get()
}

private final class Box<Result: Sendable>: Sendable {
    let outcome = Mutex<Swift.Result<Result, any Error>?>(nil)
    let done: Wakeup
    init() throws { done = try Wakeup() }
}

/// A folder of one's own under the temporary one, removed with all that is in it when its owner lets go.
struct TemporaryFolder: ~Copyable {
    let path: String

    init() throws {
        path = "/tmp/kernel-tests-\(Processes.ownID)-\(Clock.microseconds)-\(UInt32.random(in: 0 ... .max))"
        try Files.makeDirectory(path, mode: 0o755)
    }

    deinit {
        _ = try? ProgramRun(SpawnPlan(program: .path("/bin/rm"), arguments: ["rm", "-rf", path], environment: []))
    }

    func file(_ name: String, _ text: String, mode: Int = 0o644) throws -> String {
        let file = try Files.create(path + "/" + name, mode: mode)
        _ = file.write(text)
        return path + "/" + name
    }
}
