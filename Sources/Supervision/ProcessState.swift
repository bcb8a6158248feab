/// What a process is doing; the raw value is what `status` shows.
package enum ProcessState: String, Sendable, CaseIterable {
    case starting, ready, draining, stopping, backoff
    case crashLoop = "crash_loop"
    case exited, failed
}
