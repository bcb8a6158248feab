internal import Routing

/// How long both sides of an exchange may take, in milliseconds.
struct ExchangeTimeouts: BitwiseCopyable {
    let connect: Int
    let response: Int
    let read: Int
    let send: Int
    /// Of the client.
    let body: Int
    let clientSend: Int
    /// 0 is none.
    let request: Int
    let tunnel: Int

    init(_ plan: ForwardPlan, general: Rules.Timeouts) {
        connect = plan.timeouts.connect.milliseconds
        response = plan.timeouts.response.milliseconds
        read = plan.timeouts.read.milliseconds
        send = plan.timeouts.send.milliseconds
        body = plan.routeTimeouts.body?.milliseconds ?? general.body
        clientSend = plan.routeTimeouts.send?.milliseconds ?? general.send
        request = plan.routeTimeouts.request?.milliseconds ?? general.request
        tunnel = plan.routeTimeouts.tunnel?.milliseconds ?? general.tunnel
    }
}

/// What of a server is waited for.
enum Awaited: UInt8 {
    /// It is the client's turn, or there is no connection.
    case nothing
    case connection
    /// To take more of the request.
    case room
    /// The head of the answer.
    case answer
    /// More of its body.
    case body

    /// More time for each step that it makes; what has to be there as a whole has its whole time.
    var startsAnew: Bool { self == .room || self == .body }

    func patience(_ timeouts: ExchangeTimeouts) -> Int {
        switch self {
        case .nothing: .max
        case .connection: timeouts.connect
        case .room: timeouts.send
        case .answer: timeouts.response
        case .body: timeouts.read
        }
    }
}
