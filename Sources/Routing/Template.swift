/// A text with places that are filled in per request: `Hello from {{worker.slot}}`.
package struct Template: Equatable, Sendable {
    package enum Piece: Equatable, Sendable {
        case text(String)
        case value(Placeholder)
    }

    package var pieces: [Piece]

    init(_ piece: Piece) { pieces = [piece] }

    /// A text without placeholders.
    package init(literal: String) { pieces = [.text(literal)] }

    init(pieces: [Piece]) { self.pieces = pieces }
}

/// Everything a request-time `{{…}}` may name (configuration.md).
package enum Placeholder: Hashable, Sendable {
    case requestMethod, requestPath, requestQuery, requestTarget, requestHost, requestScheme, requestID
    case requestHeader(String), requestCookie(String)
    case clientAddress, clientPort
    case workerSlot, workerID, workerPID, clusterGeneration
    case routeName, upstreamServer, time
    /// In the access log alone.
    case outcome(OutcomeName)
}
