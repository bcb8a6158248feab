internal import Engine
internal import HTTP1
internal import Routing

/// What of a message in hand matters to the choice of servers, and to how long their connections wait.
///
/// A span of one stored property borrows the whole bench; so these lend the buffers, and the spans are taken inside.
extension Workbench {
    func key(_ key: RequestKey?) -> UInt64? {
        guard let key else { return nil }
        return Self.value(key, head, input, normaliser, client.address)
    }

    /// 0 is none.
    func tag(_ sticky: StickyCookie?) -> UInt64 {
        guard let sticky else { return 0 }
        return Self.tag(sticky, head, input)
    }

    /// Of an answer that stands in the input.
    var keepAliveSeconds: Int? { Self.keepAliveSeconds(answerHead, input) }

    /// Whether the request in the head says that its body is larger than its route allows.
    func isBodyTooLarge(for match: RouteTable.Match) -> Bool {
        guard case .plan(let index) = match, case .length(let length) = head.framing else { return false }
        return length > rules.bodyLimit(ofPlan: index)
    }

    // MARK: - Private

    private static func value(
        _ key: RequestKey, _ head: borrowing RequestHead, _ input: borrowing Buffer, _ normaliser: borrowing PathNormaliser,
        _ client: NetworkAddress?
    ) -> UInt64? {
        // Of the same request: where it is not in its normal form it was normalised to find its route.
        if !isNormal(head, input) { return key.value(head, input.bytes, path: normaliser.normalised, client: client) }
        return key.value(head, input.bytes, path: head.path.of(input.bytes), client: client)
    }

    private static func tag(_ sticky: StickyCookie, _ head: borrowing RequestHead, _ input: borrowing Buffer) -> UInt64 {
        sticky.tag(head, input.bytes)
    }

    private static func keepAliveSeconds(_ head: borrowing ResponseHead, _ input: borrowing Buffer) -> Int? {
        head.keepAliveSeconds(in: input.bytes)
    }
}
