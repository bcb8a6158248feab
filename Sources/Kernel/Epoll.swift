internal import CLinux

/// Which readiness is asked for or reported, epoll_ctl(2). Not an OptionSet: from another module its literals allocate an array.
@frozen
public struct Readiness: Sendable, Equatable {
    public let rawValue: UInt32

    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

    @inlinable public static var none: Self { Self(rawValue: 0) }
    @inlinable public static var input: Self { Self(rawValue: 1) }
    /// Bytes that are urgent, tcp(7).
    @inlinable public static var urgent: Self { Self(rawValue: 2) }
    @inlinable public static var output: Self { Self(rawValue: 4) }
    @inlinable public static var error: Self { Self(rawValue: 8) }
    @inlinable public static var hangup: Self { Self(rawValue: 16) }
    @inlinable public static var peerClosed: Self { Self(rawValue: 0x2000) }
    /// Of a descriptor that several processes watch: one of them is woken, not all. Only when it is added.
    @inlinable public static var exclusive: Self { Self(rawValue: 1 << 28) }
    /// Told of once for each time that something happens, and not for as long as it is so. To ask for it anew tells of what is so already.
    @inlinable public static var edge: Self { Self(rawValue: 1 << 31) }

    // Written out: the one that the compiler makes is called through a witness from other modules.
    @inlinable public static func == (left: Self, right: Self) -> Bool { left.rawValue == right.rawValue }
    @inlinable public static func != (left: Self, right: Self) -> Bool { left.rawValue != right.rawValue }
    @inlinable public static func | (left: Self, right: Self) -> Self { Self(rawValue: left.rawValue | right.rawValue) }
    @inlinable public func hasAny(_ other: Self) -> Bool { rawValue & other.rawValue != 0 }
}

extension Readiness? {
    /// Written out for the same reason.
    @inlinable public static func == (left: Self, right: Self) -> Bool { left?.rawValue == right?.rawValue }
}

/// Room for the events of one wait.
@safe package struct EventBatch: ~Copyable {
    fileprivate let events: UnsafeMutableBufferPointer<cl_event>

    package init(capacity: Int) {
        unsafe events = .allocate(capacity: capacity)
        unsafe events.initialize(repeating: cl_event())
    }

    deinit { unsafe events.deallocate() }

    package subscript(index: Int) -> (handle: UInt64, readiness: Readiness) {
        let count = unsafe events.count
        precondition(index >= 0 && index < count)
        // Safe: the index was checked one line above; all of the room is initialised.
        let event = unsafe events[index]
        return (event.handle, Readiness(rawValue: event.events))
    }
}

/// The kernel's list of descriptors to wait for, epoll(7), level-triggered but for what is asked for otherwise.
package struct Epoll: ~Copyable {
    private let descriptor: Descriptor

    package init() throws(Errno) { descriptor = Descriptor(adopting: Int32(try cl_epoll_create().checked())) }

    /// Itself readable when something in it is ready, so that one list can be watched in another.
    package var number: Int32 { descriptor.number }

    package func add(_ number: Int32, _ interest: Readiness, handle: UInt64) -> Int {
        cl_epoll_control(descriptor.number, 1, number, interest.rawValue, handle)
    }

    package func remove(_ number: Int32) -> Int { cl_epoll_control(descriptor.number, 2, number, 0, 0) }

    package func change(_ number: Int32, _ interest: Readiness, handle: UInt64) -> Int {
        cl_epoll_control(descriptor.number, 3, number, interest.rawValue, handle)
    }

    /// The number of events now in the batch, or -errno; -1 milliseconds is for ever.
    package func wait(into batch: inout EventBatch, milliseconds: Int32) -> Int {
        // Safe: epoll_wait writes at most as many events as the batch has room for.
        unsafe cl_epoll_wait(descriptor.number, batch.events.baseAddress, Int32(batch.events.count), milliseconds)
    }
}
