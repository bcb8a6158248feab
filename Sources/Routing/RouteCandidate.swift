internal import HTTP1

/// A route that has the host and the path: does it take the method, and does the rest hold?
struct RouteCandidate: BitwiseCopyable, Sendable {
    var route: Int32
    /// A bit for each `Method`; all bits when the route is for every method.
    var methods: UInt16 = .max
    /// Its methods that are not registered ones, as a run of `MethodNames`.
    var firstName: Int32 = 0
    var nameCount: Int32 = 0
    var conditions = Conditions.Run()

    @inline(__always)
    func accepts(_ method: Method) -> Bool { methods >> UInt16(method.rawValue) & 1 != 0 }
}

/// Candidates that stand one behind the other, in the order in which they are asked.
struct CandidateRun: BitwiseCopyable, Sendable {
    var start: Int32 = 0
    var count: Int32 = 0
}

/// Which of two routes with the same host and path is asked first: that with methods, with the most headers, the most parameters, the most cookies,
/// that with clients; then the first in the file (the Gateway API's order, HTTPRouteRule).
struct Precedence: Comparable {
    private let numbers: [6 of Int]

    init(_ route: borrowing Route, index: Int) {
        numbers = [
            route.methods.isEmpty ? 0 : 1, route.headers.count, route.query.count, route.cookies.count, route.clients.isEmpty ? 0 : 1,
            -index,
        ]
    }

    /// The greater one is asked first.
    static func < (one: Precedence, other: Precedence) -> Bool {
        for index in one.numbers.indices where one.numbers[index] != other.numbers[index] {
            return one.numbers[index] < other.numbers[index]
        }
        return false
    }

    static func == (one: Precedence, other: Precedence) -> Bool { !(one < other) && !(other < one) }
}
