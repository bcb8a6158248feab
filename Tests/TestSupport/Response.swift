/// An HTTP response as a client reads it.
package struct Response: Sendable {
    package var version: String
    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: [UInt8] = []

    package var text: String { String(decoding: body, as: UTF8.self) }
    /// It says that this was the last one of its connection.
    package var closes: Bool { self["connection"]?.lowercased() == "close" }

    /// The first field of that name, in lower case.
    package subscript(name: String) -> String? { headers.first { $0.name == name }?.value }

    init(head: String) throws {
        let lines = head.split(separator: "\r\n")
        let first = (lines.first ?? "").split(separator: " ", maxSplits: 2)
        guard first.count >= 2, first[0].hasPrefix("HTTP/1."), let status = Int(first[1]) else {
            throw ConnectionFailure.malformed("a status line: \(head.prefix(80))")
        }
        version = String(first[0])
        self.status = status
        headers = lines.dropFirst().compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            return (parts[0].lowercased(), parts[1].drop { $0 == " " }.description)
        }
    }
}

/// One request over a connection of its own.
package func get(_ target: String = "/", port: Int, headers: [String] = []) throws -> Response {
    try Connection(port: port).get(target, headers: headers + ["Connection: close"])
}
