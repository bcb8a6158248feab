import Engine
import Glibc
import Kernel
import Testing

struct PumpTests {
    /// What a loop may lend.
    struct Budget: CustomTestStringConvertible {
        var buffers: Int
        var pipes: Int
        var testDescription: String { "\(buffers) buffers, \(pipes) pipes" }

        static let all = [
            Budget(buffers: 4, pipes: 0), Budget(buffers: 4, pipes: 4), Budget(buffers: 0, pipes: 0), Budget(buffers: 0, pipes: 4),
        ]
    }

    @Test(
        "every byte arrives in order, whatever the sizes of writes and reads, with and without buffers and pipes",
        arguments: StreamPair.Kind.allCases, Budget.all)
    func bytesArrive(kind: StreamPair.Kind, budget: Budget) throws {
        let source = try StreamPair(kind)
        let sink = try StreamPair(kind)
        var supplies = PumpSupplies(bufferLimit: budget.buffers, pipeLimit: budget.pipes)
        var pump = Pump()
        var buffer = Buffer(capacity: 512 * 1024)
        let total = Pattern.bytes.count
        var sent = 0
        var received = 0
        var deadline = Clock.milliseconds + 20_000
        var isIntact = true
        var (drained, isDrained) = (0, true)
        while received < total, Clock.milliseconds < deadline {
            let chunk = Pattern.bytes[sent..<min(total, sent + Int.random(in: 1...(Bool.random() ? 700 : 300_000)))]
            if !chunk.isEmpty, case .moved(let count) = Socket.send(source.near.number, Array(chunk).span) { sent += count }
            let state = pump.run(from: source.far.number, to: sink.near.number, with: &supplies)
            if state != .flowing && state != .blocked { break }
            if pump.hasDrained { (drained, isDrained) = (drained + 1, isDrained && (kind == .tcp || isEmpty(source.far.number))) }
            if Int.random(in: 0..<3) > 0 { continue }  // a slow reader
            let (outcome, bytes) = readNow(sink.far.number, upTo: Int.random(in: 1...512 * 1024), with: &buffer)
            if case .moved(let count) = outcome {
                isIntact = isIntact && bytes[...] == Pattern.bytes[received..<received + count]
                received += count
                deadline = Clock.milliseconds + 20_000
            }
        }
        #expect(received == total)
        #expect(isIntact)
        #expect(pump.moved == total)
        #expect(isDrained && (drained > 0 || budget.buffers == 0), "where all is said to have been taken nothing is left")
        #expect(supplies.buffers.lent == 0 && supplies.pipes.lent == 0, "a pump at rest owns nothing")
        pump.reset(&supplies)
    }

    /// Of a unix socket: what the network brings may come at any moment.
    private func isEmpty(_ number: Int32) -> Bool {
        var byte: UInt8 = 0
        // Safe: the byte lives through the call.
        return unsafe recv(number, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) < 0
    }

    @Test("bytes behind an urgent one go on, from a pipe as from a buffer", arguments: Budget.all)
    func urgentByte(budget: Budget) throws {
        let source = try StreamPair(.tcp)
        let sink = try StreamPair(.tcp)
        var supplies = PumpSupplies(bufferLimit: budget.buffers, pipeLimit: budget.pipes)
        var pump = Pump()
        pump.expect(1 << 20)
        var urgent: UInt8 = 33
        let count = unsafe send(source.near.number, &urgent, 1, Int32(MSG_OOB))
        #expect(count == 1)
        let bytes = Array(Pattern.bytes[..<10_000])
        let sent = Socket.send(source.near.number, bytes.span)
        #expect(sent == .moved(10_000))
        var buffer = Buffer(capacity: 64 * 1024)
        var received: [UInt8] = []
        let deadline = Clock.milliseconds + 10_000
        while received.count < 10_000, Clock.milliseconds < deadline {
            guard pump.run(from: source.far.number, to: sink.near.number, with: &supplies) == .flowing else { break }
            received += readNow(sink.far.number, upTo: 64 * 1024, with: &buffer).1
        }
        let moved = pump.moved
        #expect(received == bytes && moved == 10_000)
        pump.reset(&supplies)
    }

    @Test(
        "one that expects so many bytes takes those and not one more, and then is finished", arguments: [0, 1, 1000, 70_000, 700_000],
        Budget.all)
    func expectedBytes(count: Int, budget: Budget) throws {
        let source = try StreamPair(.tcp)
        let sink = try StreamPair(.tcp)
        var supplies = PumpSupplies(bufferLimit: budget.buffers, pipeLimit: budget.pipes)
        var pump = Pump()
        pump.expect(count)
        var buffer = Buffer(capacity: 512 * 1024)
        let behind = [UInt8]("behind".utf8)
        let all = Array(Pattern.bytes[..<count]) + behind
        var sent = 0
        var received: [UInt8] = []
        var state = PumpState.flowing
        let deadline = Clock.milliseconds + 20_000
        while state == .flowing || state == .blocked, Clock.milliseconds < deadline {
            if sent < all.count, case .moved(let count) = Socket.send(source.near.number, Array(all[sent...]).span) { sent += count }
            state = pump.run(from: source.far.number, to: sink.near.number, with: &supplies)
            if case (.moved, let bytes) = readNow(sink.far.number, upTo: 512 * 1024, with: &buffer) { received += bytes }
        }
        while received.count < count, case (.moved, let bytes) = readNow(sink.far.number, upTo: 512 * 1024, with: &buffer) {
            received += bytes
        }
        #expect(state == .finished && pump.left == 0 && pump.moved == count)
        #expect(received == Array(all[..<count]))
        while sent < all.count, case .moved(let count) = Socket.send(source.near.number, Array(all[sent...]).span) { sent += count }
        let (_, rest) = readNow(source.far.number, upTo: 100, with: &buffer)
        #expect(Array(rest) == behind, "what is behind them is still in the source")
        pump.reset(&supplies)
        #expect(pump.left == .max && supplies.buffers.lent == 0 && supplies.pipes.lent == 0)
    }

    @Test("a source that ends before the expected bytes have come is told from one that is whole")
    func shortSource() throws {
        let source = try StreamPair(.tcp)
        let sink = try StreamPair(.tcp)
        var supplies = PumpSupplies(bufferLimit: 1, pipeLimit: 1)
        var pump = Pump()
        pump.expect(10)
        #expect(Socket.send(source.near.number, [1, 2, 3].span) == .moved(3))
        Socket.shutdownWriting(source.near.number)
        var state = PumpState.flowing
        let deadline = Clock.milliseconds + 10_000
        while state == .flowing, Clock.milliseconds < deadline {
            state = pump.run(from: source.far.number, to: sink.near.number, with: &supplies)
        }
        #expect(state == .finished && pump.left == 7)
        pump.reset(&supplies)
    }

    @Test("a sink that takes nothing holds one buffer at most, and the source's bytes stay in the kernel", arguments: Budget.all)
    func backpressure(budget: Budget) throws {
        let source = try StreamPair(.tcp)
        let sink = try StreamPair(.tcp)
        var supplies = PumpSupplies(bufferLimit: budget.buffers, pipeLimit: budget.pipes)
        var pump = Pump()
        let chunk = [UInt8](repeating: 7, count: 64 * 1024)
        var sent = 0
        var full = 0
        while full < 3 {
            if case .moved(let count) = Socket.send(source.near.number, chunk.span) {
                sent += count
            } else if pump.run(from: source.far.number, to: sink.near.number, with: &supplies) == .blocked {
                full += 1
            }
        }
        #expect(supplies.buffers.lent + supplies.pipes.lent <= 1)
        #expect(pump.moved < sent)

        var buffer = Buffer(capacity: 64 * 1024)
        var received = 0
        let deadline = Clock.milliseconds + 10_000
        while received < sent, Clock.milliseconds < deadline {
            if case (.moved(let count), _) = readNow(sink.far.number, upTo: .max, with: &buffer) { received += count }
            _ = pump.run(from: source.far.number, to: sink.near.number, with: &supplies)
        }
        #expect(received == sent)
        pump.reset(&supplies)
    }

    @Test("a stream that is long and large goes through a pipe, a short one does not")
    func longStreamsAreSpliced() throws {
        let source = try StreamPair(.tcp)
        let sink = try StreamPair(.tcp)
        var supplies = PumpSupplies(bufferLimit: 4, pipeLimit: 1)
        var pump = Pump()
        _ = Socket.send(source.near.number, [UInt8](repeating: 1, count: 100).span)
        _ = pump.run(from: source.far.number, to: sink.near.number, with: &supplies)
        #expect(supplies.pipes.lent == 0)
        let chunk = [UInt8](repeating: 7, count: 64 * 1024)
        let deadline = Clock.milliseconds + 10_000
        var state = PumpState.flowing
        while state != .blocked, Clock.milliseconds < deadline {
            _ = Socket.send(source.near.number, chunk.span)
            state = pump.run(from: source.far.number, to: sink.near.number, with: &supplies)
        }
        #expect(supplies.pipes.lent == 1 && supplies.buffers.lent == 0)
        pump.reset(&supplies)
        #expect(supplies.pipes.lent == 0)
    }

    @Test("a half-close is the end only once the last byte is out", arguments: StreamPair.Kind.allCases)
    func end(kind: StreamPair.Kind) throws {
        let source = try StreamPair(kind)
        let sink = try StreamPair(kind)
        var supplies = PumpSupplies(bufferLimit: 4, pipeLimit: 0)
        var pump = Pump()
        _ = Socket.send(source.near.number, ([1, 2, 3] as [UInt8]).span)
        Socket.shutdownWriting(source.near.number)
        let deadline = Clock.milliseconds + 5_000
        var state = PumpState.flowing
        while state == .flowing, Clock.milliseconds < deadline {
            state = pump.run(from: source.far.number, to: sink.near.number, with: &supplies)
        }
        #expect(state == .finished)
        var buffer = Buffer(capacity: 64)
        #expect(readNow(sink.far.number, upTo: 64, with: &buffer).1 == [1, 2, 3])
    }

    @Test("a half-close behind a sink that lags waits its turn", arguments: StreamPair.Kind.allCases, Budget.all)
    func endBehindALag(kind: StreamPair.Kind, budget: Budget) throws {
        let source = try StreamPair(kind)
        let sink = try StreamPair(kind)
        var supplies = PumpSupplies(bufferLimit: budget.buffers, pipeLimit: budget.pipes)
        var pump = Pump()
        let deadline = Clock.milliseconds + 20_000
        var sent = 0
        var state = PumpState.flowing
        // Nobody reads until nothing goes on, and the end is behind it.
        while Clock.milliseconds < deadline {
            if case .moved(let count) = Socket.send(source.near.number, Array(Pattern.bytes[(sent % Pattern.bytes.count)...]).span) {
                sent += count
            } else if state == .blocked {
                break
            }
            state = pump.run(from: source.far.number, to: sink.near.number, with: &supplies)
        }
        Socket.shutdownWriting(source.near.number)
        #expect(state == .blocked)
        var buffer = Buffer(capacity: 64 * 1024)
        var received = 0
        var isIntact = true
        while Clock.milliseconds < deadline, state == .blocked || state == .flowing || received < pump.moved {
            if case (.moved(let count), let bytes) = readNow(sink.far.number, upTo: .max, with: &buffer) {
                isIntact = isIntact && Pattern.continues(with: bytes, at: received)
                received += count
            }
            if state == .blocked || state == .flowing { state = pump.run(from: source.far.number, to: sink.near.number, with: &supplies) }
        }
        #expect(state == .finished && received == sent && pump.moved == sent)
        #expect(isIntact)
        #expect(supplies.buffers.lent == 0 && supplies.pipes.lent == 0)
    }

    @Test("what a broken sink has not taken goes to the next one")
    func retarget() throws {
        let source = try StreamPair(.tcp)
        let broken = try StreamPair(.tcp)
        let sink = try StreamPair(.tcp)
        var supplies = PumpSupplies(bufferLimit: 1, pipeLimit: 0)
        var pump = Pump()
        Socket.shutdownWriting(broken.near.number)  // Whoever writes there gets EPIPE.
        _ = Socket.send(source.near.number, ([1, 2, 3] as [UInt8]).span)
        let deadline = Clock.milliseconds + 5_000
        var state = PumpState.flowing
        while state == .flowing, Clock.milliseconds < deadline {
            state = pump.run(from: source.far.number, to: broken.near.number, with: &supplies)
        }
        #expect(state == .sinkFailed && pump.moved == 0)
        #expect(pump.run(from: source.far.number, to: sink.near.number, with: &supplies) == .flowing)
        var buffer = Buffer(capacity: 64)
        #expect(readNow(sink.far.number, upTo: 64, with: &buffer).1 == [1, 2, 3])
        #expect(supplies.buffers.lent == 0)
    }

    @Test("a source that is reset is told from one that ends, and what it had said before is out", arguments: Budget.all)
    func resetOfTheSource(budget: Budget) throws {
        let source = try StreamPair(.tcp)
        let sink = try StreamPair(.tcp)
        var supplies = PumpSupplies(bufferLimit: budget.buffers, pipeLimit: budget.pipes)
        var pump = Pump()
        _ = Socket.send(source.near.number, ([1, 2, 3] as [UInt8]).span)
        let deadline = Clock.milliseconds + 5_000
        while pump.moved < 3, Clock.milliseconds < deadline {
            _ = pump.run(from: source.far.number, to: sink.near.number, with: &supplies)
        }
        Socket.setResetOnClose(source.near.number)
        let far = source.closeNear()
        var state = PumpState.flowing
        while state == .flowing, Clock.milliseconds < deadline { state = pump.run(from: far.number, to: sink.near.number, with: &supplies) }
        #expect(state == .sourceFailed)
        var buffer = Buffer(capacity: 64)
        #expect(readNow(sink.far.number, upTo: 64, with: &buffer).1 == [1, 2, 3])
        pump.reset(&supplies)
        #expect(supplies.buffers.lent == 0 && supplies.pipes.lent == 0)
    }

    @Test("a pump that is cut off while its sink lags gives everything back, and is as new", arguments: Budget.all)
    func reuse(budget: Budget) throws {
        var supplies = PumpSupplies(bufferLimit: budget.buffers, pipeLimit: budget.pipes)
        var pump = Pump()
        for _ in 0..<3 {
            let source = try StreamPair(.tcp)
            let sink = try StreamPair(.tcp)
            let chunk = [UInt8](repeating: 7, count: 256 * 1024)
            let deadline = Clock.milliseconds + 10_000
            var state = PumpState.flowing
            while state != .blocked, Clock.milliseconds < deadline {
                _ = Socket.send(source.near.number, chunk.span)
                state = pump.run(from: source.far.number, to: sink.near.number, with: &supplies)
            }
            #expect(state == .blocked)
            pump.reset(&supplies)
            #expect(supplies.buffers.lent == 0 && supplies.pipes.lent == 0 && pump.moved == 0)
        }
        let source = try StreamPair(.tcp)
        let sink = try StreamPair(.tcp)
        _ = Socket.send(source.near.number, ([9] as [UInt8]).span)
        let deadline = Clock.milliseconds + 5_000
        while pump.moved < 1, Clock.milliseconds < deadline {
            _ = pump.run(from: source.far.number, to: sink.near.number, with: &supplies)
        }
        var buffer = Buffer(capacity: 64)
        #expect(readNow(sink.far.number, upTo: 64, with: &buffer).1 == [9], "nothing of the streams before")
    }
}
