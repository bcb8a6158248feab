import HTTP1
import Routing

extension String {
    var octets: [UInt8] { Array(utf8) }
}

extension RouteTable {
    /// The index of the route for a request, nil for 404, -400 for a path that is refused.
    func route(_ method: String = "GET", _ host: String = "", _ path: String) -> Int? {
        var normaliser = PathNormaliser()
        let match = find(
            method: Method(method), methodName: method.octets.rawBytes, host: host.octets.rawBytes, path: path.octets.rawBytes,
            normaliser: &normaliser)
        return switch match {
        case .plan(let index): index
        case .notFound: nil
        case .malformedPath: -400
        }
    }

    convenience init(_ routes: Route...) { self.init(routes, constants: .sample) }
}

extension WorkerConstants {
    static let sample = WorkerConstants(slot: 2, id: 17, processID: 4711, generation: 3)
}

extension Route {
    init(_ path: PathPattern = .prefix("/"), hosts: [HostPattern] = [], methods: [String] = []) {
        self.init(action: .respond(Respond(body: Template(literal: "x"))))
        self.path = path
        self.hosts = hosts
        self.methods = methods
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
    let plan = RespondPlan(respond, constants: .sample, routeName: name)
    var head = RequestHead()
    let bytes = request.octets
    guard case .complete = head.read(bytes.rawBytes, limits: HeadLimits(fields: 256)) else { return nil }
    let address = "192.0.2.7".octets
    let identity = "id-1".octets
    let context = RequestContext(
        clientAddress: address.rawBytes, clientPort: 50_123, requestID: identity.rawBytes, unixSeconds: 784_111_777)
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
