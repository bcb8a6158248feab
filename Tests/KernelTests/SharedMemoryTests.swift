import Glibc
import Kernel
import Testing

@Suite struct SharedWordsTests {
    @Test func `they begin at zero, and two mappings are one memory`() throws {
        let words = try SharedWords(name: "words", count: 10)
        let twin = try SharedWords(adopting: words.descriptor.duplicate().release(), count: 10, isWritable: true)
        for index in 0..<10 { #expect(words.load(index) == 0) }
        words.store(7, at: 3)
        twin.add(5, at: 3)
        twin.addAlone(1, at: 9)
        #expect(words.load(3) == 12 && twin.load(3) == 12 && words.load(9) == 1)
    }

    @Test func `counts wrap around instead of ending the process`() throws {
        let words = try SharedWords(name: "words", count: 1)
        words.add(.max, at: 0)
        words.add(1, at: 0)
        #expect(words.load(0) == 0)
    }

    @Test func `threads that count together lose nothing`() throws {
        let words = try SharedWords(name: "words", count: 3)
        let number = words.descriptor.number
        let counter: @Sendable () throws -> Void = {
            let own = try SharedWords(adopting: dup(number), count: 3, isWritable: true)
            for _ in 0..<50_000 { own.add(1, at: 1) }
            own.add(1, at: 2)
        }
        try Detached.run { try? counter() }
        try Detached.run { try? counter() }
        let deadline = Clock.milliseconds + 20_000
        while words.load(2) < 2, Clock.milliseconds < deadline { sched_yield() }
        #expect(words.load(1) == 100_000)
        #expect(words.load(0) == 0 && words.load(2) == 2)
    }

    @Test func `processes that count together lose nothing`() throws {
        let words = try SharedWords(name: "words", count: 512)
        // Another program adds to words that this one adds to as well, in memory of its own mapping.
        let script = "import mmap,struct; m=mmap.mmap(3,4096); m[8:16]=struct.pack('Q',struct.unpack('Q',m[8:16])[0]+5)"
        let run = try ProgramRun("/usr/bin/python3", ["-c", script]) { $0.inherited = [words.descriptor.number] }
        try #require(run.ending == .code(0), "\(run.output)")
        words.add(1, at: 1)
        #expect(words.load(1) == 6)
    }

    @Test func `once sealed, nobody else maps them for writing or writes to the file, and the mapping that is there goes on`() throws {
        let words = try SharedWords(name: "words", count: 512)
        try words.sealAgainstOthersWriting()
        words.store(42, at: 0)
        #expect(throws: Errno.notPermitted) {
            _ = try SharedWords(adopting: words.descriptor.duplicate().release(), count: 512, isWritable: true)
        }
        let reader = try SharedWords(adopting: words.descriptor.duplicate().release(), count: 512, isWritable: false)
        #expect(reader.load(0) == 42)
        words.store(43, at: 0)
        #expect(reader.load(0) == 43)
        #expect(words.descriptor.write("x") == .failed(.notPermitted))
        // Nor can somebody who has the descriptor, in a process of its own.
        let script = """
            import mmap, os
            def refused(f):
                try: f(); return False
                except PermissionError: return True
            assert mmap.mmap(3, 4096, prot=mmap.PROT_READ)[0] == 43
            assert refused(lambda: mmap.mmap(3, 4096))
            assert refused(lambda: os.pwrite(3, b'x', 0))
            assert refused(lambda: os.ftruncate(3, 0))
            """
        let run = try ProgramRun("/usr/bin/python3", ["-c", script]) { $0.inherited = [words.descriptor.number] }
        #expect(run.ending == .code(0), "\(run.output)")
    }

    @Test func `a file that is too short is refused, and closed`() throws {
        let words = try SharedWords(name: "words", count: 8)
        let number = try words.descriptor.duplicate().release()
        #expect(throws: Errno.invalid) { _ = try SharedWords(adopting: number, count: 9, isWritable: true) }
        #expect(throws: Errno.badDescriptor) { _ = try SharedWords(adopting: 1_000_000, count: 1, isWritable: true) }
    }

    @Test func `words that are not there are not read, and a reader does not write`() async {
        await #expect(processExitsWith: .failure) { _ = try SharedWords(name: "words", count: 8).load(8) }
        await #expect(processExitsWith: .failure) { _ = try SharedWords(name: "words", count: 8).load(-1) }
        await #expect(processExitsWith: .failure) { try SharedWords(name: "words", count: 8).store(1, at: 8) }
        await #expect(processExitsWith: .failure) {
            let words = try SharedWords(name: "words", count: 8)
            try SharedWords(adopting: words.descriptor.duplicate().release(), count: 8, isWritable: false).store(1, at: 0)
        }
    }
}

@Suite struct SealedTextTests {
    @Test func `it is read as it was written, by whoever has it, as often as it is read`() throws {
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let text = try SealedText(name: "text", bytes: bytes)
        let other = try SealedText(adopting: text.descriptor.duplicate().release())
        #expect(try text.read() == bytes)
        #expect(try other.read() == bytes && other.read() == bytes)
        #expect(try SealedText(name: "empty", bytes: []).read().isEmpty)
    }

    @Test func `nobody changes it any more, its writer neither`() throws {
        let text = try SealedText(name: "text", bytes: [1, 2, 3])
        #expect(text.descriptor.write("x") == .failed(.notPermitted))
        #expect(throws: Errno.notPermitted) { try Files.truncate(text.descriptor) }
        #expect(try text.read() == [1, 2, 3])
    }
}
