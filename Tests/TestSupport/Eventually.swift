import Glibc

/// What a test expected and did not get, with the place that expected it.
package struct Failure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String, file: String = #fileID, line: Int = #line) { self.description = "\(description) (\(file):\(line))" }
}

/// Asks again and again until there is a value; fails with what was wanted, and the last error, when there is none in time.
@discardableResult
package func eventually<Value>(
    within limit: Duration = .seconds(10), _ what: @autoclosure () -> String, file: String = #fileID, line: Int = #line,
    value probe: () throws -> Value?
) throws -> Value {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    var pause: UInt32 = 1_000
    var problem: (any Error)?
    repeat {
        do {
            problem = nil
            if let value = try probe() { return value }
        } catch {
            problem = error
        }
        usleep(pause)
        pause = min(pause * 2, 20_000)
    } while clock.now < deadline
    let reason = problem.map { "; the last try failed: \($0)" } ?? ""
    throw Failure("not within \(limit): \(what())\(reason)", file: file, line: line)
}

/// Asks again and again until it is so.
package func eventually(
    within limit: Duration = .seconds(10), _ what: @autoclosure () -> String, file: String = #fileID, line: Int = #line,
    _ condition: () throws -> Bool
) throws {
    try eventually(within: limit, what(), file: file, line: line, value: { try condition() ? true : nil })
}

/// Looks again and again: it must stay so for the whole time.
package func always(
    for time: Duration, _ what: @autoclosure () -> String, file: String = #fileID, line: Int = #line, _ condition: () throws -> Bool
) throws {
    let clock = ContinuousClock()
    let deadline = clock.now + time
    while clock.now < deadline {
        if try !condition() { throw Failure("it did not stay so: \(what())", file: file, line: line) }
        usleep(20_000)
    }
}

/// For events that are due by a clock of somebody else's; a condition is better wherever there is one.
package func pause(_ time: Duration) { usleep(UInt32(time / .microseconds(1))) }
