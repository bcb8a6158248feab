package import Kernel

/// Pipes for splice(2), lent within a bound and kept for the next borrower.
///
/// An idle pipe holds no memory worth mentioning; a full one holds its capacity. Past some thousand pipes of one user the kernel gives tiny ones
/// (pipe(7), pipe-user-pages-soft): those are not worth a detour, so they are refused like one too many.
package struct SplicePipePool: ~Copyable {
    /// What a pipe is asked to hold, in bytes. 256 KiB moved 100 KB answers at 0.77 of HAProxy's time, where 64 KiB took 1.09.
    package static let capacity = 256 * 1024
    private static let leastCapacity = 64 * 1024

    /// How many may be out at once; each is two descriptors.
    package let limit: Int
    package private(set) var lent = 0
    private var kept: Stack<Pipe>

    package init(limit: Int, keep: Int) {
        self.limit = limit
        kept = Stack(capacity: min(keep, limit))
    }

    /// nil when the budget is spent or the machine has no pipe to give: the caller copies instead.
    package mutating func checkOut() -> Pipe? {
        if lent == limit { return nil }
        guard let pipe = kept.pop() ?? Self.make() else { return nil }
        lent += 1
        return pipe
    }

    /// A pipe that still has bytes in it belonged to a stream that was cut: nobody may ever see them, so it is closed.
    package mutating func checkIn(_ pipe: consuming Pipe, isEmpty: Bool) {
        lent -= 1
        if isEmpty { kept.push(pipe) }
    }

    private static func make() -> Pipe? {
        do {
            let pipe = try Pipe(capacity: capacity)
            if pipe.capacity < leastCapacity { return nil }
            return .some(pipe)
        } catch {
            return nil  // No descriptor or no memory for a pipe: copying needs neither.
        }
    }
}
