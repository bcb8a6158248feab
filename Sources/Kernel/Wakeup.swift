internal import CLinux

/// Something another thread or process can write to in order to wake a loop, eventfd(2).
package struct Wakeup: ~Copyable, Sendable {
    package let descriptor: Descriptor

    package init() throws(Errno) { descriptor = Descriptor(adopting: Int32(try cl_eventfd().checked())) }

    /// One that was inherited.
    package init(adopting number: Int32) { descriptor = Descriptor(adopting: number) }

    package func signal() { _ = cl_eventfd_signal(descriptor.number) }
    package func clear() { _ = cl_eventfd_clear(descriptor.number) }
}
