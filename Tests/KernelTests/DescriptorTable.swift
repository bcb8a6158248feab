import Glibc
import Kernel

/// The descriptors of a thread of its own, in a process that is there for one test.
///
/// Beside a test the runtime opens files as well: to count its threads it reads their state once a second, and ends the process where it cannot. So a
/// table that is to be full, or to be counted, is the test's alone; what the other threads have stays as it was.
enum DescriptorTable {
    /// From now on this thread has a copy of the table, unshare(2).
    static func becomeOwn() throws {
        // By its name, since the headers as Swift reads them leave it out.
        guard let symbol = unsafe dlsym(nil, "unshare") else { throw Errno.noSuchCall }
        // Safe: unshare(2) takes one integer and returns one.
        let unshare = unsafe unsafeBitCast(symbol, to: (@convention(c) (Int32) -> Int32).self)
        let files: Int32 = 0x400
        if unshare(files) != 0 { throw Errno(code: errno) }
    }

    /// What is open in it; reading that takes one, which is among them.
    static var count: Int { get throws { try Files.names(in: "/proc/thread-self/fd").count } }

    /// Leaves room for so many more in a table of its own; what was opened for it.
    static func fill(leaving count: Int) throws -> [Int32] {
        try becomeOwn()
        try OpenFilesLimit(soft: 64, hard: 64).apply()
        var numbers: [Int32] = []
        while case let number = dup(2), number >= 0 { numbers.append(number) }
        for _ in 0..<count { if let number = numbers.popLast() { close(number) } }
        return numbers
    }
}
