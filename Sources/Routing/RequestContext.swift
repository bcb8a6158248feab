package import HTTP1

/// What is known of a request besides its head, for the time of one rendering.
package struct RequestContext: ~Escapable {
    /// As text, an IPv4 address unmapped; empty for a client without one.
    package var clientAddress: RawSpan
    /// 0 for a client without one.
    package var clientPort: Int
    package var requestID: RawSpan
    /// Seconds since 1970, by the clock on the wall.
    package var unixSeconds: Int
    package var isSecure: Bool
    /// What the client asked for, where that is not what the head of its request says.
    package var asked: Client.Asked?

    /// The path as it was matched; empty where that is the path as it came.
    package var matchedPath: RawSpan

    /// Where the path is the one that came.
    @_lifetime(copy clientAddress, copy requestID)
    package init(
        clientAddress: RawSpan, clientPort: Int, requestID: RawSpan, unixSeconds: Int, isSecure: Bool = false, asked: Client.Asked? = nil
    ) {
        self.init(
            clientAddress: clientAddress, clientPort: clientPort, requestID: requestID, unixSeconds: unixSeconds, isSecure: isSecure,
            asked: asked, matchedPath: requestID.extracting(0..<0))
    }

    @_lifetime(copy clientAddress, copy requestID, copy matchedPath)
    package init(
        clientAddress: RawSpan, clientPort: Int, requestID: RawSpan, unixSeconds: Int, isSecure: Bool = false, asked: Client.Asked? = nil,
        matchedPath: RawSpan
    ) {
        self.clientAddress = clientAddress
        self.clientPort = clientPort
        self.requestID = requestID
        self.unixSeconds = unixSeconds
        self.isSecure = isSecure
        self.asked = asked
        self.matchedPath = matchedPath
    }
}
