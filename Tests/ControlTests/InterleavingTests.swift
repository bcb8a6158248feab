import Kernel
import Testing

@testable import Control

/// The three rules of shared memory, tried in every order that the steps of workers and master can come in: on the real board and scoreboard, one
/// step at a time, which is all that sequentially consistent words allow.
struct InterleavingTests {
    private static let cell = (0..<2).map { Scoreboard.cell(ofInstance: $0) }
    private static let app = 99
    private static let server: UInt64 = 100 << 32 | 1

    /// What happens in one order.
    private final class World {
        let board: Board
        let scoreboard: Scoreboard
        /// Requests that run, by worker, at an instance.
        var running: [Int?] = [nil, nil]
        var signalled = [false, false]
        var violations: [String] = []
        var sleeping: Set<Int> = []
        /// Of the same server, by worker.
        var cells: [Int?] = [nil, nil]

        init() throws {
            board = try Board()
            scoreboard = try Scoreboard()
            for seat in 0..<2 { scoreboard.clear(seat) }
            reset()
        }

        func reset() {
            for place in 0..<2 {
                scoreboard.clearInstance(place)
                board.enter(place, .init(app: UInt64(app), slot: place, incarnation: place + 1, address: nil))
            }
            if let cell = scoreboard.cell(of: UInt64(app)) { for seat in 0..<2 { scoreboard.set(.waiting, of: cell, seat: seat, to: 0) } }
            (running, signalled, violations, sleeping) = ([nil, nil], [false, false], [], [])
            cells = [nil, nil]
            // One that nobody holds stands where the server's would be.
            let first = Int(InterleavingTests.server >> 32)
            for (cell, key) in [InterleavingTests.server + 1, 0].enumerated() {
                scoreboard.words.store(key, at: Scoreboard.keys + first + cell)
                for seat in 0..<2 { scoreboard.set(.held, of: first + cell, seat: seat, to: 0) }
            }
            for seat in 0..<2 { scoreboard.set(.flags, of: seat, to: 0) }
        }
    }

    private typealias Step = (World) -> Void

    /// Calls back with the world after each order in which the steps can come.
    private func explore(_ processes: [[Step]], _ check: (World) -> Void) throws {
        let world = try World()
        var order: [Int] = []
        func go(_ next: [Int]) {
            if zip(next, processes).allSatisfy({ $0 == $1.count }) {
                world.reset()
                var done = processes.map { _ in 0 }
                for process in order {
                    processes[process][done[process]](world)
                    done[process] += 1
                }
                return check(world)
            }
            for process in processes.indices where next[process] < processes[process].count {
                order.append(process)
                var further = next
                further[process] += 1
                go(further)
                order.removeLast()
            }
        }
        go(processes.map { _ in 0 })
    }

    // MARK: - Claims

    /// A worker that asks the instance at a place: looks, counts itself in, looks again, and runs or undoes it.
    private func claim(_ worker: Int, of place: Int, looksAgain: Bool = true) -> [Step] {
        var wants = false
        return [
            { wants = $0.board.isReady(place, place + 1) },
            { if wants { $0.scoreboard.set(.active, of: Self.cell[place], seat: worker, to: 1) } },
            { world in
                guard wants else { return }
                if looksAgain, !world.board.isReady(place, place + 1) {
                    world.scoreboard.set(.active, of: Self.cell[place], seat: worker, to: 0)
                } else {
                    world.running[worker] = place
                    if world.signalled[place] { world.violations.append("worker \(worker) asks instance \(place), which was signalled") }
                }
            },
            { world in
                guard world.running[worker] == place else { return }
                world.running[worker] = nil
                world.scoreboard.set(.active, of: Self.cell[place], seat: worker, to: 0)
            },
        ]
    }

    /// The master takes an instance out of rotation, and signals it when nothing is under way there.
    private func drain(_ place: Int, countsFirst: Bool = false) -> [Step] {
        var isEmpty = false
        let leave: Step = { $0.board.leave(place, to: .draining) }
        let count: Step = { isEmpty = $0.scoreboard.total(.active, of: Self.cell[place]) == 0 }
        let signal: Step = { world in
            guard isEmpty else { return }
            world.signalled[place] = true
            for (worker, running) in world.running.enumerated() where running == place {
                world.violations.append("instance \(place) is signalled with a request of worker \(worker)")
            }
        }
        return countsFirst ? [count, leave, signal] : [leave, count, signal]
    }

    @Test func `no order of two workers and a master that drains signals an instance that has a request`() throws {
        var orders = 0
        try explore([claim(0, of: 0), claim(1, of: 0), drain(0)]) { world in
            orders += 1
            #expect(world.violations.isEmpty)
            #expect(world.scoreboard.total(.active, of: Self.cell[0]) == 0)
        }
        #expect(orders == 11_550)
    }

    @Test func `two instances are drained beside each other without a mistake`() throws {
        let claims = [claim(0, of: 0), claim(1, of: 1)].map { Array($0.prefix(3)) }
        try explore(claims + [drain(0) + drain(1)]) { #expect($0.violations.isEmpty) }
    }

    @Test func `without the second look, or with the count before the word, there is an order that goes wrong`() throws {
        var mistakes = (noSecondLook: 0, countsFirst: 0)
        try explore([claim(0, of: 0, looksAgain: false), drain(0)]) { mistakes.noSecondLook += $0.violations.count }
        try explore([claim(0, of: 0), drain(0, countsFirst: true)]) { mistakes.countsFirst += $0.violations.count }
        #expect(mistakes.noSecondLook > 0 && mistakes.countsFirst > 0)
    }

    // MARK: - Wake-ups

    /// A worker whose request finds the instance full: it writes down that it waits, looks for room, and sleeps when there is none.
    private func wait(_ worker: Int, looksFirst: Bool = false) -> [Step] {
        var hasRoom = false
        let write: Step = { Self.setWaiting(1, worker, $0) }
        let look: Step = { hasRoom = $0.scoreboard.total(.active, of: Self.cell[0]) == 0 }
        let sleep: Step = { if !hasRoom { $0.sleeping.insert(worker) } }
        return looksFirst ? [look, write, sleep] : [write, look, sleep]
    }

    /// Another one makes room, and rings when somebody waits. What is rung before somebody sleeps wakes him when he does: the kernel keeps it.
    private func makeRoom(_ worker: Int, _ bell: Bell) -> [Step] {
        var someoneWaits = false
        return [
            { $0.scoreboard.set(.active, of: Self.cell[0], seat: worker, to: 0) },
            { world in
                someoneWaits = world.scoreboard.cell(of: UInt64(Self.app)).map { world.scoreboard.total(.waiting, of: $0) > 0 } ?? false
            },
            { _ in if someoneWaits { bell.isRung = true } },
        ]
    }

    private final class Bell { var isRung = false }

    private static func setWaiting(_ count: UInt64, _ worker: Int, _ world: World) {
        if let cell = world.scoreboard.cell(of: UInt64(app)) { world.scoreboard.set(.waiting, of: cell, seat: worker, to: count) }
    }

    private func sleepers(looksFirst: Bool) throws -> Int {
        let bell = Bell()
        let begin: [Step] = [
            { world in
                bell.isRung = false
                world.scoreboard.set(.active, of: Self.cell[0], seat: 1, to: 1)
            }
        ]
        var lost = 0
        // The beginning comes first in every order that counts.
        try explore([begin + wait(0, looksFirst: looksFirst), makeRoom(1, bell)]) { world in
            if world.sleeping.contains(0), !bell.isRung, world.scoreboard.total(.active, of: Self.cell[0]) == 0 { lost += 1 }
        }
        return lost
    }

    // MARK: - Cells

    /// A worker that takes the server's cell, as `takeCell` does; while the master gives back it goes without one here, where it would wait.
    private func take(_ worker: Int) -> [Step] {
        var isLooking = false
        var free: (cell: Int, word: UInt64)?
        return [
            { $0.scoreboard.set(.flags, of: worker, to: Scoreboard.Flag.looksForCell) },
            { world in
                isLooking = world.scoreboard.words.load(Scoreboard.givingBack) == 0
                if !isLooking { world.scoreboard.set(.flags, of: worker, to: 0) }
            },
            { world in
                guard isLooking else { return }
                (world.cells[worker], free) = world.scoreboard.look(for: Self.server)
            },
            { world in
                guard isLooking, let free else { return }
                let isTaken = world.scoreboard.words.replace(free.word, with: Self.server, at: Scoreboard.keys + free.cell)
                world.cells[worker] = isTaken ? free.cell : world.scoreboard.cell(of: Self.server)
            },
            { world in
                guard isLooking, let cell = world.cells[worker] else { return }
                world.scoreboard.set(.held, of: cell, seat: worker, to: 1)
                world.scoreboard.set(.flags, of: worker, to: 0)
            },
        ]
    }

    /// The master gives back what nobody holds, as `giveBackCells` does.
    private func giveBack(asks: Bool = true) -> [Step] {
        let first = Int(Self.server >> 32)
        var goesOn = false
        return [
            { $0.scoreboard.words.store(1, at: Scoreboard.givingBack) },
            { world in
                goesOn = !asks || (0..<2).allSatisfy { world.scoreboard.value(.flags, of: $0) & Scoreboard.Flag.looksForCell == 0 }
            },
            { world in
                for cell in first..<first + 2 where goesOn && world.scoreboard.key(of: cell) != nil {
                    if world.scoreboard.total(.held, of: cell) > 0 { continue }
                    world.scoreboard.words.store(Scoreboard.again, at: Scoreboard.keys + cell)
                }
                world.scoreboard.words.store(0, at: Scoreboard.givingBack)
            },
        ]
    }

    /// Orders in which two workers have two cells for one server, or one that is not the server's.
    private func mistakes(_ giveBack: [Step]) throws -> Int {
        var mistakes = 0
        // The second finds and takes in one: what matters is what comes between the steps of the first.
        var second = take(1)
        let (look, take) = (second[2], second[3])
        second[2] = { world in
            look(world)
            take(world)
        }
        second.remove(at: 3)
        try explore([self.take(0), second, giveBack]) { world in
            let cells = world.cells.compactMap(\.self)
            if Set(cells).count > 1 || cells.contains(where: { world.scoreboard.key(of: $0) != Self.server }) { mistakes += 1 }
        }
        return mistakes
    }

    @Test func `two workers have one cell for a server, whenever the master gives back`() throws { #expect(try mistakes(giveBack()) == 0) }

    @Test func `if he did not ask whether one looks, there is an order in which they have not`() throws {
        #expect(try mistakes(giveBack(asks: false)) > 0)
    }

    @Test func `who waits for room is never left asleep by who makes it`() throws { #expect(try sleepers(looksFirst: false) == 0) }

    @Test func `if he looked first and wrote then, there is an order in which he is`() throws {
        #expect(try sleepers(looksFirst: true) > 0)
    }
}
