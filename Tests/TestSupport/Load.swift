import Foundation
import Glibc
import Synchronization

/// Clients that ask again and again while something is done to the cluster: some keep their connection, some open a new one for each request.
///
/// Each response is checked; what goes wrong is kept, with its time.
package final class Load: Sendable {
    package enum Kind: Sendable { case keepAlive, oneShot }

    package struct Mishap: Sendable, CustomStringConvertible {
        package var kind: Kind
        /// When the request began and when it failed, after the load's start.
        package var began: Duration
        package var failed: Duration
        /// The connection had answered before.
        package var isReused: Bool
        package var problem: String
        package var failure: ConnectionFailure?

        package var description: String { "\(began)…\(failed) \(kind)\(isReused ? ", reused" : ""): \(problem)" }
    }

    package struct Report: Sendable {
        package var requests = 0
        package var mishaps: [Mishap] = []
        /// How often each body came.
        package var bodies: [String: Int] = [:]
        /// The longest time that a request took.
        package var slowest = Duration.zero
    }

    private let port: Int
    private let target: String
    private let rate: Int
    private let clients: Int
    private let check: @Sendable (Response) -> String?
    private let began = ContinuousClock().now
    private let report = Mutex(Report())
    private let running: Mutex<Int>
    private let isOver = Mutex(false)

    /// `rate` is of requests in a second, of all clients together. `check` says what is wrong with a response.
    package init(
        port: Int, target: String = "/", keepAlive: Int = 8, oneShot: Int = 8, rate: Int = 200,
        check: @escaping @Sendable (Response) -> String? = { $0.status == 200 ? nil : "status \($0.status)" }
    ) {
        self.port = port
        self.target = target
        self.rate = rate
        self.check = check
        clients = keepAlive + oneShot
        running = Mutex(clients)
        for index in 0..<clients { start(index < keepAlive ? .keepAlive : .oneShot, index) }
    }

    package var requests: Int { report.withLock { $0.requests } }
    /// Since its start.
    package var time: Duration { ContinuousClock().now - began }

    /// Until so many more requests have been answered.
    package func goOn(_ count: Int, within limit: Duration = .seconds(20), file: String = #fileID, line: Int = #line) throws {
        let before = requests
        try eventually(within: limit, "\(count) more requests", file: file, line: line) { requests >= before + count }
    }

    package func stop() throws -> Report {
        isOver.withLock { $0 = true }
        try eventually(within: .seconds(30), "every client has ended") { running.withLock { $0 } == 0 }
        return report.withLock { $0 }
    }

    // MARK: - Private

    private func start(_ kind: Kind, _ index: Int) {
        let thread = Thread { [self] in
            // Not all in the same moment.
            usleep(UInt32(1_000_000 * index / max(1, rate)))
            var connection: Connection?
            while !isOver.withLock({ $0 }) {
                let start = time
                ask(&connection, kind)
                let rest = Duration.seconds(1) * clients / max(1, rate) - (time - start)
                if rest > .zero { pause(rest) }
            }
            running.withLock { $0 -= 1 }
        }
        thread.stackSize = 1 << 20
        thread.start()
    }

    private func ask(_ connection: inout Connection?, _ kind: Kind) {
        let start = time
        let isReused = connection != nil
        do {
            let current = try connection ?? Connection(port: port)
            let response = try current.get(target, headers: kind == .oneShot ? ["Connection: close"] : [])
            connection = kind == .oneShot || response.closes ? nil : current
            note(response, kind, start, isReused)
        } catch {
            connection = nil
            let mishap = Mishap(
                kind: kind, began: start, failed: time, isReused: isReused, problem: "\(error)", failure: error as? ConnectionFailure)
            report.withLock { $0.mishaps.append(mishap) }
        }
    }

    private func note(_ response: Response, _ kind: Kind, _ start: Duration, _ isReused: Bool) {
        let problem = check(response)
        let end = time
        report.withLock { report in
            report.requests += 1
            report.bodies[response.text, default: 0] += 1
            report.slowest = max(report.slowest, end - start)
            if let problem {
                report.mishaps.append(
                    Mishap(kind: kind, began: start, failed: end, isReused: isReused, problem: problem, failure: nil))
            }
        }
    }
}
