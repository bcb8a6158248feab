import HTTP1

extension String {
    var octets: [UInt8] { Array(utf8) }
}

/// What became of a whole stream of bytes: how many requests were served, and how it ended.
struct Verdict: Equatable, CustomStringConvertible {
    enum Ending: Equatable {
        case waits
        case refused(Fault)
        case closed
    }

    var served = 0
    var ending = Ending.waits

    var isRefused: Bool {
        if case .refused = ending { true } else { false }
    }

    var description: String { "\(served) served, then \(ending)" }
}

/// One connection without sockets: heads, framing, bodies read and forgotten, until the bytes or the connection end.
struct Conversation: ~Copyable {
    private var head = RequestHead()
    private var body: RequestBody?
    private var pending: [UInt8] = []
    private var keepsAlive = true
    private(set) var verdict = Verdict()
    let limits: HeadLimits

    init(limits: HeadLimits = HeadLimits()) { self.limits = limits }

    /// The worker's loop in small: whatever has arrived is read as far as it goes.
    mutating func receive(_ bytes: some Sequence<UInt8>) {
        pending += bytes
        while verdict.ending == .waits, step() {}
    }

    private mutating func step() -> Bool {
        if var body = self.body {
            var index = 0
            let outcome = body.discard(pending.rawBytes, at: &index)
            pending.removeFirst(index)
            self.body = body
            switch outcome {
            case .end:
                self.body = nil
                verdict.served += 1
                if !keepsAlive { verdict.ending = .closed }
                return true
            case .malformed(let fault): verdict.ending = .refused(fault)
            default: break
            }
            return false
        }
        let bytes = pending
        switch head.read(bytes.rawBytes, limits: limits) {
        case .complete(let length):
            keepsAlive = head.keepsAlive
            body = RequestBody(head.framing)
            pending.removeFirst(length)
            return true
        case .incomplete: return false
        case .malformed(let fault):
            verdict.ending = .refused(fault)
            return false
        }
    }
}

/// The verdict on a stream that arrives in pieces of a size.
func verdict(on bytes: [UInt8], pieces size: Int = .max, limits: HeadLimits = HeadLimits()) -> Verdict {
    var conversation = Conversation(limits: limits)
    var rest = bytes[...]
    while !rest.isEmpty {
        conversation.receive(rest.prefix(size))
        rest = rest.dropFirst(size)
    }
    return conversation.verdict
}

/// The outcome for a head that arrives at once.
func outcome(of text: String, limits: HeadLimits = HeadLimits()) -> RequestHead.Outcome {
    var head = RequestHead()
    return head.read(text.octets.rawBytes, limits: limits)
}

/// A request with these field lines, each without its line end.
func request(_ line: String = "GET / HTTP/1.1", _ fields: String...) -> String {
    ([line] + fields).map { $0 + "\r\n" }.joined() + "\r\n"
}

/// A response with these field lines, each without its line end.
func response(_ line: String = "HTTP/1.1 200 OK", _ fields: String...) -> String {
    ([line] + fields).map { $0 + "\r\n" }.joined() + "\r\n"
}

/// The outcome for the head of a response that arrives at once.
func outcome(ofResponse text: String, to question: ResponseHead.Question = .init(.get), limits: HeadLimits = HeadLimits())
    -> RequestHead.Outcome
{
    var head = ResponseHead()
    return head.read(text.octets, answering: question, limits: limits)
}

/// What was appended to so much room.
func writtenBytes(_ room: Int = 256, _ write: (inout OutputRawSpan) -> Void) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
        let space = unsafe UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<room])
        var output = unsafe OutputRawSpan(buffer: space, initializedCount: 0)
        write(&output)
        count = unsafe output.finalize(for: space)
    }
}

func written(_ room: Int = 256, _ write: (inout OutputRawSpan) -> Void) -> String {
    String(decoding: writtenBytes(room, write), as: UTF8.self)
}

func text(_ place: Place, of bytes: [UInt8]) -> String {
    String(decoding: bytes[Int(place.start)..<place.end], as: UTF8.self)
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

/// The same message with one to three bytes changed, added or taken away, half of them such that mean something in HTTP.
func damaged(_ bytes: [UInt8], with generator: inout SeededGenerator) -> [UInt8] {
    let odd: [UInt8] = [0, 9, 10, 13, 32, 34, 44, 45, 47, 48, 49, 50, 57, 58, 59, 61, 88, 95, 99, 127, 128, 255]
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0...3, using: &generator) {
        case 0: bytes[place] = odd.randomElement(using: &generator) ?? 0
        case 1: bytes.insert(odd.randomElement(using: &generator) ?? 0, at: place)
        case 2: bytes.remove(at: place)
        default: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &generator)
        }
    }
    return bytes
}

// `#expect` takes its operands apart and can do that only with copyable values, so tests speak of arrays and single fields.
extension RequestHead {
    mutating func read(_ bytes: [UInt8], limits: HeadLimits = HeadLimits()) -> Outcome { read(bytes.rawBytes, limits: limits) }
    mutating func read(_ text: String, limits: HeadLimits = HeadLimits()) -> Outcome { read(text.octets, limits: limits) }
    var fieldCount: Int { fields.count }
    func field(_ index: Int) -> Field { fields[index] }
    func firstField(_ name: FieldName) -> Field? { fields.first(name) }
    func staysHere(_ index: Int) -> Bool { fields.isHopByHop(index) }
}

extension ResponseHead {
    mutating func read(_ bytes: [UInt8], answering question: Question = .init(.get), limits: HeadLimits = HeadLimits())
        -> RequestHead.Outcome
    { read(bytes.rawBytes, answering: question, limits: limits) }
    mutating func read(_ text: String, answering question: Question = .init(.get)) -> RequestHead.Outcome {
        read(text.octets, answering: question)
    }
    var fieldCount: Int { fields.count }
    func field(_ index: Int) -> Field { fields[index] }
    func staysHere(_ index: Int) -> Bool { fields.isHopByHop(index) }
}

extension ResponseBody {
    mutating func next(_ text: String, at index: inout Int) -> ChunkedBody.Step { next(text.octets.rawBytes, at: &index) }
}

extension RequestBody {
    mutating func next(_ text: String, at index: inout Int) -> ChunkedBody.Step { next(text.octets.rawBytes, at: &index) }
    mutating func discard(_ text: String, at index: inout Int) -> ChunkedBody.Step { discard(text.octets.rawBytes, at: &index) }
}

extension [UInt8] {
    func endOfToken(_ from: Int, _ end: Int) -> Int { Scanner.endOfToken(rawBytes, from: from, end: end) }
    func endOfTarget(_ from: Int, _ end: Int) -> Int { Scanner.endOfTarget(rawBytes, from: from, end: end) }
    func endOfValue(_ from: Int, _ end: Int) -> Int { Scanner.endOfValue(rawBytes, from: from, end: end) }
    func first(_ wanted: UInt8, _ from: Int, _ end: Int) -> Int { Scanner.first(wanted, in: rawBytes, from: from, end: end) }
    func holds(_ word: StaticString, at from: Int) -> Bool { Scanner.equals(rawBytes, at: from, word) }
    func equalsIgnoringCase(_ other: [UInt8]) -> Bool { Scanner.equalsIgnoringCase(rawBytes, other.rawBytes) }
    func equals(_ other: [UInt8]) -> Bool { Scanner.equal(rawBytes, other.rawBytes) }
}
