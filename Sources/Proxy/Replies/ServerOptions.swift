internal import Engine
internal import HTTP1

/// What is said to OPTIONS about the server itself, `OPTIONS *` (RFC 9110 §9.3.7), and to OPTIONS that may not be passed on (§7.6.2).
struct ServerOptions {
    /// Whatever a route does, these get to it; RFC 9110 §10.2.1.
    static var allow: StaticString { "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n" }

    let minorVersion: UInt8
    let keepsAlive: Bool

    func write(common: [UInt8], to output: inout OutputRawSpan) {
        output.appendStatusLine(204)
        output.append(common)
        output.append(Self.allow)
        output.appendConnection(keepsAlive: keepsAlive, minorVersion: minorVersion)
        output.append("\r\n")
    }
}

/// Requests that are answered whatever the routes are.
enum ServerQuestion {
    case options
    /// To repeat a request as it came would be to repeat its secrets (RFC 9110 §9.3.8).
    case trace

    /// nil: what the routes say.
    init?(_ head: borrowing RequestHead, _ bytes: RawSpan) {
        switch head.method {
        case .options where head.isAboutServer(in: bytes) || head.maxForwards(in: bytes) == 0: self = .options
        case .trace: self = .trace
        default: return nil
        }
    }
}

extension Session {
    func append(to question: ServerQuestion, _ bench: inout Workbench, keepsAlive: Bool) {
        switch question {
        case .trace: append(.traceRefused, &bench, keepsAlive: keepsAlive)
        case .options:
            let options = ServerOptions(minorVersion: bench.head.minorVersion, keepsAlive: keepsAlive)
            let common = bench.commonFields.bytes
            bench.output.withRoom { options.write(common: common, to: &$0) }
        }
    }
}
