internal import CLinux

/// A thread beside the loop, for work that would stall it.
package enum Detached {
    /// Runs the body on a thread of its own, with every signal blocked.
    package static func run(_ body: @escaping @Sendable () -> Void) throws(Errno) {
        let box = unsafe Unmanaged.passRetained(Body(body))
        // Safe: the box is retained for the thread, which takes that reference back exactly once.
        let result = unsafe cl_thread(
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, unsafe box.toOpaque())
        if result < 0 {
            unsafe box.release()
            throw Errno(result)
        }
    }

    /// The calling thread gives way to the others where there is not time for all: its nice value rises by so many steps (nice(2)), up to 19.
    package static func giveWay(by steps: Int) { _ = cl_thread_nicer(Int32(clamping: steps)) }

    /// Where the calling thread is the only one of the process, references are counted by it without locked instructions from now on, until `run` is
    /// called; false where it is not, and then nothing changes. To be asked again and again: threads end unseen.
    @discardableResult
    package static func countAlone() -> Bool { cl_count_alone() != 0 }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
