internal import Kernel

/// One client of the admin socket: it says a line, waits, takes its answer, and is closed.
struct AdminConnection {
    private enum Phase: Equatable { case reading, waiting, writing, lasting, over }

    /// Closed by the server.
    let number: Int32
    let generation: UInt32
    /// In milliseconds; nil while it is the master that takes its time.
    private(set) var deadline: Int?
    private var phase = Phase.reading
    private var request: [UInt8] = []
    private var reply: [UInt8] = []
    private var sent = 0
    private var lasts = false

    init(number: Int32, generation: UInt32, now: Int) {
        self.number = number
        self.generation = generation
        deadline = now + AdminServer.patience
    }

    var isOver: Bool { phase == .over }
    var bytesWaiting: Int { reply.count - sent }

    var interest: Readiness {
        switch phase {
        case .reading: .input
        case .writing: .output
        // A client that hangs up is told of in any case.
        case .waiting, .lasting, .over: .none
        }
    }

    /// A command when it is complete.
    mutating func handle(_ readiness: Readiness, now: Int) -> AdminCommand? {
        switch phase {
        case .reading: return read(now)
        case .writing: write(now)
        case .waiting, .lasting: if readiness.hasAny(.hangup | .error) { phase = .over }
        case .over: break
        }
        return nil
    }

    mutating func answer(_ reply: AdminReply, now: Int) {
        guard phase == .waiting || phase == .reading else { return }
        self.reply = reply.bytes
        lasts = reply.lasts
        phase = .writing
        deadline = now + AdminServer.patience
        write(now)
    }

    // MARK: - Private

    private mutating func read(_ now: Int) -> AdminCommand? {
        switch Socket.receive(number, upTo: AdminCommand.longest - request.count, appendingTo: &request) {
        case .moved: break
        case .wouldBlock: return nil
        case .ended, .failed:
            phase = .over
            return nil
        }
        guard let end = request.firstIndex(of: UInt8(ascii: "\n")) else {
            if request.count >= AdminCommand.longest { answer(.failed("a command has at most \(AdminCommand.longest) bytes"), now: now) }
            return nil
        }
        let line = String(decoding: request[..<end], as: UTF8.self)
        guard let command = AdminCommand(line: line) else {
            answer(.failed("this master does not know the command: \(String(line.onOneLine.prefix(80)))"), now: now)
            return nil
        }
        phase = .waiting
        deadline = nil
        return command
    }

    private mutating func write(_ now: Int) {
        while sent < reply.count {
            let rest = reply[sent...]
            switch Socket.send(number, rest.span) {
            case .moved(let count):
                sent += count
                deadline = now + AdminServer.patience
            case .wouldBlock: return
            case .ended, .failed:
                phase = .over
                return
            }
        }
        phase = lasts ? .lasting : .over
        deadline = nil
        reply = []
        sent = 0
    }
}
