package import HTTP1
internal import Patterns

/// A compiled format of the access log: the same rendering as everywhere, in two steps. What the head of a request says is written down while the
/// head is there, and the line is put together from it when the answer has ended.
package final class LineFormat: Sendable {
    /// Of a line with its newline, in bytes: what a pipe takes in one piece, so that lines of several processes never mix (pipe(7), PIPE_BUF). Formats
    /// with more than that in names of routes and servers alone are possible, if senseless; a file takes them.
    package let longestLine: Int
    /// Of what `note` writes, in bytes.
    package let longestNote: Int
    /// Some of its values are times, which cost a look at the clock.
    package let needsTimes: Bool
    private let rendering: Rendering
    private let style: LineStyle
    /// Of all values of a head together, as they are written.
    private let budget: Int
    /// Their names, or their paths.
    private let routes: [[UInt8]]

    private static let pipe = 4096
    /// Of one value of a head.
    private static let longestValue = 2048
    /// Of names of routes and servers.
    static let longestName = 128

    package init(_ format: AccessFormat, routes: [Route], constants: WorkerConstants) {
        rendering = Rendering(line: format.template, constants: constants)
        style = format.style
        self.routes = routes.map { Array(($0.name ?? $0.path.text).utf8) }
        needsTimes = rendering.needsTimes
        let fixed = rendering.longestWithoutHead + 1
        budget = max(256, Self.pipe - fixed)
        longestLine = fixed + budget
        longestNote = rendering.headValues * (2 + rendering.aroundValue) + budget
    }

    /// Writes down what the head at the start of `bytes` says, as far as it was understood.
    package func note(
        _ head: borrowing RequestHead, _ bytes: RawSpan, _ context: borrowing RequestContext, to note: inout OutputRawSpan
    ) {
        rendering.note(head, bytes, context, style, budget: budget, longest: Self.longestValue, to: &note)
    }

    /// Writes the line of a request, with its newline. `server` is empty where there was none.
    package func write(_ note: RawSpan, _ outcome: RequestOutcome, server: RawSpan, to line: inout OutputRawSpan) {
        if outcome.route >= 0, outcome.route < routes.count {
            let name = routes[outcome.route]
            rendering.write(note, outcome, route: name.rawBytes, server: server, style, to: &line)
        } else {
            rendering.write(note, outcome, route: RawSpan(), server: server, style, to: &line)
        }
        line.append(Grammar.lineFeed)
    }
}

extension PathPattern {
    fileprivate var text: String {
        switch self {
        case .prefix(let path), .exact(let path): path
        case .regex(let pattern): pattern.text
        }
    }
}
