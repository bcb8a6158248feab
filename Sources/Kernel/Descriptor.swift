internal import CLinux

/// An open file descriptor with exactly one owner; closed when its owner lets go of it.
package struct Descriptor: ~Copyable, Sendable {
    package let number: Int32

    package init(adopting number: Int32) { self.number = number }

    deinit { _ = cl_close(number) }

    /// Gives the number away; the caller owns it now.
    package consuming func release() -> Int32 {
        let number = self.number
        discard self
        return number
    }

    /// A second descriptor of the same open file.
    package func duplicate() throws(Errno) -> Descriptor { Descriptor(adopting: Int32(try cl_duplicate(number).checked())) }

    /// A descriptor of our own for what `number` writes to; on a pipe or a terminal it does not block, and leaves those who share it as they are.
    package static func ownWriter(of number: Int32) throws(Errno) -> Descriptor {
        Descriptor(adopting: Int32(try cl_open_own_writer(number).checked()))
    }

    package static func isTerminal(_ number: Int32) -> Bool { cl_is_terminal(number) != 0 }

    package func setNonblocking(_ isNonblocking: Bool) throws(Errno) { _ = try cl_set_nonblocking(number, isNonblocking ? 1 : 0).checked() }

    /// Writes all of it, and waits where it must: for the command line, before and after there is a loop.
    package static func writeAll(_ text: String, to number: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            while start < bytes.count {
                // Safe: what is written lies between start and the end.
                let result = unsafe cl_write(number, bytes.baseAddress.map { unsafe $0 + start }, bytes.count - start)
                if result > 0 {
                    start += result
                } else if result != -Int(Errno.wouldBlock.code) || cl_would_take(number, -1) == 0 {
                    return
                }
            }
        }
    }

    /// A write of up to 4,096 bytes (PIPE_BUF) will not block.
    package static func wouldTake(_ number: Int32) -> Bool { cl_would_take(number, 0) != 0 }

    /// /dev/null for those of 0, 1 and 2 that this process was started without, so that nothing it opens later is taken for them. First thing in `main`.
    package static func openStandard() { _ = cl_open_standard() }

    /// Closes a descriptor that is kept as a plain number by its owner.
    package static func close(_ number: Int32) { _ = cl_close(number) }
}

/// What a read or write came to. Expected outcomes are values.
package enum Transfer: Equatable {
    case moved(Int)
    case wouldBlock
    /// End of file, or the other side has shut down its writing.
    case ended
    case failed(Errno)

    @inline(__always) init(_ result: Int) {
        if result > 0 {
            self = .moved(result)
        } else if result == 0 {
            self = .ended
        } else if result == -Int(Errno.wouldBlock.code) {
            self = .wouldBlock
        } else {
            self = .failed(Errno(result))
        }
    }
}

extension Descriptor {
    /// Appends what a file or pipe has, up to the room left, read(2). Without room nothing is moved, which is not the end.
    package func read(into space: inout OutputRawSpan) -> Transfer {
        let number = self.number
        // Safe: read writes at most the bytes it is told of, and the count grows by what it wrote.
        return unsafe space.withUnsafeMutableBytes { buffer, count in
            guard let base = buffer.baseAddress, buffer.count > count else { return .moved(0) }
            let result = unsafe cl_read(number, base + count, buffer.count - count)
            if result > 0 { count += result }
            return Transfer(result)
        }
    }

    /// write(2); `ended` never happens with bytes to write.
    package func write(_ bytes: RawSpan) -> Transfer {
        let number = self.number
        // Safe: write only reads inside the span, during the call.
        return unsafe bytes.withUnsafeBytes { unsafe Transfer(cl_write(number, $0.baseAddress, $0.count)) }
    }

    package func write(_ bytes: Span<UInt8>) -> Transfer {
        let number = self.number
        // Safe: write only reads inside the span, during the call.
        return unsafe bytes.withUnsafeBytes { unsafe Transfer(cl_write(number, $0.baseAddress, $0.count)) }
    }

    package func write(_ text: String) -> Transfer {
        var text = text
        return text.withUTF8 { bytes in unsafe Transfer(cl_write(number, bytes.baseAddress, bytes.count)) }
    }

    /// Takes the last bytes that were written through this descriptor out of its file again. False where others have written behind them.
    package func takeBack(_ count: Int) -> Bool { cl_take_back(number, count) != 0 }

    /// A write of up to 4,096 bytes (PIPE_BUF) will not block, even where the descriptor is a blocking one that others share.
    package var wouldTake: Bool { cl_would_take(number, 0) != 0 }

    /// Waits for that, at most so long; for the end of the program, when no loop is left to wait in.
    package func waitUntilItTakes(milliseconds: Int) -> Bool { cl_would_take(number, Int32(clamping: max(0, milliseconds))) != 0 }
}

/// Calls on sockets whose number is kept by an owner that closes it in one place; sessions hold a plain number.
package enum Socket {
    /// recv(2): appends what is there, up to the room left. Without room nothing is moved, which is not the end.
    @inline(__always)
    package static func receive(_ number: Int32, into space: inout OutputRawSpan) -> Transfer {
        // Safe: recv writes at most the bytes it is told of, and the count grows by what it wrote.
        return unsafe space.withUnsafeMutableBytes { buffer, count in
            guard let base = buffer.baseAddress, buffer.count > count else { return .moved(0) }
            let result = unsafe cl_receive(number, base + count, buffer.count - count)
            if result > 0 { count += result }
            return Transfer(result)
        }
    }

    /// recv(2) with MSG_PEEK: what is there stays there as well.
    package static func peek(_ number: Int32, into space: inout OutputRawSpan) -> Transfer {
        // Safe: as in `receive`.
        return unsafe space.withUnsafeMutableBytes { buffer, count in
            guard let base = buffer.baseAddress, buffer.count > count else { return .moved(0) }
            let result = unsafe cl_peek(number, base + count, buffer.count - count)
            if result > 0 { count += result }
            return Transfer(result)
        }
    }

    /// The same into an array, for conversations that are short and rare.
    package static func receive(_ number: Int32, upTo limit: Int, appendingTo bytes: inout [UInt8]) -> Transfer {
        var result = 0
        // Safe: recv writes at most the room it is told of, and the count is what it wrote.
        let chunk = unsafe [UInt8](unsafeUninitializedCapacity: limit) { room, count in
            result = unsafe cl_receive(number, room.baseAddress, limit)
            count = max(0, result)
        }
        bytes += chunk
        return Transfer(result)
    }

    /// send(2) without SIGPIPE.
    @inline(__always)
    package static func send(_ number: Int32, _ bytes: RawSpan, more: Bool = false) -> Transfer {
        // Safe: send only reads inside the span, during the call.
        unsafe bytes.withUnsafeBytes { unsafe Transfer(cl_send(number, $0.baseAddress, $0.count, more ? 1 : 0)) }
    }

    package static func send(_ number: Int32, _ bytes: Span<UInt8>) -> Transfer {
        // Safe: send only reads inside the span, during the call.
        unsafe bytes.withUnsafeBytes { unsafe Transfer(cl_send(number, $0.baseAddress, $0.count, 0)) }
    }

    package static func shutdownWriting(_ number: Int32) { _ = cl_shutdown_writing(number) }

    /// Closing it sends a reset instead of an orderly end.
    package static func setResetOnClose(_ number: Int32) { _ = cl_set_reset_on_close(number) }

    /// What came of a pending connect; nil is connected.
    package static func connectFailure(_ number: Int32) -> Errno? {
        let result = cl_socket_error(number)
        return result < 0 ? Errno(result) : nil
    }

    /// Whether a connect has succeeded already, getpeername(2). On the loopback it has by the time connect(2) says that it is in progress.
    package static func isConnected(_ number: Int32) -> Bool { cl_has_peer(number) == 0 }

    /// getsockname(2); of the family `unknown` when the socket cannot say.
    package static func localAddress(_ number: Int32) -> SocketAddress {
        var raw = cl_address()
        return unsafe cl_local_address(number, &raw) < 0 ? SocketAddress() : SocketAddress(raw: raw)
    }

    /// The user id at the other end of a unix socket.
    package static func peerUser(_ number: Int32) -> UInt32? {
        let result = cl_peer_user(number)
        return result < 0 ? nil : UInt32(result)
    }
}
