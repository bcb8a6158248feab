import ClusterConfiguration
import Testing

/// Files that use everything there is.
enum Samples {
    static let builtIn = """
        port: ${PUBLIC:-8080}
        listen:
          - { address: "unix:a.sock", mode: 0660, backlog: 5 }
          - { address: "127.0.0.1:81", defer_accept: 2s, proxy_protocol: true }
        workers:
          count: auto
          scheduling: least_connections
          environment: { A: "x ${SECRET} {{slot}}", "B c": "", Z: "$${x} \\" ä \\u2028" }
          environment_file: .env
          working_directory: /srv/app
          group: www
          umask: 0
          nice: 3
          open_files: 100
          private_ports: none
          health: { heartbeat_timeout: 90s }
        restart: { policy: on-failure, success_codes: [], fatal_codes: [7], backoff: { factor: 1.25, jitter: 12.5% }, crash_loop: { action: exit } }
        ready: { path: "/up?x=1" }
        reload: { surge: 2 }
        routes:
          - { name: "off", host: ["*.a.b", c.d], path: { exact: "/ä" }, methods: [GET, PURGE], respond: "{{ request.header.X-A }} {{time}}" }
          - { path: /x, respond: { status: 404, headers: { X-Y: "{{client.address}}: 1", Content-Type: a/b }, body: "a\\nb" } }
          - { path: /u, upstream: ["http://[::1]:9", "http://localhost", "http+unix:/a b"] }
          - path: /m
            upstream: http://localhost
            strip_prefix: true
            host_header: "[::1]:80"
            request_headers: { set: { X-A: "{{client.address}} $${x}" }, add: { X-B: "b" }, remove: [Cookie, x-c] }
            response_headers: { remove: server }
          - { path: /m/s, upstream: http://localhost, strip_prefix: /m, host_header: upstream }
          - { path: /r, upstream: http://localhost, rewrite: { path: "/x/{{request.method}}" } }
          - { path: /r/x, upstream: http://localhost, rewrite: { regex: '^/r/(\\d+)/$$', to: "/$1?$$=$${1}{{request.id}}" } }
          - { path: { regex: "^/\\\\d \\"$${x}\\"" }, headers: { X-A: "1", "null": { regex: "é$" } }, query: { "a b": { present: true } }, respond: x }
          - { cookies: { c: "", D: { present: false } }, client: ["10.0.0.0/8", "::ffff:1.2.3.4", "2001:db8::/32"], respond: x }
          - { path: /r, redirect: "https://{{ request.host }}/ä b?{{request.query}}" }
          - { path: /s, redirect: { to: /t, status: 303 } }
          - { path: /f, files: ./work }
          - { path: /g, files: { root: /srv/app, index: "a b", listing: true, precompressed: false, cache_control: 'no-cache, x="y"', fallback: /a//b.html } }
          - { respond: { status: 503, content_type: "text/html" } }
        trusted_proxies: [10.0.0.0/8, "2001:db8::/32", unix, 192.0.2.7]
        timeouts: { header: 1.5s }
        limits: { connections: 10, header_bytes: 40000 }
        log: { level: error, format: json, to: a.log }
        admin: { socket: b.sock, mode: 0640 }
        """

    static let command = """
        listen: ["[::1]:80"]
        workers:
          count: 3
          command: "exec a $PORT {{port}} '$${x}'"
          user: app
          proxy_protocol: v1
          relays: 2
          bind: ::1
          private_ports: 1024-2000
          stop: { signal: WINCH, grace: 90s, upgraded_grace: 2h }
        """

    static let socket = """
        port: 80
        workers: { command: [a, "{{socket}}", "", "null", "8"], bind: unix }
        """

    static let upstreams = """
        port: 80
        upstreams:
          null: { servers: "http://127.0.0.1" }
          api:
            servers: ["http://[::1]:1", { url: "http+unix:/a b", weight: 7, backup: true, max_requests: 5 }]
            balance: random-two
            sticky: { cookie: "on" }
            health: { path: "/up?a=1", interval: 10ms, expect: 204 }
            eject: { failures: 0, max: 12.5% }
            retry: { attempts: 0, on: [], methods: all }
            keepalive: { max_idle: 0 }
            timeouts: { connect: 1ms }
            queue: { length: 5 }
          header: { servers: "http://127.0.0.1:2", hash: { header: X-A } }
          found: { discover: { dns: "api.internal:8080", refresh: 30s } }
          both: { servers: "http://127.0.0.1:2", discover: { dns: _http._tcp.api.internal, type: srv } }
          query: { servers: "http://127.0.0.1:2", hash: { query: "a[]" } }
          path: { servers: "http://127.0.0.1:2", hash: path }
          tcp: { servers: "http://127.0.0.1:2", health: { probe: tcp } }
        routes:
          - { path: /1, upstream: "null" }
          - { path: /2, upstream: api, timeouts: { request: 0, read: 5ms, body: 1s, send: 1s }, limits: { body_bytes: 0 } }
          - { path: /3, upstream: header, retry: { on: [500], budget: 5% } }
          - { path: /4, upstream: query, timeouts: { connect: 1s, response: 1s } }
          - { path: /5, upstream: path }
          - { path: /6, upstream: tcp }
        timeouts: { request: 5m }
        limits: { body_bytes: 3MB, connections_per_client: 7, requests_per_connection: 9 }
        """

    static let anchors = """
        port: 80
        routes:
          - path: /a
            respond: &text |
              ä line
                and another
          - { path: &path /b, respond: *text }
          - { path: *path, query: { path: *path }, respond: 'it''s "here"' }
        """

    static let machine: Machine = {
        var machine = Machine()
        machine.environment = ["SECRET": "s\"e\nc"]
        machine.files = ["/etc/app/.env": "FROM_FILE='v {{id}} ${x}'\nA=overridden\n"]
        return machine
    }()

    static let all = [builtIn, command, socket, upstreams, anchors]
}

struct ConfigurationSnapshotTests {
    @Test(arguments: Samples.all)
    func `a snapshot is the same configuration where nothing of the machine is left`(text: String) throws {
        let decoded = Samples.machine.decode(text)
        let configuration = try #require(decoded.configuration, "\(decoded.issues)")
        let root = try #require(decoded.root)
        let snapshot = ConfigurationSnapshot(file: "cluster.yaml", root: root, folder: "/etc/app", answers: decoded.answers)
        let copy = try #require(ConfigurationSnapshot(decoding: snapshot.encode()))
        #expect(copy == snapshot)
        #expect(copy.configuration() == configuration)
    }

    @Test func `nothing but what was asked is carried along`() {
        var machine = Machine()
        machine.environment = ["A": "1", "PASSWORD": "x"]
        #expect(machine.decode("port: ${A}\nroutes: []").answers.environment == ["A": "1"])
    }

    @Test func `bytes that are no snapshot are none, wherever they are cut or changed`() throws {
        let decoded = Samples.machine.decode(Samples.command)
        let root = try #require(decoded.root)
        let packed = ConfigurationSnapshot(file: "f", root: root, folder: "/", answers: decoded.answers).encode()
        for end in packed.indices { #expect(ConfigurationSnapshot(decoding: Array(packed[..<end])) == nil) }
        #expect(ConfigurationSnapshot(decoding: packed + [0]) == nil)
        #expect(ConfigurationSnapshot(decoding: [UInt8](repeating: 0xff, count: 1000)) == nil)
        for index in packed.indices {
            var changed = packed
            changed[index] ^= 0xff
            _ = ConfigurationSnapshot(decoding: changed)
        }
    }
}
