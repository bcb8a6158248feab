internal import Engine
internal import HTTP1
internal import Kernel

/// What a proxy in front says of the client before its first request (`listen.proxy_protocol`). A connection that does not begin as it should ends
/// without an answer: who is at its other end speaks another protocol.
extension Session {
    func readProxyHeader(_ bench: inout Workbench, heldBefore: Int) -> Verdict {
        switch bench.readProxyHeader() {
        case .incomplete: return holdProxyHeader(&bench, from: heldBefore)
        case .malformed(let fault):
            bench.refusedConnections.note(fault.text, from: peer.socketAddress, now: bench.now)
            return .close
        case .complete(let header, let length):
            bench.input.consume(length)
            dropHeld(&bench)
            if let ends = header.ends {
                introduce(Client(address: ends.client.address, port: ends.client.port), toPort: ends.destination.port)
            }
            beginReading()
            return bench.rules.connectionsPerClient == .max ? readRequests(&bench, heldBefore: 0) : .admit
        }
    }

    private func holdProxyHeader(_ bench: inout Workbench, from index: Int) -> Verdict {
        // It fits into the smallest buffer to its last byte, so it is never moved to another.
        if held != nil { return hold(&bench, from: index) }
        return keepInput(&bench) ? .waitForInput : .close
    }
}

extension Workbench {
    fileprivate func readProxyHeader() -> ProxyHeader.Outcome { Self.readProxyHeader(input) }

    private static func readProxyHeader(_ input: borrowing Buffer) -> ProxyHeader.Outcome { ProxyHeader.read(input.bytes) }
}
