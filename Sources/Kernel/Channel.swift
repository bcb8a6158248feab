internal import CLinux

/// What sending came to.
package enum Sent: Equatable {
    case done
    /// No room now: the queue is full, or too many descriptors of this user are under way.
    case full
    case failed(Errno)
}

/// What receiving came to.
package enum Received: ~Copyable {
    /// So many words are in the space that was lent.
    case message(words: Int, descriptor: Descriptor?)
    case none
    /// The other end is gone.
    case ended
    case failed(Errno)
}

/// One end of a SOCK_SEQPACKET pair: messages with at most one descriptor each.
package struct Channel: ~Copyable {
    package let descriptor: Descriptor

    package init(adopting number: Int32) { descriptor = Descriptor(adopting: number) }

    package static func pair() throws(Errno) -> (Int32, Int32) {
        var ends: [2 of Int32] = [-1, -1]
        var span = ends.mutableSpan
        // Safe: two integers are written to the two that are there.
        let result = unsafe span.withUnsafeMutableBufferPointer { unsafe cl_channel($0.baseAddress) }
        _ = try result.checked()
        return (ends[0], ends[1])
    }

    /// `passed` is a descriptor that the receiver gets a copy of, or -1.
    package func send(_ words: Span<UInt64>, passing passed: Int32 = -1) -> Sent {
        // Safe: sendmsg only reads inside the span, during the call; a word has no padding.
        let result = unsafe words.withUnsafeBytes { unsafe cl_send_message(descriptor.number, $0.baseAddress, $0.count, passed) }
        if result >= 0 { return .done }
        let error = Errno(result)
        return error == .wouldBlock || error == .tooManyInFlight || error == .noBuffers ? .full : .failed(error)
    }

    package func receive(into words: inout MutableSpan<UInt64>) -> Received {
        let number = self.descriptor.number
        var passed: Int32 = -1
        // Safe: recvmsg writes at most the bytes of the words it is lent; every bit pattern is a word.
        let result = unsafe words.withUnsafeMutableBytes { unsafe cl_receive_message(number, $0.baseAddress, $0.count, &passed) }
        let descriptor: Descriptor? = passed >= 0 ? Descriptor(adopting: passed) : nil
        if result > 0 { return .message(words: result / 8, descriptor: descriptor) }
        if result == 0 { return .ended }
        let error = Errno(result)
        if error == .connectionReset { return .ended }
        return error == .wouldBlock ? .none : .failed(error)
    }
}
