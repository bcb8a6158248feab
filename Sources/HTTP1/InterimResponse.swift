/// What is done with a response that may come before the answer itself (RFC 9110 §15.2). How many there may be, the caller bounds.
package enum InterimResponse: Equatable, Sendable, BitwiseCopyable {
    /// It goes to the client, without a body, and the answer is still to come.
    case forward
    /// The answer is still to come.
    case drop
    /// The answer is this one, and behind it the connection is a tunnel.
    case switchProtocols

    /// nil for a status that is an answer.
    ///
    /// `clientWaits`: the client sent `Expect: 100-continue`, and has not been told yet.
    package init?(status: Int, clientWaits: Bool, minorVersion: UInt8) {
        switch status {
        case 101: self = .switchProtocols
        // A client that does not wait would only throw it away (§15.2.1), or mistake it for the answer.
        case 100: self = clientWaits && minorVersion > 0 ? .forward : .drop
        // 102 (Processing), 103 (Early Hints) and those to come: a proxy has to pass them on, but HTTP/1.0 knows none of them.
        case 102...199: self = minorVersion > 0 ? .forward : .drop
        default: return nil
        }
    }
}
