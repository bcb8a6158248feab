import HTTP1
import Routing
import Settings

extension String {
    var octets: [UInt8] { Array(utf8) }
}

extension RouteTable {
    /// The index of the route for a request, nil for 404, -400 for a path that is refused.
    func route(_ method: String = "GET", _ host: String = "", _ path: String) -> Int? {
        var normaliser = PathNormaliser()
        var workspace = MatchWorkspace()
        let (methodName, hostName, pathText, nothing) = (method.octets, host.octets, path.octets, "".octets)
        return index(
            find(
                method: Method(method), methodName: methodName.rawBytes, host: hostName.rawBytes, path: pathText.rawBytes, client: nil,
                RequestHead(),
                nothing.rawBytes, normaliser: &normaliser, &workspace))
    }

    /// The same for a whole request: `GET /a?b=c`, and the lines of its fields.
    func route(_ request: String, host: String = "", _ fields: [String] = [], from client: NetworkAddress? = nil) throws -> Int? {
        var workspace = MatchWorkspace()
        return try route(request, host: host, fields, from: client, &workspace)
    }

    func route(
        _ request: String, host: String = "", _ fields: [String] = [], from client: NetworkAddress? = nil, _ workspace: inout MatchWorkspace
    ) throws -> Int? {
        var normaliser = PathNormaliser()
        var head = RequestHead()
        let bytes = ([request + " HTTP/1.1", "Host: " + host] + fields + ["", ""]).joined(separator: "\r\n").octets
        guard case .complete = head.read(bytes.rawBytes, limits: HeadLimits(headBytes: HeadLimits.largestHead, targetBytes: 32_768)) else {
            throw NoRequest(text: request)
        }
        return index(find(head, bytes.rawBytes, from: client, normaliser: &normaliser, &workspace))
    }

    private func index(_ match: Match) -> Int? {
        switch match {
        case .plan(let index): index
        case .notFound: nil
        case .malformedPath: -400
        case .patternLimit: -500
        }
    }

    convenience init(_ routes: Route...) { self.init(routes, constants: .sample) }
}

struct NoRequest: Error { var text: String }

extension WorkerConstants {
    static let sample = WorkerConstants(slot: 2, id: 17, processID: 4711, generation: 3)
}

extension Route {
    init(
        _ path: PathPattern = .prefix("/"), hosts: [HostPattern] = [], methods: [String] = [],
        headers: KeyValuePairs<String, ValueTest> = [:],
        query: KeyValuePairs<String, ValueTest> = [:], cookies: KeyValuePairs<String, ValueTest> = [:], clients: [String] = []
    ) {
        self.init(action: .respond(Respond(body: Template(literal: "x"))))
        self.path = path
        self.hosts = hosts
        self.methods = methods
        self.headers = headers.map { ValueMatcher(name: $0, $1) }
        self.query = query.map { ValueMatcher(name: $0, $1) }
        self.cookies = cookies.map { ValueMatcher(name: $0, $1) }
        self.clients = clients.compactMap { try? AddressRange($0) }
    }
}

/// The normal form of a path; nil when it is refused.
func normalised(_ path: String) -> String? {
    var normaliser = PathNormaliser()
    let bytes = path.octets
    guard normaliser.normalise(bytes.rawBytes) else { return nil }
    let result = normaliser.normalised
    return String(decoding: (0..<result.byteCount).map { result.byte($0) }, as: UTF8.self)
}

/// An answer to a request, as the bytes of head and body.
func answer(_ respond: Respond, to request: String, name: String? = nil) -> (head: String, body: String)? {
    answer(RespondPlan(respond, constants: .sample, routeName: name), to: request)
}

func answer(_ plan: RespondPlan, to request: String) -> (head: String, body: String)? {
    var head = RequestHead()
    let bytes = request.octets
    guard case .complete = head.read(bytes.rawBytes, limits: HeadLimits(fields: 256)) else { return nil }
    let address = "192.0.2.7".octets
    let identity = "id-1".octets
    var normaliser = PathNormaliser()
    guard normaliser.normalise(head.path.of(bytes.rawBytes)) else { return nil }
    let context = RequestContext(
        clientAddress: address.rawBytes, clientPort: 50_123, requestID: identity.rawBytes, unixSeconds: 784_111_777,
        matchedPath: normaliser.matched(head.path.of(bytes.rawBytes)))
    guard let size = plan.measure(head, bytes.rawBytes, context) else { return nil }
    let headText = written(size.head) { plan.writeHead(head, bytes.rawBytes, context, size: size, to: &$0) }
    let bodyText = written(size.body) { plan.writeBody(head, bytes.rawBytes, context, to: &$0) }
    return (headText, bodyText)
}

/// What was written into exactly so much room; less is marked, more would trap.
func written(_ room: Int, _ write: (inout OutputRawSpan) -> Void) -> String {
    let text = written(within: room, write)
    return text + (text.utf8.count == room ? "" : " (\(room - text.utf8.count) bytes less than measured)")
}

/// The same where there may be more room than is needed.
func written(within room: Int, _ write: (inout OutputRawSpan) -> Void) -> String {
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
        let buffer = unsafe UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: room)
        var output = unsafe OutputRawSpan(buffer: buffer, initializedCount: 0)
        write(&output)
        count = unsafe output.finalize(for: buffer)
    }
    return String(decoding: bytes, as: UTF8.self)
}

/// The same numbers in every run (xorshift64*), so that a failure can be repeated from its seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed | 1 }
    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_f491_4f6c_dd1d
    }
}

extension FolderPlaces {
    /// Relative paths start at /etc/app; there are /srv/www and /etc/app/public.
    static var sample: FolderPlaces {
        FolderPlaces(
            absolute: { $0.hasPrefix("/") ? $0 : "/etc/app/" + ($0.hasPrefix("./") ? $0.dropFirst(2) : $0[...]) },
            isFolder: { $0 == "/srv/www" || $0 == "/etc/app/public" || $0 == "/" })
    }
}
