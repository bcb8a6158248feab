/// The TCP sockets of this network namespace that listen, by their ports, as they are when the first of them is asked for.
final class ListeningPorts {
    private struct Row {
        var address: SocketAddress
        var inode: String
    }

    private lazy var rowsByPort = Self.read()

    /// Of the sockets that a connection to this address reaches. Where there are several (SO_REUSEPORT), who listens on the address alone goes before who
    /// listens on all, and one on `::` comes last, as the kernel looks for them.
    func inodes(reachedAt address: SocketAddress) -> [String] {
        guard let rows = rowsByPort[address.port] else { return [] }
        for place in address.placesOfListeners {
            let inodes = rows.filter { $0.address == place }.map(\.inode)
            if inodes.isEmpty { continue }
            return address.family == .v4 && place.family == .v6 && !Self.isTaken(address) ? [] : inodes
        }
        return []
    }

    /// Of those sockets that these links of descriptors lead to.
    func addresses(of links: Set<String>) -> [SocketAddress] {
        let rows = rowsByPort.sorted { $0.key < $1.key }.flatMap(\.value)
        return rows.filter { links.contains("socket:[\($0.inode)]") }.map(\.address)
    }

    // MARK: - Private

    /// A listener on `::` takes IPv4 as well, unless it was told not to, of which /proc says nothing: then somebody else could still have the address.
    /// It is tried, and held for that moment, without a connection.
    private static func isTaken(_ address: SocketAddress) -> Bool {
        do throws(Errno) {
            _ = try Listener.bind(address)
            return false
        } catch {
            return error == .addressInUse
        }
    }

    private static func read() -> [Int: [Row]] {
        var rows: [Int: [Row]] = [:]
        for words in ["/proc/net/tcp", "/proc/net/tcp6"].flatMap(listeningRows) where words.count > 9 {
            guard let address = SocketAddress(kernelText: words[1]) else { continue }
            rows[address.port, default: []].append(Row(address: address, inode: String(words[9])))
        }
        return rows
    }

    /// Listening sockets come first in these tables, so that a busy machine's connections are not read.
    private static func listeningRows(of table: String) -> [[Substring]] {
        guard let text = try? Files.readStart(of: table, limit: 256 * 1024) else { return [] }
        var rows: [[Substring]] = []
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n").dropFirst() {
            let words = line.split(separator: " ")
            guard words.count > 3, words[3] == "0A" else { break }
            rows.append(words)
        }
        return rows
    }
}

extension SocketAddress {
    /// As /proc/net/tcp and tcp6 write it, proc(5): `0100007F:1F90` is 127.0.0.1:8080. Each four bytes of the address are a number as this machine
    /// reads it.
    package init?(kernelText text: Substring) {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1], radix: 16) else { return nil }
        var words: [UInt32] = []
        for start in stride(from: 0, to: parts[0].utf8.count, by: 8) {
            guard let word = UInt32(parts[0].dropFirst(start).prefix(8), radix: 16) else { return nil }
            words.append(UInt32(bigEndian: word))
        }
        switch words.count {
        case 1: self.init(v4: words[0], port: Int(port))
        // IPv4 written as IPv6, RFC 4291, section 2.5.5.2: so listens a program that knows sockets of the one kind alone.
        case 4 where words[..<2] == [0, 0] && words[2] == 0xffff: self.init(v4: words[3], port: Int(port))
        case 4:
            self.init(
                v6: (UInt64(words[0]) << 32 | UInt64(words[1]), UInt64(words[2]) << 32 | UInt64(words[3])), port: Int(port))
        default: return nil
        }
    }

    /// Where those may listen whom a connection to this address reaches, the first of them before the others.
    fileprivate var placesOfListeners: [SocketAddress] {
        let (everyV4, everyV6) = (SocketAddress.everyV4(port: port), SocketAddress.everyV6(port: port))
        // A connection to no address in particular goes to the machine itself, ip(7).
        let loopback = SocketAddress(literal: family == .v4 ? "127.0.0.1" : "::1", port: port)
        let isAny = self == everyV4 || self == everyV6
        let place = isAny ? loopback ?? self : self
        return family == .v4 ? [place, everyV4, everyV6] : [place, everyV6]
    }
}
