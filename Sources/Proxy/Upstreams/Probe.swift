internal import Balancing
internal import Engine
internal import Kernel

/// The asking of one server whether it serves: by this worker, whenever it is the first to see that it is time.
final class Probe {
    enum Stage: UInt8 { case idle, connecting, asking }

    /// What a step came to.
    enum Outcome { case pending, good, bad }

    /// Its place in the worker's table.
    let index: Int
    /// One more with each connection.
    private(set) var generation: UInt32 = 0
    private(set) var server: UpstreamServer?
    private(set) var settings = ProbeSettings()
    private(set) var stage = Stage.idle
    private(set) var socket: Int32 = -1
    private var answer = ProbedStatus()
    /// Its backlog is full; it is asked for a place there until then.
    var knocksUntil: Int?

    init(index: Int) { self.index = index }

    var handle: Handle { Handle(kind: Worker.Source.probe.rawValue, index: index, generation: generation) }

    func adopt(_ server: UpstreamServer) {
        self.server = server
        settings = server.probe
    }

    func retire() {
        server = nil
        knocksUntil = nil
    }

    func open(_ socket: Int32, isConnecting: Bool) {
        generation &+= 1
        self.socket = socket
        stage = isConnecting ? .connecting : .asking
        answer = ProbedStatus()
    }

    /// The number of its socket, which is the caller's to close.
    func close() -> Int32 {
        defer { socket = -1 }
        stage = .idle
        return socket
    }

    /// The connection is there.
    func ask() -> Outcome {
        stage = .asking
        if settings.kind == .tcp { return .good }
        let host = String(decoding: server?.authority ?? [], as: UTF8.self)
        let request = Array(
            "GET \(settings.path) HTTP/1.1\r\nHost: \(host)\r\nUser-Agent: cluster-proxy\r\nAccept: */*\r\nConnection: close\r\n\r\n"
                .utf8)
        // A fresh connection has room for more than that.
        if case .moved(request.count) = Socket.send(socket, request.span) { return .pending }
        return .bad
    }

    func goOn(_ readiness: Readiness) -> Outcome {
        if stage == .connecting { return Socket.connectFailure(socket) == nil ? ask() : .bad }
        var bytes: [UInt8] = []
        switch Socket.receive(socket, upTo: 256, appendingTo: &bytes) {
        case .moved: return judge(answer.read(bytes))
        case .wouldBlock: return .pending
        case .ended, .failed: return .bad
        }
    }

    private func judge(_ outcome: ProbedStatus.Outcome) -> Outcome {
        switch outcome {
        case .incomplete: .pending
        case .status(let status): settings.expected.contains(status) ? .good : .bad
        case .malformed: .bad
        }
    }
}
