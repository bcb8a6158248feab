internal import ClusterConfiguration
internal import Control
internal import Engine
internal import Kernel
internal import Supervision

/// One incarnation as the master holds it: the process, and everything that belongs to it alone and goes when it goes (rule 2).
final class ChildProcess {
    let launch: Launch
    /// Its place in the process table. Of an instance of an app that is behind the rows of the scoreboard.
    let seat: Int
    let isBuiltIn: Bool
    let startedAt: Int

    var child: Child?
    /// Ends once the program runs, or says why it does not.
    var report: Descriptor?
    var output: OutputCapture?
    var error: OutputCapture?

    /// Only of built-in processes: orders and replies.
    var control: Channel?
    /// The queue of connections, both of whose ends stay here.
    var giving: ConnectionQueue?
    var taking: ConnectionQueue?
    /// What is rung for connections in its queue, and how many there are that it was not rung for.
    var arrivals: Wakeup?
    var unannounced = 0
    /// Connections put into the queue so far; for a command worker those meant for it.
    var sent: UInt64 = 0
    /// When the oldest connection that it has not taken was put there, as far as the last look knew.
    var waitingSince: Int?
    var takenAtLastLook: UInt64 = 0
    /// Its loop does not turn: no new connections until it does.
    var isStuck = false
    var isInRotation = false
    /// The public listeners that it accepts from itself, and whether it was told that their connections begin with a PROXY header.
    var sharedListeners: [Int: Bool] = [:]
    var heartbeatWhenStuck: UInt64 = 0
    var heartbeatAtLastLook: UInt64 = 0
    /// It was asked to finish what it has.
    var isDraining = false
    /// It has said that nothing is in flight.
    var saysDrained = false
    /// The supervisor knows.
    var isReportedDrained = false
    /// Its stop signal, held back for connections that are on their way to it.
    var heldSignal: (number: Int32, toGroup: Bool, due: Int)?
    /// Its stop signal went to everything in its group.
    var wasSignalledAsGroup = false
    /// Everything in its group was sent KILL by the supervisor's word: nothing of it is waited for.
    var wasKilled = false
    /// What the kernel said of it when it was killed for not doing what it should.
    var kernelState: [String] = []
    /// Requests that it has broken off, the last ones, and when, in milliseconds of the monotonic clock.
    var lostRequests: [(request: LostRequest, at: Int)] = []
    /// Its leader has ended, was reaped, and the rest of its group still finishes what it has.
    var leaderExit: ChildExit?
    /// SIGTERM came to it from elsewhere.
    var drainsItself = false

    /// The configuration a built-in process follows.
    var generation: Int
    /// The one it was asked to compile last: what it says of any other is too late.
    var askedGeneration: Int?
    /// The one it has compiled and not been told to follow yet.
    var preparedGeneration: Int?

    /// Where its access log goes, as far as it was told.
    var accessLog = LogSettings.Destination.off

    var heldPort: HeldPort?
    /// `127.0.0.1:40123`, or a path; empty without a private door.
    var privateAddress = ""
    var privatePort = 0
    var privateHost = ""
    /// The version of the PROXY protocol that a command worker was started for; 0 for none.
    var proxyProtocol = 0
    var privatePath: String?
    /// Of `privatePath`.
    var socketGuests: SocketGuests?
    var probe: ReadyProbe?
    /// While it serves.
    var health: HealthProbe?
    /// 0…1, for what is to differ from process to process.
    let chance = Double.random(in: 0...1)
    /// The program itself runs (its exec has succeeded).
    var isRunning = false
    var isReady = false
    /// When it is looked at next for what it does instead of serving, in milliseconds of the monotonic clock; and whether that was said.
    var examinedAt: Int?
    var isExplained = false

    init(launch: Launch, seat: Int, isBuiltIn: Bool, startedAt: Int, generation: Int) {
        self.launch = launch
        self.seat = seat
        self.isBuiltIn = isBuiltIn
        self.startedAt = startedAt
        self.generation = generation
    }

    var id: IncarnationID { launch.id }

    /// Of an instance of an app: its place on the board.
    var instance: Int? { seat < Scoreboard.seats ? nil : seat - Scoreboard.seats }

    /// 0 while there is none.
    var pid: Int32 { child?.pid ?? 0 }

    var name: SlotName { SlotName(group: launch.group, slot: launch.slot) }

    /// `worker 2`
    var title: String { name.title }

    func handle(_ source: Source) -> Handle {
        Handle(kind: source.rawValue, index: seat, generation: UInt32(truncatingIfNeeded: launch.id.number))
    }

    /// A message to a built-in process; false when it could not be delivered.
    func tell(_ order: Order, passing descriptor: Int32 = -1) -> Bool {
        switch control {
        case .some(let control): ControlMessages.send(order, passing: descriptor, on: control) == .done
        case .none: false
        }
    }

    func nextReply() -> Incoming<Reply> {
        switch control {
        case .some(let control): ControlMessages.receiveReply(on: control)
        case .none: .none
        }
    }

    /// Where a program of the user's serves.
    var door: ReadyProbe.Door { privatePath.map(ReadyProbe.Door.path) ?? .port(host: privateHost, privatePort) }

    func closeControl() { _ = control.take() }

    /// It ended before it served because somebody else has its port: the words of its last lines are all there is to tell it by.
    var lostItsPort: Bool {
        guard !isBuiltIn, !isReady, privatePort > 0 else { return false }
        return error?.lastLines.contains { $0.contains("EADDRINUSE") || $0.lowercased().contains("address already in use") } ?? false
    }

    func signal(_ number: Int32, toGroup: Bool) {
        switch child {
        case .some(let child): if toGroup { child.signalGroup(number) } else { child.signal(number) }
        case .none: break
        }
    }

    /// SIGKILL for everything in its group.
    func killGroup() { signal(Signal.kill.rawValue, toGroup: true) }

    /// Whether anything of its group is left. The number is not given to anybody else while that is so.
    var isGroupAlive: Bool { Processes.signalGroup(pid, 0) }

    /// Puts a connection into its queue.
    func give(_ connection: Int32, _ note: ConnectionNote) -> Sent {
        switch giving {
        case .some(let queue): queue.send(connection, note)
        case .none: .full
        }
    }

    /// Tells it of what was put into its queue since the last time.
    func announceArrivals() {
        if unannounced == 0 { return }
        unannounced = 0
        switch arrivals {
        case .some(let arrivals): arrivals.signal()
        case .none: break
        }
    }

    /// A connection that it has not taken; nil when there is none.
    func takeBack() -> Taken {
        switch taking {
        case .some(let queue): queue.receive()
        case .none: .none
        }
    }
}
