internal import Engine
internal import HTTP1
internal import Kernel

/// Several ranges of a file as one body (RFC 9110 §14.6): what stands between them, and which is next.
final class MultipartBody {
    private let ranges: ByteRanges
    /// In hexadecimal: what a file holds may be like it only by intent, and whoever has that can as well write the parts.
    private let boundary: UInt64
    private var index = 0

    init(_ ranges: ByteRanges, boundary: UInt64) {
        self.ranges = ranges
        self.boundary = boundary
    }

    /// Writes what stands before the next range; nil when there is none, and then the end is written, once.
    func next(of file: OpenFile, to output: inout Buffer) -> ByteRange? {
        if index > ranges.count { return nil }
        defer { index += 1 }
        guard index < ranges.count else {
            output.withRoom { writeEnd(to: &$0) }
            return nil
        }
        output.withRoom { writeHead(ranges[index], of: file, to: &$0) }
        return ranges[index]
    }

    /// In bytes, the ranges included.
    func length(of file: OpenFile) -> Int {
        var total = 0
        for index in 0..<ranges.count {
            var head = Buffer(capacity: Self.largestHead + file.type.count)
            head.withRoom { writeHead(ranges[index], of: file, to: &$0) }
            total += head.count + ranges[index].count
        }
        var end = Buffer(capacity: Self.largestHead)
        end.withRoom { writeEnd(to: &$0) }
        return total + end.count
    }

    func writeType(to output: inout OutputRawSpan) {
        output.append("Content-Type: multipart/byteranges; boundary=")
        writeBoundary(to: &output)
        output.append("\r\n")
    }

    // MARK: - Private

    private static let largestHead = 256

    private func writeHead(_ range: ByteRange, of file: OpenFile, to output: inout OutputRawSpan) {
        output.append("\r\n--")
        writeBoundary(to: &output)
        output.append("\r\nContent-Type: ")
        output.append(file.type)
        output.append("\r\n")
        output.appendContentRange(range, of: file.state.size)
        output.append("\r\n")
    }

    private func writeEnd(to output: inout OutputRawSpan) {
        output.append("\r\n--")
        writeBoundary(to: &output)
        output.append("--\r\n")
    }

    /// Always of the same length.
    private func writeBoundary(to output: inout OutputRawSpan) { output.append(decimal: Int(truncatingIfNeeded: boundary >> 1 | 1 << 62)) }
}
