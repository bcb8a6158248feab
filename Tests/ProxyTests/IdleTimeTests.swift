import Testing

@testable import Proxy

struct IdleTimeTests {
    @Test func `a connection waits as long as it may, until the server shows that it waits less`() {
        var time = IdleTime(most: 60_000)
        #expect(time.limit == 60_000)
        time.learn(closedAfter: 5000)
        #expect(time.limit == 4375)
        time.learn(closedAfter: 600)
        #expect(time.limit == 525)
        // A server that restarts closes all of them, however young.
        time.learn(closedAfter: 0)
        #expect(time.limit == 250)
    }

    @Test func `what was learned is forgotten slowly, and never more than what is configured`() {
        var time = IdleTime(most: 60_000)
        time.learn(closedAfter: 5000)
        time.recover()
        #expect((4400...4700).contains(time.limit))
        for _ in 0..<100 { time.recover() }
        #expect(time.limit == 60_000)
    }

    @Test func `what a server says is believed, a little less of it`() {
        var time = IdleTime(most: 60_000)
        time.believe(seconds: 5)
        #expect(time.limit == 4000)
        time.believe(seconds: 1)
        #expect(time.limit == 800)
        time.believe(seconds: 100)
        #expect(time.limit == 60_000)
        time.adopt(most: 10_000)
        #expect(time.limit == 10_000)
    }
}

struct WaitingLineTests {
    @Test func `who came first is first, and who leaves is not waited for`() {
        var line = WaitingLine()
        let exchanges = (0..<40).map { _ in Exchange() }
        let tickets = exchanges.map { line.append($0) }
        #expect(line.count == 40 && line.peek() === exchanges[0])
        line.remove(tickets[1])
        line.remove(tickets[1])
        line.remove(tickets[0])
        #expect(line.count == 38 && line.peek() === exchanges[2])
        for ticket in tickets[2...] { line.remove(ticket) }
        #expect(line.count == 0 && line.peek() == nil)
    }

    @Test func `places are used again`() {
        var line = WaitingLine()
        for _ in 0..<1000 {
            let exchange = Exchange()
            let ticket = line.append(exchange)
            #expect(line.peek() === exchange)
            line.remove(ticket)
        }
        #expect(line.count == 0)
    }
}
