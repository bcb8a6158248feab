import Glibc

/// A datagram socket in the file system, as a service manager listens on.
package final class DatagramReceiver {
    package let path: String
    private let number: Int32
    /// Everything that has come, in order.
    package private(set) var messages: [String] = []

    package init(path: String) throws {
        self.path = path
        number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8.prefix(107)) }
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if result != 0 { throw ConnectionFailure(code: errno) }
    }

    deinit { close(number) }

    /// Until there is one that fits, from the place on.
    @discardableResult
    package func wait(
        from index: Int = 0, within limit: Duration = .seconds(10), _ what: String, file: String = #fileID, line: Int = #line,
        _ fits: (String) -> Bool
    ) throws -> Int {
        try eventually(within: limit, "\(what), but there is \(messages)", file: file, line: line) { () -> Int? in
            receive()
            return messages.indices.first { $0 >= index && fits(messages[$0]) }
        }
    }

    /// Takes what has come.
    package func receive() {
        var space = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe space.withUnsafeMutableBytes { unsafe recv(number, $0.baseAddress, $0.count, 0) }
            if count <= 0 { return }
            messages.append(String(decoding: space[..<count], as: UTF8.self))
        }
    }
}
