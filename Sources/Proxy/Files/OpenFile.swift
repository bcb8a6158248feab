internal import Engine
internal import HTTP1
internal import Kernel

/// A file that was opened for an answer, with what every answer says of it. It is closed when neither the cache nor a session holds it any more.
final class OpenFile {
    let path: [UInt8]
    /// The form that it is sent in; a file that was asked for by its own name is sent as it is.
    let coding: ContentCoding
    let state: FileState
    let descriptor: Descriptor
    /// What it is, whatever its form.
    let type: [UInt8]
    let isCompressible: Bool
    /// With its quotes.
    let tag: [UInt8]
    /// Seconds since 1970, as Last-Modified says it.
    let modified: Int
    /// Whole fields: ETag and Last-Modified.
    let validatorFields: [UInt8]
    /// Whole fields: Content-Encoding and Accept-Ranges.
    let formFields: [UInt8]
    /// How much of its path is the root that it was opened below.
    private let rootCount: Int
    private let headroom: Headroom

    /// The headroom has been taken already.
    init(
        _ descriptor: consuming Descriptor, at path: [UInt8], coding: ContentCoding, state: FileState, type: [UInt8], now: Int,
        rootCount: Int = 0, headroom: Headroom
    ) {
        self.rootCount = rootCount
        self.path = path
        self.coding = coding
        self.state = state
        self.descriptor = descriptor
        self.type = type
        self.headroom = headroom
        isCompressible = MediaType.isCompressible(type)
        // RFC 9110 §8.8.2.1: never later than the Date of the answer.
        modified = min(state.modifiedSecond, now)
        let modified = modified
        tag = Self.text { $0.append(entityTagOf: state.modified, size: state.size, form: Int(coding.rawValue)) }
        validatorFields = Self.text { [tag] space in
            space.append("ETag: ")
            space.append(tag)
            space.append("\r\nLast-Modified: ")
            space.append(httpDate: CalendarDate(unixSeconds: modified))
            space.append("\r\n")
        }
        formFields = Self.text { space in
            if coding != .identity {
                space.append("Content-Encoding: ")
                space.append(coding.name)
                space.append("\r\n")
            }
            space.append("Accept-Ranges: bytes\r\n")
        }
    }

    /// A link may stay below one root and leave another.
    func isAt(_ path: RawSpan, rootCount: Int, _ coding: ContentCoding) -> Bool {
        let own = self.path
        return self.rootCount == rootCount && self.coding.rawValue == coding.rawValue && Scanner.equal(own.rawBytes, path)
    }

    deinit { headroom.giveBack(1) }

    private static func text(_ write: (inout OutputRawSpan) -> Void) -> [UInt8] {
        var buffer = Buffer(capacity: 256)
        buffer.withRoom(write)
        return (0..<buffer.count).map { buffer[$0] }
    }
}
