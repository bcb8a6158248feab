internal import Engine
internal import Routing

/// Exchanges that wait for a place at a server, in the order in which they came.
extension Worker {
    /// How often it is looked whether other workers have freed a place, in milliseconds: memory wakes nobody.
    static let waitingInterval = 10

    /// The same for a place in a backlog that is full: a tick of the clock.
    private static let backlogInterval = 4

    /// The same for those who wait for an instance of an app: they are rung for, and this is for a bell that could not be watched.
    private static let appInterval = 250

    /// How long the loop sleeps at most because of those who wait.
    var waitingLimit: Int {
        if waitingUpstreams.isEmpty { return .max }
        if waitingUpstreams.contains(where: \.waitsForBacklog) { return Self.backlogInterval }
        return waitingUpstreams.allSatisfy(\.settings.isApp) ? Self.appInterval : Self.waitingInterval
    }

    /// Every server has as many requests as it may, or a backlog that is full.
    mutating func stand(_ exchange: Exchange, inLineOf upstream: Upstream, forBacklog: Bool) -> Verdict {
        upstream.waitsForBacklog = forBacklog
        if exchange.ticket != nil {
            exchange.keepsPlace = true
            return .waitForExchange
        }
        let settings = upstream.settings.queue
        // As with TCP, where nobody counts them: they have the time of a connect.
        let isForBacklog = upstream.line == nil && forBacklog
        if let line = upstream.line {
            guard line.enter(limit: settings.length, link.scoreboard) else { return refuse(exchange, .tooManyHeld) }
            exchange.line = line
        } else if !isForBacklog, upstream.waiting.count >= settings.length {
            return refuse(exchange, .serversFull)
        }
        if !upstream.isCalled {
            upstream.isCalled = true
            waitingUpstreams.append(upstream)
        }
        exchange.ticket = upstream.waiting.append(exchange)
        let patience = isForBacklog ? exchange.forwarding?.timeouts.connect ?? 0 : settings.timeout.milliseconds
        exchange.ticketDue = now + min(patience, .max / 2)
        return .waitForExchange
    }

    func leaveLine(_ exchange: Exchange) {
        guard let ticket = exchange.ticket else { return }
        exchange.ticket = nil
        exchange.ticketDue = .max
        exchange.line.take()?.leave(link.scoreboard)
        exchange.forwarding?.upstream.waiting.remove(ticket)
    }

    /// It has stood in the line for too long.
    mutating func refuseWaiting(_ exchange: Exchange) -> Verdict {
        if exchange.isInDoubt { return endDoubt(of: exchange) }
        if exchange.line != nil { return refuse(exchange, .noInstanceInTime) }
        return refuse(exchange, exchange.forwarding?.upstream.waitsForBacklog == true ? .connectLate : .waitedTooLong)
    }

    /// Once in a turn: who came first goes on first, as long as there are places.
    mutating func callWaiting() {
        if waitingUpstreams.isEmpty { return }
        for upstream in waitingUpstreams {
            if upstream.waitsForBacklog {
                if now < upstream.restsUntil { continue }
                upstream.restsUntil = now + 1
            }
            var passedOver: Int?
            while let exchange = upstream.waiting.peek(behind: passedOver), let session = exchange.session {
                bench.isDraining = life.isDraining
                bench.input.removeAll()
                exchange.keepsPlace = false
                let (ticket, hasBeenNowhere) = (exchange.ticket, exchange.attempts == 0)
                let verdict = ask(exchange)
                // It was told to wait where it is, whoever was asked before that.
                if exchange.session === session, exchange.keepsPlace {
                    // Who had been nowhere could go anywhere: there is no place for those behind it either.
                    if hasBeenNowhere || !upstream.hasRoom(link.scoreboard, now: now) { break }
                    passedOver = ticket
                    continue
                }
                leaveLine(exchange)
                apply(verdict, to: session)
            }
        }
        waitingUpstreams.removeAll { upstream in
            upstream.isCalled = upstream.waiting.count > 0
            if !upstream.isCalled { upstream.waitsForBacklog = false }
            return !upstream.isCalled
        }
    }
}
