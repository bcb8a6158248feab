import Glibc
import Synchronization

/// Ports for a test's listeners: below the ephemeral range and the product's private ones, so that nothing else is given them.
package enum FreePorts {
    private static let range = 10_000..<20_000
    private static let next = Mutex(10_000 + Int(getpid()) * 37 % 10_000)

    /// One that nobody has now and that this process has not given out before.
    package static func take() throws -> Int {
        for _ in range {
            let port = next.withLock { next in
                next = next + 1 < range.upperBound ? next + 1 : range.lowerBound
                return next
            }
            if isFree(port) { return port }
        }
        throw Failure("no port is free")
    }

    package static func isFree(_ port: Int) -> Bool {
        // With the product's own option, and on both families, as `port: N` binds.
        let socket = Glibc.socket(AF_INET6, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(socket) }
        var (yes, no): (Int32, Int32) = (1, 0)
        _ = unsafe setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        _ = unsafe setsockopt(socket, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &no, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = UInt16(port).bigEndian
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
            }
        }
    }
}
