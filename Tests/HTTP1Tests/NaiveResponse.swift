import HTTP1

/// A response head read the slow and plain way, with strings and from RFC 9112 alone, to hold `ResponseHead` against.
struct NaiveResponse: Equatable {
    enum Outcome: Equatable {
        case complete(NaiveResponse)
        case refused
        /// The head is not all there; whether it can become one is not asked.
        case undecided
    }

    var length = 0
    var status = 0
    var reason = ""
    var minorVersion = 0
    var framing = ResponseFraming.none
    var keepsAlive = false
    var fields: [String] = []
    /// Those that must not go on.
    var hopByHop: [Bool] = []

    static func read(_ bytes: [UInt8], _ question: ResponseHead.Question) -> Outcome {
        var response = NaiveResponse()
        guard let (lines, isWhole) = split(bytes, length: &response.length) else { return .refused }
        guard let first = lines.first else { return .undecided }
        guard response.readStatusLine(first) else { return .refused }
        var names: [(name: String, value: String)] = []
        for line in lines.dropFirst() {
            guard let colon = line.unicodeScalars.firstIndex(of: ":") else { return .refused }
            let name = String(line.unicodeScalars[..<colon])
            let value = trimmed(String(line.unicodeScalars[colon...].dropFirst()))
            if name.isEmpty || !name.unicodeScalars.allSatisfy({ token.contains($0) }) || value.unicodeScalars.contains(where: isControl) {
                return .refused
            }
            response.fields.append(name + ": " + value)
            names.append((name.lowercased(), value))
        }
        if !isWhole { return .undecided }
        return response.judge(names, question) ? .complete(response) : .refused
    }

    // MARK: - Private

    private static let token = Set(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".unicodeScalars)
    private static let known = [
        "te", "via", "date", "host", "cookie", "expect", "server", "trailer", "upgrade", "forwarded", "x-real-ip", "connection",
        "keep-alive",
        "x-request-id", "content-length", "http2-settings", "x-forwarded-for", "proxy-connection", "x-forwarded-port", "x-forwarded-host",
        "transfer-encoding", "x-forwarded-proto",
    ]

    /// The lines before the empty one, each a byte a character; nil when a CR or LF stands alone. The last, unfinished one is left out.
    private static func split(_ bytes: [UInt8], length: inout Int) -> (lines: [String], isWhole: Bool)? {
        var lines: [String] = []
        var line = String.UnicodeScalarView()
        var index = 0
        while index < bytes.count {
            if bytes[index] == 10 { return nil }
            if bytes[index] != 13 {
                line.append(UnicodeScalar(bytes[index]))
                index += 1
                continue
            }
            if index + 1 == bytes.count { break }
            if bytes[index + 1] != 10 { return nil }
            index += 2
            if line.isEmpty {
                length = index
                return lines.isEmpty ? nil : (lines, true)
            }
            lines.append(String(line))
            line = String.UnicodeScalarView()
        }
        return (lines, false)
    }

    private mutating func readStatusLine(_ line: String) -> Bool {
        let scalars = Array(line.unicodeScalars)
        guard scalars.count >= 12, line.hasPrefix("HTTP/1.0 ") || line.hasPrefix("HTTP/1.1 ") else { return false }
        let digits = String(String.UnicodeScalarView(scalars[9..<12]))
        guard digits.unicodeScalars.allSatisfy({ ("0"..."9").contains($0) }), let code = Int(digits), code >= 100 else { return false }
        if scalars.count > 12, scalars[12] != " " { return false }
        reason = String(String.UnicodeScalarView(scalars.dropFirst(13)))
        status = code
        minorVersion = scalars[7] == "1" ? 1 : 0
        return !reason.unicodeScalars.contains(where: Self.isControl)
    }

    /// Framing and persistence; false when the answer is refused.
    private mutating func judge(_ fields: [(name: String, value: String)], _ question: ResponseHead.Question) -> Bool {
        func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
        let options = values("connection").flatMap(Self.elements)
        // A limit of ours.
        if options.count > 64, !Set(options).isSubset(of: ["close", "keep-alive", "upgrade"]) { return false }
        hopByHop = fields.map { field in
            Self.hopByHopNames.contains(field.name) || !Self.known.contains(field.name) && options.contains(field.name)
        }
        let (lengths, codings) = (values("content-length"), values("transfer-encoding"))
        if lengths.count > 1 || codings.count > 1 || !lengths.isEmpty && !codings.isEmpty { return false }
        var length: Int?
        if let text = lengths.first {
            guard (1...18).contains(text.unicodeScalars.count), text.unicodeScalars.allSatisfy({ ("0"..."9").contains($0) }) else {
                return false
            }
            length = Int(text)
        }
        if !codings.isEmpty, minorVersion == 0 { return false }
        let announcesBody = !codings.isEmpty || (length ?? 0) > 0
        if status < 200, announcesBody { return false }
        let protocols = values("upgrade").flatMap(Self.elements).filter(Self.isProtocol)
        if status == 101, !question.offersUpgrade || minorVersion == 0 || !options.contains("upgrade") || protocols.isEmpty { return false }
        if question.method == .head || status < 200 || status == 204 || status == 304 {
            framing = .none
        } else if let coding = codings.first {
            if coding.lowercased() != "chunked" { return false }
            framing = .chunked
        } else {
            framing = length.map { .length($0) } ?? .untilClose
        }
        let ends = status == 101 || framing == .untilClose || status == 204 && announcesBody || options.contains("close")
        keepsAlive = !ends && (minorVersion == 1 || options.contains("keep-alive"))
        return true
    }

    private static let hopByHopNames: Set = [
        "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "http2-settings",
    ]

    private static func isControl(_ scalar: UnicodeScalar) -> Bool { scalar.value < 32 && scalar != "\t" || scalar.value == 127 }

    private static func isProtocol(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count <= 2 && parts[0] != "h2c"
            && parts.allSatisfy { part in
                !part.isEmpty && part.unicodeScalars.allSatisfy { token.contains($0) }
            }
    }

    /// In lower case.
    private static func elements(_ list: String) -> [String] {
        list.split(separator: ",").map { trimmed(String($0)).lowercased() }.filter { !$0.isEmpty }
    }

    private static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { $0 != " " && $0 != "\t" }),
            let last = scalars.lastIndex(where: { $0 != " " && $0 != "\t" })
        else { return "" }
        return String(scalars[first...last])
    }
}
