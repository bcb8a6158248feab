import Glibc

/// What can happen to a connection.
package enum ConnectionFailure: Error, Equatable {
    case refused
    case reset
    /// Nothing came, or nothing could be written, in time.
    case late
    /// The other side has closed before the message was whole.
    case ended
    case malformed(String)
    case other(Int32)

    init(code: Int32) {
        self =
            switch code {
            case ECONNREFUSED: .refused
            case ECONNRESET, EPIPE: .reset
            case EAGAIN, ETIMEDOUT, EINPROGRESS: .late
            default: .other(code)
            }
    }
}

/// One client connection over a real socket. It blocks, for a bounded time.
package final class Connection {
    package private(set) var number: Int32
    /// Read and not yet used.
    private var buffer: [UInt8] = []
    private var chunk = [UInt8](repeating: 0, count: 64 * 1024)

    package init(port: Int, timeout: Duration = .seconds(10), receiveBuffer: Int? = nil) throws {
        number = try Self.open(AF_INET, timeout, receiveBuffer)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        try connect(&address)
    }

    package init(path: String, timeout: Duration = .seconds(10)) throws {
        number = try Self.open(AF_UNIX, timeout, nil)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8.prefix(107)) }
        try connect(&address)
    }

    /// Over IPv6.
    package init(port6 port: Int, timeout: Duration = .seconds(10)) throws {
        number = try Self.open(AF_INET6, timeout, nil)
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = UInt16(port).bigEndian
        unsafe address.sin6_addr.__in6_u.__u6_addr8.15 = 1
        try connect(&address)
    }

    deinit { close() }

    // MARK: - Writing

    package func send(_ text: String) throws { try send(Array(text.utf8)) }

    package func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0 { throw ConnectionFailure(code: errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// A request, complete, with Host.
    package func ask(method: String = "GET", _ target: String = "/", headers: [String] = [], body: String = "") throws {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: localhost"] + headers
        if !body.isEmpty { lines.append("Content-Length: \(body.utf8.count)") }
        try send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    /// FIN: nothing more comes from here.
    package func shutdownWriting() { Glibc.shutdown(number, Int32(SHUT_WR)) }

    package func close() {
        if number >= 0 { Glibc.close(number) }
        number = -1
    }

    /// RST.
    package func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        _ = unsafe setsockopt(number, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        close()
    }

    // MARK: - Reading

    /// One whole response. `method` decides whether it has a body.
    package func response(to method: String = "GET") throws -> Response {
        var response = try Response(head: readHead())
        response.body = try readBody(of: response, isHead: method == "HEAD")
        return response
    }

    /// The head alone; the body is for the caller to read.
    package func head() throws -> Response { try Response(head: readHead()) }

    /// Sends and reads.
    package func get(_ target: String = "/", headers: [String] = []) throws -> Response {
        try ask(target, headers: headers)
        return try response()
    }

    /// So many bytes, exactly.
    package func read(_ count: Int) throws -> [UInt8] {
        while buffer.count < count { if try !receive() { throw ConnectionFailure.ended } }
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    /// Everything until the other side closes.
    package func readAll() throws -> [UInt8] {
        while try receive() {}
        defer { buffer = [] }
        return buffer
    }

    /// What has come, at least one byte; empty at the end. For streams that are looked at piece by piece.
    package func readSome() throws -> ArraySlice<UInt8> {
        if !buffer.isEmpty {
            defer { buffer = [] }
            return buffer[...]
        }
        let count = try receiveChunk()
        return chunk[..<count]
    }

    /// There is something to read.
    package func hasAnswer(within limit: Duration) -> Bool {
        var wait = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        return unsafe !buffer.isEmpty || poll(&wait, 1, Int32(limit / .milliseconds(1))) > 0
    }

    /// The other side has closed, in an orderly way or by reset, and has said nothing more.
    package func isClosed(within limit: Duration) -> Bool {
        var wait = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&wait, 1, Int32(limit / .milliseconds(1))) > 0 else { return false }
        do { return try !receive() } catch { return error as? ConnectionFailure == .reset }
    }

    // MARK: - Private

    private static func open(_ family: Int32, _ timeout: Duration, _ receiveBuffer: Int?) throws -> Int32 {
        let number = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if number < 0 { throw ConnectionFailure(code: errno) }
        let microseconds = Int(timeout / .microseconds(1))
        var time = timeval(tv_sec: microseconds / 1_000_000, tv_usec: microseconds % 1_000_000)
        _ = unsafe setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        _ = unsafe setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        if var size = receiveBuffer.map({ Int32($0) }) {
            _ = unsafe setsockopt(number, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        return number
    }

    private func connect<Address>(_ address: inout Address) throws {
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(number, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
        if result != 0 { throw ConnectionFailure(code: errno) }
    }

    /// False at the end.
    private func receive() throws -> Bool {
        let count = try receiveChunk()
        buffer.append(contentsOf: chunk[..<count])
        return count > 0
    }

    private func receiveChunk() throws -> Int {
        let count = unsafe chunk.withUnsafeMutableBytes { unsafe recv(number, $0.baseAddress, $0.count, 0) }
        if count < 0 { throw ConnectionFailure(code: errno) }
        return count
    }

    private func readHead() throws -> String {
        while true {
            if let end = Self.endOfHead(buffer) {
                defer { buffer.removeFirst(end) }
                return String(decoding: buffer[..<end], as: UTF8.self)
            }
            let wasEmpty = buffer.isEmpty
            if try receive() { continue }
            throw wasEmpty ? ConnectionFailure.ended : .malformed("a cut head: \(String(decoding: buffer, as: UTF8.self))")
        }
    }

    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        var index = 3
        while index < bytes.count {
            if bytes[index] == 10, bytes[index - 1] == 13, bytes[index - 2] == 10, bytes[index - 3] == 13 { return index + 1 }
            index += 1
        }
        return nil
    }

    private func readBody(of response: Response, isHead: Bool) throws -> [UInt8] {
        if isHead || response.status == 204 || response.status == 304 || response.status < 200 { return [] }
        if let length = response["content-length"] {
            guard let count = Int(length) else { throw ConnectionFailure.malformed("Content-Length: \(length)") }
            return try read(count)
        }
        return response["transfer-encoding"] == "chunked" ? try readChunks() : try readAll()
    }

    private func readChunks() throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            guard let size = Int(try readLine(), radix: 16) else { throw ConnectionFailure.malformed("a chunk's size") }
            body += try read(size)
            _ = try readLine()
            if size == 0 { return body }
        }
    }

    private func readLine() throws -> String {
        var line: [UInt8] = []
        while line.last != 10 { line += try read(1) }
        return String(decoding: line.dropLast(line.dropLast().last == 13 ? 2 : 1), as: UTF8.self)
    }
}
