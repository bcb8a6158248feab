internal import CCares
internal import Glibc
package import Kernel

/// Looks names of hosts up without waiting, through c-ares: DNS, and /etc/hosts before it.
///
/// c-ares opens and closes sockets as it likes, so they are watched in a queue of their own; the loop watches that queue as one descriptor, calls `serve`
/// when it is readable and `tick` when a deadline has passed, and takes what has come.
@safe package final class Resolver {
    /// What came of a lookup.
    package enum Outcome: Equatable, Sendable {
        /// One address or more, best first (RFC 6724), each once. They hold for so many seconds, 1 to 3,600.
        case found([SocketAddress], seconds: Int)
        /// Where a service is, one place or more, each once.
        case services([Service])
        /// Why not, for a log.
        case failed(String)
    }

    /// One place where a service is offered (RFC 2782).
    package struct Service: Equatable, Sendable {
        package var address: SocketAddress
        /// The lower, the sooner.
        package var priority: Int
        /// Its share beside those of the same priority.
        package var weight: Int
        /// The target that has the address, as the DNS writes it; nil where nothing but the address was looked up.
        package var target: String?

        package init(address: SocketAddress, priority: Int = 0, weight: Int = 1, target: String? = nil) {
            self.address = address
            self.priority = priority
            self.weight = weight
            self.target = target
        }
    }

    package struct Answer: Equatable, Sendable {
        /// What `look` was given.
        package var token: Int
        package var outcome: Outcome
    }

    /// Of one name: more are not used.
    package static let mostAddresses = 256
    /// What /etc/hosts says has no time to live, and looks like what the DNS gives none; it is looked up again after so many seconds.
    private static let secondsOfFiles = 5
    private static let longestTime = 3600
    /// Until a server of the DNS is asked once more, in milliseconds, and how often in all.
    private static let patience: Int32 = 2000
    private static let tries: Int32 = 2
    /// ARES_FLAG_EDNS.
    private static let extendedDNS: Int32 = 1 << 8
    /// In bytes: what passes every network in one piece (dnsflagday.net, 2020).
    private static let largestDatagram: Int32 = 1232

    private let epoll: Epoll
    private var batch = EventBatch(capacity: 16)
    private var watched: Set<Int32> = []
    private var channel: ares_channel?
    private var answers: [Answer] = []
    /// Lookups under way.
    package private(set) var pending = 0

    /// `servers`: `host:port` with commas between, instead of those in /etc/resolv.conf.
    package init(servers: String? = nil) throws(Errno) {
        epoll = try Epoll()
        try open(servers)
    }

    deinit {
        // Safe: the channel was made by ares_init_options, and is not used after this. What is under way is called back once more, here.
        if let channel = unsafe channel { unsafe ares_destroy(channel) }
    }

    /// Readable when `serve` has something to do.
    package var descriptor: Int32 { epoll.number }

    /// Begins a lookup; `token` comes back with the answer, which may be there at once. The port is that of the addresses.
    package func look(_ name: String, port: Int, token: Int) {
        pending += 1
        lookUp(name, port: port) { [weak self] outcome in self?.finish(token, outcome) }
    }

    /// The same for the places of a service, `_http._tcp.api.internal` say: its records, and then the addresses of their targets.
    package func lookServices(_ name: String, token: Int) {
        guard let channel = unsafe channel else { return }
        pending += 1
        let search = ServiceSearch(self) { [weak self] outcome in self?.finish(token, outcome) }
        // Safe: as in `lookUp`.
        let argument = unsafe Unmanaged.passRetained(search).toOpaque()
        unsafe ares_query(
            channel, name, 1, 33,
            { argument, status, _, bytes, count in
                guard let argument = unsafe argument else { return }
                let search = unsafe Unmanaged<ServiceSearch>.fromOpaque(argument).takeRetainedValue()
                unsafe search.take(status, bytes, count)
            }, argument)
    }

    /// Calls back exactly once, perhaps before it returns.
    func lookUp(_ name: String, port: Int, _ done: @escaping (Outcome) -> Void) {
        guard let channel = unsafe channel else { return }
        let lookup = Lookup(port: port, done)
        var hints = ares_addrinfo_hints()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        // Safe: the lookup is kept until its callback, which comes exactly once, and takes it back.
        let argument = unsafe Unmanaged.passRetained(lookup).toOpaque()
        unsafe ares_getaddrinfo(
            channel, name, nil, &hints,
            { argument, status, _, result in
                guard let argument = unsafe argument else { return }
                let lookup = unsafe Unmanaged<Lookup>.fromOpaque(argument).takeRetainedValue()
                unsafe lookup.finish(status, result)
            }, argument)
    }

    /// Its sockets have something to read, or room to write.
    package func serve() {
        guard let channel = unsafe channel else { return }
        let count = max(0, epoll.wait(into: &batch, milliseconds: 0))
        for index in 0..<count {
            let (handle, readiness) = batch[index]
            let number = Int32(truncatingIfNeeded: handle)
            let isBroken = readiness.hasAny(.error | .hangup)
            // Safe: a number that was closed meanwhile is one that c-ares does not know any more, and passes over.
            unsafe ares_process_fd(channel, isBroken || readiness.hasAny(.input) ? number : -1, readiness.hasAny(.output) ? number : -1)
        }
    }

    /// A deadline has passed.
    package func tick() {
        guard let channel = unsafe channel, pending > 0 else { return }
        unsafe ares_process_fd(channel, -1, -1)
    }

    /// How long the loop may sleep, in milliseconds; nil while nothing is under way.
    package var untilNext: Int? {
        guard let channel = unsafe channel, pending > 0 else { return nil }
        var time = timeval()
        guard unsafe ares_timeout(channel, nil, &time) != nil else { return nil }
        return max(1, time.tv_sec * 1000 + (Int(time.tv_usec) + 999) / 1000)
    }

    /// What has come since this was asked last.
    package func takeAnswers() -> [Answer] {
        defer { answers = [] }
        return answers
    }

    // MARK: - Private

    private func open(_ servers: String?) throws(Errno) {
        var options = unsafe ares_options()
        unsafe options.timeout = Self.patience
        unsafe options.tries = Self.tries
        // Names with many addresses fit in one datagram: where TCP is refused to them, c-ares would give up the lookups of other names with theirs.
        unsafe options.flags = Self.extendedDNS
        unsafe options.ednspsz = Self.largestDatagram
        // Safe: the channel, which holds this pointer, is destroyed before self is.
        unsafe options.sock_state_cb_data = Unmanaged.passUnretained(self).toOpaque()
        unsafe options.sock_state_cb = { data, socket, isReadable, isWritable in
            guard let data = unsafe data else { return }
            unsafe Unmanaged<Resolver>.fromOpaque(data).takeUnretainedValue().watch(socket, isReadable != 0, isWritable != 0)
        }
        var made: ares_channel?
        guard ares_library_init(1) == 0,
            unsafe ares_init_options(&made, &options, 1 << 0 | 1 << 2 | 1 << 9 | 1 << 13 | 1 << 15) == 0, let made = unsafe made
        else { throw Errno.noBuffers }
        unsafe channel = made
        if let servers, unsafe ares_set_servers_ports_csv(made, servers) != 0 { throw Errno.invalid }
    }

    /// c-ares wants to hear of a socket, or will close it. The queue's own list forgets a closed one, so a number that comes again is new to it.
    private func watch(_ number: Int32, _ isReadable: Bool, _ isWritable: Bool) {
        let interest: Readiness = (isReadable ? .input : .none) | (isWritable ? .output : .none)
        if interest == .none {
            if watched.remove(number) != nil { _ = epoll.remove(number) }
        } else if watched.insert(number).inserted {
            _ = epoll.add(number, interest, handle: UInt64(UInt32(bitPattern: number)))
        } else {
            _ = epoll.change(number, interest, handle: UInt64(UInt32(bitPattern: number)))
        }
    }

    private func finish(_ token: Int, _ outcome: Outcome) {
        pending -= 1
        answers.append(Answer(token: token, outcome: outcome))
    }

    fileprivate static func lifetime(_ seconds: Int32) -> Int { seconds <= 0 ? secondsOfFiles : min(Int(seconds), longestTime) }
}

/// One name that is being looked up.
private final class Lookup {
    private let port: Int
    private let done: (Resolver.Outcome) -> Void

    init(port: Int, _ done: @escaping (Resolver.Outcome) -> Void) {
        self.port = port
        self.done = done
    }

    /// Takes the result over.
    @unsafe func finish(_ status: Int32, _ result: UnsafeMutablePointer<ares_addrinfo>?) {
        defer { if let result = unsafe result { unsafe ares_freeaddrinfo(result) } }
        guard status == 0, let result = unsafe result else { return done(.failed(Resolver.text(of: status))) }
        var addresses: [SocketAddress] = []
        var seconds = Int32.max
        var node = unsafe result.pointee.nodes
        while let current = unsafe node, addresses.count < Resolver.mostAddresses {
            unsafe seconds = min(seconds, current.pointee.ai_ttl)
            if let address = unsafe Self.address(of: current.pointee, port: port), !addresses.contains(address) {
                addresses.append(address)
            }
            unsafe node = current.pointee.ai_next
        }
        done(addresses.isEmpty ? .failed("it has no address") : .found(addresses, seconds: Resolver.lifetime(seconds)))
    }

    private static func address(of node: ares_addrinfo_node, port: Int) -> SocketAddress? {
        guard let pointer = unsafe node.ai_addr else { return nil }
        var text = [CChar](repeating: 0, count: 64)
        switch unsafe node.ai_family {
        case AF_INET:
            // Safe: the family says which of the two the pointer is to.
            unsafe pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
                _ = unsafe inet_ntop(AF_INET, &pointer.pointee.sin_addr, &text, 64)
            }
        case AF_INET6:
            unsafe pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
                _ = unsafe inet_ntop(AF_INET6, &pointer.pointee.sin6_addr, &text, 64)
            }
        default: return nil
        }
        return SocketAddress(literal: String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self), port: port)
    }
}
