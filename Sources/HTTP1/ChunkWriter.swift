// What stands around the content of a body that goes out in chunks (RFC 9112 §7.1). Extensions and trailers are not written: an extension is
// between two neighbours (§7.1.1), and a trailer may be dropped by whoever does not know that it is safe to keep (RFC 9110 §6.5.1).
extension OutputRawSpan {
    /// What stands before so many bytes of content, one or more: none would be the end.
    package mutating func appendChunkHeader(_ count: Int) {
        precondition(count > 0, "a chunk without content is the last one")
        var shift = (Int.bitWidth - 1 - count.leadingZeroBitCount) & ~3
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: count >> shift) & 15
            append(digit < 10 ? Grammar.zero + digit : 0x61 + digit - 10)
            shift -= 4
        }
        append("\r\n")
    }

    /// What `appendChunkHeader` needs at most.
    package static var largestChunkHeader: Int { 18 }

    /// What stands behind the content of a chunk.
    package mutating func appendChunkEnd() { append("\r\n") }

    /// The end of the body; only for one that is whole.
    package mutating func appendLastChunk() { append("0\r\n\r\n") }

    package static var lastChunkLength: Int { 5 }
}
