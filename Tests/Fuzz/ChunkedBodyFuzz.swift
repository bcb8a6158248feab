// A chunked body: however it is cut, content and verdict are the same, and the same content in chunks of ours is read again.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // Safe: libFuzzer lends so many bytes for the time of the call.
    let bytes = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(start), byteCount: count)
    let whole = Decoded(bytes, pieces: count + 1)
    for size in [1, 2, 7] {
        let pieces = Decoded(bytes, pieces: size)
        precondition(pieces.content == whole.content && pieces.step == whole.step && pieces.consumed == whole.consumed)
    }
    if whole.step != .end { return 0 }
    let scratch = Scratch(room: whole.content.count * 20 + OutputRawSpan.lastChunkLength)
    scratch.write { output in
        for byte in whole.content {
            output.appendChunkHeader(1)
            output.append([byte])
            output.appendChunkEnd()
        }
        output.appendLastChunk()
    }
    let again = Decoded(scratch.bytes, pieces: 5)
    precondition(again.step == .end && again.content == whole.content && again.consumed == scratch.bytes.byteCount)
    return 0
}

private struct Decoded {
    var content: [UInt8] = []
    var step = ChunkedBody.Step.incomplete
    var consumed = 0

    init(_ bytes: RawSpan, pieces size: Int) {
        var body = ResponseBody(.chunked)
        while consumed < bytes.byteCount {
            let piece = bytes.extracting(consumed..<min(bytes.byteCount, consumed + size))
            var index = 0
            repeat {
                step = body.next(piece, at: &index)
                if case .data(let start, let count) = step { content += (start..<(start + count)).map { piece.byte($0) } }
            } while isData
            consumed += index
            if step != .incomplete { break }
        }
        precondition(body.isFinished == (step == .end))
        // A cut never looks whole.
        if step == .incomplete { step = body.close() }
        precondition(body.isFinished == (step == .end))
    }

    private var isData: Bool { if case .data = step { true } else { false } }
}
