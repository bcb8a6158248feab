internal import ClusterConfiguration
internal import Engine
internal import Kernel
internal import Supervision

/// Asks a program that serves whether it still does, again and again.
final class HealthProbe {
    let settings: HealthSettings
    private let door: ReadyProbe.Door
    private let header: [UInt8]
    private var nextLook: Int
    private var failures = 0
    private var request: HTTPProbe?

    /// `header` goes before each request.
    init(_ settings: HealthSettings, door: ReadyProbe.Door, header: [UInt8], now: Int) {
        self.settings = settings
        self.door = door
        self.header = header
        nextLook = Self.next(settings, after: now)
    }

    /// When it wants to be asked again, in milliseconds of the monotonic clock.
    var wakeTime: Int { request?.deadline ?? nextLook }

    /// Looks, when it is time to. Why the program is to be given up; nil while it is not.
    func look(group: Int32, in machine: MachineView, now: Int, handle: Handle, in queue: borrowing EventQueue) -> String? {
        if let request {
            if now < request.deadline { return nil }
            self.request = nil
            return note(isGood: false, "no answer within \(settings.timeout.text)")
        }
        if now < nextLook { return nil }
        nextLook = Self.next(settings, after: now)
        if settings.probe == .tcp { return note(isGood: door.isServed(byGroup: group, in: machine), "nobody of it listens") }
        request = HTTPProbe(door: door, path: settings.path, header: header, deadline: now + settings.timeout.wholeMilliseconds)
        request?.begin(handle, in: queue)
        return request?.isOpen == false ? end(isGood: false, "no connection") : nil
    }

    /// The probe's connection has something to say.
    func handleEvent(_ handle: Handle, in queue: borrowing EventQueue) -> String? {
        guard let request else { return nil }
        switch request.advance(handle, in: queue) {
        case .goesOn: return nil
        case .failed: return end(isGood: false, "no answer")
        case .answered(let status): return end(isGood: (200..<400).contains(status), "status \(status)")
        }
    }

    /// Nobody is late because of a time in which the master did not run.
    func shift(by milliseconds: Int) {
        request = nil
        nextLook += milliseconds
    }

    // MARK: - Private

    /// Requests are spread over the interval as the processes came; looks, which no program notices, are not.
    private static func next(_ settings: HealthSettings, after now: Int) -> Int {
        settings.probe == .tcp ? SharedMoments(every: settings.interval).next(after: now) : now + settings.interval.wholeMilliseconds
    }

    private func end(isGood: Bool, _ why: String) -> String? {
        request = nil
        return note(isGood: isGood, why)
    }

    private func note(isGood: Bool, _ why: String) -> String? {
        failures = isGood ? 0 : failures + 1
        return failures >= settings.failures ? "failed its health probe \(failures) times in a row: \(why)" : nil
    }
}
