internal import FoundationEssentials
package import Supervision

// Reading goes through Decodable; writing is by hand, because the master's loop waits for it: some thousand processes take a millisecond,
// the keys keep the order of the documentation, and every null is said.

extension Status {
    enum CodingKeys: String, CodingKey, CaseIterable { case master, listeners, workers, relays, apps, upstreams }

    /// One line.
    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            for key in CodingKeys.allCases {
                writer.key(key.rawValue)
                switch key {
                case .master: master.write(to: &writer)
                case .listeners: writer.array(listeners) { $1.write(to: &$0) }
                case .workers: writer.array(workers) { $1.write(to: &$0) }
                case .relays: writer.array(relays) { $1.write(to: &$0) }
                case .apps: writer.byName(apps) { $1.write(to: &$0) }
                case .upstreams: writer.byName(upstreams) { $1.write(to: &$0) }
                }
            }
        }
        return writer.bytes
    }
}

extension MasterStatus {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case pid, version
        case uptimeSeconds = "uptime_seconds"
        case generation
        case lastReload = "last_reload"
    }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            for key in CodingKeys.allCases {
                writer.key(key.rawValue)
                switch key {
                case .pid: writer.value(pid)
                case .version: writer.value(version)
                case .uptimeSeconds: writer.value(uptimeSeconds)
                case .generation: writer.value(generation)
                case .lastReload: lastReload.write(to: &writer)
                }
            }
        }
    }
}

extension ReloadStatus {
    enum CodingKeys: String, CodingKey, CaseIterable { case at, result, message }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            for key in CodingKeys.allCases {
                writer.key(key.rawValue)
                switch key {
                case .at: writer.value(at)
                case .result: writer.value(result.rawValue)
                case .message: writer.value(message)
                }
            }
        }
    }
}

extension ListenerStatus {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case address
        case connectionsAccepted = "connections_accepted"
    }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            for key in CodingKeys.allCases {
                writer.key(key.rawValue)
                switch key {
                case .address: writer.value(address)
                case .connectionsAccepted: writer.value(connectionsAccepted)
                }
            }
        }
    }
}

extension ProcessState: Decodable {}

extension ProcessStatus {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case slot, id, pid, generation, state
        case privateAddress = "private_address"
        case uptimeSeconds = "uptime_seconds"
        case restarts
        case connectionsActive = "connections_active"
        case connectionsTotal = "connections_total"
        case requestsActive = "requests_active"
        case requestsTotal = "requests_total"
        case memoryBytes = "memory_bytes"
        case lastExit = "last_exit"
    }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            for key in CodingKeys.allCases where key != .requestsActive || requestsActive != nil {
                writer.key(key.rawValue)
                switch key {
                case .slot: writer.value(slot)
                case .id: writer.value(id)
                case .pid: writer.value(pid)
                case .generation: writer.value(generation)
                case .state: writer.value(state.rawValue)
                case .privateAddress: writer.value(privateAddress)
                case .uptimeSeconds: writer.value(uptimeSeconds)
                case .restarts: writer.value(restarts)
                case .connectionsActive: writer.value(connectionsActive)
                case .connectionsTotal: writer.value(connectionsTotal)
                case .requestsActive: writer.value(requestsActive)
                case .requestsTotal: writer.value(requestsTotal)
                case .memoryBytes: writer.value(memoryBytes)
                case .lastExit: if let lastExit { lastExit.write(to: &writer) } else { writer.null() }
                }
            }
        }
    }
}

extension ExitRecord {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case at, code, signal, core
        case uptimeSeconds = "uptime_seconds"
        case memoryBytes = "memory_bytes"
        case expected, reason, stderr, requests, kernel
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            at: try values.decode(String.self, forKey: .at), code: try values.decodeIfPresent(Int.self, forKey: .code),
            signal: try values.decodeIfPresent(Int.self, forKey: .signal), core: try values.decode(Bool.self, forKey: .core),
            uptimeSeconds: try values.decode(Double.self, forKey: .uptimeSeconds),
            memoryBytes: try values.decodeIfPresent(Int.self, forKey: .memoryBytes),
            expected: try values.decode(Bool.self, forKey: .expected), reason: try values.decode(String.self, forKey: .reason),
            stderr: try values.decode([String].self, forKey: .stderr))
        // Only where there is something to say.
        requests = try values.decodeIfPresent([LostRequestRecord].self, forKey: .requests) ?? []
        kernel = try values.decodeIfPresent([String].self, forKey: .kernel) ?? []
    }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            for key in CodingKeys.allCases where isSaid(key) {
                writer.key(key.rawValue)
                switch key {
                case .at: writer.value(at)
                case .code: writer.value(code)
                case .signal: writer.value(signal)
                case .core: writer.value(core)
                case .uptimeSeconds: writer.value(uptimeSeconds)
                case .memoryBytes: writer.value(memoryBytes)
                case .expected: writer.value(expected)
                case .reason: writer.value(reason)
                case .stderr: writer.array(stderr) { $0.value($1) }
                case .requests: writer.array(requests) { $1.write(to: &$0) }
                case .kernel: writer.array(kernel) { $0.value($1) }
                }
            }
        }
    }

    private func isSaid(_ key: CodingKeys) -> Bool {
        switch key {
        case .requests: !requests.isEmpty
        case .kernel: !kernel.isEmpty
        default: true
        }
    }
}

extension LostRequestRecord {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case id, method, path
        case ageSeconds = "age_seconds"
        case bytesSent = "bytes_sent"
    }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            for key in CodingKeys.allCases {
                writer.key(key.rawValue)
                switch key {
                case .id: writer.value(id)
                case .method: writer.value(method)
                case .path: writer.value(path)
                case .ageSeconds: writer.value(ageSeconds)
                case .bytesSent: writer.value(bytesSent)
                }
            }
        }
    }
}

extension CrashReport {
    enum CodingKeys: String, CodingKey, CaseIterable { case group, slot, id, exit }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            for key in CodingKeys.allCases {
                writer.key(key.rawValue)
                switch key {
                case .group: writer.value(group)
                case .slot: writer.value(slot)
                case .id: writer.value(id)
                case .exit: exit.write(to: &writer)
                }
            }
        }
    }

    /// All of them, the newest last, on one line.
    package static func json(_ reports: [CrashReport]) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("crashes")
            writer.array(reports) { $1.write(to: &$0) }
        }
        return writer.bytes
    }

    /// What `json` has written; nil when it is something else.
    package static func list(_ json: [UInt8]) -> [CrashReport]? {
        struct List: Decodable { var crashes: [CrashReport] }
        return try? JSONDecoder().decode(List.self, from: Data(json)).crashes
    }
}

extension ServerStatus {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case server, state
        case requestsActive = "requests_active"
        case requestsTotal = "requests_total"
        case failuresTotal = "failures_total"
    }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            for key in CodingKeys.allCases {
                writer.key(key.rawValue)
                switch key {
                case .server: writer.value(server)
                case .state: writer.value(state.rawValue)
                case .requestsActive: writer.value(requestsActive)
                case .requestsTotal: writer.value(requestsTotal)
                case .failuresTotal: writer.value(failuresTotal)
                }
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func byName<Element>(_ groups: [String: [Element]], _ write: (inout JSONWriter, Element) -> Void) {
        object { writer in
            for (name, elements) in groups.sorted(by: { $0.key < $1.key }) {
                writer.key(name)
                writer.array(elements, write)
            }
        }
    }
}
