import Glibc

/// A server of the DNS on the loopback address that answers what it is told to, one datagram at a time (RFC 1035 §4).
final class NameServer {
    /// What it says to a question for addresses of a family.
    struct Reply {
        var addresses: [[UInt8]] = []
        var seconds: UInt32 = 60
        /// Of a service, where that was asked for.
        var services: [Service] = []
        /// 0, 2 for a failure of the server, 3 for a name that is not.
        var code: UInt8 = 0
    }

    struct Service {
        var priority: UInt16 = 0
        var weight: UInt16 = 0
        var port: UInt16
        var target: String
    }

    let port: Int
    private let number: Int32
    private(set) var questions = 0
    /// Questions that say how large a datagram may be (RFC 6891).
    private(set) var extendedQuestions = 0

    init() {
        let number = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ = unsafe bind(number, pointer, length)
                _ = unsafe getsockname(number, pointer, &length)
            }
        }
        self.number = number
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(number) }

    /// Answers the questions that have come; nil says nothing.
    func serve(_ answer: (_ name: String, _ isV6: Bool) -> Reply?) {
        var question = [UInt8](repeating: 0, count: 512)
        var from = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        while true {
            let count = unsafe withUnsafeMutablePointer(to: &from) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe recvfrom(number, &question, 512, 0, $0, &length) }
            }
            if count < 12 { return }
            questions += 1
            // The additional section has that record alone.
            if question[11] == 1 { extendedQuestions += 1 }
            guard let reply = self.reply(to: Array(question[..<count]), answer) else { continue }
            _ = unsafe withUnsafeMutablePointer(to: &from) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe sendto(number, reply, reply.count, 0, $0, length)
                }
            }
        }
    }

    private func reply(to question: [UInt8], _ answer: (String, Bool) -> Reply?) -> [UInt8]? {
        var labels: [String] = []
        var index = 12
        while index < question.count, question[index] > 0 {
            let end = index + 1 + Int(question[index])
            labels.append(String(decoding: question[(index + 1)..<end], as: UTF8.self))
            index = end
        }
        let isV6 = question[index + 2] == 28
        let isService = question[index + 2] == 33
        guard let reply = answer(labels.joined(separator: "."), isV6) else { return nil }
        if isService { return Self.reply(to: question, until: index + 5, reply) }
        var bytes = Array(question[..<2]) + [0x81, 0x80 | reply.code, 0, 1, 0, UInt8(reply.addresses.count), 0, 0, 0, 0]
        bytes += question[12..<(index + 5)]
        for address in reply.addresses {
            bytes += [0xc0, 12, 0, isV6 ? 28 : 1, 0, 1]
            bytes += stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: reply.seconds >> UInt32($0)) }
            bytes += [0, UInt8(address.count)] + address
        }
        return bytes
    }

    /// RFC 2782.
    private static func reply(to question: [UInt8], until end: Int, _ reply: Reply) -> [UInt8] {
        var bytes = Array(question[..<2]) + [0x81, 0x80 | reply.code, 0, 1, 0, UInt8(reply.services.count), 0, 0, 0, 0]
        bytes += question[12..<end]
        for service in reply.services {
            var data = [service.priority, service.weight, service.port].flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
            for label in service.target.split(separator: ".") { data += [UInt8(label.utf8.count)] + label.utf8 }
            data.append(0)
            bytes += [0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, UInt8(data.count)] + data
        }
        return bytes
    }
}
