internal import ClusterConfiguration
internal import Engine
internal import Kernel
internal import Supervision

/// One address of the public side, open from its first configuration to the last that has it: a reload never closes and binds it again.
final class PublicListener {
    /// How long a removed listener is still accepted from, in milliseconds: a connection that the kernel holds back for its first bytes comes out of it
    /// within a second of that being switched off.
    private static let farewell = 1100

    /// Names it in messages to workers; never used again.
    let index: Int
    private(set) var settings: ListenerSettings
    private let listener: Listener
    /// Where it is: its address, but for a socket that was handed over.
    private let place: ListenAddress
    /// 0 without one.
    let port: Int
    /// Whether built-in workers find a PROXY header before everything else. Programs get what comes: under a configuration with a command it stays as it
    /// was, for built-in workers that are still there.
    private(set) var hasProxyHeader: Bool
    /// Connections since it was opened.
    var accepted = 0
    private var isWatched = false
    /// When a removed one is closed.
    private(set) var closesAt: Int?

    /// Binds and listens; connections wait in the kernel until it is watched.
    convenience init(_ settings: ListenerSettings, index: Int) throws(Errno) {
        try self.init(settings, index: index, try Self.bind(settings.address), at: settings.address)
    }

    /// Accepts from a socket that was handed over. It is bound, listens, and lives longer than this.
    convenience init(_ settings: ListenerSettings, index: Int, of socket: InheritedSockets.Member) throws(Errno) {
        let listener = try socket.open()
        let place = try Self.place(of: listener)
        try self.init(settings, index: index, listener, at: place)
    }

    private init(_ settings: ListenerSettings, index: Int, _ listener: consuming Listener, at place: ListenAddress) throws(Errno) {
        self.index = index
        self.settings = settings
        self.place = place
        hasProxyHeader = settings.proxyProtocol
        self.listener = listener
        port = (try? self.listener.localAddress().port) ?? 0
        do throws(Errno) {
            try configure()
        } catch {
            removePath()
            throw error
        }
    }

    var number: Int32 { listener.descriptor.number }

    /// As `status` shows it.
    var address: String { place.description }

    /// The same address with other settings.
    func change(to settings: ListenerSettings) {
        self.settings = settings
        // What cannot be changed on a listening socket stays as it is: the address is served either way.
        try? configure()
    }

    func followProxyProtocol() { hasProxyHeader = settings.proxyProtocol }

    func watch(_ isWanted: Bool, in queue: borrowing EventQueue) {
        guard isWanted != isWatched else { return }
        let handle = Handle(kind: Source.publicListener.rawValue, index: index)
        if isWanted { isWatched = queue.watch(number, for: .input, as: handle) } else { unwatch(queue) }
    }

    func accept() -> Accepted { listener.accept() }

    /// Accepts a while longer, so that nobody who has connected is reset.
    func retire(now: Int) {
        closesAt = now + Self.farewell
        if settings.deferAccept > .zero { try? listener.setDeferAccept(seconds: 0) }
    }

    func shift(by milliseconds: Int) { closesAt = closesAt.map { $0 + milliseconds } }

    /// Named again before it was closed.
    func returnToService() {
        guard closesAt != nil else { return }
        closesAt = nil
        // As in a change: it is served either way.
        try? configure()
    }

    /// The file of a unix socket goes with it. TCP is closed by its owner letting go.
    func removePath() {
        if case .unix(let path) = settings.address { try? Files.remove(path) }
    }

    // MARK: - Private

    private func unwatch(_ queue: borrowing EventQueue) {
        queue.forget(number)
        isWatched = false
    }

    private func configure() throws(Errno) {
        switch place {
        case .unix(let path): if let mode = settings.mode { try Files.setMode(mode, of: path) }
        case .systemd: break
        case .everywhere, .tcp: try listener.setDeferAccept(seconds: (settings.deferAccept.wholeMilliseconds + 999) / 1000)
        }
        // The backlog of one that was handed over is its owner's.
        if place == settings.address { try listener.listen(backlog: settings.backlog) }
    }

    private static func bind(_ address: ListenAddress) throws(Errno) -> Listener {
        switch address {
        case .everywhere(let port): return try bindEverywhere(port)
        case .tcp(let host, let port):
            guard let address = SocketAddress(literal: host == "localhost" ? "127.0.0.1" : host, port: port) else {
                throw Errno.addressNotAvailable
            }
            return try Listener.bind(address)
        case .unix(let path):
            removeStale(path)
            return try Listener.bind(path: path)
        // There is none of that name.
        case .systemd: throw Errno.addressNotAvailable
        }
    }

    private static func place(of listener: borrowing Listener) throws(Errno) -> ListenAddress {
        let address = try listener.localAddress()
        return address.family == .local ? .unix(path: try listener.localPath()) : .tcp(host: address.host, port: address.port)
    }

    private static func bindEverywhere(_ port: Int) throws(Errno) -> Listener {
        do throws(Errno) {
            return try Listener.bind(.everyV6(port: port), dualStack: true)
        } catch {
            guard error == .familyNotSupported || error == .addressNotAvailable else { throw error }
            return try Listener.bind(.everyV4(port: port))
        }
    }

    /// A socket file that nobody answers on is what a killed process left behind.
    private static func removeStale(_ path: String) {
        guard (try? Files.status(of: path, followingLinks: false).isSocket) == true else { return }
        if case .failed(.connectionRefused) = Connecting(toPath: path) { try? Files.remove(path) }
    }
}

extension ListenAddress: CustomStringConvertible {
    /// `[::]:8080`, `127.0.0.1:8080`, `unix:/run/x.sock`, `systemd:web`
    package var description: String { text }
}
