internal import HTTP1

/// What it waits for, and what may be done with it.
extension Exchange {
    /// Bytes that the connection has not taken.
    var hasUnsent: Bool { !isDeaf && (upPassage.isBlocked || hasUnsentBuffer) }

    private var hasUnsentBuffer: Bool { sent < upCount }

    /// All of the request's body has been read; most have none, and that is asked often.
    var isRead: Bool { !hasBody || requestBody.isFinished }

    /// More of the body is wanted from the client.
    var wantsBody: Bool { !isRead && !isDeaf && !hasUnsent && connection?.isConnecting == false }

    /// It is the client that is waited for, to send more of its body: not where it waits itself to be told to go on (RFC 9110 §10.1.1), which its server
    /// has to say.
    var waitsForBody: Bool { wantsBody && (!clientWaits || bodyHasBegun || upPassage.isOpen) }

    /// The client has to take what it was sent before more comes from the upstream.
    var isHeldUp: Bool { downPassage.isBlocked || session?.hasUnsent == true }

    /// Bytes wait for one side to take them.
    var lags: Bool { isHeldUp || hasUnsent }

    /// In a tunnel: more is wanted from the client, or from the upstream.
    var listensToClient: Bool { upPassage.isFlowing && !hasUnsentBuffer }
    var listensToUpstream: Bool { downPassage.isFlowing && !isHeldUp }
    /// In a tunnel: both, and nothing waits for anybody to take it.
    var flowsFreely: Bool { listensToClient && listensToUpstream }

    /// Repeating the request does what sending it once does (RFC 9110 §9.2.2).
    var isIdempotent: Bool {
        switch method {
        case .get, .head, .options, .put, .delete, .trace: true
        case .post, .patch, .connect, .other: hasIdempotencyKey
        }
    }

    /// This connection has taken nothing of the request.
    var isUnsent: Bool { isWhole && sent == 0 }

    /// The connection can serve another exchange.
    var leavesConnectionClean: Bool { isClean && answer.keepsAlive && isRead && !isDeaf && !hasUnsent }
}
