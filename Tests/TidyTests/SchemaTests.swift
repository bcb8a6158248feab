import Settings
import Testing

struct SchemaTests {
    private func complaints(_ yaml: String) throws -> [String] {
        let node = try #require(NodeParser.parse(Array(yaml.utf8), Reading(file: "x") { _ in nil }))
        return try JSONSchema(Repository.text("config/cluster.schema.json")).complaints(about: JSONValue(node))
    }

    @Test func `the schema uses what the validator knows, and refers to what is there`() throws {
        #expect(try JSONSchema(Repository.text("config/cluster.schema.json")).mistakes == [])
    }

    @Test(arguments: [
        "{port: 80, routes: []}", "{port: '${PORT}', workers: '${N:-2}', routes: [{respond: '{{time}}'}]}",
        "{listen: ':80', workers: {command: x}}",
        "{port: 80, workers: {command: [a, 8]}, restart: on_failure, stop: {signal: SIGINT, grace: 5}}",
        "{port: 80, routes: [{path: {exact: /a}, host: a.b, methods: GET, respond: {status: 404, headers: {A: 1}}}]}",
        "{port: 80, routes: [{path: {regex: a}, headers: {A: 1, B: {regex: x}, C: {present: false}}, query: {d: ''}, cookies: {e: {present: true}}, respond: x}]}",
        "{port: 80, routes: [{client: ['10.0.0.0/8', '::1'], redirect: /a}, {client: 127.0.0.1, redirect: {to: 'http://{{request.host}}/', status: 301}}]}",
        "{port: 80, routes: [{upstream: 'http://127.0.0.1:80'}, {upstream: ['http://[::1]', 'http+unix:/a', '${URL}']}]}",
        "{port: 80, upstreams: {u: {servers: [{url: 'http://a', backup: '${B}'}]}}, routes: [{upstream: u}]}",
        "{port: 80, routes: [], log: {access: a.log}}", "{port: 80, routes: [], log: {access: {to: stdout, format: json}}}",
        "{port: 80, routes: [], admin: {mode: 0600}, limits: {header_bytes: 4000, connections: auto}, restart: {backoff: {jitter: 0.1, max: 1.5s}}}",
    ])
    func `good files are good`(yaml: String) throws {
        #expect(try complaints(yaml) == [])
    }

    @Test(arguments: [
        "[]", "{}", "{port: 80}", "{routes: []}", "{port: 80, routes: [], workers: {command: x}}", "{port: 0, routes: []}",
        "{port: x, routes: []}",
        "{port: 80, routes: [], worker: 2}", "{port: 80, routes: [{path: /}]}", "{port: 80, routes: [{path: a, respond: x}]}",
        "{port: 80, routes: [], workers: 300}", "{port: 80, routes: [], restart: sometimes}",
        "{port: 80, routes: [{upstream: 'http://a/b'}]}", "{port: 80, routes: [{upstream: 'http://a', respond: x}]}",
        "{port: 80, routes: [{path: {regex: a, exact: /a}, respond: x}]}", "{port: 80, routes: [{headers: [a], respond: x}]}",
        "{port: 80, routes: [{client: localhost, respond: x}]}", "{port: 80, routes: [{redirect: a.example}]}",
        "{port: 80, routes: [{redirect: 'https://'}]}", "{listen: ':080', routes: []}",
        "{port: 80, routes: [{redirect: {status: 301}}]}", "{port: 80, routes: [{redirect: {to: /, status: 304}}]}",
        "{port: 80, routes: [{redirect: /, respond: x}]}", "{port: 80, routes: [{headers: {a: {}}, respond: x}]}",
        "{port: 80, routes: [{query: {a: {regex: x, present: true}}, respond: x}]}",
        "{port: 80, routes: [{cookies: {a: {present: maybe}}, respond: x}]}",
        "{port: 80, routes: [], timeouts: {idle: soon}}",
        "{port: 80, routes: [], log: {level: loud}}", "{port: 80, routes: [], log: {access: {format: json}}}",
        "{listen: ['80'], routes: []}",
        "{port: 80, routes: [{methods: get, respond: x}]}",
    ])
    func `bad files are bad`(yaml: String) throws {
        #expect(try complaints(yaml) != [])
    }
}
