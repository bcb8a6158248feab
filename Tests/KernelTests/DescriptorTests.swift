import Glibc
import Kernel
import Testing

@Suite struct DescriptorTests {
    private static func isOpen(_ number: Int32) -> Bool { fcntl(number, F_GETFD) >= 0 }

    @Test func `a descriptor is closed when its owner lets go of it, and only then`() async {
        await #expect(processExitsWith: .success) {
            var number: Int32 = -1
            do {
                let descriptor = try Files.open(reading: "/dev/null")
                number = descriptor.number
                guard Self.isOpen(number) else { exit(2) }
            }
            if Self.isOpen(number) { exit(3) }
            exit(0)
        }
    }

    @Test func `one that is given away is its taker's to close`() async {
        await #expect(processExitsWith: .success) {
            let number = try Files.open(reading: "/dev/null").release()
            guard Self.isOpen(number) else { exit(2) }
            Descriptor.close(number)
            if Self.isOpen(number) { exit(3) }
            exit(0)
        }
    }

    @Test func `a duplicate lives on by itself, is never a standard one, and does not survive an exec`() throws {
        var copy: Descriptor
        do {
            let pipe = try Pipe()
            copy = try pipe.reading.duplicate()
            _ = pipe.writing.write("x")
        }
        #expect(copy.number > 2 && fcntl(copy.number, F_GETFD) == FD_CLOEXEC)
        #expect(readToEnd(copy) == "x")
        #expect(throws: Errno.badDescriptor) { _ = try Descriptor(adopting: 1_000_000).duplicate() }
    }

    @Test func `reading and writing come to values`() throws {
        let pipe = try Pipe()
        #expect(read(pipe.reading).0 == .wouldBlock)
        #expect(pipe.writing.write("one") == .moved(3))
        #expect(read(pipe.reading, upTo: 2) == (.moved(2), Array("on".utf8)))
        #expect(read(pipe.reading, upTo: 0) == (.moved(0), []), "without room it is not the end")
        #expect(read(pipe.reading).1 == Array("e".utf8))
        #expect(read(pipe.writing).0 == .failed(.badDescriptor))
        #expect(pipe.reading.write("x") == .failed(.badDescriptor))
    }

    @Test func `a broken pipe is a value and no signal, and a full one is full`() throws {
        let result = try onThread {
            Signals.blockAll()
            let ends = try Pipe().ends()
            Descriptor.close(ends.reading)
            let writing = Descriptor(adopting: ends.writing)
            return becomesTrue { writing.write("x") == .failed(.brokenPipe) }
        }
        #expect(result)
        let pipe = try Pipe(capacity: 4096)
        #expect(pipe.writing.wouldTake == true)
        while case .moved = pipe.writing.write(String(repeating: "x", count: 1024)) {}
        #expect(pipe.writing.write("x") == .wouldBlock)
        #expect(pipe.writing.wouldTake == false)
        #expect(pipe.writing.waitUntilItTakes(milliseconds: 1) == false)
        _ = read(pipe.reading, upTo: 4096)
        #expect(pipe.writing.waitUntilItTakes(milliseconds: 10_000) == true)
    }

    @Test func `a writer of one's own does not block, and leaves those who share the pipe as they are`() throws {
        let pipe = try Pipe(capacity: 4096)
        try pipe.writing.setNonblocking(false)
        let own = try Descriptor.ownWriter(of: pipe.writing.number)
        #expect(fcntl(own.number, F_GETFL) & O_NONBLOCK != 0 && fcntl(own.number, F_GETFD) == FD_CLOEXEC)
        #expect(fcntl(pipe.writing.number, F_GETFL) & O_NONBLOCK == 0)
        while case .moved = own.write(String(repeating: "x", count: 1024)) {}
        #expect(own.write("x") == .wouldBlock)
    }

    @Test func `all of a text is written, however slowly it is read`() throws {
        let ends = try Pipe(capacity: 4096).ends()
        let reading = Descriptor(adopting: ends.reading)
        let text = String(repeating: "0123456789", count: 10_000)
        try Detached.run {
            Descriptor.writeAll(text, to: ends.writing)
            Descriptor.close(ends.writing)
        }
        #expect(readToEnd(reading) == text)
    }

    @Test func `standard descriptors that are missing become the null device, and nothing else does`() async {
        await #expect(processExitsWith: .success) {
            try DescriptorTable.becomeOwn()
            let before = try DescriptorTable.count
            let first = try Files.linkTarget("/proc/thread-self/fd/1")
            close(0)
            close(2)
            Descriptor.openStandard()
            for number in [0, 2] where try Files.linkTarget("/proc/thread-self/fd/\(number)") != "/dev/null" { exit(2) }
            guard try Files.linkTarget("/proc/thread-self/fd/1") == first, try DescriptorTable.count == before else { exit(3) }
            exit(0)
        }
    }
}

@Suite struct PipeTests {
    @Test func `a pipe never blocks, does not survive an exec, and is about as large as was asked`() throws {
        let pipe = try Pipe(capacity: 256 * 1024)
        for number in [pipe.reading.number, pipe.writing.number] {
            #expect(fcntl(number, F_GETFD) == FD_CLOEXEC && fcntl(number, F_GETFL) & O_NONBLOCK != 0)
        }
        #expect(pipe.capacity >= 256 * 1024)
        #expect(try Pipe().capacity >= 4096)
    }

    @Test func `bytes go through it from one socket to another`() throws {
        let source = try Pipe()
        let pipe = try Pipe()
        let sink = try Pipe()
        #expect(pipe.fill(from: source.reading.number, upTo: 100) == .wouldBlock)
        _ = source.writing.write("bytes")
        #expect(pipe.fill(from: source.reading.number, upTo: 3) == .moved(3))
        #expect(pipe.drain(to: sink.writing.number, upTo: 100, more: false) == .moved(3))
        #expect(read(sink.reading).1 == Array("byt".utf8))
        #expect(pipe.drain(to: sink.writing.number, upTo: 100, more: false) == .wouldBlock)
    }
}
