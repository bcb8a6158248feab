internal import Balancing
internal import Control
internal import Engine
internal import Routing

/// Apps: their instances come and go as the master says on the board, and requests wait for one, or are sent once more when one has died.
extension Worker {
    /// Told to the master in one turn.
    private static let mostLosses = 20

    /// Looks at the board when it has changed since the last look.
    mutating func followInstances() {
        let version = link.board.instancesVersion
        if version == seenInstances { return }
        seenInstances = version
        for connection in upstreams.followInstances(
            of: link.board, socketFolder: link.inheritance.socketFolder, in: link.scoreboard, seat: link.seat)
        {
            close(connection)
        }
    }

    /// Another table has other apps.
    mutating func followInstancesAnew() {
        seenInstances = .max
        followInstances()
    }

    /// The instance that it was sent to has broken off its answer: should it have died, its report says what it was at.
    mutating func reportLoss(of exchange: Exchange) {
        guard let incarnation = exchange.server?.incarnation, exchange.phase != .tunnelling else { return }
        // The master keeps no more of one, and other messages need the room.
        if lossesTold.turn != turn { lossesTold = (turn, 0) }
        guard lossesTold.count < Self.mostLosses else { return }
        lossesTold.count += 1
        link.tell(.lost(exchange.loss(of: incarnation, now: now)))
    }

    /// The instance that it was sent to has gone without an answer.
    mutating func noteLoss(of exchange: Exchange) {
        guard let server = exchange.server, server.incarnation != nil, exchange.sent > 0 else { return }
        reportLoss(of: exchange)
        if exchange.lostTo.last?.server === server { return }
        exchange.doubtIsOver = false
        exchange.lostTo.removeAll { now - $0.at > Doubt.poisonTime }
        exchange.lostTo.append((server, now))
    }

    /// What is to be done with a request before an instance is chosen for it; nil: choose one.
    mutating func holdBack(_ exchange: Exchange, from app: Upstream) -> Verdict? {
        followInstances()
        if app.isRetired { upstreams.refresh(app) }
        if exchange.lostTo.isEmpty { return nil }
        switch exchange.doubt.verdict(at: now) {
        case .none: return nil
        case .poison: return refusePoison(exchange)
        case .waits(let until): return doubt(exchange, until: until)
        }
    }

    /// There is no instance that it could go to and has not been to.
    mutating func hold(_ exchange: Exchange, inLineOf app: Upstream) -> Verdict {
        let isGone = exchange.attempts == 0 || exchange.server?.isGone != false
        switch Doubt.prospect(isGone: isGone, hasWaited: exchange.doubtIsOver, at: now) {
        case .line:
            if let failure = outage(of: app) { return refuse(exchange, failure) }
            return stand(exchange, inLineOf: app, forBacklog: false)
        case .waits(let until): return doubt(exchange, until: until)
        case .none: return refuse(exchange, exchange.lostTo.isEmpty ? exchange.failureToConnect : .unanswered)
        }
    }

    /// Nothing of the app runs, and nothing will within the time that a request may wait.
    private func outage(of app: Upstream) -> Failure? {
        guard app.servers.isEmpty, let line = app.line, let outage = link.board.outage(ofApp: line.app),
            outage.until - now > app.settings.queue.timeout.milliseconds
        else { return nil }
        // Everything ends, and no report says more.
        if outage.incident == 0 { return .noInstanceInTime }
        return .appDown(incident: outage.incident, seconds: (outage.until - now + 999) / 1000)
    }

    /// The instance that it was sent to may have died: the board says so in a moment.
    private mutating func doubt(_ exchange: Exchange, until end: Int) -> Verdict {
        if exchange.isInDoubt { return .waitForExchange }
        // A place in the line is for those who wait for room.
        leaveLine(exchange)
        exchange.isInDoubt = true
        exchange.ticketDue = end
        doubted.append(exchange)
        return .waitForExchange
    }

    /// Its instance serves on.
    mutating func endDoubt(of exchange: Exchange) -> Verdict {
        forgetDoubt(of: exchange)
        exchange.doubtIsOver = true
        return ask(exchange)
    }

    mutating func forgetDoubt(of exchange: Exchange) {
        guard exchange.isInDoubt else { return }
        exchange.isInDoubt = false
        exchange.ticketDue = .max
        doubted.removeAll { $0 === exchange }
    }

    /// Once in a turn: those whose instance has died after all go on.
    mutating func callDoubted() {
        if doubted.isEmpty { return }
        for exchange in doubted where exchange.isInDoubt && exchange.server?.isGone == true {
            guard let session = exchange.session else { continue }
            forgetDoubt(of: exchange)
            bench.isDraining = life.isDraining
            bench.input.removeAll()
            apply(ask(exchange), to: session)
        }
    }

    /// A choice has come to nothing because several workers came to one place at once, or an instance went at that moment.
    func tellOfUndone(_ app: Upstream) {
        if app.takeUndone() { app.servers.forEach { leaveInstance($0, app) } }
    }

    /// There is one request less at an instance: somebody may wait for that.
    func leaveInstance(_ server: UpstreamServer, _ app: Upstream?) {
        if server.hasDrained { link.tell(.instanceLeft) }
        guard let app, app.settings.maxRequestsEach > 0, app.line?.othersWait(link.scoreboard) == true else { return }
        link.ring()
    }

    // MARK: - Private

    /// It was on two instances when they died: a third is not risked.
    private mutating func refusePoison(_ exchange: Exchange) -> Verdict {
        let app = exchange.forwarding?.upstream.settings.name ?? ""
        Complaint.say("\(app): poison request \(exchange.requestIDText): two instances died while they had it; it is not sent to a third")
        return refuse(exchange, .poison)
    }
}
