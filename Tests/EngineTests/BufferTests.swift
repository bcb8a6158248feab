import Engine
import Kernel
import Testing

@Suite struct BufferTests {
    private func content(_ buffer: borrowing Buffer) -> [UInt8] { (0..<buffer.count).map { buffer[$0] } }

    @Test func `what is appended is there, in order, until it is consumed`() {
        var buffer = Buffer(capacity: 8)
        #expect(buffer.isEmpty && buffer.room == 8)
        buffer.append([1, 2, 3])
        buffer.append([4])
        #expect(content(buffer) == [1, 2, 3, 4] && buffer.room == 4)
        buffer.consume(3)
        #expect(content(buffer) == [4] && buffer.room == 4)
        buffer.consume(1)
        #expect(buffer.isEmpty && buffer.room == 8, "an empty one has all its room")
    }

    @Test func `one that was given away leaves nothing in its place, not even room`() {
        var buffer = Buffer()
        #expect(buffer.isEmpty && buffer.room == 0 && buffer.capacity == 0)
        var other = Buffer(capacity: 4)
        other.append([1, 2])
        swap(&buffer, &other)
        #expect(content(buffer) == [1, 2] && other.isEmpty)
    }

    @Test func `compacting gives the room in front back and loses nothing`() {
        var buffer = Buffer(capacity: 4)
        buffer.append([1, 2, 3, 4])
        buffer.consume(1)
        #expect(buffer.room == 0)
        buffer.compact()
        #expect(buffer.room == 1)
        buffer.append([5])
        buffer.compact()
        #expect(content(buffer) == [2, 3, 4, 5])
    }

    @Test func `a writer gets the room there is, or less where it is told so`() {
        var buffer = Buffer(capacity: 10)
        buffer.append([0, 0, 0])
        #expect(buffer.withRoom { $0.freeCapacity } == 7)
        #expect(buffer.withRoom(upTo: 2) { $0.freeCapacity } == 2)
        #expect(buffer.withRoom(upTo: 0) { $0.freeCapacity } == 0)
        buffer.withRoom { unsafe $0.append(9, as: UInt8.self) }
        #expect(content(buffer) == [0, 0, 0, 9])
    }

    @Test func `a full one takes nothing from its socket, and does not call that the end`() throws {
        let pair = try StreamPair(.unix)
        _ = Socket.send(pair.near.number, ([1, 2, 3] as [UInt8]).span)
        var buffer = Buffer(capacity: 2)
        #expect(buffer.receive(from: pair.far.number) == .moved(2))
        #expect(buffer.receive(from: pair.far.number) == .moved(0))
        buffer.consume(1)
        buffer.compact()
        #expect(buffer.peek(from: pair.far.number) == .moved(1))
        buffer.removeAll()
        #expect(buffer.receive(from: pair.far.number) == .moved(1), "what was peeked at is still there")
        #expect(buffer.receive(from: pair.far.number) == .wouldBlock)
        #expect(content(buffer) == [3])
    }

    @Test func `what was sent is consumed, what was not stays`() throws {
        let pair = try StreamPair(.unix)
        var buffer = Buffer(capacity: 4 << 20)
        buffer.append([UInt8](repeating: 7, count: 4 << 20))
        guard case .moved(let count) = buffer.send(to: pair.near.number) else { throw Errno.wouldBlock }
        #expect(count < 4 << 20 && buffer.count == (4 << 20) - count)
    }

    @Test func `more than there is cannot be consumed or read, more than there is room for not be appended`() async {
        await #expect(processExitsWith: .failure) {
            var buffer = Buffer(capacity: 4)
            buffer.consume(1)
        }
        await #expect(processExitsWith: .failure) { _ = Buffer(capacity: 4)[0] }
        await #expect(processExitsWith: .failure) {
            var buffer = Buffer(capacity: 4)
            buffer.append([1, 2, 3, 4, 5])
        }
    }

    @Test(arguments: [(0, 0, "ab"), (0, 3, ""), (2, 4, "x"), (2, 4, "vwxyz"), (6, 6, "end"), (0, 6, "all"), (3, 3, "")])
    func `a part of it is replaced where it stands, and what is behind it moves`(start: Int, end: Int, text: String) {
        var buffer = Buffer(capacity: 16)
        // What was consumed is no part of it.
        buffer.withRoom { space in for byte in "--abcdef".utf8 { space.append(byte) } }
        buffer.consume(2)
        var other = Buffer(capacity: 16)
        other.withRoom { space in for byte in text.utf8 { space.append(byte) } }
        buffer.replace(start..<end, with: other.bytes)
        var expected = Array("abcdef".utf8)
        expected.replaceSubrange(start..<end, with: text.utf8)
        #expect((0..<buffer.count).map { buffer[$0] } == expected)
    }
}
