/// The status of an answer of which nothing else is wanted, as that of a probe. Interim answers before it are passed over (RFC 9110 §15.2).
package struct ProbedStatus: Sendable {
    package enum Outcome: Equatable, Sendable {
        case incomplete
        /// 200…999, or 101.
        case status(Int)
        case malformed
    }

    /// Of an answer and of all interim ones before it: what is longer has no status worth waiting for.
    package static let longest = 16 * 1024

    private var bytes: [UInt8] = []
    private var left = longest

    package init() {}

    /// Goes on with what has come since.
    package mutating func read(_ next: [UInt8]) -> Outcome {
        left -= next.count
        if left < 0 { return .malformed }
        bytes += next
        while bytes.count >= 12 {  // Every turn takes an interim answer out, or ends the loop.
            guard bytes.starts(with: "HTTP/1.".utf8), Self.isDigit(bytes[7]), bytes[8] == 0x20,
                bytes[9..<12].allSatisfy(Self.isDigit)
            else { return .malformed }
            let status = bytes[9..<12].reduce(0) { $0 * 10 + Int($1 - 0x30) }
            if status >= 200 || status == 101 { return .status(status) }
            guard status >= 100 else { return .malformed }
            guard let end = endOfHead else { return .incomplete }
            bytes.removeFirst(end)
        }
        return .incomplete
    }

    /// Behind the first empty line.
    private var endOfHead: Int? {
        bytes.indices.dropLast(3).first { bytes[$0..<$0 + 4].elementsEqual("\r\n\r\n".utf8) }.map { $0 + 4 }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
