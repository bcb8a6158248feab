/// What a program does instead of becoming ready, for people.
package struct StartHint: Equatable, Sendable {
    /// Where it is to serve, as it was told.
    package enum Place: Equatable, Sendable {
        case port(Int, host: String)
        case socket(String)
    }

    /// Where it listens.
    package struct Listening: Equatable, Sendable {
        package var port: Int
        /// `127.0.0.1:3000`
        package var address: String

        package init(port: Int, address: String) {
            self.port = port
            self.address = address
        }
    }

    package var text: String
    /// It will not become ready by waiting.
    package var isMistake: Bool

    /// - Parameters:
    ///   - listening: all TCP addresses that processes of its group listen on.
    ///   - isServed: requests would reach it there.
    ///   - lastLine: the last that it has said.
    package init(_ place: Place, isServed: Bool, listening: [Listening], lastLine: String?) {
        isMistake = !isServed && !listening.isEmpty
        if isServed {
            text = "it listens, and its readiness probe is not answered well"
        } else if isMistake {
            text = Self.mistake(place, listening)
        } else {
            text = "it listens nowhere, and was given \(place.text)" + (lastLine.map { "; its last line: \($0.prefix(200))" } ?? "")
        }
    }

    // MARK: - Private

    private static func mistake(_ place: Place, _ listening: [Listening]) -> String {
        if case .port(let port, let host) = place, let other = listening.first(where: { $0.port == port }) {
            return "it listens on \(other.address), and was given \(host) in HOST: does it read HOST?"
        }
        // Of both families it is one.
        var ports: [Int] = []
        for one in listening where !ports.contains(one.port) { ports.append(one.port) }
        let shown = ports.prefix(4).map(String.init).joined(separator: ", ")
        return "it listens on \(shown), and was given \(place.text): does it read \(place.variable)?"
    }
}

extension StartHint.Place {
    fileprivate var text: String {
        switch self {
        case .port(let port, _): "\(port) in PORT"
        case .socket(let path): "the socket \(path) in SOCKET"
        }
    }

    fileprivate var variable: String {
        switch self {
        case .port: "PORT"
        case .socket: "SOCKET"
        }
    }
}
